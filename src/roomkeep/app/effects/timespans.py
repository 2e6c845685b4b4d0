"""The span of time of the open channel, where it is long enough for a scrubber."""

import asyncio
from typing import Final

from reaktiv import Effect, untracked

from roomkeep.app.channel_ref import ChannelRef
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.state import AccountState
from roomkeep.app.timeline import MOST
from roomkeep.app.timespan import TimeSpan
from roomkeep.models import BEGINNING_OF_TIME
from roomkeep.persistence import Change

__all__ = ["TimeSpanEffects"]

SHORTEST: Final = 7 * 86_400_000
"""A channel that goes back no further than this, in ms, has no scrubber."""
AFTER: Final = 1.0
"""How long after a channel was opened or changed it is measured, in seconds: the rest is first."""


class TimeSpanEffects(EffectGroup):
    """Measures the open channel, once its messages are shown."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._timer: asyncio.TimerHandle | None = None
        self._asked: tuple[AccountState | None, ChannelRef | None] = (None, None)
        context.follow(self._on_change, "messages")
        self._follow = Effect(self._follow_channel)

    def _follow_channel(self) -> None:
        account = self.page.account()
        if account is None or account.timeline() is None:
            return
        asked = (account, account.channel_ref)
        if asked != self._asked:
            self._asked = asked
            untracked(lambda: account.span.set(None))
            self._plan()

    def _on_change(self, _account: AccountState, change: Change) -> None:
        # Single messages make it longer where they are shown; an import makes it another.
        if change.action != "put" or len(change.keys) > 1:
            self._plan()

    def _plan(self) -> None:
        # A timer, and no task: nobody waits for it.
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(AFTER, self._start)

    def _start(self) -> None:
        self._timer = None
        if self.page.account() is not None:
            self.measure()

    @effect("failed.load_earlier")
    async def measure(self) -> None:
        """Measure the open channel."""
        account = self.account
        ref = account.channel_ref
        if ref is None:
            return
        room_id, channel_id = ref
        database = self.context.database(account)
        span = None
        if await database.count_messages(room_id, None, channel_id) > MOST:
            first = await database.get_messages_after(room_id, BEGINNING_OF_TIME, 1, channel_id)
            last = await database.get_latest_messages(room_id, 1, None, channel_id)
            if first and last and last[0].timestamp - first[0].timestamp > SHORTEST:
                span = TimeSpan(first[0].timestamp, last[0].timestamp)
        if account.channel_ref == ref:
            account.span.set(span)
