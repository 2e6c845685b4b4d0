"""The bar that says how many messages are new, and leads to the first."""

from typing import Any

from reaktiv import untracked

from roomkeep.app.channel_ref import ChannelRef
from roomkeep.app.views import times
from roomkeep.app.views.dom import by_id, part, set_text
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize

__all__ = ["UnreadBanner"]


class UnreadBanner(AccountView):
    """The bar. It shows while messages are unread, or after jumping past the new ones."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._bar = by_id("unread-banner")
        self._scroller = by_id("messages-scroller")
        self._row: Any = None
        self._is_above = False
        self._was_passed = False
        self._of: tuple[ChannelRef | None, int] | None = None
        self.listen(by_id("new-jump"), "click", lambda _: effects.replies.show_new())
        self.listen(by_id("new-read"), "click", self._on_read)
        self.watch(self._show)
        self.watch(self._show_count)

    def place(self, row: Any | None, *, is_above: bool) -> None:
        """Note where the new messages begin.

        Args:
            row: the row with which it does, where that is on the page.
            is_above: it is before all that is on the page.
        """
        self._row = row
        self._is_above = is_above
        self.look()

    def look(self) -> None:
        """Show or hide the bar, depending on whether the first new message is in view."""
        if self._of is None:
            return
        is_above = self._is_above
        if self._row is not None:
            view = self._scroller.getBoundingClientRect()
            line = self._row.getBoundingClientRect()
            is_above = line.top < view.top
            if not is_above and line.top < view.bottom:
                self._was_passed = False
        is_unread = bool(self._unread())
        text = "unread.mark_as_read" if is_unread else "app.dismiss"
        set_text(by_id("new-read"), localize(text))
        self._set_hidden(hidden=not (is_unread or (is_above and self._was_passed)))

    def go_past(self) -> None:
        """Note that the new messages are skipped."""
        self._was_passed |= bool(self._unread())

    def _unread(self) -> int:
        ref = self.account.channel_ref
        return 0 if ref is None else self.account.unread().get(ref, 0)

    def _show(self) -> None:
        account = self.account
        after = account.new_after()
        count = account.new_count()
        if after is None or not count:
            self._of = None
            self._set_hidden(hidden=True)
            return
        of = (account.channel_ref, after)
        if of != self._of:
            self._of, self._was_passed = of, False
            timeline = account.timeline()
            messages = () if timeline is None else timeline.messages
            since = next((m.timestamp for m in messages if m.timestamp > after), after)
            set_text(part(self._bar, "count"), localize("unread.count", count=count))
            # The space keeps them apart for those who hear it.
            since_when = localize("unread.since", time=self._when(since))
            set_text(part(self._bar, "since"), f" {since_when}")
        self.look()

    def _show_count(self) -> None:
        count = self._unread()
        badge = by_id("show-latest-count")
        badge.hidden = not count
        set_text(badge, localize("unread.new", count=count))

    def _set_hidden(self, *, hidden: bool) -> None:
        if hidden != bool(self._bar.hidden):
            had_focus = hidden and self._bar.matches(":focus-within")
            self._bar.hidden = hidden
            if had_focus:
                untracked(self.effects.overlays.focus_composer)

    def _on_read(self, _event: Any) -> None:
        self.effects.unread.read_channel()

    def _when(self, timestamp: int) -> str:
        is_today = self.page.days().nearness(timestamp) == "today"
        return times.time_of_day(timestamp) if is_today else times.moment(timestamp)
