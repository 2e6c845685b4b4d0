"""Pictures of people and rooms that were downloaded from a server: a cache of bounded size."""

from roomkeep.models import Id
from roomkeep.storage.arguments import Ids
from roomkeep.storage.operation import writes
from roomkeep.storage.operations.sync_records import AVATAR, AVATARS, read, read_many, write_many
from roomkeep.storage.transaction import Transaction

MOST_AVATARS = 500
"""The most pictures that are kept."""


@writes("meta")
async def get_avatars(tx: Transaction, addresses: Ids) -> dict[str, str]:
    """Return the pictures that are kept of some, by their addresses on the server.

    They count as used: those that were not used for longest are the first to be deleted.
    """
    found = await read_many(tx, AVATAR, addresses, str)
    order = await read(tx, AVATARS, list[str]) or []
    # The order is written once in a while only: half of them are in no danger.
    if not found.keys() <= set(order[len(order) // 2 :]):
        write_many(tx, AVATARS, {"": [*(one for one in order if one not in found), *found]})
    return found


@writes("meta")
async def save_avatar(tx: Transaction, address: Id, url: str) -> None:
    """Keep a picture; where there are too many, delete those that were not used for longest.

    Args:
        tx: the transaction.
        address: its address on the server.
        url: the picture as a `data:` URL.
    """
    order = await read(tx, AVATARS, list[str]) or []
    order = [*(one for one in order if one != address), address]
    kept = order[-MOST_AVATARS:]
    write_many(tx, AVATARS, {"": kept})
    gone = dict.fromkeys(order[:-MOST_AVATARS])
    write_many(tx, AVATAR, {address: url, **gone})
