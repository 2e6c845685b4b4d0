"""The part of the storage page that exports."""

from roomkeep.app.views import times
from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.job_progress import JobProgress
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize

__all__ = ["ExportView"]


class ExportView(AccountView):
    """Starts an export, and shows its progress and result."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self.listen(by_id("export-start"), "click", lambda _: effects.exports.start())
        start = by_id("export-start")
        JobProgress(scope, self.account.exporting, "export", effects.exports.cancel, start)
        # Before a repair, too.
        self.listen(by_id("health-export"), "click", lambda _: effects.exports.start())
        self.watch(self._show)

    def _show(self) -> None:
        job = self.account.exporting()
        set_text(by_id("export-last"), _say_last(self.account.storage.last_backup()))
        set_text(by_id("health-export-text"), "" if job is None else job.text)
        is_running = job is not None and job.is_running
        for name in ("export-start", "health-export"):
            # Not disabled: who pressed it by the keyboard stays on it.
            by_id(name).setAttribute("aria-disabled", "true" if is_running else "false")


def _say_last(made_at: int | None) -> str:
    if made_at is None:
        return ""
    if made_at == 0:
        return localize("storage.backup_never")
    return localize("storage.backup_last", date=times.date(made_at))
