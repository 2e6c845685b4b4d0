"""What is offered for a filter of a search while it is typed. Pure."""

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from roomkeep.app.channel_search import find_places
from roomkeep.app.channels import channels_of, has_choice
from roomkeep.app.search_text import HAS, Filter
from roomkeep.localization import localize
from roomkeep.models import Channel, Room, User

__all__ = ["Suggestion", "suggest"]

MOST: Final = 6
"""So many are offered at a time."""
_KINDS: Final = {
    "file": "search.has_file",
    "link": "search.has_link",
    "picture": "search.has_picture",
}
"""The texts of what `has:` finds."""


class Suggestion(Struct, frozen=True):
    """A value that is offered for a filter.

    Attributes:
        kind: what it is; for `"calendar"` the value is a date that is still to be chosen.
        value: what the filter gets.
        label: what it is called.
        note: what else helps to choose.
        subject_id: the id of the person, or of the room.
        channel: the channel, where it is one.
    """

    kind: Literal["person", "room", "channel", "has", "date", "calendar"]
    value: str
    label: str
    note: str = ""
    subject_id: str = ""
    channel: Channel | None = None


def suggest(
    at: Filter, *, user: User, rooms: Iterable[Room], room: Room | None, today: dt.date
) -> list[Suggestion]:
    """Return what fits what is typed of a filter.

    Args:
        at: the filter.
        user: who searches.
        rooms: the rooms.
        room: the room that is searched; None for all.
        today: the date.
    """
    found = _fitting(at, user, rooms, room, today)
    # What is typed already need not be offered.
    typed = at.value.casefold()
    is_done = all(one.value.casefold() == typed or one.kind == "calendar" for one in found)
    return [] if typed and is_done and not at.is_unfinished else found


def _fitting(
    at: Filter, user: User, rooms: Iterable[Room], room: Room | None, today: dt.date
) -> list[Suggestion]:
    typed = at.value.casefold().strip()
    if at.key == "from":
        found = _people(user, rooms if room is None else (room,))
        # A word of the name begins with it; people with long lists are not all looked at.
        fits = (one for one in found if f" {typed}" in f" {one.label} {one.note}".casefold())
        return list(itertools.islice(fits, MOST))
    if at.key == "in":
        return _places(at.value, rooms, room)
    if at.key == "has":
        kinds = [Suggestion("has", kind, localize(_KINDS[kind]), f"has:{kind}") for kind in HAS]
        return [
            one
            for one in kinds
            if one.value.startswith(typed) or one.label.casefold().startswith(typed)
        ]
    dates = [one for one in _dates(today) if one.value.startswith(typed)]
    return [*dates, Suggestion("calendar", "", localize("search.choose_date"))]


def _people(user: User, rooms: Iterable[Room]) -> Iterator[Suggestion]:
    yield Suggestion("person", "me", localize("message.you"), user.display_name, user.oder_id)
    seen = {user.oder_id}
    for room in rooms:
        for member in room.members:
            if member.oder_id not in seen:
                seen.add(member.oder_id)
                name = member.display_name or member.username or member.oder_id
                note = "" if member.username == name else member.username
                yield Suggestion("person", name, name, note, member.oder_id)


def _places(typed: str, rooms: Iterable[Room], room: Room | None) -> list[Suggestion]:
    if room is not None:
        query = typed.casefold().strip()
        return [
            Suggestion("channel", channel.name, channel.name, room.name, room.id, channel)
            for channel in channels_of(room)
            if has_choice(room) and channel.type == "text" and query in channel.name.casefold()
        ][:MOST]
    offered: dict[str, Suggestion] = {}
    for found in find_places(tuple(rooms), typed, (), None):
        channel = found.channel
        one = Suggestion("room", found.room.name, found.room.name, "", found.room.id)
        if channel is not None:
            one = Suggestion(
                "channel", channel.name, channel.name, found.room.name, found.room.id, channel
            )
        # A name that several places have finds all of them.
        if one.value in offered:
            one = replace(offered[one.value], note="")
        if channel is None or channel.type == "text":
            offered[one.value] = one
    return list(offered.values())[:MOST]


def _dates(today: dt.date) -> list[Suggestion]:
    yesterday = today - dt.timedelta(days=1)
    dates = {
        "time.today": today.isoformat(),
        "time.yesterday": yesterday.isoformat(),
        "search.this_month": f"{today:%Y-%m}",
        "search.this_year": f"{today:%Y}",
    }
    return [Suggestion("date", value, localize(text), value) for text, value in dates.items()]
