"""The icons of rooms on the homeserver: pictures, which are downloaded once and kept."""

import base64
import binascii
import logging
from typing import Final

from reaktiv import Effect, untracked

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.homeserver import HomeserverEffects
from roomkeep.app.state import AccountState
from roomkeep.errors import InvalidRecord

__all__ = ["RoomIconEffects"]

ICON: Final = "roomIcon/"
"""How the settings begin that keep the pictures, by their addresses."""
SIDE: Final = 96
"""The width and height of the pictures that are asked for, in pixels."""
_KINDS: Final = ("image/png", "image/jpeg", "image/webp", "image/gif")

logger = logging.getLogger(__name__)


class RoomIconEffects(EffectGroup):
    """Downloads the icons of rooms, and changes them."""

    def __init__(self, context: Context, homeserver: HomeserverEffects) -> None:
        super().__init__(context)
        self._homeserver = homeserver
        self._loaded: AccountState | None = None
        self._asked: set[str] = set()
        self._follow = Effect(self._follow_rooms)

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
        head, _, encoded = picture.partition(";base64,")
        mime = head.removeprefix("data:")
        if mime not in _KINDS:
            msg = f"is no picture: {mime!r}"
            raise InvalidRecord(msg, field="picture")
        try:
            data = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            msg = "is not in base64"
            raise InvalidRecord(msg, field="picture") from error
        await client.set_room_icon(room_id, data, mime)

    def _follow_rooms(self) -> None:
        account = self.page.account()
        if account is None or not account.sync.server():
            return
        wanted = {room.icon for room in account.rooms() or () if room.icon}
        wanted = {icon for icon in wanted if icon.startswith("mxc://")}
        is_online = account.sync.connection() == "online"
        with untracked():
            if wanted:
                self.context.start(
                    self._load(account, wanted, is_online=is_online), "failed.load_icons"
                )

    async def _load(self, account: AccountState, wanted: set[str], *, is_online: bool) -> None:
        icons = account.sync.icons
        if self._loaded is not account:
            self._loaded, self._asked = account, set()
            kept = await self.context.database(account).get_settings(ICON)
            pictures = {key.removeprefix(ICON): value for key, value in kept.items()}
            known = {key: one for key, one in pictures.items() if isinstance(one, str)}
            icons.set({**known, **icons()})
            gone = {ICON + key: None for key in pictures.keys() - wanted}
            if gone:
                await self.context.database(account).save_settings(gone)
        if not is_online:
            return
        for address in sorted(wanted - icons().keys() - self._asked):
            self._asked.add(address)
            picture = await self._download(address)
            if picture is not None:
                await self.context.database(account).save_setting(ICON + address, picture)
                icons.set({**icons(), address: picture})

    async def _download(self, address: str) -> str | None:
        from roomkeep.sync.errors import HomeserverError

        try:
            data, mime = await self._homeserver.get_client().get_picture(address, SIDE)
        except HomeserverError as error:
            # The room has its initials until then, or until the next start.
            if error.is_temporary:
                self._asked.discard(address)
            logger.info("could not download the icon of a room: %s", error)
            return None
        if mime not in _KINDS:
            return None
        return f"data:{mime};base64,{base64.b64encode(data).decode()}"
