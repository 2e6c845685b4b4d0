"""The part of the storage page that exports."""

from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.scope import AccountScope, AccountView

__all__ = ["ExportView"]


class ExportView(AccountView):
    """Begins an export, shows how far it is, and what came of it."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self.listen(by_id("export-start"), "click", lambda _: effects.exports.start())
        self.listen(by_id("export-cancel"), "click", lambda _: effects.exports.cancel())
        # Before a repair, too.
        self.listen(by_id("health-export"), "click", lambda _: effects.exports.start())
        self.watch(self._show)

    def _show(self) -> None:
        exporting = self.account.exporting()
        is_running = exporting is not None and exporting.is_running
        by_id("export-bar").hidden = not is_running
        by_id("export-bar").value = 0 if exporting is None else exporting.done
        text = "" if exporting is None else exporting.text
        set_text(by_id("export-text"), text)
        set_text(by_id("health-export-text"), text)
        set_text(by_id("export-advice"), "" if exporting is None else exporting.advice)
        for name in ("export-start", "health-export"):
            # Not disabled: who pressed it by the keyboard stays on it.
            by_id(name).setAttribute("aria-disabled", "true" if is_running else "false")
        cancel = by_id("export-cancel")
        if cancel.matches(":focus") and not is_running:
            by_id("export-start").focus()
        cancel.hidden = not is_running
