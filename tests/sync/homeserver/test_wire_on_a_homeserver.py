"""The wire against a real homeserver."""

import asyncio
import hashlib

import pytest

from roomkeep.sync.errors import (
    BadCredentials,
    BadResponse,
    NotFound,
    RateLimited,
    RequestRefused,
    ResponseTooLarge,
    UnknownToken,
)
from roomkeep.sync.httpx_transport import HttpxTransport
from roomkeep.sync.wire import Wire, account, events, media, rooms
from support.homeserver import Person, people
from tools.homeserver import PASSWORD, Homeserver

pytestmark = pytest.mark.homeserver

Two = tuple[Person, Person]
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415478da6364f8cf0000030101006d1a2d3e0000000049454e44ae426082"
)


def text(body: str) -> dict[str, str]:
    return {"msgtype": "m.text", "body": body}


async def make_room(ada: Person, ben: Person) -> str:
    room = await rooms.create(ada.wire, {"preset": "public_chat", "name": "Room"})
    await rooms.join(ben.wire, room)
    return room


async def test_signing_in_and_out(homeserver: Homeserver) -> None:
    user = homeserver.register("dora", PASSWORD)
    async with HttpxTransport() as transport:
        wire = await account.discover(transport, f"localhost:{homeserver.port}")
        assert "m.login.password" in {flow.type for flow in await account.get_login_flows(wire)}
        with pytest.raises(BadCredentials):
            await account.log_in_with_password(wire, "dora", "wrong", device_name="a test")
        with pytest.raises(RequestRefused):
            await account.log_in_with_token(wire, "wrong", device_name="a test")
        login = await account.log_in_with_password(wire, "dora", PASSWORD, device_name="a test")
        mine = wire.signed_in(login.access_token)
        known = await account.who_am_i(mine)
        assert (known.user_id, known.device_id) == (user, login.device_id)
        await account.set_display_name(mine, user, "Dora")
        assert (await account.get_profile(mine, user)).displayname == "Dora"
        await account.log_out(mine)
        with pytest.raises(UnknownToken) as caught:
            await account.who_am_i(mine)
        assert login.access_token not in str(caught.value)


async def test_a_message_goes_from_one_to_the_other_once(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    room = await make_room(ada, ben)
    since = (await events.sync(ben.wire)).next_batch
    waiting = asyncio.create_task(events.sync(ben.wire, since, wait_ms=20_000))
    sent = await events.send(ada.wire, room, "m.room.message", "t1", text("hello"))
    assert await events.send(ada.wire, room, "m.room.message", "t1", text("hello")) == sent
    (event,) = (await waiting).joined[room].timeline
    assert (event.event_id, event.content["body"]) == (sent, "hello")
    echo = await events.get_event(ada.wire, room, sent)
    assert echo.unsigned.transaction_id == "t1"
    assert event.unsigned.transaction_id is None


async def test_a_gap_is_filled_from_the_history(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    room = await make_room(ada, ben)
    chosen = await events.create_filter(
        ben.wire,
        ben.user_id,
        {"room": {"timeline": {"limit": 5}, "state": {"lazy_load_members": True}}},
    )
    since = (await events.sync(ben.wire, chosen=chosen)).next_batch
    sent = [
        await events.send(ada.wire, room, "m.room.message", f"t{n}", text(str(n)))
        for n in range(12)
    ]
    news = (await events.sync(ben.wire, since, chosen=chosen)).joined[room]
    assert news.limited
    assert [event.event_id for event in news.timeline] == sent[7:]
    found: list[str] = []
    start = news.prev_batch
    while start is not None:
        page = await events.get_messages(ben.wire, room, start, end=since, limit=3)
        found += [event.event_id for event in page.events]
        start = page.end
    assert found == sent[6::-1]


async def test_read_markers_redactions_and_typing(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    room = await make_room(ada, ben)
    sent = await events.send(ada.wire, room, "m.room.message", "t1", text("a"))
    await events.set_read_markers(ben.wire, room, sent, is_private=True)
    await events.send_receipt(ben.wire, room, sent, is_private=False)
    await events.redact(ada.wire, room, sent, "r1", "oops")
    await events.set_typing(ada.wire, room, ada.user_id, for_ms=20_000)
    news = (await events.sync(ben.wire)).joined[room]
    assert {event.type for event in news.ephemeral} == {"m.receipt", "m.typing"}
    assert news.account_data[0].content == {"event_id": sent}
    assert (await events.get_event(ben.wire, room, sent)).unsigned.redacted_because is not None


async def test_knocks_kicks_and_bans(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    rule = {"type": "m.room.join_rules", "state_key": "", "content": {"join_rule": "knock"}}
    room = await rooms.create(ada.wire, {"initial_state": [rule]})
    assert await rooms.knock(ben.wire, room, reason="let me in") == room
    assert room in (await events.sync(ben.wire)).knocked
    await rooms.invite(ada.wire, room, ben.user_id)
    await rooms.join(ben.wire, room)
    await rooms.kick(ada.wire, room, ben.user_id, "loud")
    await rooms.ban(ada.wire, room, ben.user_id, "louder")
    (banned,) = await rooms.get_members(ada.wire, room, membership="ban")
    assert (banned.state_key, banned.content["reason"]) == (ben.user_id, "louder")
    await rooms.unban(ada.wire, room, ben.user_id)
    assert await rooms.get_members(ada.wire, room, membership="ban") == ()
    await rooms.forget(ben.wire, room)
    created = await events.get_state_event(ada.wire, room, "m.room.create")
    assert created is not None
    assert created.sender == ada.user_id
    assert await events.get_state_content(ada.wire, room, "m.room.topic") is None


async def test_a_file_goes_up_and_down_whole(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    most = await media.get_upload_limit(ada.wire)
    assert most
    data = bytes(range(256)) * 1_000
    address = await media.upload(ada.wire, data, "application/x-test", "ä b.bin")
    down = await media.download(ben.wire, address, size=len(data))
    assert hashlib.sha256(down.data).digest() == hashlib.sha256(data).digest()
    with pytest.raises(ResponseTooLarge):
        await media.download(ben.wire, address, size=len(data) - 1)
    with pytest.raises(BadResponse):
        await media.download(ben.wire, address, size=len(data) + 1)
    picture = await media.upload(ada.wire, DOT, "image/png")
    assert (await media.thumbnail(ben.wire, picture, 32, 32)).mime.startswith("image/")
    with pytest.raises(NotFound):
        await media.download(ben.wire, "mxc://localhost/nothing")


async def say_much(person: Person, room: str) -> None:
    for turn in range(9):
        await events.send(person.wire, room, "m.room.message", f"t{turn}", text("a"))


async def test_whoever_sends_too_much_is_told_how_long_to_wait(homeserver: Homeserver) -> None:
    homeserver.register("root", PASSWORD, admin=True)
    async with people(homeserver, "hasty") as (hasty,), HttpxTransport() as transport:
        wire = Wire(transport, homeserver.url)
        room = await rooms.create(hasty.wire, {})
        login = await account.log_in_with_password(wire, "root", PASSWORD, device_name="a test")
        await wire.signed_in(login.access_token).ask(
            dict,
            "POST",
            f"/_synapse/admin/v1/users/{hasty.user_id}/override_ratelimit",
            {"messages_per_second": 1, "burst_count": 1},
        )
        with pytest.raises(RateLimited) as caught:
            await say_much(hasty, room)
        assert 0 < caught.value.retry_after_ms <= 60_000
