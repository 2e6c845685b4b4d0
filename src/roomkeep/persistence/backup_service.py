"""The account as a whole: its check and repair, and what a backup reads and a restore adds."""

from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, cast

from roomkeep.models import Attachment, Ban, Message, Room, User
from roomkeep.persistence.account_service import AccountService
from roomkeep.persistence.scope import Scope
from roomkeep.storage import operations
from roomkeep.storage.arguments import Ids
from roomkeep.storage.health import Findings, Problem
from roomkeep.storage.operation import Operation
from roomkeep.storage.operations.backup import PageKey, RecordPage, StoreName

__all__ = ["BackupService"]


class BackupService(AccountService):
    """Checks and repairs accounts, reads them from end to end, and adds to them what they lack.

    What the device has wins: nothing that is added replaces what is there.
    """

    def find_problems(self) -> Coroutine[Any, Any, list[Problem]]:
        """Check everything that the account keeps, and return what is wrong.

        It takes many small transactions, so that nothing waits for the whole. What is written
        meanwhile may be missed, or seen by one of them and not by another: check again before you
        worry.
        """
        return self._collect(self._scopes.current, operations.health.find_problems)

    def repair(self) -> Coroutine[Any, Any, list[Problem]]:
        """Mend what can be mended without a loss, and return what was mended.

        Messages come to name the reactions that are stored for them; where none are, those that a
        message names are stored. Nothing stays of deleted messages. Records that cannot be decoded
        are not touched. Like the check, it takes many transactions; each is complete in itself.
        """
        return self._collect(self._scopes.current, operations.health.repair)

    def get_records(
        self, store: StoreName, after: PageKey | None = None
    ) -> Coroutine[Any, Any, RecordPage]:
        """Return the next records of a store, in no order to rely on: all of it, page by page.

        Of reactions, only those come that wait for their message: the others are in theirs.
        Records that cannot be decoded are left out, and counted in `unreadable_records`.

        Args:
            store: the store.
            after: the `next` of the page before; None for the first page.
        """
        return self._run(operations.backup.get_records, store, after)

    def add_messages(self, messages: Sequence[Message]) -> Coroutine[Any, Any, int]:
        """Write the messages that are not there yet; those that are stay as they are.

        Returns:
            how many were written.
        """
        return self._run(operations.backup.add_messages, messages)

    def import_messages(
        self, messages: Sequence[Message], shared_ids: Sequence[str] = ()
    ) -> Coroutine[Any, Any, int]:
        """Write archived messages that are not there yet. Their ids are unique in their room.

        Where the id of a message is taken by one of another room, the message gets an id made from
        the two, and so do replies to it. The same archive, imported again, adds nothing.

        Args:
            messages: the messages.
            shared_ids: ids that the archive uses in several rooms.

        Returns:
            how many were written.
        """
        return self._run(operations.imports.import_messages, messages, cast("Ids", shared_ids))

    def add_users(self, users: Sequence[User]) -> Coroutine[Any, Any, None]:
        """Write the users who are not there yet; the profiles of those who are stay as they are."""
        return self._run(operations.users.add_users, users)

    def restore_users(self, users: Sequence[User]) -> Coroutine[Any, Any, None]:
        """Write the users who are not there yet; of those who are, fill in what they lack.

        Only an empty picture or bio is filled in; all else stays as it is here.
        """
        return self._run(operations.users.restore_users, users)

    def add_room(self, room: Room) -> Coroutine[Any, Any, None]:
        """Write a room that is not there yet; else add the channels and members that it lacks."""
        return self._run(operations.rooms.add_room, room)

    def add_bans(self, bans: Sequence[Ban]) -> Coroutine[Any, Any, int]:
        """Write the bans that are not there yet.

        Returns:
            how many were written.
        """
        return self._run(operations.backup.add_bans, bans)

    def add_settings(self, settings: Mapping[str, object]) -> Coroutine[Any, Any, int]:
        """Write the settings that are not there yet.

        Returns:
            how many were written.
        """
        return self._run(operations.meta.add_settings, dict(settings))

    def add_attachment(
        self, attachment: Attachment, data: object = None
    ) -> Coroutine[Any, Any, bool]:
        """Write an attachment that is not there yet, or only its bytes where those are missing.

        Args:
            attachment: the description of the file; its `size` must be that of `data`.
            data: the file: bytes, or in a browser a Blob.

        Returns:
            whether anything was written: not where its message is deleted.
        """
        return self._run(operations.attachments.add_attachment, attachment, data)

    def get_files(self) -> Coroutine[Any, Any, list[Attachment]]:
        """Return the attachments whose bytes and whose message are there, the oldest first."""
        return self._run(operations.attachments.get_files)

    def remove_files(self, attachment_ids: Sequence[str]) -> Coroutine[Any, Any, None]:
        """Delete the bytes of some attachments, to free space; their messages still name them."""
        return self._run(operations.attachments.remove_files, cast("Ids", attachment_ids))

    async def _collect(self, scope: Scope, step: Operation[[Any], Findings]) -> list[Problem]:
        problems: list[Problem] = []
        position = None
        while True:
            found = await scope.run(step, position)
            problems += found.problems
            if (position := found.next) is None:
                return problems
