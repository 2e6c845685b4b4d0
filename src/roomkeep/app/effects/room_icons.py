"""The icons of rooms on the homeserver, which are pictures."""

import base64
import binascii

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.homeserver import HomeserverEffects
from roomkeep.app.people import PICTURES
from roomkeep.errors import InvalidRecord

__all__ = ["RoomIconEffects"]


class RoomIconEffects(EffectGroup):
    """Changes the icons of rooms."""

    def __init__(self, context: Context, homeserver: HomeserverEffects) -> None:
        super().__init__(context)
        self._homeserver = homeserver

    @effect("failed.save_icon")
    async def change(self, room_id: str, picture: str | None) -> None:
        """Change the icon of a room on the homeserver.

        Args:
            room_id: the room.
            picture: a `data:` URL; None for no icon.
        """
        client = self._homeserver.get_client()
        if picture is None:
            await client.set_room_icon(room_id, None)
            return
        if not picture.startswith(PICTURES):
            msg = f"is no picture: {picture[:32]!r}"
            raise InvalidRecord(msg, field="picture")
        head, _, encoded = picture.partition(";base64,")
        try:
            data = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            msg = "is not in base64"
            raise InvalidRecord(msg, field="picture") from error
        await client.set_room_icon(room_id, data, head.removeprefix("data:"))
