"""The space that the app's own files take on the device when it is kept for offline use."""

from typing import Any

import js

__all__ = ["measure_app_files"]


async def measure_app_files() -> int:
    """Return how many bytes of the app itself the browser keeps; 0 for none."""
    storage = getattr(js.navigator, "storage", None)
    estimate = None if not storage else await storage.estimate()
    details = getattr(estimate, "usageDetails", None)
    if details:
        # Chromium says what takes the space; the accounts are in IndexedDB.
        parts: dict[str, int] = details.to_py()
        return int(sum(size for kind, size in parts.items() if kind != "indexedDB"))
    caches = getattr(js, "caches", None)
    return await _sum_caches(caches) if caches else 0


async def _sum_caches(caches: Any) -> int:
    size = 0
    for name in await caches.keys():
        cache = await caches.open(name)
        for request in await cache.keys():
            response = await cache.match(request)
            length = response.headers.get("content-length")
            size += int(length) if isinstance(length, str) else (await response.blob()).size
    return size
