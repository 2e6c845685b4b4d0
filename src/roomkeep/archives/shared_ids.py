"""Finding ids that an archive uses in several rooms, in bounded memory."""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

__all__ = ["MAX_ROOM_NUMBER", "SharedIds"]

_ROOM_BITS = 12
MAX_ROOM_NUMBER = (1 << _ROOM_BITS) - 1
"""The highest number of a room."""
_HASH_MASK = (1 << (64 - _ROOM_BITS)) - 1
_BUCKETS = 1_024
"""The uses are sorted a bucket at a time, so that the page is never held up."""


class SharedIds:
    """Finds the ids that an archive uses in several rooms.

    Each use of an id takes 8 bytes: a hash of the id, and the number of the room. A line uses two
    ids at most, its own and the one that it answers, so the longest archive that is imported
    (5 million lines) takes 80 MB; of a longer one, nothing is imported at all.

    Ids of the same hash are taken for one. That does no harm: a message whose id is said to be
    shared gets one that is made from its room and its id, which is as good as any.
    """

    def __init__(self) -> None:
        self._uses = [array("Q") for _ in range(_BUCKETS)]
        self._shared: list[array[int]] = []

    def __contains__(self, id_: str) -> bool:
        """Tell whether several rooms use an id, once `finish` has ended."""
        key = _hash(id_)
        shared = self._shared[key % _BUCKETS]
        position = bisect_left(shared, key)
        return position < len(shared) and shared[position] == key

    def add(self, room_number: int, id_: str) -> None:
        """Note that a room uses an id, for a message or for one it replies to."""
        key = _hash(id_)
        self._uses[key % _BUCKETS].append(key << _ROOM_BITS | room_number)

    def finish(self) -> Iterator[None]:
        """Find the shared ids, in many short steps; every use was added before."""
        while self._uses:
            uses = set(self._uses.pop(0))
            rooms = Counter(use >> _ROOM_BITS for use in uses)
            self._shared.append(array("Q", sorted(key for key, n in rooms.items() if n > 1)))
            yield


def _hash(id_: str) -> int:
    return hash(id_) & _HASH_MASK
