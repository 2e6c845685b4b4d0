"""Filling the gaps that a limited sync leaves."""

import contextlib
from typing import Final

from roomkeep.storage.remote import Gap
from roomkeep.sync.batches import read_updates
from roomkeep.sync.errors import NoRight, NotFound
from roomkeep.sync.homes import Homes
from roomkeep.sync.own_account import OwnAccount
from roomkeep.sync.wire import Wire, events
from roomkeep.sync.wire.types import Event

__all__ = ["fill_gap"]

_PAGE: Final = 100
_MOST_PAGES: Final = 10
"""The most pages without a message that are asked for in one go; a server could give any number."""


async def fill_gap(
    own: OwnAccount,
    wire: Wire,
    homes: Homes,
    gap: Gap,
    *,
    limit: int = _PAGE,
    read_up_to: str | None = None,
) -> bool:
    """Ask for the newest messages that are missing in a gap, and store them.

    Args:
        own: the user's own account.
        wire: the homeserver, signed in.
        homes: the known rooms.
        gap: the gap.
        limit: how many events to ask for at a time.
        read_up_to: the ID of the last event that the user has read; None where that is not known.

    Returns:
        whether the messages were stored; not if the gap has changed meanwhile.

    Raises:
        HomeserverError: the homeserver does not answer; the gap stays.
    """
    token: str | None = gap.token
    read_until: int | None = None
    for _ in range(_MOST_PAGES):
        assert token is not None  # noqa: S101
        page = await events.get_messages(wire, gap.channel_id, token, limit=limit)
        updates = read_updates(
            page.events[::-1],
            page.state,
            room_id=gap.room_id,
            channel_id=gap.channel_id,
            homes=homes,
        )
        if read_up_to is not None and read_until is None:
            read_until = await _time_of(wire, gap.channel_id, read_up_to, page.events)
        following = None if _reaches(page.events, gap) else page.end
        if not await own.database.fill_gap(gap.id, token, updates, following, read_until):
            return False
        if updates or following is None:
            return True
        token = following
    return True


def _reaches(found: tuple[Event, ...], gap: Gap) -> bool:
    """Tell whether a page comes to what is known before the gap."""
    if gap.after is None:
        return False
    known = gap.after
    return any(
        event.event_id == known.id or event.origin_server_ts < known.timestamp for event in found
    )


async def _time_of(
    wire: Wire, channel_id: str, event_id: str, found: tuple[Event, ...]
) -> int | None:
    """Return the time of an event in ms; None if it is gone."""
    event = next((one for one in found if one.event_id == event_id), None)
    if event is None:
        with contextlib.suppress(NoRight, NotFound):
            event = await events.get_event(wire, channel_id, event_id)
    return None if event is None else event.origin_server_ts
