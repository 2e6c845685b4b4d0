"""The icons of rooms, in the app without its views, on a real homeserver."""

import base64
import struct
import zlib

import pytest

from support.app_people import Person, people
from tools.homeserver import Homeserver

pytestmark = pytest.mark.homeserver

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def make_png(side: int = 128) -> str:
    """Make a grey square, as a `data:` URL."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    rows = (b"\0" + b"\x80" * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    encoded = base64.b64encode(SIGNATURE + b"".join(parts)).decode()
    return f"data:image/png;base64,{encoded}"


def shown(person: Person) -> str | None:
    """Return the picture that is shown for the open room."""
    room = person.account.room
    assert room is not None
    return person.account.sync.icons().get(room.icon or "")


async def test_a_rooms_icon_is_changed_by_whoever_may_and_shown_to_all(
    homeserver: Homeserver,
) -> None:
    async with people(homeserver, "ada", "ben") as (ada, ben):
        await ada.chat.effects.homeserver.create("Club", is_private=False)
        room_id = ada.chat.room_id
        await ben.chat.effects.homeserver.join(room_id)
        await ada.chat.effects.room_icons.change(room_id, make_png())
        for person in (ada, ben):
            await person.until(lambda p=person: (shown(p) or "").startswith("data:image/"))  # type: ignore[misc]
        # Its other settings can still be changed.
        await ada.chat.effects.room_settings.change(room_id, "Tea club", "", "")
        assert ada.chat.told == []
        await ben.until(
            lambda: ben.account.room is not None and ben.account.room.name == "Tea club"
        )
        # It is there after a reload, also without the network.
        before = shown(ben)
        ben.transport.cut()
        await ben.chat.effects.accounts.sign_out()
        await ben.chat.effects.accounts.switch(ben.user_id)
        await ben.until(lambda: ben.account.room is not None)
        await ben.until(lambda: shown(ben) == before)
        ben.transport.mend()
        ben.chat.effects.homeserver.wake()
        await ben.until(lambda: ben.account.sync.connection() == "online")
        await ben.chat.effects.room_icons.change(room_id, make_png(64))
        assert "You don't have permission." in ben.chat.told[-1]
        await ada.chat.effects.room_icons.change(room_id, None)
        for person in (ada, ben):
            await person.until(lambda p=person: shown(p) is None)  # type: ignore[misc]


async def test_what_is_no_picture_is_not_uploaded(homeserver: Homeserver) -> None:
    async with people(homeserver, "ada") as (ada,):
        await ada.chat.effects.homeserver.create("Club", is_private=True)
        ada.transport.sent.clear()
        for picture in ("data:image/svg+xml;base64,AAAA", "data:image/png;base64,$$$"):
            await ada.chat.effects.room_icons.change(ada.chat.room_id, picture)
            assert "Couldn't change the room's icon." in ada.chat.told[-1]
        assert not [one for one in ada.transport.sent if "/upload" in one.url]


async def test_the_icon_and_the_topic_are_changed_together(homeserver: Homeserver) -> None:
    async with people(homeserver, "ada") as (ada,):
        await ada.chat.effects.homeserver.create("Club", is_private=True)
        room_id = ada.chat.room_id
        icon = ada.chat.effects.room_icons.change(room_id, make_png())
        texts = ada.chat.effects.room_settings.change(
            room_id, "Club", "Tea at four", "", after=icon
        )
        await texts
        await ada.until(lambda: shown(ada))
        await ada.until_sent()
        await ada.chat.idle()
        room = ada.account.room
        stored = await ada.chat.db.get_room(room_id)
        assert room is not None
        assert stored is not None
        assert (stored.topic, room.topic) == ("Tea at four", "Tea at four")
