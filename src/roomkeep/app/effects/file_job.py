"""Jobs that read a picked file: how they fail when the file is wrong, or cannot be read."""

import logging

from roomkeep.app.effects.job_run import JobRun
from roomkeep.archives.errors import ArchiveError
from roomkeep.localization import join_sentences, localize

__all__ = ["FileJob", "explain_file_error", "say_there"]

logger = logging.getLogger(__name__)


class FileJob(JobRun):
    """One run of a job that reads a file."""

    def _explain(self, error: Exception) -> tuple[str, str]:
        told = explain_file_error(error)
        if told is None:
            return super()._explain(error)
        text, advice = told
        return text, join_sentences(self._failed_text(), advice)


def explain_file_error(error: Exception) -> tuple[str, str] | None:
    """Return what is wrong with a file, and what to do; None where it is not the file's fault."""
    if isinstance(error, ArchiveError):
        return str(error), error.advice
    if isinstance(error, OSError):
        logger.warning("could not read the file", exc_info=error)
        text = join_sentences(localize("files.changed"), localize("files.changed_advice"))
        return text, localize("import.choose_again")
    return None


def say_there(messages: int) -> str:
    """Say how many messages of a file were here already; empty for none."""
    return localize("import.already_here", count=messages) if messages else ""
