"""Checking and repairing an account's storage."""

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.storage import StorageEffects
from roomkeep.app.state import AccountState

__all__ = ["HealthEffects"]


class HealthEffects(EffectGroup):
    """Checks and repairs the storage."""

    def __init__(self, context: Context, storage: StorageEffects) -> None:
        super().__init__(context)
        self._storage = storage

    @effect("failed.check")
    async def check(self) -> None:
        """Check every record, in the background."""
        account = self.account
        if account.health.doing() != "nothing":
            return
        account.health.mended.set(None)
        account.health.is_asking.set(False)
        await self._check(account)

    def ask_repair(self) -> None:
        """Ask whether to repair what was found."""
        self.account.health.is_asking.set(True)

    def cancel_repair(self) -> None:
        """Cancel the repair."""
        self.account.health.is_asking.set(False)

    @effect("failed.repair")
    async def repair(self) -> None:
        """Repair what can be repaired without loss, and check again."""
        account = self.account
        health = account.health
        if health.doing() != "nothing":
            return
        health.is_asking.set(False)
        health.doing.set("repairing")
        try:
            mended = await self.context.database(account).repair()
            health.mended.set(len(mended))
        finally:
            health.doing.set("nothing")
        await self._check(account)

    async def _check(self, account: AccountState) -> None:
        health = account.health
        health.doing.set("checking")
        try:
            health.problems.set(tuple(await self.context.database(account).find_problems()))
        finally:
            health.doing.set("nothing")
        # What cannot be read is known now.
        await self._storage.refresh()
