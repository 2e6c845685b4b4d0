"""The state of the storage check, and its wording."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from reaktiv import Signal

from roomkeep.app.signals import signal
from roomkeep.localization import join_sentences, localize
from roomkeep.persistence import Problem

__all__ = ["HealthState", "listed", "say_problem", "say_problems"]


class HealthState:
    """The check of one account, as the page shows it.

    Attributes:
        problems: what the last check found; None until there was one.
        doing: what is under way.
        mended: how many problems were repaired just now; None where nothing was.
        is_asking: problems are to be repaired, if the person says so.
    """

    def __init__(self) -> None:
        self.problems: Signal[tuple[Problem, ...] | None] = signal(None)
        self.doing: Signal[Literal["nothing", "checking", "repairing"]] = signal("nothing")
        self.mended: Signal[int | None] = signal(None)
        self.is_asking: Signal[bool] = signal(value=False)


def listed(problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems that the check lists; the page lists unreadable records by themselves."""
    return [one for one in problems if one.is_fault and one.kind != "unreadable"]


def say_problems(problems: Sequence[Problem]) -> str:
    """Return what a check found, in plain sentences."""
    faults = [one for one in problems if one.is_fault]
    repairable = sum(one.can_be_repaired for one in faults)
    said = [localize("health.found", count=len(faults))]
    if faults and repairable == len(faults):
        said.append(localize("health.all_repairable", count=repairable))
    elif repairable:
        said.append(localize("health.some_repairable", count=repairable))
    elif faults:
        said.append(localize("health.none_repairable"))
    if unreadable := sum(one.kind == "unreadable" for one in faults):
        said.append(localize("health.unreadable", count=unreadable))
    if waiting := len(problems) - len(faults):
        said.append(localize("health.waiting", count=waiting))
    return join_sentences(*said)


def say_problem(problem: Problem) -> str:
    """Return what is wrong with a record, in a plain sentence."""
    return localize(_KINDS[problem.kind], detail=problem.sentence)


_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "unreadable": "problem.unreadable",
        "unindexed": "problem.unindexed",
        "index": "problem.index",
        "reactions": "problem.reactions",
        "tombstone": "problem.tombstone",
        "waiting": "problem.waiting",
        "file": "problem.file",
        "database": "problem.database",
    }
)
"""The texts of the kinds of problems."""
