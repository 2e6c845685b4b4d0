"""Signing in and out, with a database that only notes what it is given."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from roomkeep.errors import NotReady, ScopeChanged
from roomkeep.sync.client import SyncClient
from roomkeep.sync.directory import NewChannel, NewRoom
from roomkeep.sync.errors import BadCredentials, NotReachable, UnknownToken
from roomkeep.sync.httpx_transport import HttpxTransport
from roomkeep.sync.session import sign_in, sign_out, wire_of
from roomkeep.sync.wire import Transport, account
from roomkeep.sync.wire.addresses import localpart
from support.noted_database import NotedDatabase
from support.sync_people import CutTransport
from tools.homeserver import PASSWORD, Homeserver

pytestmark = pytest.mark.homeserver


@pytest.fixture
async def transport() -> AsyncIterator[CutTransport]:
    async with HttpxTransport() as made:
        yield CutTransport(made)


@pytest.fixture
async def database() -> Any:
    made = NotedDatabase()
    await made.initialize()
    return made


@pytest.fixture
def ada(homeserver: Homeserver) -> str:
    return homeserver.register(f"ada-{secrets.token_hex(4)}", PASSWORD)


async def devices(database: Any, transport: Transport) -> set[str]:
    wire = wire_of(await database.get_sync_session(), transport)
    said = await wire.ask(dict[str, Any], "GET", "/_matrix/client/v3/devices")
    return {device["device_id"] for device in said["devices"]}


async def test_signing_in_opens_the_persons_own_account(
    homeserver: Homeserver, database: Any, transport: CutTransport, ada: str
) -> None:
    session = await sign_in(database, transport, homeserver.url, localpart(ada), PASSWORD)
    assert (session.user_id, session.server) == (ada, homeserver.url)
    assert database.current_user_id == ada
    assert database.session == session
    assert session.access_token not in repr(session)
    assert (await account.who_am_i(wire_of(session, transport))).device_id == session.device_id


async def test_a_wrong_password_changes_nothing(
    homeserver: Homeserver, database: Any, transport: CutTransport, ada: str
) -> None:
    with pytest.raises(BadCredentials):
        await sign_in(database, transport, homeserver.url, ada, "wrong")
    assert (database.current_user_id, database.session) == (None, None)


async def test_no_device_is_left_where_the_account_does_not_open(
    homeserver: Homeserver, database: Any, transport: CutTransport, ada: str
) -> None:
    class Broken(NotedDatabase):
        async def save_sync_session(self, _: Any) -> None:
            raise NotReady("closed")

    broken: Any = Broken()
    await broken.initialize()
    with pytest.raises(NotReady):
        await sign_in(broken, transport, homeserver.url, ada, PASSWORD)
    assert broken.current_user_id is None
    await sign_in(database, transport, homeserver.url, ada, PASSWORD)
    assert await devices(database, transport) == {database.session.device_id}
    await sign_out(database, transport)


async def test_signing_out_ends_the_device(
    homeserver: Homeserver, database: Any, transport: CutTransport, ada: str
) -> None:
    session = await sign_in(database, transport, homeserver.url, ada, PASSWORD)
    transport.cut()
    with pytest.raises(NotReachable):
        await sign_out(database, transport)
    assert database.session == session
    transport.mend()
    await sign_out(database, transport)
    assert (database.session, database.current_user_id) == (None, ada)
    with pytest.raises(UnknownToken):
        await account.who_am_i(wire_of(session, transport))
    # Where one insists, it goes without the server.
    await sign_in(database, transport, homeserver.url, ada, PASSWORD)
    transport.cut()
    await sign_out(database, transport, is_forced=True)
    assert database.session is None


async def test_signing_in_again_goes_on_as_the_same_device(
    homeserver: Homeserver, database: Any, transport: CutTransport, ada: str
) -> None:
    before = await sign_in(database, transport, homeserver.url, ada, PASSWORD)
    database.session = replace(before, needs_sign_in=True)
    again = await sign_in(database, transport, homeserver.url, ada, PASSWORD)
    assert again.device_id == before.device_id
    assert again.access_token != before.access_token


async def test_signing_in_where_a_session_still_holds_goes_on_with_it(
    homeserver: Homeserver, database: Any, transport: CutTransport, ada: str
) -> None:
    before = await sign_in(database, transport, homeserver.url, ada, PASSWORD)
    # The account was not open: a browser that crashes may forget which one was.
    await database.set_current_user_id(None)
    again = await sign_in(database, transport, homeserver.url, ada, PASSWORD)
    assert again == before == database.session
    assert await devices(database, transport) == {before.device_id}
    await account.log_out(wire_of(again, transport))
    other = await sign_in(database, transport, homeserver.url, ada, PASSWORD)
    assert await devices(database, transport) == {other.device_id}


async def until(client: SyncClient, status: str) -> None:
    async with asyncio.timeout(20):
        while client.status() != status:  # noqa: ASYNC110 - a signal has no event.
            await asyncio.sleep(0.01)


async def test_a_client_tells_how_it_is_connected(
    homeserver: Homeserver, database: Any, transport: CutTransport, ada: str
) -> None:
    client = SyncClient(database, transport, retry_s=0.01)
    await client.start()
    assert client.status() == "signed_out"
    with pytest.raises(NotReady):
        await client.find_rooms()
    await sign_in(database, transport, homeserver.url, ada, PASSWORD)
    await client.start()
    assert client.status() == "connecting"
    await until(client, "online")
    transport.cut()
    await until(client, "offline")
    transport.mend()
    client.wake()
    await until(client, "online")
    await client.stop()
    assert client.status() == "offline"
    await client.start()
    await client.sign_out()
    assert client.status() == "signed_out"
    assert database.session is None


async def test_a_client_starts_with_one_request(
    homeserver: Homeserver, database: Any, transport: CutTransport, ada: str
) -> None:
    await sign_in(database, transport, homeserver.url, ada, PASSWORD)
    client = SyncClient(database, transport)
    await client.start()
    await client.create_room(NewRoom(name="Club", channels=(NewChannel(name="general"),)))
    await client.stop()
    await client.start()
    await until(client, "online")
    await client.stop()
    transport.sent.clear()
    await client.start()
    await until(client, "online")
    assert len([one for one in transport.sent if "timeout=0" in one.url]) == 1
    assert all("/sync?" in request.url for request in transport.sent)
    await client.sign_out()


async def test_a_session_that_the_server_ends_asks_to_sign_in(
    homeserver: Homeserver, database: Any, transport: CutTransport, ada: str
) -> None:
    session = await sign_in(database, transport, homeserver.url, ada, PASSWORD)
    client = SyncClient(database, transport)
    await client.start()
    await until(client, "online")
    # To sign out changes the list of devices: a sync under way would bring that, and a newer token.
    transport.cut()
    await until(client, "offline")
    token = database.token
    async with HttpxTransport() as other:
        await account.log_out(wire_of(session, other))
    transport.mend()
    client.wake()
    await until(client, "signed_out")
    assert database.session == replace(session, needs_sign_in=True)
    assert database.token == token
    await client.start()
    assert client.status() == "signed_out"
    await sign_in(database, transport, homeserver.url, ada, PASSWORD)
    await client.start()
    await until(client, "online")
    await client.stop()


async def test_what_comes_late_never_lands_in_another_account(
    homeserver: Homeserver, database: Any, transport: CutTransport, ada: str
) -> None:
    await sign_in(database, transport, homeserver.url, ada, PASSWORD)
    client = SyncClient(database, transport)
    await client.start()
    await until(client, "online")
    batches = len(database.batches)
    await database.set_current_user_id("someone-else")
    with pytest.raises(ScopeChanged):
        await client.create_room(NewRoom(name="Club"))
    await until(client, "signed_out")
    assert len(database.batches) == batches
    await client.stop()
