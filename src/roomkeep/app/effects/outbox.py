"""The outbox: what waits to be sent to the homeserver, and what was refused."""

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.state import AccountState
from roomkeep.app.sync_state import read_outbox
from roomkeep.persistence import OUTBOX, Change

__all__ = ["OutboxEffects"]


class OutboxEffects(EffectGroup):
    """Shows what waits, and answers for what was refused."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._reading = False
        self._is_stale = False
        context.follow(self._take, OUTBOX)

    @effect("failed.try_again")
    async def retry(self, entry_id: str) -> None:
        """Send again what was refused."""
        await self.context.database(self.account).retry_outbox(entry_id)

    @effect("failed.discard")
    async def discard(self, entry_id: str) -> None:
        """Discard what was refused, and take back what it did here."""
        await self.context.database(self.account).discard_outbox(entry_id)

    async def load(self, account: AccountState) -> None:
        """Load what waits."""
        self._is_stale = True
        if self._reading:
            return
        self._reading = True
        try:
            while self._is_stale:
                self._is_stale = False
                entries = await self.context.database(account).get_outbox()
                account.sync.outbox.set(read_outbox(entries))
        finally:
            self._reading = False

    def _take(self, account: AccountState, _change: Change) -> None:
        if account.sync.server():
            self.context.start(self.load(account), "failed.load_outbox")
