"""Views that are made when an account opens, and end with it."""

from typing import Any, Final

import js

from roomkeep.app.state import AccountState
from roomkeep.app.views.attachment_tray import AttachmentTrayView
from roomkeep.app.views.backup_reminder import BackupReminderView
from roomkeep.app.views.bans import BansView
from roomkeep.app.views.channel_dialogs import ChannelDialogsView
from roomkeep.app.views.composer import ComposerView
from roomkeep.app.views.dates import DatesView
from roomkeep.app.views.dialogs import DialogsView
from roomkeep.app.views.dom import by_id
from roomkeep.app.views.emoji import EmojiView
from roomkeep.app.views.exports import ExportView
from roomkeep.app.views.find_rooms import FindRoomsView
from roomkeep.app.views.health import HealthView
from roomkeep.app.views.import_preview import ImportPreviewView
from roomkeep.app.views.imports import ImportView
from roomkeep.app.views.join_requests import JoinRequestsView
from roomkeep.app.views.lightbox import LightboxView
from roomkeep.app.views.messages import MessagesView
from roomkeep.app.views.move_room import MoveRoomView
from roomkeep.app.views.past_imports import PastImportsView
from roomkeep.app.views.people import PeopleView
from roomkeep.app.views.profile import ProfileView
from roomkeep.app.views.quick_switcher import QuickSwitcherView
from roomkeep.app.views.room_dialogs import RoomDialogsView
from roomkeep.app.views.room_head import RoomHeadView
from roomkeep.app.views.scope import AccountScope, View, ViewScope
from roomkeep.app.views.search_panel import SearchView
from roomkeep.app.views.sidebar import SidebarView
from roomkeep.app.views.sign_in_again import SignInAgainView
from roomkeep.app.views.start import StartView
from roomkeep.app.views.storage import StorageView
from roomkeep.app.views.storage_cleanup import StorageCleanupView
from roomkeep.app.views.transcripts import TranscriptView
from roomkeep.app.views.type_ahead import TypeAheadView
from roomkeep.app.views.typing import TypingView

__all__ = ["AccountViews"]

KINDS: Final = (
    SidebarView,
    RoomHeadView,
    MessagesView,
    ComposerView,
    TypingView,
    EmojiView,
    DialogsView,
    RoomDialogsView,
    ChannelDialogsView,
    QuickSwitcherView,
    FindRoomsView,
    SignInAgainView,
    MoveRoomView,
    ImportView,
    ImportPreviewView,
    PastImportsView,
    PeopleView,
    JoinRequestsView,
    SearchView,
    DatesView,
    ProfileView,
    BansView,
    StorageView,
    HealthView,
    StorageCleanupView,
    ExportView,
    BackupReminderView,
    TranscriptView,
    AttachmentTrayView,
    LightboxView,
    StartView,
    TypeAheadView,
)
"""The views, in the order in which they are made."""


class AccountViews(View):
    """Makes an account's views when it opens; closes them, and empties the page, when it closes.

    The elements of `index.html` that show something of an account are marked `data-of-account`.
    What is inside them is replaced by a copy from before any account was open, so a view need not
    clear up what it has shown.
    """

    def __init__(self, scope: ViewScope) -> None:
        super().__init__(scope)
        self._blank: list[tuple[Any, Any]] = []
        self._open: AccountScope | None = None
        self._is_due = False
        self._apply_proxy = scope.proxy(self._apply)
        self.watch(self._follow)

    def _follow(self) -> None:
        self.page.account()
        # No watch runs inside this one, nor is a listener ended while it runs.
        if not self._is_due:
            self._is_due = True
            js.queueMicrotask(self._apply_proxy)

    def _apply(self) -> None:
        self._is_due = False
        account = self.page.account()
        before = self._open
        if before is not None and before.account is account:
            return
        self._open = None
        try:
            if before is not None:
                before.close()
            if account is not None:
                self._make(account)
        except Exception as error:  # noqa: BLE001 it would end here unseen
            self.effects.context.report(error, "failed.show")

    def _make(self, account: AccountState) -> None:
        self._open = scope = AccountScope(self.page, self.effects, account)
        scope.on_close(self._empty)
        self._blank = self._blank or _copy_contents()
        for kind in KINDS:
            kind(scope)

    def _empty(self) -> None:
        # The notices may stand in a dialog that was open.
        by_id("app").prepend(by_id("notices"))
        for element, contents in self._blank:
            element.replaceChildren(contents.cloneNode(True))  # noqa: FBT003 a DOM call


def _copy_contents() -> list[tuple[Any, Any]]:
    """Return the elements that show an account, each with a copy of what is inside."""
    inside = js.document.createRange()
    copies = []
    for element in js.document.querySelectorAll("[data-of-account]"):
        inside.selectNodeContents(element)
        copies.append((element, inside.cloneContents()))
    return copies
