"""The page that goes away, and comes back from the browser's back-forward cache."""

import functools
import weakref
from typing import Any, Protocol

from indexeddb._platform import create_proxy, js


class Follower(Protocol):
    """What acts when the page goes away or comes back."""

    def page_goes(self, *, is_kept: bool) -> None:
        """Act when the page goes: for good, or (`is_kept`) maybe to come back."""

    def page_returns(self) -> None:
        """Act when the page is back from the cache."""


_followers: weakref.WeakSet[Follower] = weakref.WeakSet()


def follow_page(follower: Follower) -> None:
    """Have `follower` act when the page goes away or comes back, as long as it exists."""
    _followers.add(follower)
    _listen()


@functools.cache
def _listen() -> None:
    # One listener for all, there as long as the page: to add one for each database costs more than
    # a small read does.
    handler = create_proxy(_handle)
    for event in ("pagehide", "pageshow"):
        js.addEventListener(event, handler)


def _handle(event: Any) -> None:
    is_kept = bool(event.persisted)
    for follower in list(_followers):
        if event.type == "pagehide":
            follower.page_goes(is_kept=is_kept)
        elif is_kept:
            follower.page_returns()
