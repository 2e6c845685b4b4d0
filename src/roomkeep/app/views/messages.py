"""The list of messages."""

import asyncio
import functools
from typing import Any

import js
from pyodide.ffi import JsProxy
from reaktiv import untracked

from roomkeep.app.channel_ref import ChannelRef
from roomkeep.app.timeline import Timeline
from roomkeep.app.unread import first_new
from roomkeep.app.views import times
from roomkeep.app.views.attachments import AttachmentsView
from roomkeep.app.views.dom import KeyedList, by_id, clone, focus_is_lost
from roomkeep.app.views.floating_date import FloatingDate
from roomkeep.app.views.folding import Folding
from roomkeep.app.views.kept_positions import forget_positions, keep_positions
from roomkeep.app.views.message_actions import MessageActions
from roomkeep.app.views.message_row import fill_row
from roomkeep.app.views.message_scroller import MessageScroller
from roomkeep.app.views.reaction_tooltip import ReactionTooltip
from roomkeep.app.views.rows import Row, make_rows
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.app.views.scrubber import Scrubber
from roomkeep.app.views.unread_banner import UnreadBanner

__all__ = ["MessagesView"]

NEAR = 800
"""So many pixels before an end, more is loaded."""
AT_END = 40
"""Nearer to the end than this, the list follows what comes."""
LIT_SECONDS = 2.0
"""How long a message that one went to stands out."""
AT_THE_END = 2**31 - 1
"""A place in a text that is after all of it."""


