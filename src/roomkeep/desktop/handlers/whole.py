"""The account as a whole, some records at a time: read for an export, added to by a restore."""

from typing import Any

from sqlalchemy import bindparam, exists, select

from roomkeep.desktop.handlers.attachments import get_all_attachments
from roomkeep.desktop.handlers.messages import save
from roomkeep.desktop.handlers.rooms import get_all_rooms
from roomkeep.desktop.handlers.stored_messages import FOUND, take
from roomkeep.desktop.rows import BANS, REACTIONS, USERS
from roomkeep.desktop.tables import messages, reactions
from roomkeep.desktop.transaction import LIMIT, Transaction, chunks
from roomkeep.protocol.commands import AddMessages
from roomkeep.protocol.queries import GetAllAttachments, GetAllRooms, GetRecords
from roomkeep.reports import RecordPage
from roomkeep.tombstones import as_read

_PAGE = 1_000
_MESSAGES = (
    FOUND.where(messages.c.id > bindparam("after")).order_by(messages.c.id).limit(bindparam(LIMIT))
)
_WAITING = select(*REACTIONS.columns).where(
    ~exists().where(messages.c.id == reactions.c.message_id)
)
_PRESENT = select(messages.c.id).where(messages.c.id.in_(bindparam("ids", expanding=True)))


def get_records(tx: Transaction, request: GetRecords) -> RecordPage:
    """Return the next messages, or all records of another store."""
    if request.store == "messages":
        found = take(tx, _MESSAGES, {"after": request.after or ""}, _PAGE)
        place = found[-1].id if len(found) == _PAGE else None
        return RecordPage(messages=tuple(as_read(message) for message in found), next=place)
    if request.store == "rooms":
        return RecordPage(rooms=tuple(get_all_rooms(tx, GetAllRooms())))
    if request.store == "attachments":
        return RecordPage(attachments=tuple(get_all_attachments(tx, GetAllAttachments())))
    if request.store == "reactions":
        return RecordPage(reactions=tuple(tx.read(REACTIONS, _WAITING)))
    if request.store == "users":
        return RecordPage(users=tuple(tx.read(USERS, select(*USERS.columns))))
    return RecordPage(bans=tuple(tx.read(BANS, select(*BANS.columns))))


def add_messages(tx: Transaction, request: AddMessages) -> int:
    """Write the messages that are not there yet; return how many they were."""
    given: dict[str, Any] = {message.id: message for message in request.messages}
    there = {row.id for some in chunks(given) for row in tx.all(_PRESENT, {"ids": some})}
    new = [message for id_, message in given.items() if id_ not in there]
    if new:
        save(tx, new)
    return len(new)
