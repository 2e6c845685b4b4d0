"""The reminder of a first backup, under the list of rooms."""

from roomkeep.app.views.dom import by_id
from roomkeep.app.views.scope import AccountScope, AccountView

__all__ = ["BackupReminderView"]


class BackupReminderView(AccountView):
    """Shows the reminder until a backup is made, or it is put off."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._reminder = by_id("backup-reminder")
        start, later = by_id("backup-remind-start"), by_id("backup-remind-later")
        self.listen(start, "click", lambda _: effects.storage.open_page())
        self.listen(later, "click", lambda _: effects.backup_reminders.put_off())
        self.watch(self._show)

    def _show(self) -> None:
        storage = self.account.storage
        is_shown = storage.reminds() and not storage.last_backup()
        had_focus = bool(self._reminder.matches(":focus-within"))
        self._reminder.hidden = not is_shown
        if had_focus and not is_shown:
            by_id("open-import").focus()
