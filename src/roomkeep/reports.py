"""What a database tells of itself: what was changed, and what room there is."""

from typing import Literal

from msgspec import Struct

__all__ = ["ACCOUNTS", "Change", "Space", "account_deletion", "account_loss"]


class Change(Struct, frozen=True, kw_only=True, rename="camel"):
    """What one transaction changed in one store.

    Attributes:
        store: the store's name, such as `"messages"`; `"accounts"` where the account as a whole
            was deleted (`"delete"`), or lost what it kept (`"clear"`).
        action: `"put"` and `"delete"` name the records by their keys; `"clear"` means every record
            of the room, or of the store where no room is given: read anew what you show of them.
        keys: the keys of the records; those of reactions are (oder_id, emoji, message_id).
        room_id: the room that all of them belong to, where there is one.
    """

    store: str
    action: Literal["put", "delete", "clear"]
    keys: tuple[str | tuple[str, ...], ...] = ()
    room_id: str | None = None


ACCOUNTS = "accounts"
"""What stands for the store where a change is about the account as a whole."""


def account_deletion(user_id: str) -> Change:
    """Return what is told to whoever has an account open that is deleted."""
    return Change(store=ACCOUNTS, action="delete", keys=(user_id,))


def account_loss() -> Change:
    """Return what is told to whoever has an account open whose data the browser deleted."""
    return Change(store=ACCOUNTS, action="clear")


class Space(Struct, frozen=True, kw_only=True):
    """The room on the device, as far as the platform tells.

    Attributes:
        usage: how much all accounts together take, in bytes; None where that is not known.
        quota: how much they may take, in bytes; None where that is not known.
        persisted: whether the browser promised to keep the data when the device runs out of room;
            None where it makes no such promise.
    """

    usage: int | None = None
    quota: int | None = None
    persisted: bool | None = None
