"""Ids for messages of formats that have none."""

import base64
import hashlib
from collections import Counter, OrderedDict

__all__ = ["MessageIds", "make_id"]

_TIMES = 10_000
"""For so many different times it is remembered what was said."""


def make_id(prefix: str, *parts: str) -> str:
    """Make an id from what tells a thing from others: the same from the same parts."""
    texts = (part.encode("utf-8", "surrogatepass") for part in parts)
    digest = hashlib.blake2b(b"\0".join(texts), digest_size=15).digest()
    return f"{prefix}:{base64.urlsafe_b64encode(digest).decode()}"


class MessageIds:
    """Makes the ids of a room's messages from time, sender, text and occurrence.

    Two exports that overlap give their common messages the same ids. A message that is said again
    at the same time by the same person gets another one, as long as no more than 10,000 other times
    lie between the two.

    Args:
        prefix: what the ids begin with.
        room_id: the room.
    """

    def __init__(self, prefix: str, room_id: str) -> None:
        self._prefix = prefix
        self._room_id = room_id
        self._said: OrderedDict[int, Counter[tuple[str, str]]] = OrderedDict()

    def make(self, time: int, sender_id: str, text: str) -> str:
        """Return the id of the next message."""
        said = self._said.setdefault(time, Counter())
        key = (sender_id, make_id("", text))
        said[key] += 1
        self._said.move_to_end(time)
        if len(self._said) > _TIMES:
            self._said.popitem(last=False)
        return make_id(self._prefix, self._room_id, str(time), sender_id, text, str(said[key]))
