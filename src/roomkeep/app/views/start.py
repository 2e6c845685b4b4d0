"""The start page of an account without rooms."""

from reaktiv import untracked

from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize

__all__ = ["StartView"]


class StartView(AccountView):
    """The ways to start, and the progress of the sample rooms."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._section = by_id("start")
        self._samples = by_id("first-samples")
        self._bar = by_id("start-bar")
        self.listen(self._samples, "click", lambda _: effects.samples.create())
        self.watch(self._show)
        self.watch(self._show_progress)

    def _show(self) -> None:
        account = self.account
        # Until the sample rooms are all there, one stays here.
        is_new = account.rooms() == () and account.sync.progress() is None
        is_empty = account.room is None and (is_new or account.making_samples() is not None)
        had_focus = self._section.matches(":focus-within")
        self._section.hidden = not is_empty
        # Who began is in the room.
        if had_focus and not is_empty:
            untracked(self.effects.overlays.focus_composer)

    def _show_progress(self) -> None:
        done = self.account.making_samples()
        is_making = done is not None
        # Disabled, it would lose the focus.
        self._samples.setAttribute("aria-disabled", "true" if is_making else "false")
        self._bar.hidden = not is_making
        self._bar.value = done or 0
        set_text(by_id("start-text"), localize("start.samples_running") if is_making else "")
