"""The page without a network: a service worker keeps a copy of its files."""

import logging

import js
from pyodide.ffi import JsException

__all__ = ["keep_for_offline"]

logger = logging.getLogger(__name__)


async def keep_for_offline() -> None:
    """Have the browser keep the page, so that it opens without a network, too.

    The desktop's window has it anyway; some browsers, and private windows of others, cannot.
    """
    workers = getattr(js.navigator, "serviceWorker", None)
    if not workers or hasattr(js, "roomkeepDesktop"):
        return
    try:
        await workers.register("/service-worker.js")
    except JsException as error:
        logger.warning("without a network this page will not open: %s", error)
