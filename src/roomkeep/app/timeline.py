"""The part of a room's messages that is on the page: a window that moves over the room.

It is bounded, so a long way back costs no more than the first page. What is let go below is found
again by the ids at which its pages began.
"""

from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import replace

from roomkeep.models import Message
from roomkeep.persistence import message_order

__all__ = ["MOST", "PAGE", "Timeline"]

PAGE = 50
"""How many messages are loaded at a time."""
MOST = 300
"""The most messages on the page at a time."""


class Timeline(Struct, frozen=True, kw_only=True):
    """Consecutive messages of one room, ascending.

    Attributes:
        messages: the messages on the page.
        has_older: the room may hold more before them.
        below: the ids of the first messages of the pages that were let go after them, the nearest
            last. Empty when the window reaches the room's end.
    """

    messages: tuple[Message, ...] = ()
    has_older: bool = False
    below: tuple[str, ...] = ()

    @property
    def is_at_latest(self) -> bool:
        """The window reaches the room's end."""
        return not self.below

    @property
    def before_below(self) -> str | None:
        """The id of the message that comes right after the nearest page below; None for the end."""
        return self.below[-2] if len(self.below) > 1 else None

    @classmethod
    def latest(cls, page: Sequence[Message], *, limit: int = PAGE) -> "Timeline":
        """Begin at the room's end, with the newest `limit` messages that it has."""
        return cls(messages=tuple(page), has_older=len(page) >= limit)

    def with_older(self, page: Sequence[Message], *, limit: int = PAGE) -> "Timeline":
        """Put a page before; what is too much then goes at the other end."""
        messages = (*page, *self.messages)
        kept, rest = messages[:MOST], messages[MOST:]
        below = (*self.below, rest[0].id) if rest else self.below
        return replace(self, messages=kept, has_older=len(page) >= limit, below=below)

    def with_newer(self, found: Sequence[Message]) -> "Timeline":
        """Put the nearest page below back; what is too much then goes at the other end.

        Args:
            found: messages up to that page's end, some of which may be on the page already.
        """
        last = message_order(self.messages[-1]) if self.messages else None
        new = [message for message in found if last is None or message_order(message) > last]
        return replace(
            self, messages=(*self.messages, *new), below=self.below[:-1]
        ).without_excess()

    def with_many_older(self, page: Sequence[Message], *, limit: int) -> "Timeline":
        """Put a long page before, in pieces that one later finds again as pages."""
        timeline = self
        for end in range(len(page), 0, -PAGE):
            timeline = timeline.with_older(page[max(0, end - PAGE) : end], limit=0)
        return replace(timeline, has_older=len(page) >= limit)

    def with_changes(self, before: "Timeline", after: "Timeline") -> "Timeline":
        """Take in what became of another window while this one was made."""
        old = {message.id: message for message in before.messages}
        timeline = self
        for message in after.messages:
            if old.pop(message.id, None) != message:
                timeline = timeline.with_message(message)
        return timeline

    def is_before(self, message: Message) -> bool:
        """Tell whether a message comes after the window's end."""
        return bool(self.messages) and message_order(message) > message_order(self.messages[-1])

    def is_after(self, message: Message) -> bool:
        """Tell whether a message comes before the window's beginning."""
        return bool(self.messages) and message_order(message) < message_order(self.messages[0])

    def reaches(self, found: Sequence[Message]) -> bool:
        """Tell whether nothing is missing between the window and messages after it."""
        if not self.messages or not found:
            return True
        return message_order(found[0]) <= message_order(self.messages[-1])

    def with_message(self, message: Message) -> "Timeline":
        """Put a message where it belongs, in place of the one with its id.

        One that lies outside the window is left out.
        """
        place = message_order(message)
        known = self.find(message.id)
        if known is not None and message_order(known) == place:
            same = tuple(message if other is known else other for other in self.messages)
            return replace(self, messages=same)
        others = [other for other in self.messages if other is not known]
        spot = sum(message_order(other) < place for other in others)
        if (spot == 0 and self.has_older) or (spot == len(others) and not self.is_at_latest):
            return self if known is None else replace(self, messages=tuple(others))
        return replace(self, messages=(*others[:spot], message, *others[spot:])).without_excess()

    def without(self, ids: Collection[str]) -> "Timeline":
        """Leave messages out."""
        messages = tuple(message for message in self.messages if message.id not in ids)
        return self if len(messages) == len(self.messages) else replace(self, messages=messages)

    def find(self, message_id: str | None) -> Message | None:
        """Return a message of the window by its id."""
        return next((message for message in self.messages if message.id == message_id), None)

    def without_excess(self) -> "Timeline":
        """Let the oldest messages go where there are too many."""
        if len(self.messages) <= MOST:
            return self
        return replace(self, messages=self.messages[-MOST:], has_older=True)
