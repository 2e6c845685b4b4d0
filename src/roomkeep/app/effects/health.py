"""The account's health: checked, and repaired when asked."""

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.storage import StorageEffects
from roomkeep.app.state import AccountState

__all__ = ["HealthEffects"]


class HealthEffects(EffectGroup):
    """What one does to know that all is well."""

    def __init__(self, context: Context, storage: StorageEffects) -> None:
        super().__init__(context)
        self._storage = storage

    @effect("failed.check")
    async def check(self) -> None:
        """Look at every record. One goes on chatting meanwhile."""
        account = self.account
        if account.health.doing() != "nothing":
            return
        account.health.mended.set(None)
        account.health.is_asking.set(False)
        await self._check(account)

    def ask_repair(self) -> None:
        """Ask whether what was found is to be repaired."""
        self.account.health.is_asking.set(True)

    def cancel_repair(self) -> None:
        """Leave all as it is."""
        self.account.health.is_asking.set(False)

    @effect("failed.repair")
    async def repair(self) -> None:
        """Mend what can be mended without a loss, and look again."""
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
