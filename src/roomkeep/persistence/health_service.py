"""What looks at an account as a whole: its check and its repair."""

from collections.abc import Coroutine
from typing import Any

from roomkeep.persistence import stores
from roomkeep.persistence.account_service import AccountService
from roomkeep.persistence.operation import Operation
from roomkeep.persistence.scope import Scope
from roomkeep.reports import Findings, Problem

__all__ = ["HealthService"]


class HealthService(AccountService):
    """Checks and mends accounts."""

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

    async def _collect(self, scope: Scope, step: Operation[[Any], Findings]) -> list[Problem]:
        problems: list[Problem] = []
        place: object = None
        while True:
            found = await scope.run(step, place)
            problems += found.problems
            if (place := found.next) is None:
                return problems
