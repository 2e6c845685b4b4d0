"""The answers to what archives leave open, kept for the next import as a setting."""

from collections.abc import Collection, Mapping
from typing import Final

from msgspec import Struct

from roomkeep.archives.importer import Answers
from roomkeep.archives.records import QuestionKind

__all__ = ["IMPORT_ANSWERS", "KeptAnswers", "answers_to_keep", "read_answers"]

IMPORT_ANSWERS: Final = "importAnswers"
"""The setting of the answers that were given last."""


class KeptAnswers(Struct, frozen=True, kw_only=True):
    """The answers that were given last.

    Attributes:
        time_zone: the name of a time zone; empty for that of the device; None for no answer yet.
        day_first: whether 3/4 is the third of April; None for no answer yet.
    """

    time_zone: str | None = None
    day_first: bool | None = None


def read_answers(kept: object) -> KeptAnswers:
    """Return the answers that a setting holds; what is not as it should be counts as none."""
    fields = kept if isinstance(kept, dict) else {}
    zone, day_first = fields.get("timeZone"), fields.get("dayFirst")
    return KeptAnswers(
        time_zone=zone if isinstance(zone, str) else None,
        day_first=day_first if isinstance(day_first, bool) else None,
    )


def answers_to_keep(
    kept: KeptAnswers, asked: Collection[QuestionKind], answers: Answers
) -> Mapping[str, object]:
    """Return the setting for the next import.

    Args:
        kept: the answers so far; what was not asked this time stays.
        asked: what the archive left open.
        answers: what the person said.
    """
    zone, day_first = kept.time_zone, kept.day_first
    if "time_zone" in asked:
        zone = str(getattr(answers.time_zone, "key", ""))
    if "day_first" in asked:
        day_first = answers.day_first
    return {"timeZone": zone, "dayFirst": day_first}
