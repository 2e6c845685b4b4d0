"""A client whose server turns hostile: it keeps what it had, and goes on when that is over."""

import asyncio
import contextlib
import itertools
import json
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import pytest

from roomkeep.persistence import DatabaseService
from roomkeep.persistence.memory_backend import MemoryBackend
from roomkeep.sync.client import SyncClient
from roomkeep.sync.errors import BadResponse, HomeserverError, OtherHomeserver
from roomkeep.sync.httpx_transport import HttpxTransport
from roomkeep.sync.session import sign_in, sign_out
from support.hostile_server import (
    CLUB,
    GENERAL,
    MALLORY,
    ME,
    Asked,
    HostileServer,
    Raw,
    Reply,
    event,
    joined,
    message,
    people,
    room_state,
    state,
)

T = TypeVar("T")

OTHER = "!other:localhost"
SCRIPT = "<img src=x onerror=alert(1)><script>alert(1)</script>"
FAR = 8_640_000_000_000_000


class Victim:
    """Someone whose homeserver was honest so far."""

    def __init__(self, server: HostileServer, transport: HttpxTransport) -> None:
        self.server = server
        self.transport = transport
        self.backend = MemoryBackend()
        self.database = DatabaseService(self.backend)
        self.client = SyncClient(self.database, transport, retry_s=0.01)

    async def begin(self) -> None:
        await self.database.initialize()
        await sign_in(self.database, self.transport, self.server.url, "ada", "a password")
        await self.client.start()
        await self.until_text("kept")

    def stored_bytes(self) -> int:
        """Return how much is stored."""
        databases = self.backend.memory.factory()._databases.values()
        stores = [store for database in databases for store in database.stores.values()]
        return sum(len(row.stringify()) for store in stores for row in store.rows.values())

    async def until(self, look: Callable[[], Awaitable[T]]) -> T:
        changed = asyncio.Event()
        unsubscribe = self.database.subscribe(lambda _: changed.set())
        try:
            async with asyncio.timeout(30):
                while not (found := await look()):
                    changed.clear()
                    # The status is no change of the database.
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(changed.wait(), 0.05)
                return found
        finally:
            unsubscribe()

    async def until_status(self, status: str) -> None:
        async def is_so() -> bool:
            return self.client.status() == status

        await self.until(is_so)

    async def texts(self) -> list[str]:
        return [one.content for one in await self.database.get_messages(CLUB, 10_000)]

    async def until_text(self, text: str) -> None:
        async def is_there() -> bool:
            return text in await self.texts()

        await self.until(is_there)

    async def goes_on(self) -> None:
        """Check that what was there is, and that the next honest answer is taken in."""
        await self.server.say(self.server.news(message("$after", "after", origin_server_ts=FAR)))
        self.client.wake()
        await self.until_text("after")
        assert "kept" in await self.texts()
        await self.until_status("online")


@pytest.fixture
async def victim() -> AsyncIterator[Victim]:
    async with HostileServer() as server, HttpxTransport() as transport:
        made = Victim(server, transport)
        await made.begin()
        yield made
        await made.client.stop()


def in_general(*events: Any, **more: Any) -> Reply:
    return {
        "next_batch": "evil",
        "rooms": {"join": {GENERAL: {"timeline": {"events": [*events], **more}}}},
    }


def in_rooms(**rooms: Any) -> Reply:
    return {"next_batch": "evil", "rooms": rooms}


REFUSED: dict[str, Reply] = {
    "a page": f"<html>{SCRIPT}</html>".encode(),
    "nothing": b"",
    "half": b'{"next_batch": "evil", "rooms": {"join": {',
    "not text": b"\xff\xfe\x00",
    "a list": [],
    "a token of a wrong type": {"next_batch": 7},
    "an empty token": {"next_batch": ""},
    "a huge token": {"next_batch": "t" * 100_000},
    "rooms of a wrong type": {"next_batch": "evil", "rooms": []},
    "joins of a wrong type": {"next_batch": "evil", "rooms": {"join": 7}},
    "an error": Raw(200, body=b'{"errcode": "M_FORBIDDEN"}'),
    "a failure": Raw(500, body=SCRIPT.encode()),
    "a refusal": Raw(403, body=b'{"errcode": ["M_FORBIDDEN"], "error": {}}'),
    "another origin": Raw(307, {"Location": "http://localhost:1/steal"}),
    "a script": Raw(302, {"Location": "javascript:alert(1)"}),
    "a circle": Raw(302, {"Location": "/_matrix/client/v3/sync"}),
    "too many rooms": in_rooms(join={f"!{number}:x": {} for number in range(20_000)}),
}
"""Answers of which nothing is taken."""


