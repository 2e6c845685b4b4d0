"""Migrations: a list of bodies, each of which leads from one version of a schema to the next."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from indexeddb._transaction import Upgrade, UpgradeTransaction
from indexeddb.errors import UsageError

Migration = Callable[[UpgradeTransaction], Coroutine[Any, Any, None]]
"""What leads from one version to the next."""


def upgrade_by(migrations: Sequence[Migration]) -> Upgrade:
    """Make an upgrade that runs the migrations from the version that the database has.

    Raises:
        UsageError: there are none.
    """
    if not migrations:
        msg = "there are no migrations: the first one makes the stores"
        raise UsageError(msg)
    numbered = list(enumerate(migrations, 1))

    async def upgrade(tx: UpgradeTransaction, old_version: int) -> None:
        for number, migration in numbered[old_version:]:
            try:
                await migration(tx)
                await _finish(tx)
            except Exception as error:
                name = getattr(migration, "__name__", repr(migration))
                error.add_note(f"in migration {number}, {name}")
                raise

    return upgrade


async def _finish(tx: UpgradeTransaction) -> None:
    """Wait for all that a migration has asked for, so that what fails fails in that migration."""
    if tx.store_names:  # requests are carried out in order
        await tx.store(tx.store_names[0]).get_key(0)
