"""The offer to reload the page when a new version is on the device."""

import js

from roomkeep.app.effects import Effects
from roomkeep.app.state import PageState
from roomkeep.app.views.dom import View, by_id

__all__ = ["UpdateView"]


class UpdateView(View):
    """The offer. The page never reloads by itself, and the offer can be put away."""

    def __init__(self, page: PageState, effects: Effects) -> None:
        super().__init__(page, effects)
        # Drafts are kept when the page goes, as at any reload.
        self.listen(by_id("update-reload"), "click", lambda _: js.location.reload())
        self.listen(by_id("update-later"), "click", lambda _: page.is_outdated.set(False))
        self.watch(self._show)

    def _show(self) -> None:
        by_id("update").hidden = not self.page.is_outdated()
