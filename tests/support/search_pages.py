"""What a search finds, page by page."""

from collections.abc import AsyncIterator
from typing import Any

from roomkeep.persistence import DatabaseService
from roomkeep.storage.operations.search import SearchHit, SearchPage


async def search_pages(
    db: DatabaseService, query: str, limit: int, **where: Any
) -> AsyncIterator[SearchPage]:
    """Yield the pages of a search."""
    before = None
    while True:
        page = await db.search_messages(query, limit=limit, before=before, **where)
        yield page
        if (before := page.next) is None:
            return


async def all_hits(
    db: DatabaseService, query: str, limit: int = 500, **where: Any
) -> tuple[list[SearchHit], bool]:
    """Return all hits of a search, and whether the index had all that it went through."""
    hits: list[SearchHit] = []
    is_indexed = True
    async for page in search_pages(db, query, limit, **where):
        hits += page.hits
        is_indexed = is_indexed and page.is_indexed
    return hits, is_indexed
