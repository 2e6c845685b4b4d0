"""Import of archives, whose ids are often unique only within their room."""

import hashlib
from collections.abc import Iterable, Sequence

from msgspec import structs

from roomkeep.models import Message
from roomkeep.storage.arguments import Ids
from roomkeep.storage.operation import writes
from roomkeep.storage.operations.attachments import RoomOf
from roomkeep.storage.operations.messages import save_all
from roomkeep.storage.operations.shared import WITH_DEPENDENTS
from roomkeep.storage.operations.sync_records import check_not_synced
from roomkeep.storage.transaction import Transaction


@writes(*WITH_DEPENDENTS, "meta")
async def import_messages(
    tx: Transaction, messages: Sequence[Message], shared_ids: Ids = ()
) -> int:
    """Write archived messages that are not there yet; return how many were written.

    Where the id of a message is taken by one of another room, the message gets an id made from the
    two; so do replies to it. The same archive, imported again, adds nothing. Into a room on a
    server it is refused.

    Args:
        tx: the transaction.
        messages: the messages. Their ids need to be unique only in their room.
        shared_ids: ids that the archive uses in several rooms.
    """
    return len(await write_imported(tx, messages, shared_ids))


async def write_imported(
    tx: Transaction, messages: Sequence[Message], shared_ids: Iterable[str]
) -> list[str]:
    """Do what `import_messages` does in a larger transaction; return the ids of the new ones."""
    await check_not_synced(tx, (message.room_id for message in messages), "room_id")
    ids = await _Ids.load(tx, messages, shared_ids)
    new: dict[str, Message] = {}
    for message in messages:
        id_ = ids.resolve(message.room_id, message.id)
        if id_ in ids.existing or id_ in new:
            continue
        answered = message.reply_to_id
        reply_to_id = None if answered is None else ids.resolve(message.room_id, answered)
        reactions = tuple(structs.replace(one, message_id=id_) for one in message.reactions)
        new[id_] = structs.replace(message, id=id_, reply_to_id=reply_to_id, reactions=reactions)
    await save_all(tx, list(new.values()))
    return list(new)


class _Ids:
    """The ids under which the messages of an archive are stored.

    Attributes:
        existing: the rooms of the messages that are there, by their ids; None for a message that
            cannot be decoded.
    """

    def __init__(self, existing: dict[str, str | None], shared: Iterable[str]) -> None:
        self.existing = existing
        self._shared = frozenset(shared)

    @classmethod
    async def load(
        cls, tx: Transaction, messages: Sequence[Message], shared: Iterable[str]
    ) -> "_Ids":
        named = {(message.room_id, message.id) for message in messages}
        named |= {(m.room_id, m.reply_to_id) for m in messages if m.reply_to_id is not None}
        candidates = {id_ for _, id_ in named} | {room_scoped_id(*pair) for pair in named}
        rooms_of: dict[str, set[str]] = {}
        for message in messages:
            rooms_of.setdefault(message.id, set()).add(message.room_id)
        in_several = {id_ for id_, rooms in rooms_of.items() if len(rooms) > 1}
        there = await tx.existing("messages", list(candidates))
        rooms: dict[str, str | None] = dict.fromkeys(there)
        for found in await tx.get_many("messages", list(there), RoomOf):
            rooms[found.id] = found.room_id
        return cls(rooms, in_several.union(shared))

    def resolve(self, room_id: str, id_: str) -> str:
        """Return the id that a message of the archive has, or gets, in the database."""
        scoped = room_scoped_id(room_id, id_)
        if self.existing.get(id_) == room_id:
            return id_
        if scoped in self.existing or id_ in self.existing or id_ in self._shared:
            return scoped
        return id_


def room_scoped_id(room_id: str, id_: str) -> str:
    """Make an id that is unique everywhere from one that is unique in its room."""
    parts = (part.encode("utf-8", "surrogatepass") for part in (room_id, id_))
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()
    return f"imported:{digest}"
