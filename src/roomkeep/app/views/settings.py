"""The launch settings: the dialog, and applying them to the page."""

from typing import Any

import js

from roomkeep.app.views.dom import by_id
from roomkeep.app.views.scope import View, ViewScope

__all__ = ["SettingsView"]


class SettingsView(View):
    """Applies the settings, and changes them from the dialog."""

    def __init__(self, scope: ViewScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._form = by_id("settings-form")
        self.listen(self._form, "change", self._on_change)
        self.listen(by_id("open-settings"), "click", lambda _: effects.settings.open_dialog())
        # Another tab of the account wrote them.
        self.listen(js.window, "storage", lambda _: effects.settings.follow())
        self.watch(self._apply)
        self.watch(self._show)

    def _apply(self) -> None:
        settings = self.page.settings()
        root = js.document.documentElement
        if settings.theme == "system":
            root.removeAttribute("data-theme")
        else:
            root.dataset.theme = settings.theme
        root.dataset.density = settings.density

    def _show(self) -> None:
        settings = self.page.settings()
        fields = self._form.elements
        fields.namedItem("theme").value = settings.theme
        fields.namedItem("density").value = settings.density
        fields.namedItem("reopen").checked = settings.reopen_last_chat

    def _on_change(self, event: Any) -> None:
        field = event.target
        match str(field.name):
            case "theme":
                self.effects.settings.change(theme=str(field.value))
            case "density":
                self.effects.settings.change(density=str(field.value))
            case "reopen":
                self.effects.settings.change(reopen_last_chat=bool(field.checked))
