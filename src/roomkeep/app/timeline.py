"""The part of a channel's messages that is on the page: a window that moves over it.

It is bounded, so a long way costs no more than the first page. What is let go at one end is read
again when one comes back to it.
"""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from roomkeep.app.channel_ref import ChannelRef
from roomkeep.models import Message
from roomkeep.persistence import message_order

__all__ = ["AROUND", "MOST", "PAGE", "STEP", "Timeline"]

PAGE = 50
"""How many messages are loaded when a channel is opened."""
STEP = 25
"""How many more when one scrolls to an end of them: to show them is to take no longer than 50 ms.

https://web.dev/articles/optimize-long-tasks
"""
AROUND = 30
"""How many on each side of a message that one goes to: a screen of them, to be there sooner."""
MOST = 300
"""The most messages on the page at a time."""


class Timeline(Struct, frozen=True, kw_only=True):
    """Consecutive messages of one channel, ascending.

    Attributes:
        messages: the messages on the page.
        has_older: the channel may hold more before them.
        has_newer: the channel may hold more after them.
    """

    messages: tuple[Message, ...] = ()
    has_older: bool = False
    has_newer: bool = False

    @property
    def is_part(self) -> bool:
        """Whether the channel may hold more than these."""
        return self.has_older or self.has_newer

    @property
    def is_at_latest(self) -> bool:
        """The window reaches the channel's end."""
        return not self.has_newer

    @classmethod
    def latest(cls, page: Sequence[Message], *, is_cut: bool = False) -> "Timeline":
        """Start at the channel's end, with the newest page; `is_cut`: a gap is before it."""
        return cls(messages=tuple(page), has_older=is_cut or len(page) >= PAGE)

    @classmethod
    def around(
        cls,
        older: Sequence[Message],
        newer: Sequence[Message],
        *,
        is_cut: bool = False,
        size: int = PAGE,
    ) -> "Timeline":
        """Start at a place in the channel, with the pages before and after it.

        Args:
            older: the page before.
            newer: the page after.
            is_cut: a gap is before them.
            size: how many messages a full page has.
        """
        return cls(
            messages=(*older, *newer),
            has_older=is_cut or len(older) >= size,
            has_newer=len(newer) >= size,
        )

    def with_older(self, page: Sequence[Message], *, is_cut: bool = False) -> "Timeline":
        """Add a step before; excess messages are dropped at the other end."""
        messages = (*page, *self.messages)
        return replace(
            self,
            messages=messages[:MOST],
            has_older=is_cut or len(page) >= STEP,
            has_newer=self.has_newer or len(messages) > MOST,
        )

    def with_newer(self, page: Sequence[Message]) -> "Timeline":
        """Add a step after; excess messages are dropped at the other end."""
        last = message_order(self.messages[-1]) if self.messages else None
        new = (message for message in page if last is None or message_order(message) > last)
        messages = (*self.messages, *new)
        return replace(self, messages=messages, has_newer=len(page) >= STEP).without_excess()

    def with_message(self, message: Message) -> "Timeline":
        """Insert a message in order, or replace the one with its id.

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

    def with_records(
        self, records: Mapping[str, Message | None], place: ChannelRef, *, keeps_moved: bool = False
    ) -> "Timeline":
        """Apply messages as they are now, by their ids, if they are of the channel.

        Args:
            records: the messages; None for those that are gone.
            place: the channel.
            keeps_moved: messages that went to another channel of the room stay as they were.
        """
        timeline = self
        for message_id, message in records.items():
            if message is not None and (message.room_id, message.channel_id) == place:
                timeline = timeline.with_message(message)
            elif message is None or message.room_id != place[0] or not keeps_moved:
                timeline = timeline.without({message_id})
        return timeline

    def without(self, ids: Collection[str]) -> "Timeline":
        """Remove messages."""
        messages = tuple(message for message in self.messages if message.id not in ids)
        return self if len(messages) == len(self.messages) else replace(self, messages=messages)

    def find(self, message_id: str | None) -> Message | None:
        """Return a message of the window by its id."""
        return next((message for message in self.messages if message.id == message_id), None)

    def without_excess(self) -> "Timeline":
        """Drop the oldest messages if there are too many."""
        if len(self.messages) <= MOST:
            return self
        return replace(self, messages=self.messages[-MOST:], has_older=True)
