"""What tells subscribers that data have changed."""

import logging
from collections.abc import Callable

from roomkeep.reports import Change

__all__ = ["ChangeFeed", "Listener"]

logger = logging.getLogger(__name__)


Listener = Callable[[Change], None]


class ChangeFeed:
    """Those who want to hear of changes."""

    def __init__(self) -> None:
        self._listeners: dict[object, Listener] = {}

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` for every change from now on; call what is returned to end that."""
        ticket = object()
        self._listeners[ticket] = listener

        def unsubscribe() -> None:
            self._listeners.pop(ticket, None)

        return unsubscribe

    def publish(self, changes: list[Change]) -> None:
        """Tell everyone. The data are committed, so a listener that fails is logged, no more."""
        for change in changes:
            for listener in tuple(self._listeners.values()):
                try:
                    listener(change)
                except Exception:
                    logger.exception("a subscriber failed on %r", change)
