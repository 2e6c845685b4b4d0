"""Searching the messages of an account: those of a span of time, or at places."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import structs

from roomkeep.models import Message, Record, Room, User
from roomkeep.storage.arguments import Ids, Limit, Places
from roomkeep.storage.operation import reads
from roomkeep.storage.operations.attachments import attachments_of
from roomkeep.storage.operations.message_pages import message_order
from roomkeep.storage.operations.message_slices import read_slice
from roomkeep.storage.operations.meta import get_owner
from roomkeep.storage.operations.search_debts import SearchState, get_search_state
from roomkeep.storage.schema import BY_ROOM_AND_TIME
from roomkeep.storage.search.area import SearchArea, SearchCursor
from roomkeep.storage.search.query import SearchQuery, find_matches, is_name, matches
from roomkeep.storage.search.tokens import fold
from roomkeep.storage.together import together
from roomkeep.storage.transaction import Transaction

_PAGE: Final = 400
"""So many messages are held at a time."""
_ME: Final = "me"
_LINK: Final = re.compile(r"https?://\S|\bwww\.\S", re.IGNORECASE)


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
        next: where to go on; None where there are no more. A page may have few hits, or none, and
            still not be the last: where a search has to look through many messages it pauses.
        is_indexed: the index has all that the search went through, and what is older, but for the
            newest few messages. Where it has not, the search finds the same, and takes longer.
    """

    hits: list[SearchHit]
    next: SearchCursor | None = None
    is_indexed: bool = False


class Scanned(Record, frozen=True, kw_only=True):
    """What was found in a span of time.

    Attributes:
        hits: the messages, the newest first.
        reached: these are all from this time on, unless there are as many as were asked for.
        looked_at: how many messages were read.
    """

    hits: list[SearchHit]
    reached: int
    looked_at: int


class Tail(Record, frozen=True, kw_only=True):
    """What was found where the index does not reach yet.

    Attributes:
        state: what the account knows of its index.
        scanned: what is newer than the index; None where nothing of that was asked for.
    """

    state: SearchState
    scanned: Scanned | None = None


@reads("messages", "rooms", "users", "attachments", "meta")
async def search_tail(
    tx: Transaction,
    query: SearchQuery,
    area: SearchArea,
    limit: Limit = 20,
    most: Limit = 2**31 - 1,
) -> Tail:
    """Look through the messages that are newer than the index, as `scan_messages` does."""
    state = await get_search_state(tx)
    coverage = state.coverage
    if coverage is None or area.until <= coverage.until:
        return Tail(state=state)
    newer = structs.replace(area, since=max(area.since, coverage.until))
    return Tail(state=state, scanned=await scan_messages(tx, query, newer, limit, most, state.tail))


@reads("messages", "rooms", "users", "attachments", "meta")
async def scan_messages(
    tx: Transaction,
    query: SearchQuery,
    area: SearchArea,
    limit: Limit = 20,
    most: Limit = 2**31 - 1,
    room_ids: Ids | None = None,
) -> Scanned:
    """Look through messages, and return the newest that match a query.

    Args:
        tx: the transaction.
        query: what is searched for.
        area: the messages.
        limit: how many hits, at most.
        most: about how many messages to look at, at most.
        room_ids: the rooms that have messages there; None where that is not known.
    """
    search = _Search(tx, query, area)
    await search.prepare()
    rooms = search.rooms if room_ids is None else search.rooms.keys() & set(room_ids)
    places = [(room_id, area.channel_id) for room_id in rooms]
    hits: list[Message] = []
    looked_at, reached = 0, area.until
    while reached > area.since and len(hits) < limit and looked_at < most:
        found, reached = await read_slice(tx, Message, places, area.since, reached, _PAGE)
        looked_at += len(found)
        hits += await search.select(found)
    return Scanned(hits=search.mark(hits[:limit]), reached=reached, looked_at=looked_at)


@reads("messages", "rooms", "users", "attachments", "meta")
async def search_places(
    tx: Transaction, query: SearchQuery, places: Places, area: SearchArea
) -> list[SearchHit]:
    """Return the messages at some places that match a query, the newest first.

    Args:
        tx: the transaction.
        query: what is searched for.
        places: where to look.
        area: only among these messages.
    """
    wanted = [(place.room_id, place.timestamp) for place in places]
    search = _Search(tx, query, area)
    found, _ = await together(
        tx.find("messages", BY_ROOM_AND_TIME, wanted, Message), search.prepare()
    )
    return search.mark(await search.select(found))


class _Search:
    """A query, and what there is to know of the account to tell what matches it.

    Attributes:
        rooms: the rooms to search in; None where nothing of a room but its id matters.
    """

    def __init__(self, tx: Transaction, query: SearchQuery, area: SearchArea) -> None:
        self.rooms: dict[str, Room | None] = {}
        self._senders: Callable[[Message], bool] = lambda _: True
        self._tx = tx
        self._query = query
        self._area = area

    async def prepare(self) -> None:
        """Read what the search needs to know of the account."""
        room_id = self._area.room_id
        if self._query.places:
            stored = await self._tx.get_all("rooms", Room)
            self.rooms = {room.id: room for room in stored if room_id in (None, room.id)}
        elif room_id is None:
            self.rooms = dict.fromkeys(await self._tx.get_all_keys("rooms"))
        else:
            self.rooms = {room_id: None}
        self._senders = await _find_senders(self._tx, self._query.senders)

    async def select(self, messages: Sequence[Message]) -> list[Message]:
        """Return those of some messages that match, the newest first."""
        found = [message for message in messages if self._matches(message)]
        if "file" in self._query.has or "picture" in self._query.has:
            found = await self._with_files(found)
        return sorted(found, key=message_order, reverse=True)

    def mark(self, messages: Sequence[Message]) -> list[SearchHit]:
        """Return messages with the places that match."""
        return [
            SearchHit(message=message, matches=find_matches(self._query, message.content))
            for message in messages
        ]

    def _matches(self, message: Message) -> bool:
        query = self._query
        return (
            not message.is_deleted
            and message.room_id in self.rooms
            and self._area.includes(message)
            and matches(query, message.content)
            and ("link" not in query.has or _LINK.search(message.content) is not None)
            and _is_in(query.places, self.rooms[message.room_id], message.channel_id)
            and self._senders(message)
        )

    async def _with_files(self, messages: Sequence[Message]) -> list[Message]:
        files = await attachments_of(self._tx, [message.id for message in messages])
        wanted = "image/" if "picture" in self._query.has else ""
        return [
            message
            for message in messages
            if any(file.mime.startswith(wanted) for file in files.get(message.id, ()))
        ]


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
