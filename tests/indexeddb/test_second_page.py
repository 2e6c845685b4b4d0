"""Changes and live queries between two pages that share nothing but the database."""

import asyncio
from collections.abc import AsyncIterator

import pytest

import indexeddb
from indexeddb import Change
from support.second_page import SecondPage
from support.small_database import NAME

pytestmark = pytest.mark.browser

OPEN = f"""
import asyncio, indexeddb
db = await indexeddb.open({NAME!r})
"""


@pytest.fixture
async def page(db: indexeddb.Database) -> AsyncIterator[SecondPage]:
    assert db.version == 1
    async with SecondPage() as second:
        await second.run(OPEN)
        yield second


async def test_a_live_query_follows_the_other_page(
    db: indexeddb.Database, page: SecondPage
) -> None:
    await page.run("results = db.live.get_all('numbers'); assert await anext(results) == []")
    counts = db.live.count("numbers")
    assert await anext(counts) == 0
    await db.put("numbers", 1, "a")
    assert await page.run("str(await anext(results))") == "[1]"
    assert await anext(counts) == 1
    await page.run("await db.put('numbers', 2, 'b')")
    async with asyncio.timeout(10):
        assert await anext(counts) == 2
    await counts.aclose()


async def test_no_commit_of_the_other_page_is_missed(
    db: indexeddb.Database, page: SecondPage
) -> None:
    writing = asyncio.ensure_future(
        page.run("for n in range(1, 301): await db.put('numbers', n, 'n')")
    )
    seen = None
    while seen != 300:
        # Each query begins in the midst of the writing, and ends at the first new result.
        results = db.live.get("numbers", "n")
        async with asyncio.timeout(20):
            before = seen = await anext(results)
            while seen == before != 300:
                seen = await anext(results)
        await results.aclose()
    await writing


async def test_a_page_that_closes_tells_what_it_has_begun_to_write(
    db: indexeddb.Database, page: SecondPage
) -> None:
    heard: asyncio.Queue[Change] = asyncio.Queue()
    db.subscribe(heard.put_nowait)
    page.begin("""
async def body(tx):
    await tx.store('numbers').put(1, 'a')
writing = db.write(['numbers'], body)
writing.send(None)  # it has begun, and nobody will ever go on with it
""")
    page.close()
    async with asyncio.timeout(10):
        assert await heard.get() == Change({"numbers": None})
