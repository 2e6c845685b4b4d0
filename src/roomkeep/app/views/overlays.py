"""The host of all dialogs, menus, pickers and the lightbox.

State says what is open. The host opens and closes the elements accordingly, before the browser
handles the next event, and is the only one to call `showModal`, `showPopover` and `close`. When the
browser closes one by itself (Escape, a press outside, Back on a phone), the host changes the state
in that very event: `close` and `toggle` come later, and keys pressed in between would be lost.
"""

import functools
from collections.abc import Callable
from typing import Any, get_args

import js
from msgspec import Struct
from pyodide.ffi import JsProxy, create_proxy

from roomkeep.app.effects import Effects
from roomkeep.app.state import AccountState, Dialog, PageState
from roomkeep.app.views.dom import by_id, clone, has_keyboard, pressed
from roomkeep.app.views.scope import View, ViewScope

__all__ = ["CLOSED", "OPENED", "OverlaysView"]

OPENED = "roomkeep-opened"
"""The event that an element gets when the host has opened it."""
CLOSED = "roomkeep-closed"
"""The event that an element gets when it is closed and the focus is back where it was."""


class Overlay(Struct, frozen=True, eq=False):
    """Something that is shown over the page.

    Attributes:
        element: the `<dialog>` or the element with a `popover` attribute.
        shows: whether the state says that it is open.
        dismiss: has the state say that it is not.
    """

    element: Any
    shows: Callable[[PageState], bool]
    dismiss: Callable[[Effects], object]

    @property
    def is_dialog(self) -> bool:
        """It is modal."""
        return bool(self.element.localName == "dialog")

    @property
    def is_open(self) -> bool:
        """The element is open."""
        return bool(self.element.matches("[open], :popover-open"))


class OverlaysView(View):
    """Opens and closes overlays as the state says, and manages the focus."""

    def __init__(self, scope: ViewScope) -> None:
        super().__init__(scope)
        self._overlays = _overlays()
        self._wanted: list[Overlay] = []
        self._shown: list[Overlay] = []
        self._is_due = False
        self._apply_proxy = create_proxy(self._apply)
        self._composer_focus: tuple[AccountState | None, int] = (None, 0)
        for head in js.document.querySelectorAll(".dialog-head"):
            head.append(clone("dialog-close"))
        for overlay in self._overlays:
            if overlay.is_dialog:
                self._listen_to_dialog(overlay)
            else:
                on_toggle = functools.partial(self._on_toggle, overlay)
                self.listen(overlay.element, "beforetoggle", on_toggle)
        self.watch(self._follow)

    # From the state to the page

    def _follow(self) -> None:
        account = self.page.account()
        self._focus = (account, 0 if account is None else account.composer_focus())
        self._wanted = [overlay for overlay in self._overlays if overlay.shows(self.page)]
        # When all views have shown the change, and before the next event.
        if not self._is_due:
            self._is_due = True
            js.queueMicrotask(self._apply_proxy)

    def _apply(self) -> None:
        self._is_due = False
        # Each is closed before the next opens, so that it gives the focus back to where it was.
        for overlay in [one for one in reversed(self._shown) if one not in self._wanted]:
            self._shown.remove(overlay)
            self._close(overlay)
        for overlay in self._wanted:
            if overlay not in self._shown:
                self._shown.append(overlay)
                self._open(overlay)
        before, self._composer_focus = self._composer_focus, self._focus
        if self._focus != before and self._focus[1] and not self._shown and has_keyboard():
            by_id("composer-text").focus()

    def _open(self, overlay: Overlay) -> None:
        element = overlay.element
        if overlay.is_dialog:
            element.showModal()
            first = element.querySelector("[data-first]")
            if isinstance(first, JsProxy):
                first.focus()
        else:
            element.showPopover()
        element.dispatchEvent(js.CustomEvent.new(OPENED))

    def _close(self, overlay: Overlay) -> None:
        if overlay.is_open:
            if overlay.is_dialog:
                overlay.element.close()
            else:
                overlay.element.hidePopover()
        overlay.element.dispatchEvent(js.CustomEvent.new(CLOSED))

    # From the page to the state

    def _listen_to_dialog(self, overlay: Overlay) -> None:
        dialog = overlay.element
        self.listen(dialog, "cancel", functools.partial(self._on_cancel, overlay))
        self.listen(dialog, "submit", functools.partial(self._on_submit, overlay))
        self.listen(dialog, "click", functools.partial(self._on_click, overlay))
        self.listen(dialog, "close", functools.partial(self._on_close, overlay))
        if dialog.getAttribute("closedby") == "any" and not hasattr(dialog, "closedBy"):
            self.listen(dialog, "pointerdown", functools.partial(self._on_press, overlay))

    def _on_cancel(self, overlay: Overlay, event: Any) -> None:
        # A file picker that is left tells so by the same event.
        if event.target.isSameNode(overlay.element) and not event.defaultPrevented:
            overlay.dismiss(self.effects)

    def _on_submit(self, overlay: Overlay, event: Any) -> None:
        if event.target.method == "dialog":
            event.preventDefault()
            overlay.dismiss(self.effects)

    def _on_click(self, overlay: Overlay, event: Any) -> None:
        if pressed(event, "data-dismiss") is not None:
            overlay.dismiss(self.effects)

    def _on_close(self, overlay: Overlay, _event: Any) -> None:
        # Whatever else closed it. By now it may be open again.
        if overlay in self._shown and not overlay.is_open:
            overlay.dismiss(self.effects)

    def _on_press(self, overlay: Overlay, event: Any) -> None:
        box = overlay.element.getBoundingClientRect()
        is_inside = (
            box.left <= event.clientX <= box.right and box.top <= event.clientY <= box.bottom
        )
        if event.target.isSameNode(overlay.element) and not is_inside:
            overlay.dismiss(self.effects)

    def _on_toggle(self, overlay: Overlay, event: Any) -> None:
        if event.newState == "closed" and overlay in self._shown:
            # The browser is about to hide it, and is not to be told to do so.
            self._shown.remove(overlay)
            overlay.dismiss(self.effects)


