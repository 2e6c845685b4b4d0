"""The list of messages: rows, the place in it, and what one presses there."""

from typing import Any

import js
from pyodide.ffi import JsProxy
from reaktiv import untracked

from roomkeep.app.effects import Effects
from roomkeep.app.places import Place
from roomkeep.app.state import AccountState, PageState
from roomkeep.app.timeline import Timeline
from roomkeep.app.unread import first_new
from roomkeep.app.views import times
from roomkeep.app.views.dom import KeyedList, View, by_id, clone, part, pressed
from roomkeep.app.views.message_row import fill_row
from roomkeep.app.views.rows import Row, make_rows

__all__ = ["MessagesView"]

NEAR = 800
"""So many pixels before an end, more is loaded."""
AT_END = 40
"""Nearer to the end than this, the list follows what comes."""
AT_THE_END = 2**31 - 1
"""A place in a text that is after all of it."""


class MessagesView(View):
    """The list of messages of the open channel."""

    def __init__(self, page: PageState, effects: Effects) -> None:
        super().__init__(page, effects)
        self._scroller = by_id("messages-scroller")
        self._older = by_id("messages-older")
        self._begins = by_id("messages-begin")
        self._empty = by_id("messages-empty")
        self._latest = by_id("show-latest")
        self._list: KeyedList[str, Row] = KeyedList(
            by_id("messages"), lambda: clone("message-row"), fill_row
        )
        self._shown: tuple[AccountState | None, Place | None] = (None, None)
        self._is_new = True
        self._follows = True
        self._focused = ""
        self._tools = clone("message-tools")
        self._newest = ""
        self._asked = ""
        self._loaded_at: Timeline | None = None
        self.listen(self._scroller, "scroll", self._on_scroll, passive=True)
        self.listen(self._list.parent, "pointerover", self._on_pointer, passive=True)
        self.listen(self._list.parent, "click", self._on_click)
        self.listen(self._list.parent, "keydown", self._on_key)
        self.listen(self._list.parent, "focusin", self._on_focus)
        self.listen(self._list.parent, "submit", self._on_submit)
        self.listen(self._latest, "click", lambda _: self._go_to_latest())
        self.listen(js.document, "visibilitychange", lambda _: self._look_around())
        self.watch(self._show)
        self.watch(self._look_again)
        self.watch(self._return_focus)

    def _show(self) -> None:
        account = self.page.account()
        place = None if account is None else account.place
        timeline = None if account is None else account.timeline()
        if (account, place) != self._shown:
            self._shown = (account, place)
            self._is_new = True
            self._follows = True
        if account is None or timeline is None:
            self._list.show({})
            self._show_ends(Timeline(has_older=True))
            self._is_new = True
            return
        rows = make_rows(
            timeline.messages,
            reader_id=account.user_id,
            editing=account.editing(),
            day=times.day,
            new_from=first_new(
                timeline.messages,
                account.new_after(),
                account.user_id,
                has_older=timeline.has_older,
            ),
            faces=account.people.faces(),
            attachments=account.files.by_message(),
        )
        newest = timeline.messages[-1] if timeline.messages else None
        if newest is not None and newest.id != self._newest:
            # Who writes wants to see it.
            self._follows |= newest.sender_id == account.user_id and timeline.is_at_latest
            self._newest = newest.id
            if not self._is_new and not (self._follows and _is_seen()):
                untracked(self.effects.unread.fall_behind)
        anchor = None if self._is_new or self._follows else self._first_visible()
        was_editing = self._editor()
        self._show_ends(timeline)
        self._list.show(rows)
        self._keep_place(anchor, timeline)
        self._give_tab_stop(timeline)
        self._focus_editor(account.editing(), was_editing)
        self._is_new = False
        untracked(self._look_around)

    def _look_again(self) -> None:
        """When a page was loaded, the next one may be near already."""
        account = self.page.account()
        is_loading = account is not None and (account.timeline() is None or account.is_loading())
        self._scroller.setAttribute("aria-busy", "true" if is_loading else "false")
        # What could not be loaded is tried again when one scrolls, not over and over.
        if account is not None and not is_loading and account.timeline() is not self._loaded_at:
            untracked(self._look_around)

    def _show_ends(self, timeline: Timeline) -> None:
        self._older.hidden = not timeline.has_older
        self._begins.hidden = timeline.has_older or not timeline.messages
        self._empty.hidden = timeline.has_older or bool(timeline.messages)
        self._show_latest_button(timeline)

    def _show_latest_button(self, timeline: Timeline) -> None:
        self._latest.hidden = timeline.is_at_latest and (self._follows or not timeline.messages)

    # The place in the list

    def _first_visible(self) -> tuple[str, float] | None:
        """Find the first row that is in sight, and how far it is from the top."""
        top = self._scroller.getBoundingClientRect().top
        children = self._list.parent.children
        low, high = 0, children.length
        while low < high:
            middle = (low + high) // 2
            if children.item(middle).getBoundingClientRect().bottom > top:
                high = middle
            else:
                low = middle + 1
        row = children.item(low)
        if not isinstance(row, JsProxy):
            return None
        return str(row.dataset.id), float(row.getBoundingClientRect().top)

    def _keep_place(self, anchor: tuple[str, float] | None, timeline: Timeline) -> None:
        """Scroll so that nothing that one reads moves."""
        row = None if anchor is None else self._list.child(anchor[0])
        if anchor is not None and row is not None:
            moved = float(row.getBoundingClientRect().top) - anchor[1]
            if moved:
                self._scroller.scrollTop += moved
        elif timeline.is_at_latest:
            self._scroller.scrollTop = self._scroller.scrollHeight

    def _on_scroll(self, _event: Any) -> None:
        self._look_around()

    def _look_around(self) -> None:
        """Load more where one comes near an end."""
        account = self.page.account()
        timeline = None if account is None else account.timeline()
        if account is None or timeline is None:
            return
        scroller = self._scroller
        above = scroller.scrollTop
        below = scroller.scrollHeight - scroller.clientHeight - above
        self._follows = timeline.is_at_latest and below < AT_END
        self._show_latest_button(timeline)
        if self._follows and _is_seen():
            self.effects.unread.reach_end()
        if account.is_loading():
            return
        self._loaded_at = timeline
        if above < NEAR and timeline.has_older and timeline.messages:
            self.effects.messages.show_older()
        elif below < NEAR and not timeline.is_at_latest:
            self.effects.messages.show_newer()

    def _go_to_latest(self) -> None:
        account = self.page.account()
        timeline = None if account is None else account.timeline()
        if timeline is None:
            return
        self._follows = True
        self._is_new = True
        if timeline.is_at_latest:
            self._scroller.scrollTop = self._scroller.scrollHeight
        else:
            self.effects.messages.show_latest()
        by_id("composer-text").focus()

    # The keyboard: one stop for Tab, arrows between the rows, Tab into the buttons of a row

    def _give_tab_stop(self, timeline: Timeline) -> None:
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

    def _return_focus(self) -> None:
        """Whoever was asked whether to delete a message is at that message again.

        The browser cannot see to that: the tools are hidden while the focus is in the dialog.
        """
        account = self.page.account()
        message = None if account is None else account.deleting()
        asked, self._asked = self._asked, "" if message is None else message.id
        row = self._list.child(asked)
        if message is None and row is not None and js.document.activeElement.localName == "body":
            row.focus(preventScroll=True)

    def _on_focus(self, event: Any) -> None:
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
            row.focus()
        elif event.key in ("ArrowUp", "ArrowDown") and event.target.isSameNode(row):
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
            self.effects.messages.toggle_reaction(message_id, emoji)
            return
        match pressed(event, "data-action"):
            case "edit":
                self.effects.messages.begin_edit(message_id)
            case "delete":
                self.effects.messages.ask_delete(message_id)
            case "cancel":
                self.effects.messages.cancel_edit()

    def _on_submit(self, event: Any) -> None:
        event.preventDefault()
        self.effects.messages.save_edit(str(event.target.elements.namedItem("text").value))

    def _on_editor_key(self, event: Any) -> None:
        if event.isComposing:
            return
        if event.key == "Escape":
            event.preventDefault()
            self.effects.messages.cancel_edit()
        elif event.key == "Enter" and not event.shiftKey:
            event.preventDefault()
            event.target.form.requestSubmit()

    def _editor(self) -> str | None:
        editor = self._list.parent.querySelector(".row[data-editing]")
        return str(editor.dataset.id) if isinstance(editor, JsProxy) else None

    def _focus_editor(self, editing: str | None, before: str | None) -> None:
        row = self._list.child(editing) if editing is not None else None
        if row is not None and editing != before:
            text = row.querySelector("textarea")
            text.focus()
            text.setSelectionRange(AT_THE_END, AT_THE_END)
            row.scrollIntoView(block="nearest")
        elif editing is None and before is not None:
            row = self._list.child(before)
            if row is not None:
                row.focus(preventScroll=True)


def _is_seen() -> bool:
    """Tell whether anyone can see the page."""
    return bool(js.document.visibilityState == "visible")
