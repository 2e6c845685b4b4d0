"""The offer to reload the page when a new version is on the device."""

import js

from roomkeep.app.views.dom import by_id
from roomkeep.app.views.scope import View, ViewScope

__all__ = ["UpdateView"]


class UpdateView(View):
    """The offer to reload. The page never reloads by itself; the offer can be dismissed."""

    def __init__(self, scope: ViewScope) -> None:
        super().__init__(scope)
        # Drafts are kept when the page goes, as at any reload.
        self.listen(by_id("update-reload"), "click", lambda _: js.location.reload())
        self.listen(by_id("update-later"), "click", lambda _: self.page.is_outdated.set(False))
        self.watch(self._show)

    def _show(self) -> None:
        by_id("update").hidden = not self.page.is_outdated()
