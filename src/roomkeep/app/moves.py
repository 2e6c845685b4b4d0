"""Rooms of this device that are moved to the homeserver. Pure: nothing is saved here."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import msgspec
from msgspec import Struct

from roomkeep.localization import localize

__all__ = ["MOVES", "Move", "Who", "moved_id", "moved_text", "read_moves"]

MOVES: Final = "moves"
"""The setting that keeps the moves of rooms, by the rooms' ids here."""

Who: TypeAlias = Literal["private", "requests", "public"]
"""Who can use a room: who is invited, who asks, or everyone."""


class Move(Struct, frozen=True, kw_only=True, rename="camel"):
    """A room of this device that is being moved to the homeserver, or was.

    Attributes:
        id: a UUID, from which all ids on the server are made: repeating a step doubles nothing.
        server: the homeserver's name.
        who: who can use the room there.
        to: the id of the room there; None until it is created.
        channels: the channels there, by their ids here.
        reached: the time of the last message that was posted, in ms.
        posted: how many messages were posted.
        is_stopped: it was canceled, and goes on only when it is started again.
        is_done: all of it is on its way.
    """

    id: str
    server: str
    who: Who
    to: str | None = None
    channels: dict[str, str] = {}
    reached: int = 0
    posted: int = 0
    is_stopped: bool = False
    is_done: bool = False


def read_moves(stored: object) -> Mapping[str, Move]:
    """Return the moves in the value of the setting `MOVES`, by the rooms' ids here."""
    try:
        return msgspec.convert(stored or {}, dict[str, Move])
    except msgspec.ValidationError:
        return {}


def moved_id(move: Move, record_id: str) -> str:
    """Return the id that a message or a file of the room has in the room it is moved to."""
    return str(uuid.uuid5(uuid.UUID(move.id), record_id))


def moved_text(timestamp: int, content: str) -> str:
    """Return what a message says where it was moved: a server does not take its time."""
    written = dt.datetime.fromtimestamp(timestamp / 1_000, dt.UTC).astimezone()
    time = written.strftime("%Y-%m-%d %H:%M")
    return localize("move.message", time=time, text=content) if content else f"({time})"
