"""The account as a whole: its check and repair, and what a backup reads and a restore adds."""

from collections.abc import Coroutine
from typing import Any

from roomkeep.persistence.account import run_steps
from roomkeep.persistence.account_service import AccountService, method
from roomkeep.storage import operations
from roomkeep.storage.health import Problem


class BackupService(AccountService):
    """Checks and repairs accounts, reads them from end to end, and adds to them what they lack.

    What the device has wins: nothing that is added replaces what is there.
    """

    get_records = method(operations.backup.get_records)
    add_messages = method(operations.backup.add_messages)
    add_reactions = method(operations.backup.add_reactions)
    import_messages = method(operations.imports.import_messages)
    add_users = method(operations.backup.add_users)
    restore_users = method(operations.backup.restore_users)
    add_room = method(operations.rooms.add_room)
    add_bans = method(operations.backup.add_bans)
    add_settings = method(operations.backup.add_settings)
    add_attachment = method(operations.attachments.add_attachment)
    get_files = method(operations.attachments.get_files)
    remove_files = method(operations.attachments.remove_files)

    def find_problems(self) -> Coroutine[Any, Any, list[Problem]]:
        """Check everything that the account keeps, and return what is wrong.

        It takes many small transactions, so that nothing waits for the whole. What is written
        meanwhile may be missed, or seen by one of them and not by another: check again before you
        worry.
        """
        return run_steps(self._scopes.current.run, operations.health.find_problems)

    def repair(self) -> Coroutine[Any, Any, list[Problem]]:
        """Mend what can be mended without a loss, and return what was mended.

        Messages come to name the reactions that are stored for them; where none are, those that a
        message names are stored. Nothing stays of deleted messages. Records that cannot be decoded
        are not touched. Like the check, it takes many transactions; each is complete in itself.
        """
        return run_steps(self._scopes.current.run, operations.health.repair)
