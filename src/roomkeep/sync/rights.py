"""What a person may do in a room."""

from msgspec import Struct

__all__ = ["Rights"]


class Rights(Struct, frozen=True, kw_only=True):
    """What a person may do in a room. Acting on others also needs more power than they have."""

    invite: bool = False
    kick: bool = False
    ban: bool = False
    delete_messages: bool = False
    change_room: bool = False
    change_channels: bool = False
    change_roles: bool = False
