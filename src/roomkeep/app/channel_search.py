"""Finding a room or a channel by some letters of its name. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence

from msgspec import Struct

from roomkeep.app.channel_ref import ChannelRef
from roomkeep.app.channels import channels_of, has_choice
from roomkeep.models import Channel, Room

__all__ = ["Found", "find_places"]

MOST = 50
"""The most places that are offered at a time."""


class Found(Struct, frozen=True):
    """A room or channel that is offered.

    Attributes:
        channel: the channel; None for the room as a whole.
    """

    room: Room
    channel: Channel | None

    @property
    def key(self) -> tuple[str, str | None]:
        """Its identity in a list."""
        return self.room.id, None if self.channel is None else self.channel.id


def find_places(
    rooms: Sequence[Room], query: str, recent: Sequence[ChannelRef], open_place: ChannelRef | None
) -> list[Found]:
    """Return the rooms and channels that match a query, best first, then most recent.

    Each word of the query has to be in the name of the room or of the channel. Without a query, all
    fit but the open one.
    """
    words = _fold(query).split()
    order = {ref: number for number, ref in enumerate(recent)}
    ranked = []
    for number, found in enumerate(_all(rooms)):
        rank = _rank(found, words)
        if rank is not None and (words or not _is_open(found, open_place)):
            ranked.append(((rank, _age(found, order, len(recent)), number), found))
    ranked.sort(key=lambda pair: pair[0])
    return [found for _, found in ranked[:MOST]]


def _all(rooms: Iterable[Room]) -> Iterable[Found]:
    for room in rooms:
        yield Found(room, None)
        if has_choice(room):
            for channel in channels_of(room):
                yield Found(room, channel)


def _is_open(found: Found, ref: ChannelRef | None) -> bool:
    if ref is None or found.room.id != ref[0]:
        return False
    return found.channel is None or found.channel.id == ref[1]


def _age(found: Found, order: dict[ChannelRef, int], oldest: int) -> int:
    if found.channel is not None:
        return order.get((found.room.id, found.channel.id), oldest)
    ages = (age for ref, age in order.items() if ref[0] == found.room.id)
    return min(ages, default=oldest)


def _rank(found: Found, words: list[str]) -> int | None:
    """Return how well it matches: 0 is best, None is no match."""
    room = _fold(found.room.name)
    own = room if found.channel is None else _fold(found.channel.name)
    if any(word not in own and word not in room for word in words):
        return None
    # A channel has to say something itself; its room alone fits as the room.
    if words and not any(word in own for word in words):
        return None
    query = " ".join(words)
    parts = f"{own} {room}".split()
    tests = (
        own == query or not words,
        own.startswith(query),
        all(any(part.startswith(word) for part in parts) for word in words),
    )
    return next((rank for rank, fits in enumerate(tests) if fits), len(tests))


def _fold(text: str) -> str:
    """Drop what nobody types: capitals, accents, the sign before a channel."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    letters = (sign for sign in parts if not unicodedata.combining(sign))
    return "".join(letters).replace("#", " ")