class MessagesView(AccountView):
    """The list of messages of the open channel."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        self._older = by_id("messages-older")
        self._begins = by_id("messages-begin")
        self._empty = by_id("messages-empty")
        self._latest = by_id("show-latest")
        self._pictures = AttachmentsView(scope)
        self._list: KeyedList[str, Row] = KeyedList(
            by_id("messages"),
            lambda: self._date.follow(clone("message-row")),
            functools.partial(fill_row, self.avatars, self._pictures),
        )
        self._scroller = MessageScroller(self._list)
        self._scrubber = Scrubber(scope, lambda: self._follows)
        self._date = FloatingDate(
            scope, self._time_of, lambda: self._follows, self._scrubber.follow
        )
        self._ref: ChannelRef | None = None
        self._is_new = True
        self._is_opening = True
        self._first_new: Any = None
        self._follows = True
        self._height = 0
        self._newest = ""
        self._edited: str | None = None
        self._loaded_at: Timeline | None = None
        self.listen(self._scroller.element, "scroll", self._on_scroll, passive=True)
        self._unread_banner = UnreadBanner(scope)
        self._actions = MessageActions(scope, self._list)
        self._folding = Folding(scope)
        ReactionTooltip(scope, self._list.parent)
        self.listen(self._latest, "click", lambda _: self._go_to_latest())
        self.listen(js.document, "visibilitychange", lambda _: self._look_around())
        self.listen(js.window, "pagehide", lambda _: self._on_leaving())
        scope.on_close(forget_positions)
        # When one answers, or writes much, there is less room for the messages.
        scope.observe_size(self._scroller.element, self._on_size)
        self.watch(self._show)
        self.watch(self._look_again)
        self.watch(self._go_to_target)

    def _show(self) -> None:
        account = self.account
        ref = account.channel_ref
        timeline = account.timeline()
        if ref != self._ref:
            self._note_position()
            self._ref = ref
            self._is_new = True
            self._is_opening = True
            self._follows = True
            self._date.hide()
        # Until the messages of another channel are there, the rows of the one before stay.
        self._list.parent.toggleAttribute("inert", timeline is None)
        if ref is None:
            self._list.show({})
            self._show_ends(Timeline(has_older=True))
        if timeline is None:
            self._is_new = True
            return
        editing = account.editing
        texts = {} if ref is None else account.edit_texts.get(ref, {})
        mark = account.new_after()
        new_from = first_new(timeline.messages, mark, account.user_id, has_older=timeline.has_older)
        rows = make_rows(
            timeline.messages,
            reader_id=account.user_id,
            editing=None if editing is None else (editing, texts.get(editing)),
            day=functools.partial(times.day, days=self.page.days()),
            new_from=new_from,
            avatars=account.people.avatars(),
            attachments=account.files.by_message(),
            originals=account.originals(),
            unfolded=account.unfolded(),
            columns=self._folding.columns(),
            sending=account.sync.outbox().by_message,
        )
        newest = timeline.messages[-1] if timeline.messages else None
        if newest is not None and newest.id != self._newest:
            # Who writes wants to see it.
            self._follows |= newest.sender_id == account.user_id and timeline.is_at_latest
            self._newest = newest.id
            if not self._is_new and not (self._follows and _is_seen()):
                untracked(self.effects.unread.fall_behind)
        anchor = None if self._is_new or self._follows else self._scroller.position()
        was_editing = self._editor()
        self._show_ends(timeline)
        self._list.show(rows)
        first_row = None if new_from is None else self._list.child(new_from)
        if self._is_opening and first_row is not None:
            self._scroller.go_to_new(first_row)
        elif not (self._is_opening and self._return()):
            # Nothing that one reads moves.
            is_kept = self._scroller.go_to(anchor)
            if not is_kept and timeline.is_at_latest:
                self._scroller.go_to_end()
        # While the page starts there is nothing to scroll yet.
        self._is_opening = self._is_opening and not self._scroller.height
        self._first_new = first_row
        is_above = mark is not None and bool(timeline.messages)
        is_above = is_above and timeline.messages[0].timestamp > (mark or 0)
        with untracked():
            self._unread_banner.place(first_row, is_above=is_above)
        self._actions.give_tab_stop(timeline)
        self._focus_editor(editing, was_editing)
        if self._is_new:
            # One room's head may take more of the window than another's.
            self._height = self._scroller.height
        self._is_new = False
        untracked(self._look_around)

    def _look_again(self) -> None:
        """Check again after a page was loaded: the next may be needed already."""
        account = self.account
        is_loading = account.timeline() is None or account.is_loading()
        self._scroller.element.setAttribute("aria-busy", "true" if is_loading else "false")
        # What could not be loaded is tried again when one scrolls, not over and over.
        if not is_loading and account.timeline() is not self._loaded_at:
            untracked(self._look_around)

    def _show_ends(self, timeline: Timeline) -> None:
        self._older.hidden = not timeline.has_older
        self._begins.hidden = timeline.has_older or not timeline.messages
        self._empty.hidden = timeline.has_older or bool(timeline.messages)
        self._show_latest_button(timeline)

    def _show_latest_button(self, timeline: Timeline) -> None:
        self._latest.hidden = timeline.is_at_latest and (self._follows or not timeline.messages)

    def _time_of(self, message_id: str) -> int | None:
        row = self._list.item(message_id)
        return None if row is None else row.message.timestamp

    # The place in the list

    def _note_position(self) -> None:
        """Remember the scroll position of the channel shown."""
        ref, positions = self._ref, self.account.positions
        position = None if self._follows else self._scroller.position()
        if ref is None or not self._list.parent.children.length:
            return
        positions.pop(ref, None)
        if position is not None:
            positions[ref] = position

    def _return(self) -> bool:
        """Restore the scroll position of the open channel; return false if it was at the end."""
        position = None if self._ref is None else self.account.positions.get(self._ref)
        is_there = self._scroller.go_to(position)
        self._follows = self._follows and not is_there
        return is_there

    def _on_leaving(self) -> None:
        self._note_position()
        keep_positions(self.account)

    def _on_size(self, *_: Any) -> None:
        self._height = self._scroller.height
        if self._is_new:
            # The rows are still those of the channel before.
            return
        is_opening, self._is_opening = self._is_opening, self._is_opening and not self._height
        if is_opening and self._first_new is not None:
            self._scroller.go_to_new(self._first_new)
            self._look_around()
        elif is_opening and self._ref is not None:
            if not self._return():
                self._scroller.go_to_end()
        elif self._follows:
            self._scroller.go_to_end()

    def _on_scroll(self, _event: Any) -> None:
        self._look_around()

    def _look_around(self) -> None:
        """Load more messages near an end of the list."""
        timeline = self.account.timeline()
        if timeline is None:
            return
        scroller = self._scroller
        above, below = scroller.above, scroller.below
        # A composer that grows takes room from the messages, and is no reason to stay behind:
        # `_on_size` follows.
        if scroller.height == self._height:
            self._follows = timeline.is_at_latest and below < AT_END
        self._show_latest_button(timeline)
        if self._follows and _is_seen():
            self.effects.unread.reach_end()
        self._unread_banner.look()
        if self.account.is_loading():
            return
        self._loaded_at = timeline
        if above < NEAR and timeline.has_older and timeline.messages:
            self.effects.messages.show_older()
        elif below < NEAR and not timeline.is_at_latest:
            self.effects.messages.show_newer()

    def _go_to_latest(self) -> None:
        timeline = self.account.timeline()
        if timeline is None:
            return
        self._follows = True
        self._is_new = True
        self._unread_banner.go_past()
        if timeline.is_at_latest:
            self._scroller.go_to_end()
        else:
            self.effects.messages.show_latest()
        self.account.message_id.set(None)
        self.effects.overlays.focus_composer()

    def _go_to_target(self) -> None:
        target = self.account.target()
        row = None if target is None else self._list.child(target)
        if row is None or not row.isConnected or self.page.phase() == "starting":
            return
        if not row.checkVisibility():
            # The page shows its screen in this very moment.
            asyncio.get_running_loop().call_soon(self._go_to_target)
            return
        self._follows = False
        is_taller = row.offsetHeight > self._scroller.height
        is_at_top = is_taller or self.account.is_target_at_top()
        row.scrollIntoView(block="start" if is_at_top else "center")
        editor = row.querySelector("textarea")
        # Who steps through what a search has found goes on there, and who is at the scrubber.
        if not js.document.querySelector("#search-panel:focus-within, #scrubber:focus"):
            (editor if isinstance(editor, JsProxy) else row).focus(preventScroll=True)
        row.toggleAttribute("data-lit", True)  # noqa: FBT003 a DOM call
        loop = asyncio.get_running_loop()
        loop.call_later(LIT_SECONDS, row.removeAttribute, "data-lit")
        # Not while the change that led here is being followed.
        loop.call_soon(self.effects.replies.arrived, self.account)

    def _editor(self) -> str | None:
        editor = self._list.parent.querySelector(".row[data-editing]")
        return str(editor.dataset.id) if isinstance(editor, JsProxy) else None

    def _focus_editor(self, editing: str | None, before: str | None) -> None:
        is_same, self._edited = editing == self._edited, editing
        row = self._list.child(editing) if editing is not None else None
        # One that comes back into the window takes the focus from nobody.
        if row is not None and not is_same:
            text = row.querySelector("textarea")
            text.focus()
            text.setSelectionRange(AT_THE_END, AT_THE_END)
            row.scrollIntoView(block="nearest")
        elif editing is None and before is not None and focus_is_lost():
            # Whoever has changed a message goes on writing.
            untracked(self.effects.overlays.focus_composer)


def _is_seen() -> bool:
    """Tell whether anyone can see the page."""
    return bool(js.document.visibilityState == "visible")
