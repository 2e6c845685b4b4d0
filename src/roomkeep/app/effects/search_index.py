"""Keeping the search index up to date, while nobody is busy."""

import asyncio
import time
from typing import Final

from reaktiv import Effect, untracked

from roomkeep.app.effects.batcher import Batcher
from roomkeep.app.effects.context import Context, EffectGroup
from roomkeep.app.state import AccountState
from roomkeep.errors import ScopeChanged
from roomkeep.persistence import Change, SearchProgress

__all__ = ["SearchIndexEffects"]

GATHER: Final = 5.0
"""How long changes are gathered before they are indexed, in seconds. The start comes first, too."""
QUIET: Final = 1.0
"""How long nobody must have typed or pressed anything, in seconds."""
SHARE: Final = 1.0
"""How long to rest, as a multiple of the work before."""
LOOK_AGAIN: Final = 0.5
"""How often to look whether an import is over, in seconds."""


class _Due:
    """Whether something is to be indexed."""

    def __init__(self) -> None:
        self.is_due = False

    def __bool__(self) -> bool:
        return self.is_due

    def set(self) -> None:
        """Have it indexed."""
        self.is_due = True


class SearchIndexEffects(EffectGroup):
    """Indexes what is new, and everything once."""

    def __init__(self, context: Context, *, gather: float = GATHER) -> None:
        super().__init__(context)
        self._busy_until = 0.0
        self._worked_since = 0.0
        self._opened: AccountState | None = None
        self._batcher = Batcher(
            context, "failed.index", _Due, self._update, gather=gather, rest=gather
        )
        context.follow(self._on_change, "messages", "rooms")
        self._follow = Effect(self._follow_account)

    def note_input(self) -> None:
        """Leave the time to somebody who types or presses something."""
        self._busy_until = time.monotonic() + QUIET

    def _follow_account(self) -> None:
        account = self.page.account()
        if account is not None and account is not self._opened:
            untracked(lambda: self._batcher.add(account, _Due.set))
        self._opened = account

    def _on_change(self, account: AccountState, _change: Change) -> None:
        self._batcher.add(account, _Due.set)

    async def _update(self, account: AccountState, due: _Due) -> None:
        due.is_due = False
        search = account.search

        async def rest() -> None:
            await self._rest(account)

        def report(progress: SearchProgress) -> None:
            search.indexed.set(progress)

        try:
            await self.context.database(account).update_search_index(rest=rest, report=report)
        except ScopeChanged:
            return
        finally:
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
