"""The model's messages and reactions."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from msgspec import structs

from roomkeep.errors import InvalidRecord
from roomkeep.models import Message, Reaction
from support.model_account import Device, as_read, place

__all__ = ["MessagesModel"]


class MessagesModel(Device):
    """The methods for messages and reactions."""

    # Messages

    def save_message(self, message: Message) -> None:
        self.save_messages([message])

    def save_messages_in_batches(self, messages: Sequence[Message], batch_size: int) -> None:
        for start in range(0, len(messages), batch_size):
            self.save_messages(messages[start : start + batch_size])

    def save_messages(self, messages: Sequence[Message]) -> None:
        last = {message.id: message for message in messages}
        for message in last.values():
            for number, reaction in enumerate(() if message.is_deleted else message.reactions):
                if reaction.message_id != message.id:
                    raise InvalidRecord("", field=f"reactions[{number}].message_id")
        for message in last.values():
            self._here.replace(message)

    def add_messages(self, messages: Sequence[Message]) -> int:
        new: dict[str, Message] = {}
        for message in messages:
            if message.id not in self._here.messages:
                new.setdefault(message.id, message)
        self.save_messages(list(new.values()))
        return len(new)

    def import_messages(self, messages: Sequence[Message], shared_ids: Sequence[str] = ()) -> int:
        rooms = {message.id: message.room_id for message in self._here.messages.values()}

        def resolve(room_id: str, id_: str) -> str:
            made = self._imported_ids[room_id, id_]
            if rooms.get(id_) == room_id:
                return id_
            return made if made in rooms or id_ in rooms or id_ in shared_ids else id_

        new: dict[str, Message] = {}
        for message in messages:
            id_ = resolve(message.room_id, message.id)
            answered = message.reply_to_id
            reactions = tuple(structs.replace(one, message_id=id_) for one in message.reactions)
            if id_ not in rooms:
                imported = structs.replace(
                    message,
                    id=id_,
                    reply_to_id=None if answered is None else resolve(message.room_id, answered),
                    reactions=reactions,
                )
                new.setdefault(id_, imported)
        self.save_messages(list(new.values()))
        return len(new)

    def send_message(
        self,
        message: Message,
        settings: Mapping[str, object] = MappingProxyType({}),
        attachment_ids: Sequence[str] = (),
    ) -> None:
        self._here.find("rooms", message.room_id)
        self._here.refuse_banned(message.sender_id, message.room_id, "sender_id")
        moved = [self._here.find("attachments", one) for one in attachment_ids]
        self.save_message(message)
        for one in moved:
            self._here.attachments[one.id] = structs.replace(one, message_id=message.id)
        for key, value in settings.items():
            self._here.save_setting(key, value)

    def update_message(self, message_id: str, /, **changes: Any) -> None:
        stored = self._here.find("messages", message_id)
        changed = structs.replace(stored, **changes)
        for number, reaction in enumerate(() if changed.is_deleted else changed.reactions):
            if reaction.message_id != message_id:
                raise InvalidRecord("", field=f"reactions[{number}].message_id")
        self._here.put(changed)

    def delete_message(self, message_id: str) -> None:
        if message_id in self._here.messages:
            self.update_message(message_id, is_deleted=True)

    def clear_room_messages(self, room_id: str) -> None:
        for message_id in [m.id for m in self._here.messages.values() if m.room_id == room_id]:
            del self._here.messages[message_id]
            self._here.drop_reactions(message_id)
            self._here.delete_attachments(message_id)
            self._here.unknown.pop(("messages", message_id), None)

    def move_messages(self, room_id: str, channel_id: str, to_channel_id: str) -> int:
        if channel_id == to_channel_id:
            return 0
        moved = self._here.channel(room_id, channel_id)
        for message in moved:
            self._here.messages[message.id] = structs.replace(message, channel_id=to_channel_id)
        return len(moved)

    def get_message_by_id(self, message_id: str) -> Message | None:
        message = self._here.messages.get(message_id)
        return None if message is None else as_read(message)

    def get_messages_by_ids(self, message_ids: Sequence[str]) -> dict[str, Message]:
        found = ((id_, self.get_message_by_id(id_)) for id_ in message_ids)
        return {id_: message for id_, message in found if message is not None}

    def get_messages(self, room_id: str, limit: int = 100, offset: int = 0) -> list[Message]:
        return [as_read(m) for m in self._here.channel(room_id, None)[offset : offset + limit]]

    def get_latest_messages(
        self,
        room_id: str,
        limit: int = 50,
        before: str | None = None,
        channel_id: str | None = None,
    ) -> list[Message]:
        found = self._here.channel(room_id, channel_id)
        if before is not None:
            edge = self._here.edge(room_id, before, "before")
            found = [message for message in found if place(message) < edge]
        return [as_read(message) for message in found[max(len(found) - limit, 0) :]]

    def get_messages_after(
        self, room_id: str, after: str | int, limit: int = 50, channel_id: str | None = None
    ) -> list[Message]:
        found = self._here.channel(room_id, channel_id)
        if isinstance(after, str):
            edge = self._here.edge(room_id, after, "after")
            found = [message for message in found if place(message) > edge]
        else:
            found = [message for message in found if message.timestamp > after]
        return [as_read(message) for message in found[:limit]]

    def count_messages(
        self, room_id: str, after: int | None = None, channel_id: str | None = None
    ) -> int:
        found = self._here.channel(room_id, channel_id)
        return sum(after is None or message.timestamp > after for message in found)

    # Reactions

    def save_reaction(self, reaction: Reaction) -> None:
        self._here.refuse_deleted(reaction.message_id)
        self._here.reactions[reaction.message_id, reaction.oder_id, reaction.emoji] = reaction
        self._here.mirror(reaction.message_id)

    def add_reactions(self, reactions: Sequence[Reaction]) -> int:
        here = self._here
        given = {(one.message_id, one.oder_id, one.emoji): one for one in reactions}
        waiting = {key: one for key, one in given.items() if one.message_id not in here.messages}
        new = {key: one for key, one in waiting.items() if key not in here.reactions}
        here.reactions.update(new)
        return len(new)

    def send_reaction(self, reaction: Reaction) -> None:
        self._here.refuse_deleted(reaction.message_id)
        message = self._here.messages.get(reaction.message_id)
        if message is not None:
            self._here.refuse_banned(reaction.oder_id, message.room_id, "oder_id")
        self.save_reaction(reaction)

    def remove_reaction(self, message_id: str, oder_id: str, emoji: str) -> None:
        self._here.reactions.pop((message_id, oder_id, emoji), None)
        self._here.mirror(message_id)

    def get_reactions_for_message(self, message_id: str) -> list[Reaction]:
        return self._here.reactions_to(message_id)
