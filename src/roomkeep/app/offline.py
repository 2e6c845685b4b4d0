"""The page on any network: a service worker keeps its files, and fetches new versions of them."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, Final

import js
from pyodide.ffi import JsException, create_proxy

__all__ = ["keep_for_offline"]

logger = logging.getLogger(__name__)

_CHECK_S: Final = 60 * 60
"""How often a page that stays open looks for a new version, in seconds."""


async def keep_for_offline(on_update: Callable[[], None]) -> None:
    """Have the browser keep the page, so that it opens on any network, and look for new versions.

    The desktop's window has its files anyway; some browsers, and private windows of others, cannot.
    A page that is served by `npm run dev` has no version: nothing is kept of it.

    Args:
        on_update: called when another version is on the device: a reload shows it.
    """
    workers = getattr(js.navigator, "serviceWorker", None)
    if not workers or hasattr(js, "roomkeepDesktop"):
        return
    version = js.document.querySelector("meta[name=version]").content
    try:
        if version:
            await _Worker(workers, version, on_update).keep()
        else:
            await _forget(workers)
    except JsException as error:
        logger.warning("without a network this page will not open: %s", error)


async def _forget(workers: Any) -> None:
    """Take away what another version at this address has had the browser keep."""
    for registration in await workers.getRegistrations():
        await registration.unregister()
    for name in await js.caches.keys():
        if name.startswith("roomkeep-"):
            await js.caches.delete(name)


class _Worker:
    """The service worker, as a page of some version sees it."""

    def __init__(self, workers: Any, version: str, on_update: Callable[[], None]) -> None:
        self._workers = workers
        self._version = version
        self._on_update = on_update
        # Where it did not, it may be newer than the worker.
        self._came_from_worker = bool(workers.controller)
        self._checked = time.monotonic()

    async def keep(self) -> None:
        """Register the worker, and look for new versions as long as the page is open."""
        self._workers.addEventListener("message", create_proxy(self._on_message))
        self._workers.startMessages()
        registration = await self._workers.register("/service-worker.js")
        check = create_proxy(lambda *_: asyncio.ensure_future(self._check(registration)))
        js.document.addEventListener("visibilitychange", check)
        js.setInterval(check, _CHECK_S * 1000)
        (await self._workers.ready).active.postMessage(self._version)

    def _on_message(self, event: Any) -> None:
        """Hear which version a page gets that opens now."""
        told = event.data
        if told.version != self._version and (told.isNew or self._came_from_worker):
            self._on_update()

    async def _check(self, registration: Any) -> None:
        """Have the browser look for a new version, where it has not done so for a while."""
        now = time.monotonic()
        if js.document.visibilityState == "hidden" or now - self._checked < _CHECK_S:
            return
        self._checked = now
        try:
            await registration.update()
        except JsException as error:  # such as no network
            logger.info("could not look for a new version: %s", error)
