"""What archives import and undo, and what a search finds, in the model."""

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.models import Attachment, Message, Room, User
from roomkeep.persistence import ArchiveImport
from roomkeep.storage.search.query import find_matches, matches, parse_query
from support.model import Model
from support.model_account import place

__all__ = ["WholeModel"]


class WholeModel(Model):
    """The model, with imports of archives and with search."""

    # Imports

    def begin_import(
        self, import_id: str, archive_format: str, file_name: str, started_at: int
    ) -> None:
        if import_id in self._here.imports:
            raise InvalidRecord("", field="import_id")
        made = ArchiveImport(
            id=import_id, format=archive_format, file_name=file_name, started_at=started_at
        )
        self._here.imports[import_id] = made

    def finish_import(self, import_id: str, finished_at: int) -> None:
        self._change_import(import_id, finished_at=finished_at)

    def get_imports(self) -> list[ArchiveImport]:
        found = self._here.imports.values()
        return sorted(found, key=lambda one: (-one.started_at, one.id))

    def import_room(self, import_id: str, room: Room) -> None:
        self._change_import(import_id)
        stored = self._here.rooms.get(room.id)
        self.add_room(room)
        if stored is None:
            self._note(import_id, "rooms", room.id)
            return
        for channel in room.channels:
            if channel.id not in {one.id for one in stored.channels}:
                self._note(import_id, "channels", (room.id, channel.id))
        for member in room.members:
            if member.oder_id not in {one.oder_id for one in stored.members}:
                self._note(import_id, "members", (room.id, member.oder_id))

    def import_into(
        self,
        import_id: str,
        messages: Sequence[Message],
        shared_ids: Sequence[str] = (),
        users: Sequence[User] = (),
    ) -> int:
        self._change_import(import_id)
        here = [message for message in messages if message.room_id in self._here.rooms]
        before, known = set(self._here.messages), set(self._here.users)
        count = self.import_messages(here, shared_ids)
        self.add_users(users)
        for message_id in self._here.messages.keys() - before:
            self._note(import_id, "messages", message_id)
        for oder_id in self._here.users.keys() - known:
            self._note(import_id, "users", oder_id)
        found = self._here.imports[import_id]
        self._change_import(import_id, messages=found.messages + count)
        return count

    def import_attachment(
        self, import_id: str, attachment: Attachment, data: bytes | None = None
    ) -> bool:
        if data is not None and len(data) != attachment.size:
            raise InvalidRecord("", field="size")
        self._change_import(import_id)
        here = self._here
        message = here.messages.get(attachment.message_id)
        if message is None or message.is_deleted:
            return False
        is_there = attachment.id in here.attachments
        if is_there and (data is None or attachment.id in here.data):
            return False
        self.save_attachment(attachment, data)
        self._note(import_id, "data" if is_there else "files", attachment.id)
        files = here.imports[import_id].files + (data is not None)
        self._change_import(import_id, files=files)
        return True

    def undo_import(self, import_id: str) -> None:
        here = self._here
        here.imports.pop(import_id, None)
        added = here.added.pop(import_id, {})
        self.remove_files(added.get("data", ()))
        for key in added.get("files", ()):
            here.attachments.pop(key, None)
            here.data.pop(key, None)
            here.unknown.pop(("attachments", key), None)
        for key in added.get("messages", ()):
            if here.messages.pop(key, None) is not None:
                here.drop_reactions(key)
                here.delete_attachments(key)
                here.unknown.pop(("messages", key), None)
        self._undo_rooms(added)
        members = {one.oder_id for room in here.rooms.values() for one in room.members}
        for oder_id in added.get("users", ()):
            if oder_id not in members | {self.user_id}:
                here.users.pop(oder_id, None)
                here.unknown.pop(("users", oder_id), None)

    def _undo_rooms(self, added: dict[str, list[Any]]) -> None:
        here, own = self._here, added.get("rooms", ())
        for room_id in own:
            if room_id in here.rooms and not here.channel(room_id, None):
                self.delete_room(room_id)
        for room_id, id_ in (*added.get("channels", ()), *added.get("members", ())):
            room = here.rooms.get(room_id)
            if room is None or room_id in own:
                continue
            if (room_id, id_) in added.get("channels", ()) and not here.channel(room_id, id_):
                channels = tuple(one for one in room.channels if one.id != id_)
                room = structs.replace(room, channels=channels)
            senders = {message.sender_id for message in here.channel(room_id, None)}
            if (room_id, id_) in added.get("members", ()) and id_ not in senders:
                members = tuple(one for one in room.members if one.oder_id != id_)
                room = structs.replace(room, members=members)
            self.update_room(room_id, channels=room.channels, members=room.members)

    def _change_import(self, import_id: str, **changes: Any) -> None:
        found = self._here.imports.get(import_id)
        if found is None:
            raise RecordNotFound("meta", import_id)
        self._here.imports[import_id] = structs.replace(found, **changes)

    def _note(self, import_id: str, kind: str, key: Any) -> None:
        self._here.added.setdefault(import_id, {}).setdefault(kind, []).append(key)

    # Search

    def update_search_index(self) -> None:
        """Do nothing: what is found does not depend on it."""

    def find(
        self, query: str, room_id: str | None = None, channel_id: str | None = None
    ) -> list[tuple[str, list[tuple[int, int]]]]:
        """Look at each message; return those that match, and where, the newest first."""
        asked = parse_query(query, start_of_day=lambda _: 0)
        found = [
            message
            for message in self._here.messages.values()
            if not message.is_deleted
            and message.room_id in (self._here.rooms if room_id is None else (room_id,))
            and channel_id in (None, message.channel_id)
            and matches(asked, message.content)
            and ("file" not in asked.has or self._here.attachments_of(message.id))
        ]
        if asked.is_empty:
            return []
        in_order = sorted(found, key=place, reverse=True)
        return [(message.id, find_matches(asked, message.content)) for message in in_order]
