"""This origin's databases: open, delete, list."""

from collections.abc import Callable, Sequence

from indexeddb import _quirks
from indexeddb._connection import Listeners
from indexeddb._database import Database
from indexeddb._engines import DEFAULT, Memory
from indexeddb._migrations import Migration, upgrade_by
from indexeddb._opening import Opening
from indexeddb._platform import JsException
from indexeddb._request import issue
from indexeddb._transaction import Upgrade, UpgradeTransaction
from indexeddb.errors import Unavailable, UsageError, error_from


async def open(  # noqa: A001, PLR0913 the specification's name; all but three are options
    name: str,
    version: int | None = None,
    upgrade: Upgrade | None = None,
    *,
    migrations: Sequence[Migration] | None = None,
    timeout: float = _quirks.OPEN_TIMEOUT,
    on_blocked: Callable[[], object] | None = None,
    on_blocking: Callable[[int | None], object] | None = None,
    on_closed: Callable[[], object] | None = None,
    memory: Memory | None = None,
) -> Database:
    """Open a database, and create or upgrade it where its version is lower than `version`.

    Args:
        name: the database's name.
        version: the version of the schema, from 1; None takes the database as it is.
        upgrade: changes the schema, in the one transaction that may. When it raises, the database
            stays as it was and the exception comes out here.
        migrations: instead of a version and an upgrade, what leads from each version to the next:
            the version is their number. An upgrade from version 2 runs the third and all after it,
            in one transaction. The exception of one that raises has a note that names it.
        timeout: how long the browser may say nothing, in ms. An upgrade that goes on may take
            longer.
        on_blocked: called when another tab keeps an older version open. The wait for that tab ends
            after `timeout`.
        on_blocking: called when the connection was closed because another tab upgrades the database
            to a version, which it is given, or deletes it (None).
        on_closed: called when the connection was lost, such as when the data were deleted.
        memory: where to keep the database; None keeps it in the browser, or under CPython in the
            process's own memory.

    Raises:
        VersionTooNew: the database has a higher version. It is left untouched.
        Blocked: another tab holds an older version open.
        Unavailable: there is no IndexedDB here, it was refused, or it did not answer.
        UsageError: the version is not 1 or more, or there are no migrations, or both are given.
        IndexedDBError: the browser failed otherwise.
    """
    if migrations is not None:
        if version is not None or upgrade is not None:
            msg = "migrations make a version and an upgrade: give one or the other"
            raise UsageError(msg)
        version, upgrade = len(migrations), upgrade_by(migrations)
    if version is not None and version < 1:
        msg = f"the version cannot be {version}: it is 1 or more"
        raise UsageError(msg)
    listeners = Listeners(on_blocked, on_blocking, on_closed)
    database = Database(memory or DEFAULT, name, version, upgrade, timeout, listeners)
    try:
        await database.connect()
    except BaseException:
        # Cancelled, the open goes on, and nobody would close what it opens.
        database.close()
        raise
    return database


async def delete(
    name: str,
    *,
    timeout: float = _quirks.OPEN_TIMEOUT,
    on_blocked: Callable[[], object] | None = None,
    memory: Memory | None = None,
) -> None:
    """Delete a database with all that is in it; nothing happens when there is none.

    Args:
        name: the database's name.
        timeout: how long the browser may say nothing, in ms.
        on_blocked: called when another tab holds the database open.
        memory: where the database is kept, as for `open`.

    Raises:
        Blocked: another tab holds it open.
        Unavailable: there is no IndexedDB here, it was refused, or it did not answer.
        IndexedDBError: the browser failed otherwise.
    """
    engine = memory or DEFAULT
    request = issue(engine.factory().deleteDatabase, name)
    await Opening(engine, request, None, on_blocked).settle(name, timeout)


async def names(*, memory: Memory | None = None) -> list[str]:
    """Return the names of the databases, sorted; it takes and raises what `databases` does."""
    return list(await databases(memory=memory))


async def databases(*, memory: Memory | None = None) -> dict[str, int]:
    """Return the versions of the databases by their names, which are sorted.

    They are those of this origin, unless `memory` is given.

    Raises:
        Unavailable: there is no IndexedDB here, or it cannot list its databases.
        IndexedDBError: the browser failed otherwise.
    """
    factory = (memory or DEFAULT).factory()
    if not _quirks.can_list(factory):
        msg = "this browser cannot list its databases"
        raise Unavailable(msg)
    try:
        infos = await factory.databases()
    except JsException as error:
        raise error_from(error) from error
    return dict(
        sorted((str(info.name), int(info.version)) for info in infos if _quirks.is_made(info))
    )


async def exists(name: str, *, memory: Memory | None = None) -> bool:
    """Return whether there is such a database. Looking does not create it.

    Raises:
        Unavailable: there is no IndexedDB here, it was refused, or it did not answer.
        IndexedDBError: the browser failed otherwise.
    """
    if _quirks.can_list((memory or DEFAULT).factory()):
        return name in await names(memory=memory)

    async def refuse(_tx: UpgradeTransaction, _old_version: int) -> None:
        # Only a database that is not there is upgraded when no version is asked for; undone, its
        # creation has not happened.
        raise FileNotFoundError

    try:
        (await open(name, None, refuse, memory=memory)).close()
    except FileNotFoundError:
        return False
    return True