@pytest.mark.parametrize("reply", REFUSED.values(), ids=REFUSED)
async def test_an_answer_that_is_none_changes_nothing(victim: Victim, reply: Reply) -> None:
    server = victim.server
    before = await victim.database.get_sync_token()
    await server.attack("sync", lambda _: reply)
    await victim.until_status("offline")
    await server.until_asked("sync", 2)
    assert await victim.database.get_sync_token() == before
    assert await victim.texts() == ["kept"]
    server.repent()
    await victim.goes_on()


def cycles() -> list[Any]:
    def replies(event_id: str, to: str) -> dict[str, Any]:
        relation = {"m.in_reply_to": {"event_id": to}}
        content = {"msgtype": "m.text", "body": event_id, "m.relates_to": relation}
        return event("m.room.message", content, event_id=event_id)

    def edits(event_id: str, of: str) -> dict[str, Any]:
        content = {
            "msgtype": "m.text",
            "body": "*",
            "m.new_content": {"msgtype": "m.text", "body": f"by {event_id}"},
            "m.relates_to": {"rel_type": "m.replace", "event_id": of},
        }
        return event("m.room.message", content, event_id=event_id)

    def reacts(event_id: str, to: str) -> dict[str, Any]:
        relation = {"rel_type": "m.annotation", "event_id": to, "key": "👍"}
        return event("m.reaction", {"m.relates_to": relation}, event_id=event_id)

    def redacts(event_id: str, what: str) -> dict[str, Any]:
        return event("m.room.redaction", {"redacts": what}, event_id=event_id, redacts=what)

    return [
        *(replies("$a", "$b"), replies("$b", "$c"), replies("$c", "$a"), replies("$d", "$d")),
        *(edits("$e", "$f"), edits("$f", "$e"), edits("$g", "$g"), edits("$h", "$a")),
        *(edits("$h", "$h"), edits("$a", "$h")),
        *(reacts("$i", "$j"), reacts("$j", "$i"), reacts("$k", "$k"), reacts("$a", "$a")),
        *(redacts("$l", "$m"), redacts("$m", "$l"), redacts("$n", "$n"), redacts("$i", "$a")),
    ]


def wrong(value: Any) -> list[Any]:
    """Return events with a value of a wrong type in each place."""
    plain = message("$plain", "plain")
    content = {
        "msgtype": value,
        "body": value,
        "url": value,
        "info": value,
        "filename": value,
        "m.relates_to": value,
        "m.new_content": value,
        "redacts": value,
        "membership": value,
        "displayname": value,
    }
    within = {
        "msgtype": "m.image",
        "body": "b",
        "url": "mxc://x/y",
        "info": {"size": value, "mimetype": value},
        "m.relates_to": {
            "rel_type": value,
            "event_id": value,
            "key": value,
            "m.in_reply_to": {"event_id": value},
        },
    }
    types = ("m.room.message", "m.reaction", "m.room.redaction", "m.room.member", "m.sticker")
    return [
        value,
        *({**plain, name: value} for name in (*plain, "state_key", "redacts", "unsigned")),
        *({**plain, "unsigned": {"transaction_id": value, "redacted_because": value}},),
        *(
            event(type_, said, event_id=f"$w{number}")
            for number, (type_, said) in enumerate(itertools.product(types, (content, within)))
        ),
    ]


def receipts(at: Any) -> Reply:
    said = {"$kept": {"m.read": {ME: {"ts": at}}, "m.read.private": {ME: {"ts": at}}}}
    return {
        "next_batch": "evil",
        "rooms": {
            "join": {
                GENERAL: {
                    "ephemeral": {
                        "events": [
                            event("m.receipt", said),
                            event("m.typing", {"user_ids": [SCRIPT, 7, "", "@x" * 9_000]}),
                        ]
                    },
                    "account_data": {"events": [event("m.fully_read", {"event_id": "$none"})]},
                }
            }
        },
    }


