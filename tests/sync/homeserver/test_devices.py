"""One person on several devices, and devices that are not as they should be."""

from collections.abc import AsyncIterator

import pytest

from roomkeep.models import Reaction
from roomkeep.sync.directory import NewChannel, NewRoom
from roomkeep.sync.errors import BadCredentials
from roomkeep.sync.httpx_transport import HttpxTransport
from roomkeep.sync.session import sign_in
from support.sync_people import SyncedPerson, synced_people
from tools.homeserver import PASSWORD, Homeserver

pytestmark = pytest.mark.homeserver

DAY_MS = 24 * 60 * 60 * 1000


class Club:
    """A room that both are in."""

    def __init__(self, ada: SyncedPerson, ben: SyncedPerson, room: str, channel: str) -> None:
        self.ada, self.ben = ada, ben
        self.where = room, channel
        self.room = room


@pytest.fixture
async def club(homeserver: Homeserver) -> AsyncIterator[Club]:
    async with synced_people(homeserver, "ada", "ben") as (ada, ben):
        new = NewRoom(name="Club", channels=(NewChannel(name="general"),))
        made = await ada.client.create_room(new)
        await ben.client.join_room(made.room.id)
        yield Club(ada, ben, made.room.id, made.room.channels[0].id)


async def until_signed_out(person: SyncedPerson) -> None:
    async def is_so() -> bool:
        return person.client.status() == "signed_out"

    await person.until(is_so)


async def test_signing_in_twice_is_two_devices_of_one_person(
    homeserver: Homeserver, club: Club
) -> None:
    ada = club.ada
    await ada.say(*club.where, "from the first")
    await ada.until_sent()
    async with HttpxTransport() as transport:
        second = SyncedPerson("ada", ada.user_id, homeserver, transport)
        await second.sign_in()
        try:
            heard = await second.until_text(club.room, "from the first")
            assert heard.sender_id == second.user_id
            await second.say(*club.where, "from the second")
            there = await ada.until_text(club.room, "from the second")
            assert there.sender_id == ada.user_id
            # Each edits and reacts to what the other one wrote.
            await second.database.update_message(
                heard.id, content="edited", edited_at=await second.now()
            )
            edited = await ada.until_text(club.room, "edited")
            await ada.database.send_reaction(
                Reaction(
                    message_id=there.id, oder_id=ada.user_id, emoji="👍", timestamp=await ada.now()
                )
            )

            async def reacted() -> bool:
                found = await second.find(club.room, "from the second")
                return found is not None and [one.emoji for one in found.reactions] == ["👍"]

            await second.until(reacted)
            assert edited.sender_id == ada.user_id
            # Signing out of one leaves the other one signed in.
            await second.until_sent()
            await second.client.sign_out()
            await club.ben.say(*club.where, "still there?")
            await ada.until_text(club.room, "still there?")
            assert await second.find(club.room, "edited") is not None
        finally:
            await second.client.stop()


async def test_a_password_that_is_changed_elsewhere_asks_to_sign_in_and_keeps_everything(
    homeserver: Homeserver, club: Club
) -> None:
    ada, ben = club.ada, club.ben
    await ada.say(*club.where, "before")
    await ada.until_sent()
    async with HttpxTransport() as transport:
        elsewhere = SyncedPerson("ada", ada.user_id, homeserver, transport)
        await elsewhere.sign_in()
        auth = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": ada.user_id},
            "password": PASSWORD,
        }
        body = {"auth": auth, "new_password": "new gate", "logout_devices": True}
        wire = elsewhere.client._connected.wire
        await wire.ask(dict, "POST", "/_matrix/client/v3/account/password", body)
        await elsewhere.client.stop()
    await until_signed_out(ada)
    session = await ada.database.get_sync_session()
    assert session is not None
    assert session.needs_sign_in
    # One goes on writing, and nothing is lost.
    await ada.say(*club.where, "meanwhile")
    with pytest.raises(BadCredentials):
        await sign_in(ada.database, ada.transport, homeserver.url, ada.user_id, PASSWORD)
    await sign_in(ada.database, ada.transport, homeserver.url, ada.user_id, "new gate")
    await ada.client.start()
    await ben.until_text(club.room, "meanwhile")
    await ada.until_sent()
    assert await ada.texts(*club.where) == ["before", "meanwhile"]


@pytest.mark.parametrize("error_ms", [DAY_MS, -DAY_MS])
async def test_a_wrong_clock_changes_no_order(club: Club, error_ms: int) -> None:
    ada, ben = club.ada, club.ben
    right = ada.database._clock
    ada.database._clock = lambda: right() + error_ms
    for number in range(3):
        await ada.say(*club.where, f"ada {number}")
        await ben.until_text(club.room, f"ada {number}")
        await ben.say(*club.where, f"ben {number}")
        await ada.until_text(club.room, f"ben {number}")
    await ada.until_sent()
    await ben.until_sent()
    wanted = [f"{name} {number}" for number in range(3) for name in ("ada", "ben")]
    assert await ben.texts(*club.where) == wanted
    assert await ada.texts(*club.where) == wanted
    # Once they are sent, messages have the server's time on both sides.
    times = [
        [one.timestamp for one in await person.database.get_messages(club.room)]
        for person in (ada, ben)
    ]
    assert times[0] == times[1]
    # Also after a gap, whose ends must not be taken from that clock.
    await ada.client.stop()
    for number in range(70):
        await ben.say(*club.where, f"{number:03}")
    await ben.until_sent()
    await ada.say(*club.where, "back")
    await ada.client.start()
    await ben.until_text(club.room, "back")
    await ada.until_text(club.room, "069")
    while gaps := await ada.database.get_gaps(*club.where):
        assert await ada.client.fill(gaps[-1])
    await ada.until_sent()
    wanted = await ben.texts(*club.where)

    async def has_order() -> bool:
        # Its time at the server comes with what the server tells next.
        return await ada.texts(*club.where) == wanted

    await ada.until(has_order)
