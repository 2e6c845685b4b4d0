"""What `DatabaseService` must do, as plain as can be: a few dictionaries for each account.

It is written from the methods' docstrings, and shares no rule with the stores. So where a backend
does something else, one of the two is wrong.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import structs

from roomkeep.errors import InvalidRecord
from roomkeep.models import Attachment, Ban, Message, Room, User
from roomkeep.persistence import ChannelPage
from support.model_account import Account, as_read, utf16
from support.model_messages import MessagesModel


class Model(MessagesModel):
    """A device, with the methods of `DatabaseService`. They return at once."""

    # Accounts

    def reopen(self) -> None:
        """Close the app and open it again."""

    def plant(self, store: str, record: Mapping[str, Any]) -> None:
        """Write a record as an older client stores it, past the methods."""
        self._here.plant(store, record)

    def visit_by_older_client(self, records: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        for store, record in records:
            self.plant(store, record)

    def unknown_fields(self) -> dict[tuple[str, ...], dict[str, Any]]:
        """Return the fields that we do not know, by store and key."""
        return {where: fields for where, fields in self._here.unknown.items() if fields}

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
        self._here.save_setting(key, value)

    def save_settings(self, settings: Mapping[str, object]) -> None:
        for key, value in settings.items():
            self.save_setting(key, value)

    def add_settings(self, settings: Mapping[str, object]) -> int:
        new = {key: settings[key] for key in settings if key not in self._here.settings}
        self._here.settings.update(new)
        return len(new)

    # Users

    def save_user(self, user: User) -> None:
        self._here.unknown.pop(("users", user.oder_id), None)
        self._here.users[user.oder_id] = user

    def add_users(self, users: Sequence[User]) -> None:
        self._here.users = {user.oder_id: user for user in users} | self._here.users

    def update_user(self, oder_id: str, /, **changes: Any) -> None:
        self._here.users[oder_id] = structs.replace(self._here.find("users", oder_id), **changes)

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
        self._here.rooms.pop(room.id, None)
        self._here.forget_unknown_of_room(room.id)
        self._here.rooms[room.id] = room

    def add_room(self, room: Room) -> None:
        stored = self._here.rooms.get(room.id)
        if stored is None:
            self.save_room(room)
            return
        channels = {channel.id for channel in stored.channels}
        members = {member.oder_id for member in stored.members}
        self._here.rooms[room.id] = structs.replace(
            stored,
            channels=stored.channels + tuple(c for c in room.channels if c.id not in channels),
            members=stored.members + tuple(m for m in room.members if m.oder_id not in members),
        )

    def update_room(self, room_id: str, /, **changes: Any) -> None:
        self._here.rooms[room_id] = structs.replace(self._here.find("rooms", room_id), **changes)
        self._here.forget_unknown_of_room(room_id)

    def get_room(self, room_id: str) -> Room | None:
        return self._here.rooms.get(room_id)

    def get_all_rooms(self) -> list[Room]:
        return sorted(self._here.rooms.values(), key=lambda r: (r.created_at, utf16(r.id)))

    def delete_room(self, room_id: str) -> None:
        self.clear_room_messages(room_id)
        bans = self._here.bans.values()
        self._here.bans = {ban.oder_id: ban for ban in bans if ban.room_id != room_id}
        self._here.rooms.pop(room_id, None)
        self._here.forget_unknown_of_room(room_id)

    # Bans

    def save_ban(self, ban: Ban) -> None:
        self._here.bans[ban.oder_id] = ban

    def add_bans(self, bans: Sequence[Ban]) -> int:
        new = {ban.oder_id: ban for ban in bans if ban.oder_id not in self._here.bans}
        self._here.bans.update(new)
        return len(new)

    def remove_ban(self, oder_id: str) -> None:
        self._here.bans.pop(oder_id, None)

    def get_bans_for_room(self, room_id: str) -> list[Ban]:
        return self._here.active_bans(room_id)

    def is_user_banned(self, user_id: str, room_id: str) -> bool:
        return any(ban.user_id == user_id for ban in self.get_bans_for_room(room_id))

    # Attachments

    def save_attachment(self, attachment: Attachment, data: bytes | None = None) -> None:
        if data is not None and len(data) != attachment.size:
            raise InvalidRecord("", field="size")
        self._here.refuse_deleted(attachment.message_id)
        self._here.unknown.pop(("attachments", attachment.id), None)
        self._here.attachments[attachment.id] = attachment
        if data is not None:
            self._here.data[attachment.id] = data

    def add_attachment(self, attachment: Attachment, data: bytes | None) -> bool:
        if data is not None and len(data) != attachment.size:
            raise InvalidRecord("", field="size")
        stored = self._here.attachments.get(attachment.id)
        if self._here.is_deleted(attachment.message_id):
            return False
        if stored is None:
            self.save_attachment(attachment, data)
            return True
        is_same = (stored.message_id, stored.size) == (attachment.message_id, attachment.size)
        if data is None or not is_same or stored.id in self._here.data:
            return False
        self._here.data[stored.id] = data
        return True

    def get_files(self) -> list[Attachment]:
        here = self._here
        found = self.get_all_attachments()
        return [one for one in found if one.id in here.data and one.message_id in here.messages]

    def remove_files(self, attachment_ids: Sequence[str]) -> None:
        for one in attachment_ids:
            self._here.data.pop(one, None)

    def get_attachments_for_message(self, message_id: str) -> list[Attachment]:
        return self._here.attachments_of(message_id)

    def get_attachments_for_messages(self, message_ids: Sequence[str]) -> dict[str, Any]:
        found = {one: self.get_attachments_for_message(one) for one in message_ids}
        return {message_id: ones for message_id, ones in found.items() if ones}

    def get_channel_page(
        self, room_id: str, channel_id: str, limit: int = 50, around: str | int | None = None
    ) -> ChannelPage:
        after: list[Message] = []
        if around is not None:
            after = self.get_messages_after(room_id, around, limit, channel_id)
        before_id = around if isinstance(around, str) else after[0].id if after else None
        before = self.get_latest_messages(room_id, limit, before_id, channel_id)
        known = self._here.messages
        if isinstance(around, str):
            after = [as_read(known[around]), *after]
        here = {message.id for message in (*before, *after)}
        answered = {message.reply_to_id or "" for message in (*before, *after)} - here
        return ChannelPage(
            before=before,
            after=after,
            originals={name: as_read(known[name]) for name in answered if name in known},
            attachments=self.get_attachments_for_messages(sorted(here)),
        )

    def get_all_attachments(self) -> list[Attachment]:
        found = self._here.attachments.values()
        return sorted(found, key=lambda one: (one.created_at or 0, utf16(one.id)))

    def count_attachments(self, room_id: str) -> int:
        owners = [self._here.messages.get(a.message_id) for a in self._here.attachments.values()]
        return sum(owner is not None and owner.room_id == room_id for owner in owners)

    def read_attachment_data(self, attachment_id: str) -> bytes | None:
        self._here.find("attachments", attachment_id)
        return self._here.data.get(attachment_id)

    def delete_attachments_for_message(self, message_id: str) -> None:
        self._here.delete_attachments(message_id)
