"""Keeping the search index up to date, while nobody is busy."""

import asyncio
import time
from typing import Final

from reaktiv import Effect

from roomkeep.app.effects.context import Context, EffectGroup
from roomkeep.app.state import AccountState

__all__ = ["SearchIndexEffects"]

GATHER: Final = 60.0
"""How long changes are gathered before they are indexed, in seconds, and so is what was there."""
QUIET: Final = 1.0
"""How long nobody must have typed or pressed anything, in seconds."""
SHARE: Final = 1.0
"""How long to rest, as a multiple of the work before."""
LOOK_AGAIN: Final = 0.5
"""How often to look whether an import is over, in seconds."""


class SearchIndexEffects(EffectGroup):
    """Indexes what is new, and everything once."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._busy_until = 0.0
        self._worked_since = 0.0
        self._opened: AccountState | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_running = False
        context.follow(lambda _account, _change: self._plan(), "messages", "rooms")
        self._follow = Effect(self._follow_account)

    def note_input(self) -> None:
        """Leave the time to somebody who types or presses something."""
        self._busy_until = time.monotonic() + QUIET

    def _follow_account(self) -> None:
        account = self.page.account()
        if account is not None and account is not self._opened:
            self._plan()
        self._opened = account

    def _plan(self) -> None:
        # A timer, and no task: nobody waits for it.
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHER, self._start)

    def _start(self) -> None:
        self._timer = None
        account = self.page.account()
        if self._is_running:
            self._plan()
        elif account is not None:
            self.context.start(self._update(account), "failed.index")

    async def _update(self, account: AccountState) -> None:
        search = account.search

        async def rest() -> None:
            await self._rest(account)

        self._is_running = True
        try:
            await self.context.database(account).update_search_index(
                rest=rest, report=search.indexed.set
            )
        finally:
            self._is_running = False
            search.indexed.set(None)

    async def _rest(self, account: AccountState) -> None:
        worked = time.monotonic() - self._worked_since
        await asyncio.sleep(min(worked * SHARE, LOOK_AGAIN))
        while True:
            importing = account.importing()
            if importing is not None and importing.is_running:
                await asyncio.sleep(LOOK_AGAIN)
            elif (wait := self._busy_until - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            else:
                break
        self._worked_since = time.monotonic()
