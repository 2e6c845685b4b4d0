"""Removing the oldest files to free up space."""

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.storage import StorageEffects
from roomkeep.app.state import AccountState
from roomkeep.app.storage_state import oldest
from roomkeep.localization import format_percent, localize

__all__ = ["StorageCleanupEffects"]

NEARLY_FULL = 0.8
"""From this share of the quota on, the page says that room is running out."""


class StorageCleanupEffects(EffectGroup):
    """Frees up space. Nothing is removed without asking."""

    def __init__(self, context: Context, storage: StorageEffects) -> None:
        super().__init__(context)
        self._storage = storage

    @effect("failed.load_storage")
    async def warn(self) -> None:
        """Warn once, at the start, when the storage is nearly full."""
        if not self.context.device.is_ready():
            return  # it could not be opened, which is told already
        quota = (await self.context.device.get_storage_report()).quota
        if quota.usage is None or not quota.quota or quota.usage < NEARLY_FULL * quota.quota:
            return
        self.context.tell(
            "error",
            localize("storage.nearly_full", percent=format_percent(quota.usage / quota.quota)),
            localize("storage.nearly_full_advice"),
        )

    def ask(self, share: float) -> None:
        """Ask whether to remove the oldest files, up to a share of their total size."""
        storage = self.account.storage
        storage.removing.set(oldest(storage.files() or (), share))

    def cancel(self) -> None:
        """Cancel the removal."""
        self.account.storage.removing.set(())

    @effect("failed.remove_files")
    async def remove(self) -> None:
        """Remove the files in question. Their messages stay."""
        account = self.account
        files = account.storage.removing()
        account.storage.removing.set(())
        if files:
            await self._remove(account, [file.id for file in files])

    async def _remove(self, account: AccountState, ids: list[str]) -> None:
        await self.context.database(account).remove_files(ids)
        await self._storage.refresh()
