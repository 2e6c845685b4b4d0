"""The one thing that an app speaks to: everything that a chat client keeps on the device."""

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ParamSpec, TypeVar

from reaktiv import ReadonlySignal

from roomkeep.errors import InvalidRecord, StorageUnavailable
from roomkeep.models import Attachment, Ban, Id, Message, Reaction, Room, User
from roomkeep.persistence import records, stores
from roomkeep.persistence.account import Backend
from roomkeep.persistence.changes import ChangeFeed, Listener
from roomkeep.persistence.operation import Operation
from roomkeep.persistence.records import Unreadable
from roomkeep.persistence.schema import VERSION
from roomkeep.persistence.scope import Scope, Scopes
from roomkeep.persistence.storage_report import StorageReport

__all__ = ["DatabaseService"]

P = ParamSpec("P")
R = TypeVar("R")

logger = logging.getLogger(__name__)


class DatabaseService:
    """Messages, users, rooms, reactions, bans and attachments of the signed-in account.

    Methods that return a coroutine are to be awaited. Each is one transaction: all of it happens or
    none, and when it returns the transaction has completed. A call belongs to the account that is
    signed in when the method is called, even if it is awaited later: after a switch it raises
    `ScopeChanged`, or finishes on its own account, and never touches another one.

    All of them raise `InvalidRecord` for bad input (it names the field, and nothing is written),
    `NotReady` before `initialize` and after `close`, and `StorageError` when the storage fails.

    Args:
        backend: where the data are kept. Without one it is chosen by `initialize`: IndexedDB in a
            browser; memory where the browser offers no storage, and under plain CPython.
        clock: tells the time, in ms since the epoch.
    """

    def __init__(
        self,
        backend: Backend | None = None,
        *,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._backend = backend
        self._clock = clock
        self._feed = ChangeFeed()
        self._scopes = Scopes(self._feed.publish)
        self._fallback_reason: StorageUnavailable | None = None
        self._initializing = asyncio.Lock()

    # Lifecycle

    @property
    def is_ready(self) -> ReadonlySignal[bool]:
        """A signal: true from `initialize` to `close`, but for the moments of a switch."""
        return self._scopes.is_ready

    @property
    def backend_name(self) -> str | None:
        """Where the data are kept: `"indexeddb"` or `"memory"`; None before `initialize`."""
        return None if self._backend is None else self._backend.name

    @property
    def fallback_reason(self) -> StorageUnavailable | None:
        """Why nothing will be kept: the browser offers no storage. None where all is well."""
        return self._fallback_reason

    @property
    def current_user_id(self) -> str | None:
        """The id of the signed-in account; None for nobody."""
        return self._scopes.current.user_id

    @property
    def database_name(self) -> str:
        """The name of the current account's database."""
        return self._scopes.current.account.database_name

    @property
    def unreadable_records(self) -> list[Unreadable]:
        """The stored records that were passed over so far because they cannot be decoded."""
        return list(self._scopes.current.account.unreadable.values())

    async def initialize(self) -> None:
        """Open the database of who was signed in last, and make it where there is none.

        Raises:
            StorageBlocked: another tab holds an older version of the database open.
            SchemaTooNew: a newer version of the program made the database.
        """
        async with self._initializing:
            if self._backend is None:
                await self._choose_backend()
            elif not self.is_ready():
                await self._scopes.enter(self._backend, self._backend.load_current_user_id())

    async def close(self) -> None:
        """Close the database. Calls under way are finished; later ones raise `NotReady`."""
        await self._scopes.leave()

    def clear_all_data(self) -> Coroutine[Any, Any, None]:
        """Delete everything that the account keeps. It stays signed in."""
        return self._run(stores.meta.clear_all_data)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` for each change to the signed-in account's data, once it is committed.

        Changes made in other tabs of the same account count as well.

        Returns:
            a function that ends the subscription.
        """
        return self._feed.subscribe(listener)

    def get_setting(self, key: str) -> Coroutine[Any, Any, object]:
        """Return the value of one of the app's settings for the account; None where it has none."""
        return self._run(stores.meta.get_setting, key)

    def get_settings(self, prefix: str = "") -> Coroutine[Any, Any, dict[str, object]]:
        """Return all the settings of the account whose keys begin with `prefix`."""
        return self._run(stores.meta.get_settings, prefix)

    def save_setting(self, key: str, value: object) -> Coroutine[Any, Any, None]:
        """Write a setting of the account: any JSON value. None deletes it."""
        return self._run(stores.meta.save_setting, key, value)

    async def get_storage_report(self) -> StorageReport:
        """Return what there is to know of the account's storage."""
        scope = self._scopes.current
        rows, problems = await scope.run(stores.meta.get_contents)
        space = await self._required_backend.get_space()
        scope.check()
        return StorageReport(
            backend=self._required_backend.name,
            database_name=scope.account.database_name,
            version=VERSION,
            rows=rows,
            problems=tuple(problems),
            space=space,
        )

    async def request_persistence(self) -> bool:
        """Ask the browser to keep the data also when the device runs out of room.

        It may ask the person, and then this waits for the answer.

        Returns:
            whether it promised.
        """
        self._scopes.current.check()
        return await self._required_backend.request_persistence()

    async def delete_account(self, user_id: str) -> None:
        """Delete all that an account keeps on this device. It must not be signed in here.

        Raises:
            StorageBlocked: another tab holds the account's database open.
        """
        user_id = records.check_value(user_id, Id, "user_id")
        if self._scopes.current.user_id == user_id:
            raise InvalidRecord("is signed in; sign out first", field="user_id")
        await self._required_backend.delete_account(user_id)

    async def get_account_ids(self) -> list[str]:
        """Return the ids of all accounts that have data on this device, sorted."""
        scope = self._scopes.current
        scope.check()
        return await self._required_backend.get_account_ids()

    # Messages

    def save_message(self, message: Message) -> Coroutine[Any, Any, None]:
        """Write a message in place of the one with its id.

        Its reactions replace those that are stored; a message that is new takes along those that
        came before it.
        """
        return self._run(stores.messages.save_message, message)

    def save_messages(self, messages: Sequence[Message]) -> Coroutine[Any, Any, None]:
        """Write many messages, as `save_message` would, in one transaction."""
        return self._run(stores.messages.save_messages, messages)

    def get_messages(
        self, room_id: str, limit: int = 100, offset: int = 0
    ) -> Coroutine[Any, Any, list[Message]]:
        """Return a room's messages from `offset` on, ascending by (timestamp, id).

        Ids compare by UTF-16 code unit, which is IndexedDB's order of strings.
        """
        return self._run(stores.messages.get_messages, room_id, limit, offset)

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
        return self._run(stores.messages.get_latest_messages, room_id, limit, before, channel_id)

    def count_messages(
        self, room_id: str, after: int | None = None, channel_id: str | None = None
    ) -> Coroutine[Any, Any, int]:
        """Count a room's messages, such as the unread ones. What is counted is not read.

        Args:
            room_id: the room.
            after: only those later than this time, in ms.
            channel_id: of this channel only.
        """
        return self._run(stores.messages.count_messages, room_id, after, channel_id)

    def get_message_by_id(self, message_id: str) -> Coroutine[Any, Any, Message | None]:
        """Return a message; None where there is none."""
        return self._run(stores.messages.get_message_by_id, message_id)

    def delete_message(self, message_id: str) -> Coroutine[Any, Any, None]:
        """Leave a tombstone of a message: its content, reactions and attachments go.

        It reads `DELETED_MESSAGE_CONTENT` from then on. Nothing happens where there is no message.
        """
        return self._run(stores.messages.delete_message, message_id)

    def update_message(self, message_id: str, /, **changes: object) -> Coroutine[Any, Any, None]:
        """Change some fields of a message; all others stay, those unknown to Roomkeep too.

        Raises:
            RecordNotFound: there is no such message.
        """
        return self._run(stores.messages.update_message, message_id, changes)

    def clear_room_messages(self, room_id: str) -> Coroutine[Any, Any, None]:
        """Delete all messages of a room, with their reactions and attachments."""
        return self._run(stores.messages.clear_room_messages, room_id)

    # Reactions

    def save_reaction(self, reaction: Reaction) -> Coroutine[Any, Any, None]:
        """Write a reaction; there is one for each person, emoji and message.

        It may come before its message, but not after the message was deleted.
        """
        return self._run(stores.reactions.save_reaction, reaction)

    def remove_reaction(
        self, message_id: str, oder_id: str, emoji: str
    ) -> Coroutine[Any, Any, None]:
        """Delete a reaction, if it is there. `oder_id` is who reacted."""
        return self._run(stores.reactions.remove_reaction, message_id, oder_id, emoji)

    def get_reactions_for_message(self, message_id: str) -> Coroutine[Any, Any, list[Reaction]]:
        """Return a message's reactions, ascending by (timestamp, oder_id, emoji)."""
        return self._run(stores.reactions.get_reactions_for_message, message_id)

    # Users

    def save_user(self, user: User) -> Coroutine[Any, Any, None]:
        """Write a user in place of the one with the same `oder_id`."""
        return self._run(stores.users.save_user, user)

    def get_user(self, oder_id: str) -> Coroutine[Any, Any, User | None]:
        """Return a user; None where there is none."""
        return self._run(stores.users.get_user, oder_id)

    def get_current_user(self) -> Coroutine[Any, Any, User | None]:
        """Return the profile of who is signed in; None for nobody, or where none was saved."""
        return self._run(stores.meta.get_current_user)

    async def set_current_user_id(self, user_id: str | None) -> None:
        """Sign in as someone else, in their own database; None signs out.

        Calls under way finish on the old account or raise `ScopeChanged`. When this fails, the old
        account stays signed in.
        """
        if user_id is not None:
            user_id = records.check_value(user_id, Id, "user_id")
        self._scopes.current  # noqa: B018 raises NotReady
        await self._scopes.enter(self._required_backend, user_id)

    def get_users_by_room(self, room_id: str) -> Coroutine[Any, Any, list[User]]:
        """Return the users on a room's member roster whose profiles are stored, in its order."""
        return self._run(stores.users.get_users_by_room, room_id)

    def update_user(self, oder_id: str, /, **changes: object) -> Coroutine[Any, Any, None]:
        """Change some fields of a user; all others stay, those unknown to Roomkeep too.

        Raises:
            RecordNotFound: there is no such user.
        """
        return self._run(stores.users.update_user, oder_id, changes)

    # Rooms

    def save_room(self, room: Room) -> Coroutine[Any, Any, None]:
        """Write a room in place of the one with its id."""
        return self._run(stores.rooms.save_room, room)

    def get_room(self, room_id: str) -> Coroutine[Any, Any, Room | None]:
        """Return a room; None where there is none."""
        return self._run(stores.rooms.get_room, room_id)

    def get_all_rooms(self) -> Coroutine[Any, Any, list[Room]]:
        """Return all rooms, ascending by (created_at, id)."""
        return self._run(stores.rooms.get_all_rooms)

    def delete_room(self, room_id: str) -> Coroutine[Any, Any, None]:
        """Delete a room with its messages, their reactions and attachments, and its bans."""
        return self._run(stores.rooms.delete_room, room_id)

    def update_room(self, room_id: str, /, **changes: object) -> Coroutine[Any, Any, None]:
        """Change some fields of a room; all others stay, those unknown to Roomkeep too.

        Raises:
            RecordNotFound: there is no such room.
        """
        return self._run(stores.rooms.update_room, room_id, changes)

    # Bans

    def save_ban(self, ban: Ban) -> Coroutine[Any, Any, None]:
        """Write a ban in place of the one with the same `oder_id`, the ban's own key."""
        return self._run(stores.bans.save_ban, ban)

    def remove_ban(self, oder_id: str) -> Coroutine[Any, Any, None]:
        """Delete a ban by its own key, if it is there."""
        return self._run(stores.bans.remove_ban, oder_id)

    def get_bans_for_room(self, room_id: str) -> Coroutine[Any, Any, list[Ban]]:
        """Return a room's bans that have not expired, ascending by (timestamp, oder_id)."""
        return self._run(stores.bans.get_bans_for_room, room_id, self._clock())

    def is_user_banned(self, user_id: str, room_id: str) -> Coroutine[Any, Any, bool]:
        """Tell whether a user has a ban in a room that has not expired."""
        return self._run(stores.bans.is_user_banned, user_id, room_id, self._clock())

    # Attachments

    def save_attachment(
        self, attachment: Attachment, data: object = None
    ) -> Coroutine[Any, Any, None]:
        """Write an attachment in place of the one with its id.

        Args:
            attachment: what is known of the file; its `size` must be that of `data`.
            data: the file: bytes, or in a browser a Blob. None leaves stored bytes as they are.
        """
        return self._run(stores.attachments.save_attachment, attachment, data)

    def get_attachments_for_message(self, message_id: str) -> Coroutine[Any, Any, list[Attachment]]:
        """Return a message's attachments, ascending by (created_at, id)."""
        return self._run(stores.attachments.get_attachments_for_message, message_id)

    def get_all_attachments(self) -> Coroutine[Any, Any, list[Attachment]]:
        """Return all attachments, ascending by (created_at, id)."""
        return self._run(stores.attachments.get_all_attachments)

    def delete_attachments_for_message(self, message_id: str) -> Coroutine[Any, Any, None]:
        """Delete a message's attachments."""
        return self._run(stores.attachments.delete_attachments_for_message, message_id)

    def read_attachment_data(self, attachment_id: str) -> Coroutine[Any, Any, bytes | None]:
        """Return an attachment's bytes; None where it was saved without.

        Raises:
            RecordNotFound: there is no such attachment.
            StorageLost: the browser no longer has the bytes.
        """
        return self._read_data(self._scopes.current, attachment_id)

    # How a call finds its account

    def _run(
        self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> Coroutine[Any, Any, R]:
        # Not `async`: the account is that of the moment of the call, not of the first step, which
        # may come after a switch.
        return self._scopes.current.run(operation, *args, **kwargs)

    async def _read_data(self, scope: Scope, attachment_id: str) -> bytes | None:
        blob = await scope.run(stores.attachments.find_attachment_data, attachment_id)
        data = None if blob is None else await blob.read()
        scope.check()
        return data

    @property
    def _required_backend(self) -> Backend:
        assert self._backend is not None, "there is no scope without a backend"  # noqa: S101
        return self._backend

    async def _choose_backend(self) -> None:
        # Imported when they are needed: the browser's cannot be under CPython, and both know this
        # module.
        from roomkeep.persistence.memory_database_service import MemoryBackend

        if sys.platform == "emscripten":
            from roomkeep.persistence.browser_database_service import (
                BrowserBackend,
            )

            browser = BrowserBackend()
            try:
                await self._scopes.enter(browser, browser.load_current_user_id())
            except StorageUnavailable as error:
                logger.warning("no storage in this browser, so nothing will be kept: %s", error)
                self._fallback_reason = error
            else:
                self._backend = browser
                return
        memory = MemoryBackend()
        await self._scopes.enter(memory, memory.load_current_user_id())
        self._backend = memory
