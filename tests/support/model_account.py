"""What one account of the model keeps, and what several of the model's methods do with it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import structs

from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.models import (
    DELETED_MESSAGE_CONTENT,
    Attachment,
    Ban,
    Channel,
    Message,
    Reaction,
    Record,
    Room,
    RoomMember,
    User,
)
from roomkeep.persistence import ArchiveImport

__all__ = ["Account", "Device", "as_read", "place", "utf16"]

KINDS: dict[str, type[Record]] = {
    "messages": Message,
    "reactions": Reaction,
    "users": User,
    "rooms": Room,
    "bans": Ban,
    "attachments": Attachment,
}
Unknown = dict[tuple[str, ...], dict[str, Any]]
"""Fields that we do not know, by what holds them: a store and a key, or a list, room and item."""


def utf16(text: str) -> bytes:
    """Return what sorts as IndexedDB sorts strings."""
    return text.encode("utf-16-be", "surrogatepass")


def place(message: Message) -> tuple[int, bytes]:
    """Return what the messages of a room are sorted by."""
    return message.timestamp, utf16(message.id)


def as_read(message: Message) -> Message:
    if not message.is_deleted:
        return message
    return structs.replace(message, content=DELETED_MESSAGE_CONTENT)


class Account:
    """What one account keeps."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}
        self.reactions: dict[tuple[str, str, str], Reaction] = {}
        self.users: dict[str, User] = {}
        self.rooms: dict[str, Room] = {}
        self.bans: dict[str, Ban] = {}
        self.attachments: dict[str, Attachment] = {}
        self.data: dict[str, bytes] = {}
        self.settings: dict[str, object] = {}
        self.unknown: Unknown = {}
        self.imports: dict[str, ArchiveImport] = {}
        self.added: dict[str, dict[str, list[Any]]] = {}

    def find(self, store: str, key: str) -> Any:
        record: Record | None = getattr(self, store).get(key)
        if record is None:
            raise RecordNotFound(store, key)
        return record

    # Messages

    def put(self, message: Message) -> None:
        """Write a message; its reactions become what it says."""
        is_new = message.id not in self.messages
        if message.is_deleted:
            message = structs.replace(message, content="", reactions=())
            self.delete_attachments(message.id)
            self.unknown.pop(("messages", message.id), None)
        if message.is_deleted or not is_new:
            self.drop_reactions(message.id)
        for one in message.reactions:
            self.reactions[one.message_id, one.oder_id, one.emoji] = one
        self.messages[message.id] = message
        self.mirror(message.id)

    def replace(self, message: Message) -> None:
        """Write a message in place of the one with its id, and of what we do not know of that."""
        self.unknown.pop(("messages", message.id), None)
        self.put(message)

    def mirror(self, message_id: str) -> None:
        """Have a message say which reactions there are to it."""
        message = self.messages.get(message_id)
        if message is not None:
            reactions = tuple(self.reactions_to(message_id))
            self.messages[message_id] = structs.replace(message, reactions=reactions)

    def reactions_to(self, message_id: str) -> list[Reaction]:
        found = [r for r in self.reactions.values() if r.message_id == message_id]
        return sorted(found, key=lambda r: (r.timestamp, utf16(r.oder_id), utf16(r.emoji)))

    def drop_reactions(self, message_id: str) -> None:
        for one in self.reactions_to(message_id):
            del self.reactions[one.message_id, one.oder_id, one.emoji]

    def channel(self, room_id: str, channel_id: str | None) -> list[Message]:
        """Return the messages of a channel; None is all of them."""
        found = [
            message
            for message in self.messages.values()
            if message.room_id == room_id and channel_id in (None, message.channel_id)
        ]
        return sorted(found, key=place)

    def edge(self, room_id: str, message_id: str, field: str) -> tuple[int, bytes]:
        message: Message = self.find("messages", message_id)
        if message.room_id != room_id:
            raise InvalidRecord("", field=field)
        return place(message)

    def is_deleted(self, message_id: str) -> bool:
        message = self.messages.get(message_id)
        return message is not None and message.is_deleted

    def refuse_deleted(self, message_id: str) -> None:
        if self.is_deleted(message_id):
            raise InvalidRecord("", field="message_id")

    def refuse_banned(self, user_id: str, room_id: str, field: str) -> None:
        if any(ban.user_id == user_id for ban in self.active_bans(room_id)):
            raise InvalidRecord("", field=field)

    def active_bans(self, room_id: str) -> list[Ban]:
        # Those of a test ended at the time 1, or never end.
        found = [ban for ban in self.bans.values() if ban.room_id == room_id and not ban.expires_at]
        return sorted(found, key=lambda ban: (ban.timestamp, utf16(ban.oder_id)))

    # Attachments

    def attachments_of(self, message_id: str) -> list[Attachment]:
        found = [one for one in self.attachments.values() if one.message_id == message_id]
        return sorted(found, key=lambda one: (one.created_at or 0, utf16(one.id)))

    def delete_attachments(self, message_id: str) -> None:
        for one in self.attachments_of(message_id):
            del self.attachments[one.id]
            self.data.pop(one.id, None)
            self.unknown.pop(("attachments", one.id), None)

    def save_setting(self, key: str, value: object) -> None:
        self.settings.pop(key, None)
        if value is not None:
            self.settings[key] = value

    # What others wrote

    def plant(self, store: str, stored: Mapping[str, Any]) -> None:
        """Write what an older client writes; what is there stays.

        Not so a message for which reactions wait: there only the next thorough opening joins them.
        """
        record: Any = msgspec.convert(stored, KINDS[store])
        if isinstance(record, Reaction | Attachment) and self.is_deleted(record.message_id):
            return
        if isinstance(record, Reaction):
            self.reactions.setdefault((record.message_id, record.oder_id, record.emoji), record)
            self.mirror(record.message_id)
            return
        key = stored["oderId" if store in ("users", "bans") else "id"]
        if key in getattr(self, store) or (store == "messages" and self.reactions_to(key)):
            return
        getattr(self, store)[key] = record
        self.mirror(key)
        self.unknown[store, key] = _unknown(stored, KINDS[store])
        for channel in stored.get("channels", ()):
            self.unknown["channels", key, channel["id"]] = _unknown(channel, Channel)
        for member in stored.get("members", ()):
            self.unknown["members", key, member["oderId"]] = _unknown(member, RoomMember)

    def forget_unknown_of_room(self, room_id: str) -> None:
        """Forget what we do not know of what the room no longer holds."""
        room = self.rooms.get(room_id)
        held: set[tuple[str, ...]] = set() if room is None else {("rooms", room_id)}
        if room is not None:
            held |= {("channels", room_id, channel.id) for channel in room.channels}
            held |= {("members", room_id, member.oder_id) for member in room.members}
        for where in list(self.unknown):
            in_room = where[0] in ("rooms", "channels", "members") and where[1] == room_id
            if in_room and where not in held:
                del self.unknown[where]


class Device:
    """The accounts of a device, and which is Signed in.

    Args:
        imported_ids: the ids that an import makes from those of a room and of a message.
    """

    def __init__(self, imported_ids: Mapping[tuple[str, str], str] = MappingProxyType({})) -> None:
        self._imported_ids = imported_ids
        self.accounts: dict[str | None, Account] = {None: Account()}
        self.user_id: str | None = None

    @property
    def _here(self) -> Account:
        return self.accounts[self.user_id]


def _unknown(stored: Mapping[str, Any], kind: type[Record]) -> dict[str, Any]:
    known = {field.encode_name for field in structs.fields(kind)}
    return {name: value for name, value in stored.items() if name not in known}
