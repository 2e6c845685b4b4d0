"""Reminding of a backup where none was ever made, and there is something to lose."""

import asyncio
from typing import Final

from reaktiv import Effect

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.state import AccountState
from roomkeep.app.storage_state import LAST_BACKUP

__all__ = ["BackupReminderEffects"]

REMINDED: Final = "backupReminder"
"""The setting that tells when the person last put the reminder off, in ms."""
LEAST: Final = 200
"""With fewer messages than this, nobody is reminded."""
AGAIN: Final = 30 * 86_400_000
"""How long a reminder that was put off stays away, in ms."""
AFTER: Final = 30.0
"""How long after the account was opened somebody is reminded, in seconds."""


class BackupReminderEffects(EffectGroup):
    """Reminds of a first backup."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._opened: AccountState | None = None
        self._follow = Effect(self._follow_account)

    @effect("failed.remind")
    async def look(self) -> None:
        """Remind, if there is a reason to."""
        account = self.account
        database = self.context.database(account)
        # What is on a homeserver is safe there.
        if account.sync.server() or await database.get_setting(LAST_BACKUP):
            return
        put_off = await database.get_setting(REMINDED)
        if isinstance(put_off, int) and self.context.time() - put_off < AGAIN:
            return
        report = await self.context.database(account).get_storage_report()
        # In memory, nothing is kept anyhow, and the page says so.
        is_kept = report.backend != "memory"
        account.storage.reminds.set(is_kept and report.rows.get("messages", 0) >= LEAST)

    @effect("failed.remind")
    async def put_off(self) -> None:
        """Remind again after a while."""
        account = self.account
        account.storage.reminds.set(False)
        await self.context.database(account).save_setting(REMINDED, self.context.time())

    def _follow_account(self) -> None:
        account = self.page.account()
        if account is not None and account is not self._opened:
            # A timer, and no task: nobody waits for it.
            asyncio.get_running_loop().call_later(AFTER, self._look_at, account)
        self._opened = account

    def _look_at(self, account: AccountState) -> None:
        if self.page.account() is account:
            self.look()
