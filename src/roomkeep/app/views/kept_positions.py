"""Scroll positions in the browser's `sessionStorage`: a tab has them for as long as it lives."""

import contextlib
import logging
from typing import Final

import js
from pyodide.ffi import JsException

from roomkeep.app.positions import pack_positions
from roomkeep.app.state import AccountState

__all__ = ["forget_positions", "keep_positions", "read_positions"]

logger = logging.getLogger(__name__)

_KEY: Final = "roomkeep/positions"


def keep_positions(account: AccountState) -> None:
    """Keep the open account's positions in place of those kept before."""
    try:
        js.sessionStorage.setItem(_KEY, pack_positions(account.user_id, account.positions))
    except JsException as error:  # full, or forbidden
        logger.info("scroll positions will be forgotten on reload: %s", error)


def forget_positions() -> None:
    """Forget what `keep_positions` wrote."""
    with contextlib.suppress(JsException):
        js.sessionStorage.removeItem(_KEY)


def read_positions() -> str:
    """Return what `keep_positions` wrote; empty for nothing."""
    try:
        return str(js.sessionStorage.getItem(_KEY) or "")
    except JsException:
        return ""
