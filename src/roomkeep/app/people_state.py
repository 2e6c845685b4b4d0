"""What the page knows of the people of the open room."""

import operator
from collections.abc import Mapping
from typing import TypeVar

from reaktiv import Signal

from roomkeep.app.people import Avatar, Person
from roomkeep.models import Ban

__all__ = ["PAGE_OF_PEOPLE", "PeopleState"]

T = TypeVar("T")

PAGE_OF_PEOPLE = 40
"""So many people are listed at a time; more come when one asks for them."""


class PeopleState:
    """The people of the open room, and what is shown of them.

    Attributes:
        people: the roster; None until it is loaded.
        avatars: how people look beside what they write, by their ids.
        bans: the active bans of the room.
        in_column: the roster stands beside the conversation, where the window is wide enough.
        in_front: the roster stands in its place, where the window is not.
        query: only people whose names hold this are listed.
        limit: how many people are listed at most.
        card: whose card is open.
        banning: who is to be banned, if the person says so.
    """

    def __init__(self) -> None:
        self.people: Signal[tuple[Person, ...] | None] = _signal(None)
        self.avatars: Signal[Mapping[str, Avatar]] = _signal({})
        self.bans: Signal[tuple[Ban, ...]] = _signal(())
        self.in_column: Signal[bool] = _signal(value=False)
        self.in_front: Signal[bool] = _signal(value=False)
        self.query: Signal[str] = _signal("")
        self.limit: Signal[int] = _signal(PAGE_OF_PEOPLE)
        self.card: Signal[Person | None] = _signal(None)
        self.banning: Signal[Person | None] = _signal(None)


def _signal(value: T) -> Signal[T]:
    # What equals the old value changes nothing, so nothing is drawn again.
    return Signal(value, equal=operator.eq)
