"""What `DatabaseService` must do, as plain as can be: a few dictionaries for each account.

It is written from the methods' docstrings, and shares no rule with the stores. So where a backend
does something else, one of the two is wrong.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.models import (
    DELETED_MESSAGE_CONTENT,
    Attachment,
    Ban,
    Message,
    Reaction,
    Record,
    Room,
    User,
)


def utf16(text: str) -> bytes:
    """Return what sorts as IndexedDB sorts strings."""
    return text.encode("utf-16-be", "surrogatepass")


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


class Model:
    """A device, with the methods of `DatabaseService`. They return at once."""

    def __init__(self) -> None:
        self.accounts: dict[str | None, Account] = {None: Account()}
        self.user_id: str | None = None

    @property
    def _here(self) -> Account:
        return self.accounts[self.user_id]

    # Accounts

    def reopen(self) -> None:
        """Close the app and open it again."""

    def set_current_user_id(self, user_id: str | None) -> None:
        self.accounts.setdefault(user_id, Account())
        self.user_id = user_id

    def get_account_ids(self) -> list[str]:
        return sorted(user_id for user_id in self.accounts if user_id is not None)

    def delete_account(self, user_id: str) -> None:
        if user_id == self.user_id:
            raise InvalidRecord("", field="user_id")
        self.accounts.pop(user_id, None)

    def clear_all_data(self) -> None:
        self.accounts[self.user_id] = Account()

    def count_rows(self) -> dict[str, int]:
        here = self._here
        stores = ("messages", "users", "rooms", "reactions", "bans", "attachments")
        counts = {store: len(getattr(here, store)) for store in stores}
        return counts | {"meta": len(here.settings) + (self.user_id is not None)}

    def get_setting(self, key: str) -> object:
        return self._here.settings.get(key)

    def get_settings(self, prefix: str = "") -> dict[str, object]:
        found = self._here.settings.items()
        return {key: value for key, value in found if key.startswith(prefix)}

    def save_setting(self, key: str, value: object) -> None:
        self._here.settings.pop(key, None)
        if value is not None:
            self._here.settings[key] = value

    # Messages

    def save_message(self, message: Message) -> None:
        self.save_messages([message])

    def save_messages(self, messages: Sequence[Message]) -> None:
        last = {message.id: message for message in messages}
        for message in last.values():
            for place, reaction in enumerate(() if message.is_deleted else message.reactions):
                if reaction.message_id != message.id:
                    raise InvalidRecord("", field=f"reactions[{place}].message_id")
        for message in last.values():
            self._put(message)

    def update_message(self, message_id: str, /, **changes: Any) -> None:
        stored = self._find("messages", message_id)
        changed = structs.replace(stored, **changes)
        for place, reaction in enumerate(() if changed.is_deleted else changed.reactions):
            if reaction.message_id != message_id:
                raise InvalidRecord("", field=f"reactions[{place}].message_id")
        self._put(changed)

    def delete_message(self, message_id: str) -> None:
        if message_id in self._here.messages:
            self.update_message(message_id, is_deleted=True)
        else:
            self._drop_reactions(message_id)
            self.delete_attachments_for_message(message_id)

    def clear_room_messages(self, room_id: str) -> None:
        for message_id in [m.id for m in self._here.messages.values() if m.room_id == room_id]:
            del self._here.messages[message_id]
            self.delete_message(message_id)

    def move_messages(self, room_id: str, channel_id: str, to_channel_id: str) -> int:
        if channel_id == to_channel_id:
            return 0
        moved = self._channel(room_id, channel_id)
        for message in moved:
            self._here.messages[message.id] = structs.replace(message, channel_id=to_channel_id)
        return len(moved)

    def get_message_by_id(self, message_id: str) -> Message | None:
        message = self._here.messages.get(message_id)
        return None if message is None else _as_read(message)

    def get_messages(self, room_id: str, limit: int = 100, offset: int = 0) -> list[Message]:
        return [_as_read(m) for m in self._channel(room_id, None)[offset : offset + limit]]

    def get_latest_messages(
        self,
        room_id: str,
        limit: int = 50,
        before: str | None = None,
        channel_id: str | None = None,
    ) -> list[Message]:
        found = self._channel(room_id, channel_id)
        if before is not None:
            edge = self._edge(room_id, before, "before")
            found = [message for message in found if _place(message) < edge]
        return [_as_read(message) for message in found[max(len(found) - limit, 0) :]]

    def get_messages_after(
        self, room_id: str, after: str | int, limit: int = 50, channel_id: str | None = None
    ) -> list[Message]:
        found = self._channel(room_id, channel_id)
        if isinstance(after, str):
            edge = self._edge(room_id, after, "after")
            found = [message for message in found if _place(message) > edge]
        else:
            found = [message for message in found if message.timestamp > after]
        return [_as_read(message) for message in found[:limit]]

    def count_messages(
        self, room_id: str, after: int | None = None, channel_id: str | None = None
    ) -> int:
        found = self._channel(room_id, channel_id)
        return sum(after is None or message.timestamp > after for message in found)

    # Reactions

    def save_reaction(self, reaction: Reaction) -> None:
        self._refuse_deleted(reaction.message_id)
        self._here.reactions[reaction.message_id, reaction.oder_id, reaction.emoji] = reaction
        self._mirror(reaction.message_id)

    def remove_reaction(self, message_id: str, oder_id: str, emoji: str) -> None:
        self._here.reactions.pop((message_id, oder_id, emoji), None)
        self._mirror(message_id)

    def get_reactions_for_message(self, message_id: str) -> list[Reaction]:
        found = [r for r in self._here.reactions.values() if r.message_id == message_id]
        return sorted(found, key=lambda r: (r.timestamp, utf16(r.oder_id), utf16(r.emoji)))

    # Users

    def save_user(self, user: User) -> None:
        self._here.users[user.oder_id] = user

    def add_users(self, users: Sequence[User]) -> None:
        self._here.users = {user.oder_id: user for user in users} | self._here.users

    def update_user(self, oder_id: str, /, **changes: Any) -> None:
        self.save_user(structs.replace(self._find("users", oder_id), **changes))

    def get_user(self, oder_id: str) -> User | None:
        return self._here.users.get(oder_id)

    def get_current_user(self) -> User | None:
        return None if self.user_id is None else self.get_user(self.user_id)

    def get_users_by_room(self, room_id: str) -> list[User]:
        room = self._here.rooms.get(room_id)
        roster = dict.fromkeys(m.oder_id for m in ([] if room is None else room.members))
        return [self._here.users[one] for one in roster if one in self._here.users]

    # Rooms

    def save_room(self, room: Room) -> None:
        self._here.rooms[room.id] = room

    def update_room(self, room_id: str, /, **changes: Any) -> None:
        self.save_room(structs.replace(self._find("rooms", room_id), **changes))

    def get_room(self, room_id: str) -> Room | None:
        return self._here.rooms.get(room_id)

    def get_all_rooms(self) -> list[Room]:
        return sorted(self._here.rooms.values(), key=lambda r: (r.created_at, utf16(r.id)))

    def delete_room(self, room_id: str) -> None:
        self.clear_room_messages(room_id)
        bans = self._here.bans.values()
        self._here.bans = {ban.oder_id: ban for ban in bans if ban.room_id != room_id}
        self._here.rooms.pop(room_id, None)

    # Bans: those of a test ended at the time 1, or never end

    def save_ban(self, ban: Ban) -> None:
        self._here.bans[ban.oder_id] = ban

    def remove_ban(self, oder_id: str) -> None:
        self._here.bans.pop(oder_id, None)

    def get_bans_for_room(self, room_id: str) -> list[Ban]:
        found = [b for b in self._here.bans.values() if b.room_id == room_id and not b.expires_at]
        return sorted(found, key=lambda ban: (ban.timestamp, utf16(ban.oder_id)))

    def is_user_banned(self, user_id: str, room_id: str) -> bool:
        return any(ban.user_id == user_id for ban in self.get_bans_for_room(room_id))

    # Attachments

    def save_attachment(self, attachment: Attachment, data: bytes | None = None) -> None:
        if data is not None and len(data) != attachment.size:
            raise InvalidRecord("", field="size")
        self._refuse_deleted(attachment.message_id)
        self._here.attachments[attachment.id] = attachment
        if data is not None:
            self._here.data[attachment.id] = data

    def get_attachments_for_message(self, message_id: str) -> list[Attachment]:
        return [one for one in self.get_all_attachments() if one.message_id == message_id]

    def get_attachments_for_messages(self, message_ids: Sequence[str]) -> dict[str, Any]:
        found = {one: self.get_attachments_for_message(one) for one in message_ids}
        return {message_id: ones for message_id, ones in found.items() if ones}

    def get_all_attachments(self) -> list[Attachment]:
        found = self._here.attachments.values()
        return sorted(found, key=lambda one: (one.created_at or 0, utf16(one.id)))

    def count_attachments(self, room_id: str) -> int:
        owners = [self._here.messages.get(a.message_id) for a in self._here.attachments.values()]
        return sum(owner is not None and owner.room_id == room_id for owner in owners)

    def read_attachment_data(self, attachment_id: str) -> bytes | None:
        self._find("attachments", attachment_id)
        return self._here.data.get(attachment_id)

    def delete_attachments_for_message(self, message_id: str) -> None:
        for one in self.get_attachments_for_message(message_id):
            del self._here.attachments[one.id]
            self._here.data.pop(one.id, None)

    # What several of them do

    def _find(self, store: str, key: str) -> Any:
        record: Record | None = getattr(self._here, store).get(key)
        if record is None:
            raise RecordNotFound(store, key)
        return record

    def _put(self, message: Message) -> None:
        """Write a message; its reactions become what it says."""
        is_new = message.id not in self._here.messages
        if message.is_deleted:
            message = structs.replace(message, content="", reactions=())
            self.delete_attachments_for_message(message.id)
        if message.is_deleted or not is_new:
            self._drop_reactions(message.id)
        for one in message.reactions:
            self._here.reactions[one.message_id, one.oder_id, one.emoji] = one
        self._here.messages[message.id] = message
        self._mirror(message.id)

    def _mirror(self, message_id: str) -> None:
        message = self._here.messages.get(message_id)
        if message is not None:
            reactions = tuple(self.get_reactions_for_message(message_id))
            self._here.messages[message_id] = structs.replace(message, reactions=reactions)

    def _drop_reactions(self, message_id: str) -> None:
        for one in self.get_reactions_for_message(message_id):
            del self._here.reactions[one.message_id, one.oder_id, one.emoji]

    def _refuse_deleted(self, message_id: str) -> None:
        message = self._here.messages.get(message_id)
        if message is not None and message.is_deleted:
            raise InvalidRecord("", field="message_id")

    def _channel(self, room_id: str, channel_id: str | None) -> list[Message]:
        found = [
            message
            for message in self._here.messages.values()
            if message.room_id == room_id and channel_id in (None, message.channel_id)
        ]
        return sorted(found, key=_place)

    def _edge(self, room_id: str, message_id: str, field: str) -> tuple[int, bytes]:
        message: Message = self._find("messages", message_id)
        if message.room_id != room_id:
            raise InvalidRecord("", field=field)
        return _place(message)


def _place(message: Message) -> tuple[int, bytes]:
    return message.timestamp, utf16(message.id)


def _as_read(message: Message) -> Message:
    if not message.is_deleted:
        return message
    return structs.replace(message, content=DELETED_MESSAGE_CONTENT)
