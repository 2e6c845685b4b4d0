"""What a page is told of its connection: blocked, blocking, closed."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest

import indexeddb
import indexeddb.testing
from support.js import run_js
from support.small_database import NAME, upgrade


@pytest.fixture
async def told() -> AsyncIterator[list[Any]]:
    """What was told, in the order of its telling."""
    await indexeddb.delete(NAME)
    yield []
    await indexeddb.delete(NAME)


async def open_told(told: list[Any], version: int = 1) -> indexeddb.Database:
    return await indexeddb.open(
        NAME,
        version,
        upgrade,
        on_blocked=lambda: told.append("blocked"),
        on_blocking=lambda version: told.append(("blocking", version)),
        on_closed=lambda: told.append("closed"),
    )


async def open_deaf() -> indexeddb.Database:
    """Open the database with a connection that stays when another wants it to close."""
    db = await indexeddb.open(NAME)
    connection: Any = db._connection
    connection.js.onversionchange = None
    return db


def next_error() -> Awaitable[str]:
    """Return the name of the next error that comes out of a handler of an event."""
    if sys.platform == "emscripten":
        error: Awaitable[str] = run_js("""new Promise((resolve) => {
            addEventListener('error', (event) => {
                event.preventDefault();
                resolve(event.error.type);
            }, { once: true });
        })""")
        return error
    loop = asyncio.get_running_loop()
    reported = loop.create_future()
    loop.set_exception_handler(
        lambda _loop, context: reported.set_result(type(context["exception"]).__name__)
    )
    return reported


async def test_a_page_is_told_when_another_upgrades_or_deletes(told: list[Any]) -> None:
    db = await open_told(told)

    async def nothing(_tx: indexeddb.UpgradeTransaction, _old_version: int) -> None:
        pass

    (await indexeddb.open(NAME, 2, nothing)).close()
    assert told == [("blocking", 2)]
    db.close()
    db = await open_told(told, 2)
    await indexeddb.delete(NAME)
    assert told == [("blocking", 2), ("blocking", None)]
    # As without callbacks, it opens again when it is next used.
    assert await db.count("numbers") == 0
    db.close()


async def test_a_page_is_told_that_it_waits_for_another(told: list[Any]) -> None:
    (await indexeddb.open(NAME, 1, upgrade)).close()
    other = await open_deaf()
    blocked = asyncio.Event()

    async def nothing(_tx: indexeddb.UpgradeTransaction, _old_version: int) -> None:
        pass

    opening = asyncio.ensure_future(indexeddb.open(NAME, 2, nothing, on_blocked=blocked.set))
    await blocked.wait()
    other.close()
    (await opening).close()

    blocked.clear()
    other = await open_deaf()
    deleting = asyncio.ensure_future(indexeddb.delete(NAME, on_blocked=blocked.set))
    await blocked.wait()
    assert not deleting.done()
    other.close()
    await deleting


async def test_a_page_is_told_that_the_data_were_deleted(told: list[Any]) -> None:
    db = await open_told(told)
    await db.put("numbers", 1, "n")
    if sys.platform == "emscripten":
        connection: Any = db._connection
        connection.js.dispatchEvent(run_js("new Event('close')"))
    else:
        indexeddb.testing.clear()
    assert told == ["closed"]
    assert await db.count("numbers") == (1 if sys.platform == "emscripten" else 0)
    db.close()


async def test_a_page_is_told_once_that_its_connection_was_lost(told: list[Any]) -> None:
    db = await open_told(told)
    await db.put("numbers", 1, "n")
    # As when the browser closes it by itself: the first that uses it finds out.
    connection: Any = db._connection
    connection.js.close()
    assert await asyncio.gather(*(db.get("numbers", "n") for _ in range(3))) == [1, 1, 1]
    assert told == ["closed"]
    db.close()


async def test_who_closes_is_told_nothing(told: list[Any]) -> None:
    db = await open_told(told)
    db.disconnect()
    await db.connect()
    db.close()
    await indexeddb.delete(NAME)
    assert told == []


async def test_a_callback_that_raises_does_not_keep_the_other_tab_waiting(told: list[Any]) -> None:
    def raises(_version: int | None) -> None:
        raise ValueError("on purpose")

    error = next_error()
    db = await indexeddb.open(NAME, 1, upgrade, on_blocking=raises)
    await indexeddb.delete(NAME)
    assert await error == "ValueError"
    db.close()


async def test_databases_are_listed_with_their_versions(told: list[Any]) -> None:
    other = f"{NAME} other"
    (await open_told(told, 3)).close()
    (await indexeddb.open(other, 7)).close()
    versions = await indexeddb.databases()
    assert (versions[NAME], versions[other]) == (3, 7)
    assert list(versions) == sorted(versions) == await indexeddb.names()
    await indexeddb.delete(other)
