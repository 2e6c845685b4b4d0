"""The frame: which screen and which pane is shown."""

import asyncio

import js

from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.scope import View, ViewScope

__all__ = ["ShellView"]

SCREENS = {
    "opening": "",
    "stopped": "#retry",
    "welcome": "#accounts button, #new-account input",
    "workspace": "#account-button, #show-rooms",
}
"""The screens, and where on each of them whoever comes from another one is put."""


class ShellView(View):
    """The screens of the page, and the panes of a narrow window."""

    def __init__(self, scope: ViewScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._workspace = by_id("workspace")
        self._has_begun = False
        self.listen(by_id("retry"), "click", lambda _: effects.accounts.retry())
        self.watch(self._show_screen)
        self.watch(self._show_storage)
        self.watch(self._show_pane)

    def _show_screen(self) -> None:
        page = self.page
        trouble = page.trouble()
        if trouble is not None:
            screen = "stopped"
            set_text(by_id("stopped-reason"), trouble[0])
            set_text(by_id("stopped-advice"), trouble[1])
        elif page.phase() == "starting" or page.is_switching():
            screen = "opening"
        else:
            screen = "welcome" if page.account() is None else "workspace"
        for name in SCREENS:
            by_id(name).hidden = name != screen
        by_id("app").hidden = False
        if SCREENS[screen]:
            # The first screen takes the focus from nobody; a new person has a name to type.
            if self._has_begun or screen == "welcome":
                # When all that is on the screen is there.
                asyncio.get_running_loop().call_soon(self._keep_focus, SCREENS[screen])
            self._has_begun = True

    def _keep_focus(self, places: str) -> None:
        """Move a lost focus to the screen that is shown."""
        focused = js.document.activeElement
        if focused.localName != "body" and focused.checkVisibility():
            return
        for place in js.document.querySelectorAll(places):
            if place.checkVisibility():
                place.focus()
                return

    def _show_storage(self) -> None:
        by_id("storage-banner").hidden = self.page.why_not_kept() is None

    def _show_pane(self) -> None:
        account = self.page.account()
        # Without a room there is only the list.
        self._workspace.dataset.pane = "rooms" if account is None else account.pane()
