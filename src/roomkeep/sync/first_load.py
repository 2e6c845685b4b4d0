"""Loading the latest messages of all channels, once, after the first sync.

The first sync tells only the last event of each: it is the sooner there, and so are the rooms.
"""

from collections.abc import Callable
from typing import Final

from roomkeep.errors import StorageError
from roomkeep.storage.remote import FullyRead, Gap, ReadUpTo
from roomkeep.sync.backoff import Backoff
from roomkeep.sync.errors import HomeserverError, UnknownToken
from roomkeep.sync.history import fill_gap
from roomkeep.sync.homes import Homes
from roomkeep.sync.mapping.timeline import read_notes
from roomkeep.sync.own_account import OwnAccount
from roomkeep.sync.parallel import all_of
from roomkeep.sync.wire import Wire
from roomkeep.sync.wire.types import JoinedRoom, SyncResponse

__all__ = ["NOT_LOADED", "load_latest", "not_loaded"]

NOT_LOADED: Final = "channelsToLoad"
"""The setting with the channels that are still to load, and where the user has read up to."""

_LATEST: Final = 30
"""How many events of each channel to load."""
_AT_ONCE: Final = 4


def not_loaded(response: SyncResponse, user_id: str) -> dict[str, str | None]:
    """Return the channels of which the first response leaves something out.

    Returns:
        the ID of the last event in each that the user has read; None where that is not known.
    """
    return {
        channel_id: _read_up_to(said, user_id)
        for channel_id, said in response.joined.items()
        if said.limited
    }


async def load_latest(
    own: OwnAccount,
    wire: Wire,
    homes: Callable[[], Homes],
    backoff: Backoff,
    on_progress: Callable[[int, int], None],
) -> None:
    """Load the latest messages of the channels that are still to load, the latest first.

    It goes on where an earlier call was stopped.

    Args:
        own: the user's own account.
        wire: the homeserver, signed in.
        homes: returns the known rooms.
        backoff: waits where the homeserver does not answer.
        on_progress: called with how many channels are loaded, and how many there are.

    Raises:
        UnknownToken: this device was signed out.
    """
    stored = await own.database.get_setting(NOT_LOADED)
    if not isinstance(stored, dict):
        return
    found = [await _gap_of(own, homes(), channel_id) for channel_id in stored]
    gaps = sorted((gap for gap in found if gap is not None), key=_time_of, reverse=True)
    done = 0

    async def load(gap: Gap) -> None:
        nonlocal done
        mark = stored[gap.channel_id]
        read_up_to = mark if isinstance(mark, str) else None
        while True:
            try:
                await fill_gap(own, wire, homes(), gap, limit=_LATEST, read_up_to=read_up_to)
            except UnknownToken:
                raise
            except (HomeserverError, StorageError) as error:
                if isinstance(error, StorageError) or error.is_temporary:
                    await backoff.wait(error)
                    continue
            # Where it was refused, the gap stays, and is tried again as one scrolls there.
            break
        done += 1
        on_progress(done, len(gaps))

    on_progress(0, len(gaps))
    await all_of(map(load, gaps), at_once=_AT_ONCE)
    await own.database.save_setting(NOT_LOADED, None)


async def _gap_of(own: OwnAccount, homes: Homes, channel_id: str) -> Gap | None:
    """Return the gap before the last message of a channel; None where it was filled before."""
    room_id = homes.room_of(channel_id)
    gaps = [] if room_id is None else await own.database.get_gaps(room_id, channel_id)
    # What came after the first sync may have left a gap of its own.
    return gaps[0] if gaps and gaps[0].after is None else None


def _time_of(gap: Gap) -> int:
    return gap.before.timestamp


def _read_up_to(said: JoinedRoom, user_id: str) -> str | None:
    notes = read_notes((*said.ephemeral, *said.account_data))
    receipts = [one for one in notes if isinstance(one, ReadUpTo) and one.user_id == user_id]
    if receipts:
        return max(receipts, key=lambda one: one.timestamp).event_id
    return next((one.event_id for one in notes if isinstance(one, FullyRead)), None)
