"""What is about an account as a whole: its check, its repair, and all its records in turn."""

from collections.abc import Coroutine, Sequence
from typing import Any, cast

from roomkeep.arguments import Ids
from roomkeep.models import Attachment, Message
from roomkeep.persistence import stores
from roomkeep.persistence.account_service import AccountService
from roomkeep.persistence.operation import Operation
from roomkeep.persistence.scope import Scope
from roomkeep.reports import Findings, Problem, RecordPage, StoreName

__all__ = ["WholeAccountService"]


class WholeAccountService(AccountService):
    """Checks and mends accounts; reads and fills them from end to end."""

    def find_problems(self) -> Coroutine[Any, Any, list[Problem]]:
        """Check everything that the account keeps, and return what is amiss.

        It goes through the stores some records at a time, each time in a transaction of its own, so
        that nothing has to wait for the whole. What is written meanwhile may be missed, or be seen
        by one of these and not by another: check again before you worry.
        """
        return self._collect(self._scopes.current, stores.health.find_problems)

    def repair(self) -> Coroutine[Any, Any, list[Problem]]:
        """Mend what can be mended without a loss, and return what was mended.

        Messages come to name the reactions that are stored for them; where none are, those that a
        message names are stored. Nothing stays of deleted messages. Records that cannot be read
        are not touched. Like the check, it takes many transactions; each leaves all as it should
        be, also when there comes no next one.
        """
        return self._collect(self._scopes.current, stores.health.repair)

    def get_records(
        self, store: StoreName, after: object = None
    ) -> Coroutine[Any, Any, RecordPage]:
        """Return the next records of a store, in no order to rely on: all of it, page by page.

        Of reactions, only those come that wait for their message: the others are in theirs.
        Records that cannot be read are left out, and counted in `unreadable_records`.

        Args:
            store: which one.
            after: the page's `next` that came before; None for the first page.
        """
        return self._run(stores.whole.get_records, store, after)

    def add_messages(self, messages: Sequence[Message]) -> Coroutine[Any, Any, int]:
        """Write the messages that are not there yet; those that are stay as they are.

        Returns:
            how many were written.
        """
        return self._run(stores.whole.add_messages, messages)

    def get_files(self) -> Coroutine[Any, Any, list[Attachment]]:
        """Return the attachments whose bytes are kept and whose message is there, oldest first."""
        return self._run(stores.attachments.get_files)

    def remove_files(self, attachment_ids: Sequence[str]) -> Coroutine[Any, Any, None]:
        """Delete the bytes of some attachments, to make room; their messages name them still."""
        return self._run(stores.attachments.remove_files, cast("Ids", attachment_ids))

    async def _collect(self, scope: Scope, step: Operation[[Any], Findings]) -> list[Problem]:
        problems: list[Problem] = []
        place: object = None
        while True:
            found = await scope.run(step, place)
            problems += found.problems
            if (place := found.next) is None:
                return problems
