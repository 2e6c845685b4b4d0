"""The server directory on Matrix, where the homeserver is slow, hasty, or tells nonsense."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from roomkeep.sync.directory import NewChannel
from roomkeep.sync.errors import BadResponse, InviteGone, NoRight, RateLimited
from roomkeep.sync.matrix_directory import MatrixDirectory
from roomkeep.sync.wire import Request, Response, Wire
from support.recorded import Answers, json_answer, recorded

ME = "@me:a.org"
HASTY = json_answer({"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 9_000}, 429)
FORBIDDEN = json_answer({"errcode": "M_FORBIDDEN", "error": "no"}, 403)


def said(type_: str, content: Any, key: str = "", **more: Any) -> dict[str, Any]:
    event = {"type": type_, "state_key": key, "sender": ME, "event_id": f"${type_}{key}"}
    return {**event, "content": content, "origin_server_ts": 5, **more}


def joined(*state: dict[str, Any]) -> dict[str, Any]:
    return {"state": {"events": list(state)}, "summary": {"m.joined_member_count": 1}}


def sync(**rooms: Any) -> Response:
    return json_answer({"next_batch": "s", "rooms": {"join": rooms}})


CREATE = said("m.room.create", {"type": "m.space"})
LEVELS = said("m.room.power_levels", {"users": {ME: 100}})
CHILDREN = [
    said("m.space.child", {"via": ["a.org"], "order": name}, name) for name in ("!a", "!b", "!c")
]
SPACE = joined(CREATE, LEVELS, *CHILDREN)
CHANNEL = joined(said("m.room.create", {}), said("m.room.name", {"name": "a"}))
USUAL: dict[str, Any] = {
    "/sync": sync(**{"!space": SPACE, "!a": CHANNEL}),
    "/hierarchy": {"rooms": [{"room_id": name, "name": name} for name in ("!space", "!b", "!c")]},
    "/members": {"chunk": []},
    "/join/!space": {"room_id": "!space"},
}


class Server(Answers):
    """A homeserver that gives each path its answer."""

    def __init__(self, **special: Any) -> None:
        super().__init__()
        self.answers = {**USUAL, **special}

    async def send(self, request: Request) -> Response:
        self.requests.append(request)
        path = unquote(urlsplit(request.url).path)
        answer = next((a for end, a in self.answers.items() if path.endswith(end)), FORBIDDEN)
        if isinstance(answer, list):
            answer = answer.pop(0)
        return answer if isinstance(answer, Response) else json_answer(answer)


def directory(
    answers: dict[str, Any],
    sleep: Callable[[float], Any] | None = None,
    *,
    last_revision: int = 0,
) -> MatrixDirectory:
    async def at_once(_: float) -> None:
        pass

    wire = Wire(Server(**answers), "https://m.test")
    return MatrixDirectory(wire, ME, last_revision=last_revision, sleep=sleep or at_once)


async def test_it_waits_as_long_as_the_server_asks() -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    enters = {"/join/!a": [HASTY, HASTY, json_answer({"room_id": "!a"})]}
    await directory(enters, sleep).enter_channel("!space", "!a")
    assert waited == [9, 9]
    with pytest.raises(RateLimited):
        await directory({"/join/!a": [HASTY] * 9}, sleep).enter_channel("!space", "!a")
    # Half a minute is the most.
    assert waited == [9, 9, 9, 9, 9]


async def test_a_later_snapshot_has_a_greater_revision() -> None:
    rooms = directory({}, last_revision=2**50)
    assert [(await rooms.view_room("!space")).revision for _ in range(2)] == [2**50 + 1, 2**50 + 2]
    # Another tab's directory does not know of the views of this one.
    before = time.time_ns() // 1_000_000
    assert (await directory({}).view_room("!space")).revision >= before


async def test_one_is_in_a_room_though_its_channels_must_wait() -> None:
    joins = {"/join/!b": json_answer({"room_id": "!b"}), "/join/!c": HASTY}
    joined = await directory(joins).join_room("!space")
    assert set(joined.entered) == {"!a", "!b"}
    assert [channel.id for channel in joined.room.channels] == ["!a", "!b", "!c"]
    joins = {"/join/!b": HASTY, "/join/!c": json_answer({"room_id": "!c"})}
    assert set((await directory(joins).join_room("!space")).entered) == {"!a"}
    # A channel for some only hides no others.
    joins = {"/join/!b": FORBIDDEN, "/join/!c": json_answer({"room_id": "!c"})}
    assert set((await directory(joins).join_room("!space")).entered) == {"!a", "!c"}


async def test_who_is_not_let_in_has_no_invite() -> None:
    with pytest.raises(InviteGone):
        await directory({"/join/!space": FORBIDDEN}).join_room("!space")


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"/hierarchy": {"rooms": 3}}, BadResponse),
        (
            {
                "/sync": sync(**{"!space": joined(LEVELS)}),
                "/state/m.room.create/": json_answer({}, 404),
            },
            BadResponse,
        ),
        ({"/sync": sync(**{"!space": 3})}, NoRight),
        ({"/sync": sync(**{"!other": SPACE})}, NoRight),
        ({"/sync": json_answer([])}, BadResponse),
    ],
)
async def test_nonsense_is_no_room(answers: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        await directory(answers).view_room("!space")


@pytest.mark.parametrize("told", [CREATE, {"type": "m.space", "content": {}}])
async def test_who_made_the_room_is_asked_another_way_where_that_is_needed(
    told: dict[str, Any],
) -> None:
    answers = {
        "/sync": sync(**{"!space": joined(LEVELS, *CHILDREN), "!a": CHANNEL}),
        "/state/m.room.create/": told,
        "/state": [json_answer([CREATE])],
    }
    rooms = directory(answers)
    # It never changes, so it is asked once.
    for _ in range(2):
        assert (await rooms.view_room("!space")).room.host_id == ME


async def test_a_room_that_lists_another_is_only_itself() -> None:
    answers = {"/hierarchy": {"rooms": [{"room_id": "!other", "name": "other"}]}}
    found = await directory(answers).view_room("!space")
    assert [channel.id for channel in found.room.channels] == ["!a"]


async def test_the_list_of_rooms_is_asked_only_for_what_is_not_joined() -> None:
    everything = {"!space": SPACE, "!a": CHANNEL, "!b": CHANNEL, "!c": CHANNEL}
    server = Server(**{"/sync": sync(**everything)})
    found = await MatrixDirectory(Wire(server, "https://m.test"), ME).view_room("!space")
    assert set(found.entered) == {"!a", "!b", "!c"}
    assert not [one for one in server.requests if "/hierarchy" in one.url]
    # No two are the same, which a homeserver might answer from its cache.
    asked = [one.url for one in server.requests if "/sync" in one.url]
    assert len(set(asked)) == len(asked) == 2


async def test_a_room_without_a_name_has_those_of_its_people() -> None:
    people = [
        said("m.room.member", {"membership": "join", "displayname": name}, f"@{name}:a.org")
        for name in ("Cat", "Ben", "me")
    ]
    answers = {
        "/sync": sync(**{"!chat": joined(said("m.room.create", {}))}),
        "/members": {"chunk": people},
    }
    found = await directory(answers).view_room("!chat")
    assert (found.room.name, found.entered) == ("Ben, Cat", ("!chat",))


async def test_public_rooms_of_a_real_homeserver() -> None:
    said = json_answer(recorded("public_rooms"))
    (room,) = (await directory({"/publicRooms": said}).find_rooms("garden")).rooms
    assert (room.name, room.topic, room.entry) == ("Garden club", "Beds and bees", "open")
    assert (room.member_count, room.address) == (2, None)
    assert room.icon is not None
    assert room.icon.startswith("mxc://localhost/")


async def test_adding_without_the_right_makes_nothing() -> None:
    powerless = joined(CREATE, said("m.room.power_levels", {"users": {ME: 0}}))
    server = Server(**{"/sync": sync(**{"!space": powerless})})
    rooms = MatrixDirectory(Wire(server, "https://m.test"), ME)
    with pytest.raises(NoRight):
        await rooms.add_channel("!space", NewChannel(name="mine"))
    assert {request.method for request in server.requests} == {"GET"}
