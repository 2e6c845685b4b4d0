"""The progress and the result of a long job, and the button that cancels it."""

from collections.abc import Callable
from typing import Any

from reaktiv import Signal

from roomkeep.app.job import Job
from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.scope import AccountScope, AccountView

__all__ = ["JobProgress", "show_share"]


def show_share(bar: Any, job: Job | None) -> None:
    """Show in a bar what share of a job is done, or only that it goes on."""
    share = 0 if job is None else job.done
    if share is None:
        bar.removeAttribute("value")
    else:
        bar.value = share


class JobProgress(AccountView):
    """The elements `<prefix>-bar`, `-text`, `-advice` and `-cancel`.

    Args:
        shown: the signal that shows the job.
        prefix: what the ids of its elements begin with.
        cancel: cancels it.
        after: the button that gets the focus from the one that cancels, when that goes.
    """

    def __init__(
        self,
        scope: AccountScope,
        shown: Signal[Job | None],
        prefix: str,
        cancel: Callable[[], object],
        after: Any,
    ) -> None:
        super().__init__(scope)
        self._shown = shown
        self._bar = by_id(f"{prefix}-bar")
        self._text = by_id(f"{prefix}-text")
        self._advice = by_id(f"{prefix}-advice")
        self._cancel = by_id(f"{prefix}-cancel")
        self._after = after
        self.listen(self._cancel, "click", lambda _: cancel())
        self.watch(self._show)

    def _show(self) -> None:
        job = self._shown()
        is_running = job is not None and job.is_running
        self._bar.hidden = not is_running
        show_share(self._bar, job)
        set_text(self._text, "" if job is None else job.text)
        set_text(self._advice, "" if job is None else job.advice)
        had_focus = bool(self._cancel.matches(":focus"))
        self._cancel.hidden = not is_running
        # Not disabled: who pressed it by the keyboard stays on it.
        is_stopping = job is not None and job.phase == "stopping"
        self._cancel.setAttribute("aria-disabled", "true" if is_stopping else "false")
        if had_focus and not is_running:
            self._after.focus()
