"""Where the app begins in the page."""

from js import document, location, performance

from roomkeep.app.address import parse_address
from roomkeep.app.effects import Context, Effects
from roomkeep.app.offline import keep_for_offline
from roomkeep.app.state import PageState
from roomkeep.app.views.accounts import AccountsView
from roomkeep.app.views.attachment_tray import AttachmentTrayView
from roomkeep.app.views.attachments import AttachmentsView
from roomkeep.app.views.bans import BansView
from roomkeep.app.views.channel_dialogs import ChannelDialogsView
from roomkeep.app.views.composer import ComposerView
from roomkeep.app.views.dialogs import DialogsView
from roomkeep.app.views.dom import View
from roomkeep.app.views.emoji import EmojiView
from roomkeep.app.views.exports import ExportView
from roomkeep.app.views.health import HealthView
from roomkeep.app.views.history import HistoryView
from roomkeep.app.views.imports import ImportView
from roomkeep.app.views.kept_positions import read_positions
from roomkeep.app.views.lightbox import LightboxView
from roomkeep.app.views.messages import MessagesView
from roomkeep.app.views.notices import NoticesView
from roomkeep.app.views.overlays import OverlaysView
from roomkeep.app.views.people import PeopleView
from roomkeep.app.views.profile import ProfileView
from roomkeep.app.views.quick_switcher import QuickSwitcherView
from roomkeep.app.views.room_dialogs import RoomDialogsView
from roomkeep.app.views.room_head import RoomHeadView
from roomkeep.app.views.settings import SettingsView
from roomkeep.app.views.shell import ShellView
from roomkeep.app.views.sidebar import SidebarView
from roomkeep.app.views.start import StartView
from roomkeep.app.views.storage import StorageView
from roomkeep.app.views.storage_cleanup import StorageCleanupView
from roomkeep.app.views.today import TodayView
from roomkeep.app.views.type_ahead import TypeAheadView
from roomkeep.app.views.update import UpdateView
from roomkeep.localization import use_language
from roomkeep.persistence import AppResumeStorage, DatabaseService

__all__ = ["main"]

_views: list[View] = []
"""What is on the page, for as long as the page lives."""


async def main() -> None:
    """Open the storage, show where one left off, and take the splash away."""
    use_language(str(document.documentElement.lang))
    page = PageState()
    page.address = parse_address(str(location.hash))
    page.kept_positions = read_positions()
    effects = Effects(Context(DatabaseService(), AppResumeStorage(), page))
    kinds = (
        TodayView,
        ShellView,
        NoticesView,
        UpdateView,
        AccountsView,
        SidebarView,
        AttachmentsView,
        RoomHeadView,
        MessagesView,
        ComposerView,
        EmojiView,
        DialogsView,
        RoomDialogsView,
        ChannelDialogsView,
        QuickSwitcherView,
        ImportView,
        PeopleView,
        ProfileView,
        BansView,
        SettingsView,
        StorageView,
        HealthView,
        StorageCleanupView,
        ExportView,
        AttachmentTrayView,
        LightboxView,
        StartView,
        OverlaysView,
        TypeAheadView,
        HistoryView,
    )
    _views.extend(kind(page, effects) for kind in kinds)
    await effects.accounts.begin()
    document.getElementById("splash").remove()
    performance.mark("roomkeep-ready")
    effects.storage_cleanup.warn()
    await keep_for_offline(lambda: page.is_outdated.set(True))