WRONG: tuple[Any, ...] = (None, 7, -1.5, 2**70, True, "", "x" * 70_000, [], [[]], {}, {"a": {}})
TIMES = (-1, 0, 1, 2**53 - 1, 2**53, 2**63, 1e300, FAR, FAR + 1, "1", None, True)
TAKEN: dict[str, Reply] = {
    **{f"{value!r:.20} for a value": in_general(*wrong(value)) for value in WRONG},
    "cycles": in_general(*cycles()),
    "time travel": in_general(
        *(message(f"$t{n}", f"at {at}", origin_server_ts=at) for n, at in enumerate(TIMES))
    ),
    **{f"read at {at!r}": receipts(at) for at in TIMES},
    "a huge event": in_general(message("$huge", "x" * 300_000), message("$b", "x" * 200_000)),
    "a long transaction": in_general(
        message("$t", unsigned={"transaction_id": "x" * 100_000, "redacted_because": None})
    ),
    "an empty gap": in_general(message("$g"), limited=True, prev_batch=""),
    "a huge gap": in_general(message("$g"), limited=True, prev_batch="t" * 100_000),
    "a gap without a token": in_general(message("$g"), limited=True),
    "endless events": in_general(*(message(f"${number}") for number in range(30_000))),
    "endless reactions": in_general(
        *(
            event(
                "m.reaction",
                {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$kept", "key": "👍"}},
                sender=f"@{number}:x",
                event_id=f"${number}",
            )
            for number in range(30_000)
        )
    ),
    "rooms that are none": in_rooms(
        join={"": {}, ".": {}, "..": {}, "!x" * 9_000: {}, "\0": {}, GENERAL: 7, CLUB: []},
        leave={"": {}, "!nowhere": {}, "\u202e": 7},
        invite={"": {}, "!i" * 9_000: {}, "!j": {"invite_state": 7}, "!k": 7},
        knock={"": 7},
    ),
    "a flood of invites": in_rooms(
        invite={
            f"!{number}:x": {
                "invite_state": {
                    "events": [
                        event("m.room.name", {"name": "🌱" * 300}, state_key=""),
                        event("m.room.member", {"membership": "invite"}, state_key=ME),
                    ]
                }
            }
            for number in range(2_000)
        }
    ),
}
"""Answers that are taken, but for what is wrong in them."""


@pytest.mark.parametrize("reply", TAKEN.values(), ids=TAKEN)
async def test_what_is_wrong_in_an_answer_is_passed_over(victim: Victim, reply: Reply) -> None:
    await victim.server.say(reply)
    await victim.goes_on()
    problems = await victim.database.find_problems()
    # A reaction may come before its message.
    assert [one for one in problems if one.kind != "waiting"] == []


def rooms_that_are_wrong() -> dict[str, Any]:
    def child(of: str) -> Any:
        return state("m.space.child", {"via": ["x"], "order": SCRIPT}, of)

    many = [child(f"!c{number}:x") for number in range(5_000)]
    levels = state("m.room.power_levels", {"users": {ME: "x", MALLORY: 2**80}, "kick": []})
    looks = [
        state("m.room.topic", {"topic": SCRIPT * 3_000}),
        state("m.room.avatar", {"url": "https://evil.example/beacon.png"}),
        state("m.room.canonical_alias", {"alias": 7}),
    ]
    loop = room_state("loop", child("!loop:x"), child("!other:x"), is_space=True)
    return {
        "no state": {},
        "no creator": joined(room_state("x")[1:]),
        "itself": joined(loop),
        "many channels": joined(room_state("many", *many, is_space=True)),
        "looks": joined(room_state(SCRIPT * 100, levels, *looks)),
        "no name": joined(room_state(7)),
        "no count": {**joined(room_state("x")), "summary": {"m.joined_member_count": -1}},
        "a huge count": {**joined(room_state("x")), "summary": {"m.joined_member_count": 2**60}},
    }


@pytest.mark.parametrize("room", rooms_that_are_wrong().values(), ids=rooms_that_are_wrong())
@pytest.mark.parametrize("view", ["the same", "nothing", "nonsense", "refused"])
async def test_a_wrong_room_hides_no_others(victim: Victim, room: Any, view: str) -> None:
    views: dict[str, Reply] = {
        "the same": [*room.get("state", {}).get("events", ()), *people()],
        "nothing": [],
        "nonsense": b"<html>",
        "refused": Raw(404, body=b'{"errcode": "M_NOT_FOUND"}'),
    }
    await victim.server.attack("view", lambda _: views[view])
    await victim.server.say(in_rooms(join={OTHER: room}))
    await victim.goes_on()


async def test_a_very_long_roster_hides_no_others(victim: Victim) -> None:
    many = [
        state("m.room.member", {"membership": "join", "displayname": SCRIPT}, f"@{number}:x")
        for number in range(60_000)
    ]
    body = json.dumps(room_state("other", *people(), *many)).encode()
    await victim.server.attack("view", lambda _: body)
    await victim.server.say(in_rooms(join={OTHER: joined(room_state("other"))}))
    await victim.goes_on()


async def test_texts_are_texts(victim: Victim) -> None:
    await victim.server.say(
        in_general(
            state("m.room.member", {"membership": "join", "displayname": SCRIPT}, MALLORY),
            message("$s", SCRIPT, formatted_body=SCRIPT),
        )
    )
    await victim.until_text(SCRIPT)
    found = await victim.database.get_message_by_id("$s")
    assert found is not None
    assert found.sender_name == SCRIPT
    await victim.goes_on()


async def test_a_room_cannot_touch_the_messages_of_another(victim: Victim) -> None:
    server = victim.server
    await server.say(server.news(message("$mine", "mine", sender=MALLORY)))
    await victim.until_text("mine")
    relation = {"rel_type": "m.replace", "event_id": "$mine"}
    new = {"msgtype": "m.text", "body": "forged"}
    reply = {"rel_type": "m.annotation", "event_id": "$kept", "key": "👎"}
    events = [
        message("$kept", "moved"),
        event("m.room.redaction", {"redacts": "$mine"}, event_id="$1", redacts="$mine"),
        event(
            "m.room.message", {**new, "m.new_content": new, "m.relates_to": relation}, event_id="$2"
        ),
        event("m.reaction", {"m.relates_to": reply}, event_id="$3"),
        message("$theirs", "theirs"),
    ]
    room = joined(room_state("other"), *events)
    await server.attack("view", lambda _: [*room_state("other"), *people()])
    await server.say(in_rooms(join={OTHER: room}))

    async def arrived() -> Any:
        return await victim.database.get_message_by_id("$theirs")

    await victim.until(arrived)
    assert await victim.texts() == ["kept", "mine"]
    assert await victim.database.get_reactions_for_message("$kept") == []
    await victim.goes_on()


def pauses(asked: list[Asked]) -> list[float]:
    return [later.at - earlier.at for earlier, later in itertools.pairwise(asked)]


@pytest.mark.parametrize("token", ["the same", "another"])
async def test_answers_with_nothing_new_are_asked_for_less_and_less(
    victim: Victim, token: str
) -> None:
    count = itertools.count()

    def reply(asked: Asked) -> Reply:
        same = asked.query["since"]
        return {"next_batch": same if token == "the same" else f"n{next(count)}"}  # noqa: S105

    await victim.server.attack("sync", reply)
    asked = await victim.server.until_asked("sync", 5)
    # The first one may have waited already.
    *_, third, fourth = pauses(asked)
    assert fourth > third > 0.15
    victim.server.repent()
    await victim.goes_on()


async def test_an_endless_stream_of_news_is_not_asked_for_hot(victim: Victim) -> None:
    count = itertools.count()
    await victim.server.attack("sync", lambda _: victim.server.news(message(f"${next(count)}")))
    asked = await victim.server.until_asked("sync", 7)
    assert min(pauses(asked)[1:]) > 0.08
    victim.server.repent()
    await victim.goes_on()


async def test_endless_history_ends(victim: Victim) -> None:
    server = victim.server
    await server.say(in_general(message("$g", "late"), limited=True, prev_batch="p"))
    await victim.until_text("late")
    count = itertools.count()
    await server.attack("messages", lambda _: {"chunk": [], "end": f"e{next(count)}"})
    (gap,) = await victim.database.get_gaps(CLUB, GENERAL)
    assert await victim.client.fill(gap)
    assert next(count) == 10
    # It goes on from there.
    (moved,) = await victim.database.get_gaps(CLUB, GENERAL)
    assert moved.token == "e9"  # noqa: S105
    for end in ("", 7, "t" * 100_000):
        await server.attack("messages", lambda _, end=end: {"chunk": [], "end": end})  # type: ignore[misc]
        with pytest.raises(BadResponse):
            await victim.client.fill(moved)
    many = [message(f"${number}") for number in range(30_000)]
    await server.attack("messages", lambda _: {"chunk": many, "end": "z"})
    with pytest.raises(BadResponse):
        await victim.client.fill(moved)
    assert await victim.database.get_gaps(CLUB, GENERAL) == [moved]
    server.repent()
    await victim.goes_on()


async def test_endless_edits_of_a_message_are_not_all_kept(victim: Victim) -> None:
    def edit(number: int) -> dict[str, Any]:
        relation = {"rel_type": "m.replace", "event_id": "$kept"}
        new = {"msgtype": "m.text", "body": f"{number} " + "x" * 1_000}
        content = {"msgtype": "m.text", "body": "*", "m.new_content": new, "m.relates_to": relation}
        at = 2_000 + number
        return event("m.room.message", content, event_id=f"${number}", origin_server_ts=at)

    server = victim.server
    for start in range(0, 2_000, 500):
        await server.say(server.news(*map(edit, range(start, start + 500))))

    async def is_latest() -> bool:
        return any(one.startswith("1999 ") for one in await victim.texts())

    await victim.until(is_latest)
    assert victim.stored_bytes() < 500_000


async def test_a_slow_drip_is_no_answer(victim: Victim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roomkeep.sync.wire.events._MORE_S", 0.3)
    monkeypatch.setattr("roomkeep.sync.client._WAIT_MS", 500)
    # What waits already has more patience.
    await victim.server.say(victim.server.news(message("$next", "next")))
    await victim.server.until_asked("sync", 1)
    ended = asyncio.Event()

    async def drip() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b" "
                # The server's own time, not the test's.
                await asyncio.sleep(0.05)
        finally:
            ended.set()

    await victim.server.attack("sync", lambda _: drip())
    await victim.until_status("offline")
    async with asyncio.timeout(10):
        await ended.wait()
    victim.server.repent()
    await victim.goes_on()


async def test_an_endless_answer_is_not_kept_in_memory(victim: Victim) -> None:
    sent = 0

    async def flood() -> AsyncIterator[bytes]:
        nonlocal sent
        piece = b" " * 1_048_576
        while True:
            sent += len(piece)
            yield piece

    tracemalloc.start()
    try:
        await victim.server.attack("sync", lambda _: flood())
        await victim.until_status("offline")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent < 100 * 1_048_576
    assert most < 200 * 1_048_576
    victim.server.repent()
    await victim.goes_on()


LOGINS: dict[str, Any] = {
    "no user": {"user_id": "", "device_id": "d", "access_token": "t"},
    "a local account": {"user_id": "Ada", "device_id": "d", "access_token": "t"},
    "another person": {"user_id": "@ben:localhost", "device_id": "d", "access_token": "t"},
    "a token of two lines": {"user_id": ME, "device_id": "d", "access_token": "t\r\nx: y"},
    "a token of a wrong type": {"user_id": ME, "device_id": "d", "access_token": 7},
    "a list": [],
    "a page": b"<html>",
}


@pytest.mark.parametrize("reply", LOGINS.values(), ids=LOGINS)
async def test_signing_in_opens_no_other_account(reply: Reply) -> None:
    async with HostileServer() as server, HttpxTransport() as transport:
        await server.attack("login", lambda _: reply)
        database = DatabaseService(MemoryBackend())
        await database.initialize()
        with pytest.raises(HomeserverError):
            await sign_in(database, transport, server.url, ME, "a password")
        assert database.current_user_id is None


async def test_another_server_does_not_get_an_account_that_is_in_use(victim: Victim) -> None:
    session = await victim.database.get_sync_session()
    async with HostileServer() as other:
        with pytest.raises(OtherHomeserver):
            await sign_in(victim.database, victim.transport, other.url, "ada", "a password")
        assert other.asked[-1].path.endswith("/logout")
        assert await victim.database.get_sync_session() == session
        await victim.goes_on()

        # What was not sent yet is not for it, either.
        await sign_out(victim.database, victim.transport)
        with pytest.raises(OtherHomeserver):
            await sign_in(victim.database, victim.transport, other.url, "ada", "a password")
        assert await victim.database.get_sync_session() is None
