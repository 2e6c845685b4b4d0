"""What the jobs of `npm run bench:peers` are about."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import structs

from roomkeep.models import Message

Work = Callable[[], Awaitable[Any]]
"""What is timed: a job is a method that takes the number of its round, and returns this."""
PAGE = 50
EMOJI = "👍"


@dataclass(frozen=True)
class Plan:
    """What the jobs are about.

    Attributes:
        database: the name of the database of `DatabaseService`.
        room: the room whose pages are read.
        size: how many messages it has.
        ids: the messages that are read and changed, one in each round.
        middles: messages in the middle of the room, and their times.
        message: what new messages are like.
        bulk: the texts of many new messages.
        offset: how many messages to skip.
    """

    database: str
    room: str
    size: int
    ids: list[str]
    middles: list[tuple[str, int]]
    message: Message
    bulk: list[str]
    offset: int

    def message_id(self, number: int) -> str:
        """Return the id of a round's message."""
        return self.ids[number % len(self.ids)]

    def middle(self, number: int) -> tuple[str, int]:
        """Return a round's message in the middle of the room."""
        return self.middles[number % len(self.middles)]

    def spare(self, who: str, number: int) -> Message:
        """Return a new message, in a room that nobody reads."""
        return structs.replace(
            self.message, id=f"saved-{who}-{number}", room_id="spare", timestamp=number
        )

    def batch(self, who: str, number: int) -> list[Message]:
        """Return many new messages, in another room that nobody reads."""
        return [
            structs.replace(
                self.message,
                id=f"bulk-{who}-{number}-{place}",
                room_id="bulk",
                content=text,
                timestamp=place,
            )
            for place, text in enumerate(self.bulk)
        ]


def made_reaction(who: str, message_id: str, time: int) -> dict[str, Any]:
    """Return the record of a reaction."""
    return {"messageId": message_id, "oderId": who, "emoji": EMOJI, "timestamp": time}


def as_record(message: Message) -> dict[str, Any]:
    """Return a message as it is stored."""
    record: dict[str, Any] = json.loads(msgspec.json.encode(message))
    return record
