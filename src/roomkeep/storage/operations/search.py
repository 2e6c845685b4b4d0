"""Searching the messages of an account."""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

from roomkeep.models import Id, Message, Milliseconds, Record, Room, User
from roomkeep.storage.arguments import Limit
from roomkeep.storage.operation import reads
from roomkeep.storage.operations.attachments import attachments_of
from roomkeep.storage.operations.message_pages import PageEdge, message_order, read_page
from roomkeep.storage.operations.meta import get_owner
from roomkeep.storage.search.query import SearchQuery, find_matches, is_name, matches
from roomkeep.storage.search.tokens import fold
from roomkeep.storage.transaction import Transaction

_PAGE: Final = 200
"""How many messages of a channel are read at a time."""
_ME: Final = "me"
_LINK: Final = re.compile(r"https?://\S|\bwww\.\S", re.IGNORECASE)


class SearchCursor(Record, frozen=True, kw_only=True):
    """Where a search goes on: among what is older than this message.

    Attributes:
        timestamp: its time, in ms.
        id: its id.
    """

    timestamp: Milliseconds
    id: Id


class SearchHit(Record, frozen=True, kw_only=True):
    """A message that was found.

    Attributes:
        message: the message.
        matches: where its text has what was searched for: beginnings and ends, ascending.
    """

    message: Message
    matches: list[tuple[int, int]]


class SearchPage(Record, frozen=True, kw_only=True):
    """A page of what was found.

    Attributes:
        hits: the messages, the newest first.
        next: where to go on; None where there are no more.
    """

    hits: list[SearchHit]
    next: SearchCursor | None = None


@reads("messages", "rooms", "users", "attachments", "meta")
async def search_messages(
    tx: Transaction,
    query: SearchQuery,
    room_id: Id | None = None,
    channel_id: Id | None = None,
    limit: Limit = 20,
    before: SearchCursor | None = None,
) -> SearchPage:
    """Return the newest messages that match a query, by (timestamp, id), descending.

    Deleted messages are not found, nor is anything where the query is empty.

    Args:
        tx: the transaction.
        query: what is searched for.
        room_id: in this room only.
        channel_id: in this channel of the room only.
        limit: how many, at most.
        before: where the page before ended.
    """
    if query.is_empty or limit == 0:
        return SearchPage(hits=[])
    edge = None if before is None else PageEdge(before.timestamp, before.id)
    if query.until is not None and (edge is None or edge.timestamp >= query.until):
        edge = PageEdge(query.until)
    stored = {room.id: room for room in await tx.get_all("rooms", Room)}
    chosen = stored if room_id is None else {room_id}
    streams = [_Stream(tx, one, channel_id, edge) for one in chosen]
    senders = await _find_senders(tx, query.senders)
    hits: list[Message] = []
    async for message in _newest_first(streams):
        if query.since is not None and message.timestamp < query.since:
            break
        if message.is_deleted or not matches(query, message.content):
            continue
        is_here = _is_in(query.places, stored.get(message.room_id), message.channel_id)
        if is_here and senders(message) and await _has(tx, query, message):
            hits.append(message)
            if len(hits) > limit:
                break
    found = [
        SearchHit(message=message, matches=find_matches(query, message.content))
        for message in hits[:limit]
    ]
    last = hits[limit - 1] if len(hits) > limit else None
    following = None if last is None else SearchCursor(timestamp=last.timestamp, id=last.id)
    return SearchPage(hits=found, next=following)


class _Stream:
    """The messages of a room or a channel, the newest first, read page by page."""

    def __init__(
        self, tx: Transaction, room_id: str, channel_id: str | None, edge: PageEdge | None
    ) -> None:
        self._tx = tx
        self._ref = (room_id, channel_id)
        self._edge = edge
        self._read: list[Message] = []
        self._has_more = True

    async def peek(self) -> Message | None:
        """Return the next message without passing it; None at the end."""
        if not self._read and self._has_more:
            page = await read_page(self._tx, *self._ref, _PAGE, self._edge, "prev")
            self._has_more = len(page) == _PAGE
            if page:
                self._edge = PageEdge(page[-1].timestamp, page[-1].id)
            self._read = page[::-1]
        return self._read[-1] if self._read else None

    def pass_on(self) -> None:
        """Go on after the next message."""
        self._read.pop()


async def _newest_first(streams: Sequence[_Stream]) -> AsyncIterator[Message]:
    """Yield the messages of several rooms in one order, the newest first."""
    heads = [(stream, await stream.peek()) for stream in streams]
    ahead = {stream: message for stream, message in heads if message is not None}
    while ahead:
        stream, message = max(ahead.items(), key=lambda head: message_order(head[1]))
        yield message
        stream.pass_on()
        following = await stream.peek()
        if following is None:
            del ahead[stream]
        else:
            ahead[stream] = following


async def _find_senders(tx: Transaction, names: Sequence[str]) -> Callable[[Message], bool]:
    """Return what tells whether a message is from one of the people with these names."""
    if not names:
        return lambda _: True
    owner = await get_owner(tx) if _ME in names else None
    known = {
        user.oder_id
        for user in await tx.get_all("users", User)
        if any(is_name(name, user.display_name, user.username) for name in names)
    }

    def is_from(message: Message) -> bool:
        sender = message.sender_id
        if sender in known or sender == owner or fold(sender) in names:
            return True
        return any(is_name(name, message.sender_name) for name in names)

    return is_from


def _is_in(places: Sequence[str], room: Room | None, channel_id: str) -> bool:
    if not places:
        return True
    if room is None:
        return False
    channel = (one.name for one in room.channels if one.id == channel_id)
    names = (room.name, *channel)
    return any(is_name(place, *names) for place in places)


async def _has(tx: Transaction, query: SearchQuery, message: Message) -> bool:
    if "link" in query.has and _LINK.search(message.content) is None:
        return False
    if "file" not in query.has and "picture" not in query.has:
        return True
    files = (await attachments_of(tx, [message.id])).get(message.id, [])
    is_picture = any(file.mime.startswith("image/") for file in files)
    return bool(files) and (is_picture or "picture" not in query.has)
