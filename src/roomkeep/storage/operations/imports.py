"""Import of archives, whose ids are often unique only within their room."""

import hashlib
from collections.abc import Iterable, Sequence

from msgspec import structs

from indexeddb.keys import KeyRange
from roomkeep.models import Message
from roomkeep.storage.arguments import Ids
from roomkeep.storage.operation import writes
from roomkeep.storage.operations.attachments import RoomOf
from roomkeep.storage.operations.message_writes import save_all
from roomkeep.storage.operations.shared import WITH_DEPENDENTS
from roomkeep.storage.operations.sync_records import check_not_synced
from roomkeep.storage.together import together
from roomkeep.storage.transaction import Transaction

_SCOPED = "imported:"


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
    _, ids = await together(
        check_not_synced(tx, (message.room_id for message in messages), "room_id"),
        ImportedIds.load(tx, messages, shared_ids),
    )
    return len(await write_imported(tx, messages, ids))


async def write_imported(
    tx: Transaction, messages: Sequence[Message], ids: "ImportedIds"
) -> list[str]:
    """Write archived messages that are not there yet; return the ids of those that were written.

    Args:
        tx: the transaction.
        messages: the messages, of rooms that are on no server.
        ids: the ids of these messages, and maybe of others.
    """
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


class ImportedIds:
    """The ids under which the messages of an archive are stored.

    Args:
        existing: the rooms of the messages that are there, by their ids; None for a message that
            cannot be decoded.
        shared: ids that several rooms use.
        may_be_scoped: some message is stored under an id made from its room's.
    """

    def __init__(
        self, existing: dict[str, str | None], shared: Iterable[str], *, may_be_scoped: bool
    ) -> None:
        self.existing = existing
        self._shared = frozenset(shared)
        self._may_be_scoped = may_be_scoped

    @classmethod
    async def load(
        cls, tx: Transaction, messages: Sequence[Message], shared: Iterable[str]
    ) -> "ImportedIds":
        """Look up what the ids of messages depend on."""
        named = {(message.room_id, message.id) for message in messages}
        named |= {(m.room_id, m.reply_to_id) for m in messages if m.reply_to_id is not None}
        rooms_of: dict[str, set[str]] = {}
        for message in messages:
            rooms_of.setdefault(message.id, set()).add(message.room_id)
        in_several = {id_ for id_, rooms in rooms_of.items() if len(rooms) > 1}
        there, any_scoped = await together(
            tx.existing("messages", list({id_ for _, id_ in named})),
            tx.get_all_keys("messages", query=KeyRange.prefix(_SCOPED), count=1),
        )
        if any_scoped:
            scoped = {room_scoped_id(*pair) for pair in named}
            there = there | await tx.existing("messages", list(scoped))
        rooms: dict[str, str | None] = dict.fromkeys(there)
        for found in await tx.get_many("messages", list(there), RoomOf):
            rooms[found.id] = found.room_id
        return cls(rooms, in_several.union(shared), may_be_scoped=bool(any_scoped))

    def resolve(self, room_id: str, id_: str) -> str:
        """Return the id that a message of the archive has, or gets, in the database."""
        if self.existing.get(id_) == room_id:
            return id_
        if id_ in self.existing or id_ in self._shared:
            return room_scoped_id(room_id, id_)
        if self._may_be_scoped and (scoped := room_scoped_id(room_id, id_)) in self.existing:
            return scoped
        return id_


def room_scoped_id(room_id: str, id_: str) -> str:
    """Make an id that is unique everywhere from one that is unique in its room."""
    parts = (part.encode("utf-8", "surrogatepass") for part in (room_id, id_))
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()
    return f"{_SCOPED}{digest}"
