"""Actions on a message: its tools, menu, keys and editor."""

from typing import Any

import js
from pyodide.ffi import JsProxy

from roomkeep.app.address import Address, format_address
from roomkeep.app.timeline import Timeline
from roomkeep.app.views import times
from roomkeep.app.views.clipboard import copy
from roomkeep.app.views.dom import KeyedList, by_id, clone, focus_is_lost, part, pressed
from roomkeep.app.views.long_press import LongPress
from roomkeep.app.views.message_menu import MessageMenuView
from roomkeep.app.views.overlays import CLOSED
from roomkeep.app.views.rows import Row
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.models import Message

__all__ = ["MessageActions"]

KEYS = {"r": "reply", "e": "edit", "c": "copy", "+": "react", "delete": "delete", "enter": "more"}
"""What keys do to the message that has the focus."""


class MessageActions(AccountView):
    """The tools, the menu, the keys and the editor of each row.

    Args:
        messages: the rows.
    """

    def __init__(self, scope: AccountScope, messages: KeyedList[str, Row]) -> None:
        super().__init__(scope)
        self._list = messages
        self._focused = ""
        self._asked = ""
        self._is_pressed = False
        self._by_keyboard = False
        self._tools = clone("message-tools")
        MessageMenuView(scope, messages, self._on_action)
        LongPress(scope, messages.parent, lambda row: self._on_action("more", row.dataset.id))
        self.listen(messages.parent, "pointerover", self._on_pointer, passive=True)
        self.listen(messages.parent, "pointerdown", lambda _: self._on_press(), passive=True)
        self.listen(js.document, "pointerup", lambda _: self._on_release(), passive=True)
        self.listen(messages.parent, "click", self._on_click)
        self.listen(messages.parent, "keydown", self._on_key)
        self.listen(messages.parent, "focusin", self._on_focus)
        self.listen(messages.parent, "submit", self._on_submit)
        self.listen(messages.parent, "input", self._on_input)
        self.listen(by_id("delete-dialog"), CLOSED, lambda _: self._return_focus())
        self.watch(self._note_asked)

    # The keyboard: one stop for Tab, arrows between the rows, Tab into the buttons of a row

    def give_tab_stop(self, timeline: Timeline) -> None:
        """Make one of the rows reachable by Tab."""
        if self._list.child(self._focused) is None:
            self._focused = timeline.messages[-1].id if timeline.messages else ""
            row = self._list.child(self._focused)
            if row is not None:
                row.tabIndex = 0

    def _on_pointer(self, event: Any) -> None:
        # A finger gets them by focus, so that none comes to be under it while it taps.
        if event.pointerType == "touch":
            return
        # Who is at the tools with the keyboard keeps them.
        row = event.target.closest(".row")
        if isinstance(row, JsProxy) and not self._tools.matches(":has(:focus-visible)"):
            self._lend_tools(row)

    def _lend_tools(self, row: Any) -> None:
        message = part(row, "message")
        if message.isSameNode(self._tools.parentNode):
            return
        message.append(self._tools)
        shown = self._list.item(str(row.dataset.id))
        if shown is not None:
            part(row, "time").title = times.exact(shown.message.timestamp)

    def _note_asked(self) -> None:
        message = self.account.deleting()
        if message is not None:
            self._asked = message.id

    def _return_focus(self) -> None:
        """Return the focus to the message, after the question whether to delete it.

        The browser cannot see to that: the tools go with what the message says.
        """
        row = self._list.child(self._asked)
        if row is not None and (focus_is_lost() or self._tools.contains(js.document.activeElement)):
            row.focus(preventScroll=True)

    def _on_press(self) -> None:
        self._is_pressed = True
        self._by_keyboard = False

    def _on_release(self) -> None:
        self._is_pressed = False

    def _on_focus(self, event: Any) -> None:
        self._by_keyboard = not self._is_pressed
        row = event.target.closest(".row")
        message_id = str(row.dataset.id)
        self._lend_tools(row)
        if message_id != self._focused:
            before = self._list.child(self._focused)
            if before is not None:
                before.tabIndex = -1
            self._focused = message_id
            row.tabIndex = 0

    def _on_key(self, event: Any) -> None:
        row = event.target.closest(".row")
        if event.target.localName == "textarea":
            self._on_editor_key(event)
        elif event.key == "Escape":
            if event.target.isSameNode(row):
                self.effects.overlays.focus_composer()
            else:
                row.focus()
        elif not event.target.isSameNode(row) or event.ctrlKey or event.metaKey or event.altKey:
            return
        elif not self._by_keyboard and len(event.key) == 1:
            # Whoever has pressed a message and types wants to write.
            return
        elif event.key.lower() in KEYS:
            event.preventDefault()
            self._on_action(KEYS[event.key.lower()], str(row.dataset.id))
        elif event.key in ("ArrowUp", "ArrowDown"):
            up = event.key == "ArrowUp"
            other = row.previousElementSibling if up else row.nextElementSibling
            if isinstance(other, JsProxy):
                event.preventDefault()
                other.focus()

    # What is pressed

    def _on_click(self, event: Any) -> None:
        row = event.target.closest(".row")
        if not isinstance(row, JsProxy):
            return
        message_id = str(row.dataset.id)
        emoji = pressed(event, "data-emoji")
        if emoji is not None:
            self.effects.reactions.toggle(message_id, emoji)
            return
        original = pressed(event, "data-jump")
        if original is not None:
            self.effects.replies.show(original)
            return
        action = pressed(event, "data-action")
        entry = pressed(event, "data-entry")
        if entry is not None and action is not None:
            outbox = self.effects.outbox
            (outbox.retry if action == "retry" else outbox.discard)(entry)
        elif action == "copy-code":
            code = part(event.target.closest(".code-block"), "code")
            copy(self.effects, str(code.textContent), "clipboard.code_copied")
        elif action is not None:
            self._on_action(action, message_id)

    def _on_action(self, action: str, message_id: str) -> None:
        """Carry out an action of a button, a key or the menu."""
        shown = self._list.item(message_id)
        if shown is None or (shown.message.is_deleted and action != "cancel"):
            return
        match action:
            case "react":
                self.effects.reactions.pick(message_id)
            case "reply":
                self.effects.sending.begin_reply(message_id)
                # On a touch screen, too, where that brings up the keyboard.
                by_id("composer-text").focus()
            case "copy":
                copy(self.effects, shown.message.content, "clipboard.message_copied")
            case "link":
                copy(self.effects, _link_to(shown.message), "clipboard.link_copied")
            case "edit":
                self.effects.edits.begin(message_id)
            case "delete" if shown.is_mine:
                self.effects.edits.ask_delete(message_id)
            case "cancel":
                self.effects.edits.cancel()
            case "more":
                self.effects.overlays.open_message_menu(message_id)

    def _on_submit(self, event: Any) -> None:
        event.preventDefault()
        row = event.target.closest(".row")
        text = str(event.target.elements.namedItem("text").value)
        self.effects.edits.save(str(row.dataset.id), text)

    def _on_input(self, event: Any) -> None:
        row = event.target.closest(".row")
        self.effects.edits.write(str(row.dataset.id), str(event.target.value))
        # It grows as one writes.
        event.target.form.scrollIntoView(block="nearest")

    def _on_editor_key(self, event: Any) -> None:
        if event.isComposing:
            return
        if event.key == "Escape":
            event.preventDefault()
            self.effects.edits.cancel()
        elif event.key == "Enter" and not event.shiftKey:
            event.preventDefault()
            event.target.form.requestSubmit()


def _link_to(message: Message) -> str:
    address = Address(room_id=message.room_id, channel_id=message.channel_id, message_id=message.id)
    location = js.location
    return f"{location.origin}{location.pathname}{format_address(address)}"