def _overlays() -> list[Overlay]:
    """Return all overlays, those that open over others last."""
    return [
        *(_dialog(name) for name in get_args(Dialog)),
        Overlay(
            by_id("channel-remove-dialog"),
            _of_account(lambda account: account.removing() is not None),
            lambda effects: effects.channels.cancel_remove(),
        ),
        Overlay(
            by_id("delete-dialog"),
            _of_account(lambda account: account.deleting() is not None),
            lambda effects: effects.edits.cancel_delete(),
        ),
        Overlay(
            by_id("remove-dialog"),
            lambda page: page.removing() is not None,
            lambda effects: effects.accounts.cancel_remove(),
        ),
        Overlay(
            by_id("lightbox"),
            _of_account(lambda account: account.files.find(account.files.large()) is not None),
            lambda effects: effects.pictures.shrink(),
        ),
        Overlay(
            by_id("room-menu"),
            _of_account(lambda account: account.room_menu() and account.room is not None),
            lambda effects: effects.overlays.close_menu(),
        ),
        Overlay(
            by_id("message-menu"),
            _of_account(
                lambda account: account.message_menu() is not None and account.room is not None
            ),
            lambda effects: effects.overlays.close_menu(),
        ),
        Overlay(
            by_id("emoji-panel"),
            _of_account(lambda account: account.picking() is not None),
            lambda effects: effects.reactions.end_picking(),
        ),
    ]


def _dialog(name: Dialog) -> Overlay:
    return Overlay(
        by_id(f"{name}-dialog"),
        _of_account(lambda account: account.dialog() == name),
        lambda effects: effects.overlays.close_dialog(name),
    )


def _of_account(shows: Callable[[AccountState], bool]) -> Callable[[PageState], bool]:
    def shows_there(page: PageState) -> bool:
        account = page.account()
        return account is not None and shows(account)

    return shows_there
