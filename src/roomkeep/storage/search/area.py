"""Where a search looks, and where its next page begins."""

from indexeddb.keys import sort_key
from roomkeep.models import BEGINNING_OF_TIME, END_OF_TIME, Id, Message, Record, TimeBound

__all__ = ["SearchArea", "SearchCursor"]


class SearchCursor(Record, frozen=True, kw_only=True):
    """Where a search goes on: among what is older than this message.

    Attributes:
        timestamp: its time, in ms.
        id: its id; None for all that is older than the time.
    """

    timestamp: TimeBound
    id: Id | None = None


class SearchArea(Record, frozen=True, kw_only=True):
    """The messages that a search is about.

    Attributes:
        since: those from this time on, in ms.
        until: those before this time.
        before: those older than this.
        room_id: those of this room.
        channel_id: those of this channel of the room.
    """

    since: TimeBound = BEGINNING_OF_TIME
    until: TimeBound = END_OF_TIME
    before: SearchCursor | None = None
    room_id: Id | None = None
    channel_id: Id | None = None

    def includes(self, message: Message) -> bool:
        """Tell whether a message is one of them."""
        return (
            self.since <= message.timestamp < self.until
            and self.room_id in (None, message.room_id)
            and self.channel_id in (None, message.channel_id)
            and self._is_before(message)
        )

    def _is_before(self, message: Message) -> bool:
        edge = self.before
        if edge is None or message.timestamp != edge.timestamp:
            return edge is None or message.timestamp < edge.timestamp
        return edge.id is not None and sort_key(message.id) < sort_key(edge.id)
