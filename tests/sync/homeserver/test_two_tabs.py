"""One account in two tabs: one follows the homeserver, and both know and can do the same."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from roomkeep.persistence import DatabaseService
from roomkeep.storage.remote import Rights
from roomkeep.sync.client import SyncClient
from roomkeep.sync.directory import NewChannel, NewRoom
from roomkeep.sync.session import sign_in
from roomkeep.sync.turns import Status
from support.sync_people import SyncedPerson, synced_people
from support.tabs import Browser, Tab
from tools.homeserver import PASSWORD, Homeserver

pytestmark = pytest.mark.homeserver

CLUB = NewRoom(name="Club", channels=(NewChannel(name="general"),))


class OpenTab(SyncedPerson):
    """A tab of a person's browser, in which their account is open."""

    def __init__(self, of: SyncedPerson, tab: Tab) -> None:
        super().__init__(of.name, of.user_id, of.server, of.transport)
        self.tab = tab
        self.database = DatabaseService(of.backend)
        self.client = SyncClient(self.database, self.transport, tabs=tab, retry_s=0.05)

    async def start(self) -> None:
        await self.database.initialize()
        await self.client.start()

    async def until_status(self, status: Status) -> None:
        async with asyncio.timeout(20):
            while self.client.status() != status:  # noqa: ASYNC110 a signal has no event
                await asyncio.sleep(0.01)

    @property
    def asks(self) -> int:
        """How often it asked for what is new."""
        return sum("since=" in request.url for request in self.transport.sent)


@pytest.fixture
async def opened(homeserver: Homeserver) -> AsyncIterator[tuple[OpenTab, OpenTab, SyncedPerson]]:
    """Two tabs of Ada, the first of which follows, and Ben."""
    async with synced_people(homeserver, "ada", "ben") as (ada, ben):
        await ada.client.stop()
        browser = Browser()
        first = OpenTab(ada, browser.open())
        second = OpenTab(ada, browser.open(is_visible=False))
        await first.start()
        await first.until_online()
        await second.start()
        yield first, second, ben
        await second.client.stop()
        await first.client.stop()


async def test_both_know_how_the_connection_is(
    opened: tuple[OpenTab, OpenTab, SyncedPerson],
) -> None:
    first, second, _ = opened
    await second.until_status("online")
    assert second.asks == 0
    first.transport.cut()
    await second.until_status("offline")
    first.transport.mend()
    first.client.wake()
    await second.until_status("online")
    assert second.asks == 0


async def test_the_second_tab_can_do_all_the_first_one_can(
    opened: tuple[OpenTab, OpenTab, SyncedPerson],
) -> None:
    first, second, ben = opened
    made = await first.client.create_room(CLUB)
    room_id, channel_id = made.room.id, made.room.channels[0].id

    async def knows(tab: OpenTab, wanted: str) -> bool:
        return tab.client.rights_in(wanted) != Rights()

    await second.until(lambda: knows(second, room_id))
    await second.client.invite(room_id, ben.user_id)
    await ben.client.join_room(room_id)
    own = await second.client.create_room(NewRoom(name="Den", channels=CLUB.channels))
    await first.until(lambda: knows(first, own.room.id))
    await second.say(own.room.id, own.room.channels[0].id, "mine")
    await second.until_sent()
    theirs = await ben.client.create_room(NewRoom(name="Pond", channels=CLUB.channels))
    await second.client.join_room(theirs.room.id)
    await second.say(theirs.room.id, theirs.room.channels[0].id, "hello")
    await ben.until_text(theirs.room.id, "hello")

    await second.client.stop()
    await first.client.stop()
    for number in range(60):
        await ben.say(room_id, channel_id, f"{number}")
    await ben.until_sent()
    await first.client.start()
    await first.until_text(room_id, "59")
    await second.client.start()
    await second.until_status("online")
    (gap,) = await second.database.get_gaps(room_id, channel_id)
    assert await second.client.fill(gap)
    while gaps := await second.database.get_gaps(room_id, channel_id):
        await second.client.fill(gaps[-1])
    assert await first.texts(room_id, channel_id) == [f"{number}" for number in range(60)]
    assert second.asks == 0


async def test_the_second_tab_takes_over_within_a_second(
    opened: tuple[OpenTab, OpenTab, SyncedPerson],
) -> None:
    first, second, ben = opened
    made = await ben.client.create_room(CLUB)
    await first.client.join_room(made.room.id)
    await second.until_status("online")
    await first.client.stop()
    await ben.say(made.room.id, made.room.channels[0].id, "still there?")
    async with asyncio.timeout(1):
        await second.until_text(made.room.id, "still there?")
    assert second.client.status() == "online"


async def test_a_hidden_tab_lets_a_visible_one_go_first(
    opened: tuple[OpenTab, OpenTab, SyncedPerson],
) -> None:
    first, second, ben = opened
    made = await ben.client.create_room(CLUB)
    await first.client.join_room(made.room.id)
    second.tab.turn_to()

    async def has_gone_first() -> bool:
        return second.asks > 0

    await second.until(has_gone_first)
    before = first.asks
    await ben.say(made.room.id, made.room.channels[0].id, "look")
    await first.until_text(made.room.id, "look")
    assert first.asks == before
    assert second.asks > 0
    assert (first.client.status(), second.client.status()) == ("online", "online")


async def test_both_know_who_is_typing(opened: tuple[OpenTab, OpenTab, SyncedPerson]) -> None:
    first, second, ben = opened
    made = await ben.client.create_room(CLUB)
    channel_id = made.room.channels[0].id
    await first.client.join_room(made.room.id)
    await ben.client.set_typing(channel_id, for_ms=20_000)
    async with asyncio.timeout(20):
        while second.client.typing() != {channel_id: (ben.user_id,)}:  # noqa: ASYNC110 a signal
            await asyncio.sleep(0.01)


async def test_both_are_signed_out_and_in_together(
    opened: tuple[OpenTab, OpenTab, SyncedPerson],
) -> None:
    first, second, _ = opened
    await second.until_status("online")
    await second.client.sign_out()
    await first.until_status("signed_out")
    assert (first.client.server(), second.client.server()) == ("", "")
    await sign_in(second.database, second.transport, first.server.url, first.user_id, PASSWORD)
    await second.client.start()
    second.client.tell_signed_in()
    await first.until_status("online")
    assert first.client.server() == second.client.server() == first.server.url
