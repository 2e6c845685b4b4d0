"""What tells subscribers that data have changed."""

import logging
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

__all__ = ["ACCOUNTS", "Change", "ChangeFeed", "Listener", "account_deletion"]

logger = logging.getLogger(__name__)


class Change(Struct, frozen=True, kw_only=True, rename="camel"):
    """What one transaction changed in one store.

    Attributes:
        store: the store's name, such as `"messages"`; `"accounts"` where the account as a whole
            was deleted.
        action: `"put"` and `"delete"` name the records by their keys; `"clear"` means every record
            of the room, or of the store where no room is given.
        keys: the keys of the records; those of reactions are (oder_id, emoji, message_id).
        room_id: the room that all of them belong to, where there is one.
    """

    store: str
    action: Literal["put", "delete", "clear"]
    keys: tuple[str | tuple[str, ...], ...] = ()
    room_id: str | None = None


ACCOUNTS = "accounts"
"""What stands for the store where the account as a whole is deleted."""


def account_deletion(user_id: str) -> Change:
    """Return what is told to whoever has an account open that is deleted."""
    return Change(store=ACCOUNTS, action="delete", keys=(user_id,))


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
