"""What the page knows of an account's health, and how to say it."""

import operator
from collections.abc import Sequence
from typing import Literal, TypeVar

from reaktiv import Signal

from roomkeep.persistence import Problem

__all__ = ["HealthState", "listed", "say_problems"]

T = TypeVar("T")


class HealthState:
    """The check of one account, as the page shows it.

    Attributes:
        problems: what the last check found; None until there was one.
        doing: what is under way.
        mended: how many problems were repaired just now; None where nothing was.
        is_asking: problems are to be repaired, if the person says so.
    """

    def __init__(self) -> None:
        self.problems: Signal[tuple[Problem, ...] | None] = _signal(None)
        self.doing: Signal[Literal["nothing", "checking", "repairing"]] = _signal("nothing")
        self.mended: Signal[int | None] = _signal(None)
        self.is_asking: Signal[bool] = _signal(value=False)


def listed(problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems that the check lists; the page lists unreadable records by themselves."""
    return [one for one in problems if one.is_fault and one.kind != "unreadable"]


def say_problems(problems: Sequence[Problem]) -> str:
    """Return what a check found, in plain sentences."""
    faults = [one for one in problems if one.is_fault]
    repairable = sum(one.can_be_repaired for one in faults)
    said = []
    if not faults:
        said.append("All is well: every record can be read, and what belongs together agrees.")
    else:
        said.append(f"{_count(len(faults), 'problem')} found.")
        if repairable == len(faults):
            said.append("It can be repaired." if repairable == 1 else "All can be repaired.")
        elif repairable:
            said.append(f"{repairable:,} of them can be repaired.")
        else:
            said.append("Nothing here can be repaired without a loss, so all is left as it is.")
    if unreadable := sum(one.kind == "unreadable" for one in faults):
        said.append(f"{_count(unreadable, 'record')} cannot be read; see below.")
    if waiting := len(problems) - len(faults):
        what = _count(waiting, "reaction or file", "reactions or files")
        verb = "belongs to a message" if waiting == 1 else "belong to messages"
        not_there = "is not here (yet)" if waiting == 1 else "are not here (yet)"
        said.append(f"{what} {verb} that {not_there}, such as a file that is not sent.")
    return " ".join(said)


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _signal(value: T) -> Signal[T]:
    return Signal(value, equal=operator.eq)
