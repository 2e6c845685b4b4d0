"""Imports of archives: noted as they go, so that they can be undone."""

from collections.abc import Coroutine
from typing import Any

from roomkeep.models import Id
from roomkeep.persistence.account_service import AccountService, method
from roomkeep.persistence.scope import Scope
from roomkeep.storage import operations
from roomkeep.storage.validation import check_value


class ArchiveService(AccountService):
    """Imports archives. `roomkeep.archives` reads them, and calls these methods."""

    begin_import = method(operations.archive_imports.begin_import)
    import_room = method(operations.archive_imports.import_room)
    import_into = method(operations.archive_imports.import_into)
    import_attachment = method(operations.archive_imports.import_attachment)
    finish_import = method(operations.archive_imports.finish_import)
    get_imports = method(operations.archive_imports.get_imports)

    def undo_import(self, import_id: str) -> Coroutine[Any, Any, None]:
        """Take back what an import added; what was there before stays.

        It takes many transactions, so that nothing waits for the whole. When it is interrupted, it
        goes on where it stopped when it is called again. Nothing happens where there is no such
        import.
        """
        scope = self._scopes.current
        return _undo(scope, check_value(import_id, Id, "import_id"))


async def _undo(scope: Scope, import_id: str) -> None:
    while await scope.run(operations.import_undo.undo_import_step, import_id):
        pass
