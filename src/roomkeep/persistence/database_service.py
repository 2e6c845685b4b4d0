"""The facade: everything that a chat client keeps on the device."""

import itertools
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from typing import Any, cast

from roomkeep.models import Attachment, Ban, Message, Reaction, Room, User
from roomkeep.persistence.backup_service import BackupService
from roomkeep.persistence.scope import Scope
from roomkeep.storage import operations
from roomkeep.storage.arguments import Ids
from roomkeep.storage.operations.channel_pages import ChannelPage

__all__ = ["DatabaseService"]


class DatabaseService(BackupService):
    """Messages, users, rooms, reactions, bans and attachments of the signed-in account.

    Methods that return a coroutine are to be awaited. Each is one transaction: all of it happens or
    none, and when it returns the transaction has completed. A call belongs to the account that is
    signed in when the method is called, even if it is awaited later: after a switch it raises
    `ScopeChanged`, or finishes on its own account, and never touches another one.

    All of them raise `InvalidRecord` for bad input (it names the field, and nothing is written),
    `NotReady` before `initialize` and after `close`, and `StorageError` when the storage fails.

    Args:
        backend: where the data are kept. Without one it is chosen by `initialize`: the main process
            in the desktop's window; IndexedDB in a browser; memory where the browser offers no
            storage, and under plain CPython.
        clock: tells the time, in ms since the epoch.
        durability: how safe a write is in a browser when it returns. `"relaxed"` survives that the
            tab or the browser is killed; `"strict"` waits for the disk, and survives a power
            failure, too.
    """

    # The account as a whole

    def clear_all_data(self) -> Coroutine[Any, Any, None]:
        """Delete everything that the account keeps. It stays signed in."""
        return self._run(operations.meta.clear_all_data)

    def get_setting(self, key: str) -> Coroutine[Any, Any, object]:
        """Return the value of one of the app's settings for the account; None where it has none."""
        return self._run(operations.meta.get_setting, key)

    def get_settings(self, prefix: str = "") -> Coroutine[Any, Any, dict[str, object]]:
        """Return all the settings of the account whose keys begin with `prefix`."""
        return self._run(operations.meta.get_settings, prefix)

    def save_setting(self, key: str, value: object) -> Coroutine[Any, Any, None]:
        """Write a setting of the account: any JSON value. None deletes it."""
        return self._run(operations.meta.save_setting, key, value)

    def save_settings(self, settings: Mapping[str, object]) -> Coroutine[Any, Any, None]:
        """Write settings of the account: any JSON values. None deletes one."""
        return self._run(operations.meta.save_settings, cast("dict[str, object]", settings))

    # Messages

    def save_message(self, message: Message) -> Coroutine[Any, Any, None]:
        """Write a message in place of the one with its id.

        Its reactions replace those that are stored; a message that is new takes along those that
        came before it.
        """
        return self._run(operations.messages.save_message, message)

    def save_messages(self, messages: Sequence[Message]) -> Coroutine[Any, Any, None]:
        """Write any number of messages, as `save_message` would, in one transaction.

        In the desktop's window one request carries at most 100 million characters, some 300,000
        messages; `save_messages_in_batches` writes more.
        """
        return self._run(operations.messages.save_messages, messages)

    async def save_messages_in_batches(
        self, messages: Iterable[Message], batch_size: int = 1_000
    ) -> None:
        """Write any number of messages in several transactions, so that other calls get a turn.

        When one of them fails, those before it stay written.

        Args:
            messages: the messages.
            batch_size: how many go into one transaction.
        """
        scope = self._scopes.current
        rest = iter(messages)
        while batch := list(itertools.islice(rest, batch_size)):
            await scope.run(operations.messages.save_messages, batch)

    def send_message(
        self,
        message: Message,
        *,
        settings: Mapping[str, object] | None = None,
        attachment_ids: Sequence[str] = (),
    ) -> Coroutine[Any, Any, None]:
        """Write a message of who is signed in, and everything that changes as it is sent.

        Args:
            message: the message.
            settings: settings to write with it, such as its draft (None deletes one) and the read
                marker.
            attachment_ids: attachments that were saved before, and belong to it from now on.

        Raises:
            RecordNotFound: there is no such room, or no such attachment.
            InvalidRecord: the sender is banned from the room; the field is `sender_id`.
        """
        return self._run(
            operations.messages.send_message,
            message,
            self._clock(),
            dict(settings or {}),
            cast("Ids", attachment_ids),
        )

    def get_messages(
        self, room_id: str, limit: int = 100, offset: int = 0
    ) -> Coroutine[Any, Any, list[Message]]:
        """Return a room's messages from `offset` on, ascending by (timestamp, id).

        Ids compare by UTF-16 code unit, which is IndexedDB's order of strings.
        """
        return self._run(operations.message_pages.get_messages, room_id, limit, offset)

    def get_latest_messages(
        self,
        room_id: str,
        limit: int = 50,
        before: str | None = None,
        channel_id: str | None = None,
    ) -> Coroutine[Any, Any, list[Message]]:
        """Return the newest messages, ascending: a page of a chat view.

        What it costs does not grow with the room.

        Args:
            room_id: the room.
            limit: how many, at most.
            before: the id of the message that comes right after the page; None for the room's end.
            channel_id: of this channel only.

        Raises:
            RecordNotFound: there is no message `before`.
        """
        return self._run(
            operations.message_pages.get_latest_messages, room_id, limit, before, channel_id
        )

    def get_messages_after(
        self,
        room_id: str,
        after: str | int,
        limit: int = 50,
        channel_id: str | None = None,
    ) -> Coroutine[Any, Any, list[Message]]:
        """Return the oldest messages after a message or a time, ascending: the next page down.

        What it costs does not grow with the room.

        Args:
            room_id: the room.
            after: the id of the message that comes right before the page; or a time in ms, for
                messages later than that, such as the unread ones.
            limit: how many, at most.
            channel_id: of this channel only.

        Raises:
            RecordNotFound: there is no message `after`.
        """
        return self._run(
            operations.message_pages.get_messages_after, room_id, after, limit, channel_id
        )

    def get_channel_page(
        self,
        room_id: str,
        channel_id: str,
        limit: int = 50,
        around: str | int | None = None,
    ) -> Coroutine[Any, Any, ChannelPage]:
        """Return what a chat view shows of a channel: messages, their files, what they reply to.

        Args:
            room_id: the room.
            channel_id: the channel.
            limit: how many messages on each side, at most.
            around: the id of a message, which is among them; or a time in ms, such as up to when
                the channel was read. None for the newest messages.

        Raises:
            RecordNotFound: there is no message `around`.
        """
        return self._run(
            operations.channel_pages.get_channel_page, room_id, channel_id, limit, around
        )

    def count_messages(
        self, room_id: str, after: int | None = None, channel_id: str | None = None
    ) -> Coroutine[Any, Any, int]:
        """Count a room's messages, such as the unread ones. What is counted is not read.

        Args:
            room_id: the room.
            after: only those later than this time, in ms.
            channel_id: of this channel only.
        """
        return self._run(operations.message_pages.count_messages, room_id, after, channel_id)

    def get_message_by_id(self, message_id: str) -> Coroutine[Any, Any, Message | None]:
        """Return a message; None where there is none."""
        return self._run(operations.messages.get_message_by_id, message_id)

    def delete_message(self, message_id: str) -> Coroutine[Any, Any, None]:
        """Leave a tombstone of a message: its content, reactions and attachments go.

        It reads `DELETED_MESSAGE_CONTENT` from then on. Nothing happens where there is no message.
        """
        return self._run(operations.messages.delete_message, message_id)

    def update_message(self, message_id: str, /, **changes: object) -> Coroutine[Any, Any, None]:
        """Change some fields of a message; all others stay, those unknown to Roomkeep too.

        Raises:
            RecordNotFound: there is no such message.
        """
        return self._run(operations.messages.update_message, message_id, changes)

    def clear_room_messages(self, room_id: str) -> Coroutine[Any, Any, None]:
        """Delete all messages of a room, with their reactions and attachments."""
        return self._run(operations.messages.clear_room_messages, room_id)

    def move_messages(
        self, room_id: str, channel_id: str, to_channel_id: str
    ) -> Coroutine[Any, Any, int]:
        """Move all messages of a channel to another channel of the room, each at its time.

        Returns:
            how many they were.
        """
        return self._run(operations.messages.move_messages, room_id, channel_id, to_channel_id)

    # Reactions

    def save_reaction(self, reaction: Reaction) -> Coroutine[Any, Any, None]:
        """Write a reaction; there is one for each person, emoji and message.

        It may come before its message, but not after the message was deleted.
        """
        return self._run(operations.reactions.save_reaction, reaction)

    def send_reaction(self, reaction: Reaction) -> Coroutine[Any, Any, None]:
        """Write a reaction of who is signed in, as `save_reaction` would.

        Raises:
            InvalidRecord: they are banned from the message's room; the field is `oder_id`.
        """
        return self._run(operations.reactions.send_reaction, reaction, self._clock())

    def remove_reaction(
        self, message_id: str, oder_id: str, emoji: str
    ) -> Coroutine[Any, Any, None]:
        """Delete a reaction, if it is there. `oder_id` is who reacted."""
        return self._run(operations.reactions.remove_reaction, message_id, oder_id, emoji)

    def get_reactions_for_message(self, message_id: str) -> Coroutine[Any, Any, list[Reaction]]:
        """Return a message's reactions, ascending by (timestamp, oder_id, emoji)."""
        return self._run(operations.reactions.get_reactions_for_message, message_id)

    # Users

    def save_user(self, user: User) -> Coroutine[Any, Any, None]:
        """Write a user in place of the one with the same `oder_id`."""
        return self._run(operations.users.save_user, user)

    def get_user(self, oder_id: str) -> Coroutine[Any, Any, User | None]:
        """Return a user; None where there is none."""
        return self._run(operations.users.get_user, oder_id)

    def get_current_user(self) -> Coroutine[Any, Any, User | None]:
        """Return the profile of who is signed in; None for nobody, or where none was saved."""
        return self._run(operations.meta.get_current_user)

    def get_users_by_room(self, room_id: str) -> Coroutine[Any, Any, list[User]]:
        """Return the users on a room's member roster whose profiles are stored, in its order."""
        return self._run(operations.users.get_users_by_room, room_id)

    def update_user(self, oder_id: str, /, **changes: object) -> Coroutine[Any, Any, None]:
        """Change some fields of a user; all others stay, those unknown to Roomkeep too.

        Raises:
            RecordNotFound: there is no such user.
        """
        return self._run(operations.users.update_user, oder_id, changes)

    # Rooms

    def save_room(self, room: Room) -> Coroutine[Any, Any, None]:
        """Write a room in place of the one with its id."""
        return self._run(operations.rooms.save_room, room)

    def get_room(self, room_id: str) -> Coroutine[Any, Any, Room | None]:
        """Return a room; None where there is none."""
        return self._run(operations.rooms.get_room, room_id)

    def get_all_rooms(self) -> Coroutine[Any, Any, list[Room]]:
        """Return all rooms, ascending by (created_at, id)."""
        return self._run(operations.rooms.get_all_rooms)

    def delete_room(self, room_id: str) -> Coroutine[Any, Any, None]:
        """Delete a room with its messages, their reactions and attachments, and its bans."""
        return self._run(operations.rooms.delete_room, room_id)

    def update_room(self, room_id: str, /, **changes: object) -> Coroutine[Any, Any, None]:
        """Change some fields of a room; all others stay, those unknown to Roomkeep too.

        Raises:
            RecordNotFound: there is no such room.
        """
        return self._run(operations.rooms.update_room, room_id, changes)

    # Bans

    def save_ban(self, ban: Ban) -> Coroutine[Any, Any, None]:
        """Write a ban in place of the one with the same `oder_id`, the ban's own key."""
        return self._run(operations.bans.save_ban, ban)

    def remove_ban(self, oder_id: str) -> Coroutine[Any, Any, None]:
        """Delete a ban by its own key, if it is there."""
        return self._run(operations.bans.remove_ban, oder_id)

    def get_bans_for_room(self, room_id: str) -> Coroutine[Any, Any, list[Ban]]:
        """Return a room's bans that have not expired, ascending by (timestamp, oder_id)."""
        return self._run(operations.bans.get_bans_for_room, room_id, self._clock())

    def is_user_banned(self, user_id: str, room_id: str) -> Coroutine[Any, Any, bool]:
        """Return whether a user has a ban in a room that has not expired."""
        return self._run(operations.bans.is_user_banned, user_id, room_id, self._clock())

    # Attachments

    def save_attachment(
        self, attachment: Attachment, data: object = None
    ) -> Coroutine[Any, Any, None]:
        """Write an attachment in place of the one with its id.

        Args:
            attachment: the description of the file; its `size` must be that of `data`.
            data: the file: bytes, or in a browser a Blob. None leaves stored bytes as they are.
        """
        return self._run(operations.attachments.save_attachment, attachment, data)

    def get_attachments_for_message(self, message_id: str) -> Coroutine[Any, Any, list[Attachment]]:
        """Return a message's attachments, ascending by (created_at, id)."""
        return self._run(operations.attachments.get_attachments_for_message, message_id)

    def get_attachments_for_messages(
        self, message_ids: Sequence[str]
    ) -> Coroutine[Any, Any, dict[str, list[Attachment]]]:
        """Return the attachments of several messages, such as a page's, by the message's id.

        Messages that have none are left out.
        """
        ids = cast("Ids", message_ids)
        return self._run(operations.attachments.get_attachments_for_messages, ids)

    def get_all_attachments(self) -> Coroutine[Any, Any, list[Attachment]]:
        """Return all attachments, ascending by (created_at, id)."""
        return self._run(operations.attachments.get_all_attachments)

    def count_attachments(self, room_id: str) -> Coroutine[Any, Any, int]:
        """Count the attachments of a room's messages, such as to say what goes with the room."""
        return self._run(operations.attachments.count_attachments, room_id)

    def delete_attachments_for_message(self, message_id: str) -> Coroutine[Any, Any, None]:
        """Delete a message's attachments."""
        return self._run(operations.attachments.delete_attachments_for_message, message_id)

    def read_attachment_data(self, attachment_id: str) -> Coroutine[Any, Any, bytes | None]:
        """Return an attachment's bytes; None where it was saved without.

        Raises:
            RecordNotFound: there is no such attachment.
            StorageLost: the browser no longer has the bytes.
        """
        return self._read_data(self._scopes.current, attachment_id)

    async def _read_data(self, scope: Scope, attachment_id: str) -> bytes | None:
        blob = await scope.run(operations.attachments.read_attachment_data, attachment_id)
        data = None if blob is None else await blob.read()
        scope.check()
        return data
