"""The state of the people of the open room."""

from collections.abc import Mapping

from reaktiv import Signal

from roomkeep.app.people import Avatar, Person
from roomkeep.app.signals import signal
from roomkeep.models import Ban
from roomkeep.persistence import Rights

__all__ = ["PAGE_OF_PEOPLE", "PeopleState"]

PAGE_OF_PEOPLE = 40
"""So many people are listed at a time; more come when one asks for them."""


class PeopleState:
    """The people of the open room, as the page shows them.

    Attributes:
        people: the roster; None until it is loaded.
        avatars: the names and pictures beside messages, by user id.
        bans: the active bans of the room.
        in_column: the roster is open beside the conversation, in a wide window.
        in_front: the roster is open in place of the conversation, in a narrow window.
        query: only people whose names contain this are listed.
        limit: how many people are listed at most.
        card: the person whose profile card is open.
        rights: what one may do in the room; None where it is on no server, or until they are read.
        banning: the person in the form of a ban.
    """

    def __init__(self) -> None:
        self.people: Signal[tuple[Person, ...] | None] = signal(None)
        self.avatars: Signal[Mapping[str, Avatar]] = signal({})
        self.bans: Signal[tuple[Ban, ...]] = signal(())
        self.in_column: Signal[bool] = signal(value=False)
        self.in_front: Signal[bool] = signal(value=False)
        self.query: Signal[str] = signal("")
        self.limit: Signal[int] = signal(PAGE_OF_PEOPLE)
        self.card: Signal[Person | None] = signal(None)
        self.rights: Signal[Rights | None] = signal(None)
        self.banning: Signal[Person | None] = signal(None)

    @property
    def me(self) -> Person | None:
        """The signed-in person on the roster."""
        return next((person for person in self.people() or () if person.is_me), None)
