"""The facade: everything that a chat client keeps on the device."""

import itertools
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from typing import Any

from roomkeep.models import Ban, Message, Reaction
from roomkeep.persistence.account_service import method
from roomkeep.persistence.archive_service import ArchiveService
from roomkeep.persistence.backup_service import BackupService
from roomkeep.persistence.scope import Scope
from roomkeep.persistence.search_service import SearchService
from roomkeep.persistence.sync_service import SyncService
from roomkeep.storage import operations

__all__ = ["DatabaseService"]


class DatabaseService(ArchiveService, BackupService, SearchService, SyncService):
    """Messages, users, rooms, reactions, bans and attachments of the signed-in account.

    Most methods are operations of `roomkeep.storage.operations`, which documents them; they take
    the operation's arguments, but for the transaction. All methods that return a coroutine are to
    be awaited. Each is one transaction: all of it happens or none, and when it returns the
    transaction has completed. A call belongs to the account that is signed in when the method is
    called, even if it is awaited later: after a switch it raises `ScopeChanged`, or finishes on its
    own account, and never touches another one.

    All methods raise `InvalidRecord` for bad input (it names the field, and nothing is written),
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

    # Messages

    save_message = method(operations.messages.save_message)
    save_messages = method(operations.messages.save_messages)
    get_messages = method(operations.message_pages.get_messages)
    get_latest_messages = method(operations.message_pages.get_latest_messages)
    get_messages_after = method(operations.message_pages.get_messages_after)
    get_channel_page = method(operations.channel_pages.get_channel_page)
    count_messages = method(operations.message_pages.count_messages)
    get_message_by_id = method(operations.messages.get_message_by_id)
    get_messages_by_ids = method(operations.messages.get_messages_by_ids)
    delete_message = method(operations.messages.delete_message)
    clear_room_messages = method(operations.messages.clear_room_messages)
    move_messages = method(operations.messages.move_messages)

    def update_message(self, message_id: str, /, **changes: object) -> Coroutine[Any, Any, None]:
        """Change some fields of a message; all others stay, even those unknown to Roomkeep.

        Raises:
            RecordNotFound: there is no such message.
        """
        return self._run(operations.messages.update_message, message_id, changes)

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
            attachment_ids: attachments that were saved before, and belong to it from now on. In a
                room on a server it can be one.

        Raises:
            RecordNotFound: there is no such room, or no such attachment.
            InvalidRecord: the sender is banned from the room (the field is `sender_id`), or it is
                on a server and there are several files (`attachment_ids`).
        """
        send = operations.messages.send_message
        return self._run(send, message, self._clock(), settings or {}, attachment_ids)

    async def save_messages_in_batches(
        self, messages: Iterable[Message], batch_size: int = 1_000
    ) -> None:
        """Write any number of messages in several transactions, so that other calls get a turn.

        When a transaction fails, those before it stay written.

        Args:
            messages: the messages.
            batch_size: how many go into one transaction.
        """
        scope = self._scopes.current
        rest = iter(messages)
        while batch := list(itertools.islice(rest, batch_size)):
            await scope.run(operations.messages.save_messages, batch)

    # Reactions

    save_reaction = method(operations.reactions.save_reaction)
    remove_reaction = method(operations.reactions.remove_reaction)
    get_reactions_for_message = method(operations.reactions.get_reactions_for_message)

    def send_reaction(self, reaction: Reaction) -> Coroutine[Any, Any, None]:
        """Write a reaction of who is signed in, as `save_reaction` would.

        Raises:
            InvalidRecord: they are banned from the message's room; the field is `oder_id`.
        """
        return self._run(operations.reactions.send_reaction, reaction, self._clock())

    # Users

    save_user = method(operations.users.save_user)
    get_user = method(operations.users.get_user)
    get_current_user = method(operations.meta.get_current_user)
    get_users_by_room = method(operations.users.get_users_by_room)

    def update_user(self, oder_id: str, /, **changes: object) -> Coroutine[Any, Any, None]:
        """Change some fields of a user; all others stay, even those unknown to Roomkeep.

        Raises:
            RecordNotFound: there is no such user.
        """
        return self._run(operations.users.update_user, oder_id, changes)

    # Rooms

    save_room = method(operations.rooms.save_room)
    get_room = method(operations.rooms.get_room)
    get_all_rooms = method(operations.rooms.get_all_rooms)
    delete_room = method(operations.rooms.delete_room)

    def update_room(self, room_id: str, /, **changes: object) -> Coroutine[Any, Any, None]:
        """Change some fields of a room; all others stay, even those unknown to Roomkeep.

        Raises:
            RecordNotFound: there is no such room.
        """
        return self._run(operations.rooms.update_room, room_id, changes)

    # Bans

    save_ban = method(operations.bans.save_ban)
    remove_ban = method(operations.bans.remove_ban)

    def get_bans_for_room(self, room_id: str) -> Coroutine[Any, Any, list[Ban]]:
        """Return a room's bans that have not expired, ascending by (timestamp, oder_id)."""
        return self._run(operations.bans.get_bans_for_room, room_id, self._clock())

    def is_user_banned(self, user_id: str, room_id: str) -> Coroutine[Any, Any, bool]:
        """Return whether a user has a ban in a room that has not expired."""
        return self._run(operations.bans.is_user_banned, user_id, room_id, self._clock())

    # Attachments

    save_attachment = method(operations.attachments.save_attachment)
    get_attachments_for_message = method(operations.attachments.get_attachments_for_message)
    get_attachments_for_messages = method(operations.attachments.get_attachments_for_messages)
    get_all_attachments = method(operations.attachments.get_all_attachments)
    count_attachments = method(operations.attachments.count_attachments)
    delete_attachments_for_message = method(operations.attachments.delete_attachments_for_message)

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

    # The account as a whole

    get_setting = method(operations.meta.get_setting)
    get_settings = method(operations.meta.get_settings)
    save_setting = method(operations.settings.save_setting)
    save_settings = method(operations.settings.save_settings)

    async def clear_all_data(self) -> None:
        """Delete everything that the account keeps. It stays signed in."""
        scope = self._scopes.current
        await scope.run(operations.meta.clear_all_data)
        await scope.run(operations.search_index.clear_search_index)
