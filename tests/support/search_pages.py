"""All that a search finds, page by page."""

from typing import Any

from roomkeep.persistence import DatabaseService
from roomkeep.storage.operations.search import SearchHit


async def all_hits(
    db: DatabaseService, query: str, limit: int = 500, **where: Any
) -> tuple[list[SearchHit], bool]:
    """Return all hits of a search, and whether the index had all that it went through."""
    hits: list[SearchHit] = []
    before, is_indexed = None, True
    while True:
        page = await db.search_messages(query, limit=limit, before=before, **where)
        hits += page.hits
        is_indexed = is_indexed and page.is_indexed
        if (before := page.next) is None:
            return hits, is_indexed
