"""Running a job that takes a while: its progress, how it is canceled, and how it ends."""

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from typing import Literal

from msgspec.structs import replace
from reaktiv import Signal

from roomkeep.app.effects.context import Context
from roomkeep.app.error_messages import explain
from roomkeep.app.job import Job, JobPhase
from roomkeep.app.state import AccountState, Dialog
from roomkeep.errors import RoomkeepError, ScopeChanged
from roomkeep.localization import join_sentences, localize
from roomkeep.persistence import DatabaseService

__all__ = ["BREATH", "JobRun", "StoppedError", "cancel"]

BREATH = 0.012
"""How long the page may be held up between two chances to draw, in seconds."""

logger = logging.getLogger(__name__)


class StoppedError(Exception):
    """The job was canceled.

    Args:
        text: what to say; the job's own words when it is empty.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.text = text


def cancel(shown: Signal[Job | None]) -> None:
    """Have a job stop at the next chance."""
    job = shown()
    if job is not None and job.is_running:
        shown.set(replace(job, phase="stopping", text=localize("app.stopping")))


class JobRun(ABC):
    """One run of a job.

    Args:
        context: what every effect works with.
        account: the account it works for.
        shown: the signal that shows it.
        job: how it begins.
        dialog: the dialog that shows it; when that is closed, a notice says how the job ended.
        failure: the id of the text that says that it failed.
    """

    def __init__(
        self,
        context: Context,
        account: AccountState,
        shown: Signal[Job | None],
        job: Job,
        *,
        dialog: Dialog,
        failure: str,
    ) -> None:
        self._context = context
        self._account = account
        self._shown = shown
        self._job = job
        self._dialog = dialog
        self._failure = failure
        self._last_breath = time.monotonic()

    async def run(self) -> None:
        """Do the work, and say how it ended."""
        self._shown.set(self._job)
        try:
            await self._work()
        except StoppedError as stopped:
            self._end("stopped", stopped.text or self._stopped_text())
        except ScopeChanged:
            raise
        except Exception as error:  # noqa: BLE001 every way to fail is told
            self._end("failed", *self._explain(error))
        else:
            self._end("done", self._done_text(), self._done_advice())

    @abstractmethod
    async def _work(self) -> None:
        """Do all of it."""

    @abstractmethod
    def _done_text(self) -> str:
        """Say what was done."""

    @abstractmethod
    def _done_advice(self) -> str:
        """Say what else there is to know; empty for nothing."""

    @abstractmethod
    def _stopped_text(self) -> str:
        """Say what was done before it was stopped."""

    @abstractmethod
    def _failed_text(self) -> str:
        """Say what was done before it failed."""

    def _explain(self, error: Exception) -> tuple[str, str]:
        """Say what went wrong, and what else there is to know."""
        if isinstance(error, RoomkeepError):
            logger.warning("%s: %s", self._failure, error)
        else:
            logger.error(self._failure, exc_info=error)
        text, advice = explain(error, self._failure, is_one_of_many=True)
        return text, join_sentences(advice, self._failed_text())

    def _show(self, done: float | None = None, text: str = "") -> None:
        """Show how far it has come, in the words of a text, if any; stop here if it was canceled.

        Raises:
            StoppedError: it was.
        """
        job = self._shown()
        assert job is not None, "a job that runs is not forgotten"  # noqa: S101
        if job.phase == "stopping":
            raise StoppedError
        if text:
            self._shown.set(replace(job, done=done, text=text))

    async def _breathe(
        self, done: float | None = None, text: str = "", *, always: bool = False
    ) -> None:
        """Let the page draw and take events, if it had to wait; show how far it has come."""
        if not always and time.monotonic() - self._last_breath < BREATH:
            return
        self._show(done, text)
        await asyncio.sleep(0)
        self._last_breath = time.monotonic()
        self._stay()

    def _stay(self) -> None:
        """Go on only in the same account.

        Raises:
            ScopeChanged: it was switched.
        """
        if self._context.page.account() is not self._account:
            raise ScopeChanged("the account was switched")

    @property
    def _database(self) -> DatabaseService:
        return self._context.database(self._account)

    def _end(
        self, phase: Literal["done", "stopped", "failed"], text: str, advice: str = ""
    ) -> None:
        self._shown.set(replace(self._shown() or self._job, phase=phase, text=text, advice=advice))
        self._tell_if_hidden(phase, text, advice)

    def _tell_if_hidden(self, phase: JobPhase, text: str, advice: str) -> None:
        if self._account.dialog() != self._dialog and self._context.page.account() is self._account:
            self._context.tell("error" if phase == "failed" else "success", text, advice)
