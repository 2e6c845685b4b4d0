"""The account's storage: its report, its protection, and deleting everything."""

from roomkeep.app.effects.accounts import AccountEffects
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.state import AccountState
from roomkeep.app.storage_state import LAST_BACKUP
from roomkeep.localization import localize

__all__ = ["StorageEffects"]


class StorageEffects(EffectGroup):
    """Reports on the storage, protects it, and empties it."""

    def __init__(self, context: Context, accounts: AccountEffects) -> None:
        super().__init__(context)
        self._accounts = accounts

    def open_page(self) -> None:
        """Open the storage page."""
        account = self.account
        account.storage.is_clearing.set(False)
        account.storage.removing.set(())
        account.dialog.set("storage")
        self.refresh()

    @effect("failed.load_storage")
    async def refresh(self) -> None:
        """Load the report again."""
        await self._look(self.account)

    async def _look(self, account: AccountState) -> None:
        storage = account.storage
        storage.is_loading.set(True)
        try:
            database = self.context.database(account)
            report = await database.get_storage_report()
            storage.report.set(report)
            last_backup = await database.get_setting(LAST_BACKUP)
            storage.last_backup.set(last_backup if isinstance(last_backup, int) else 0)
            storage.files.set(tuple(await database.get_files()))
            storage.unreadable.set(tuple(database.unreadable_records))
        finally:
            storage.is_loading.set(False)

    @effect("failed.protect")
    async def ask_to_keep(self) -> None:
        """Ask the browser to protect the data. It may ask the person, which can take long."""
        account = self.account
        storage = account.storage
        if storage.keeping() == "asking":
            return
        storage.keeping.set("asking")
        promised = False
        try:
            promised = await self.context.database(account).request_persistence()
        finally:
            storage.keeping.set("idle" if promised else "refused")
        await self._look(account)

    def ask_clear(self) -> None:
        """Ask whether to delete everything."""
        self.account.storage.is_clearing.set(True)

    def cancel_clear(self) -> None:
        """Cancel the deletion."""
        self.account.storage.is_clearing.set(False)

    @effect("failed.delete_everything", of_device=True)
    async def clear(self) -> None:
        """Delete everything that the account keeps, and start over."""
        await self._accounts.start_over(self.account)
        self.context.tell("success", localize("storage.deleted"))
