"""The server directory on Matrix, where the homeserver is slow, hasty, or tells nonsense."""

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
CREATE = {"type": "m.room.create", "sender": ME, "content": {}, "origin_server_ts": 5}
SPACE: dict[str, Any] = {
    "room_id": "!space",
    "children_state": [
        {"type": "m.space.child", "state_key": name, "content": {"via": ["a.org"], "order": name}}
        for name in ("!a", "!b", "!c")
    ],
}
CHANNELS = [{"room_id": name, "name": name} for name in ("!a", "!b", "!c")]
USUAL: dict[str, Any] = {
    "/state/m.room.create/": CREATE,
    "/state/m.room.power_levels/": {"users": {ME: 100}},
    "/hierarchy": {"rooms": [SPACE, *CHANNELS]},
    "/joined_rooms": {"joined_rooms": ["!space", "!a"]},
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
    answers: dict[str, Any], sleep: Callable[[float], Any] | None = None
) -> MatrixDirectory:
    async def at_once(_: float) -> None:
        pass

    wire = Wire(Server(**answers), "https://m.test")
    return MatrixDirectory(wire, ME, last_revision=7, sleep=sleep or at_once)


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
    rooms = directory({})
    assert [(await rooms.view_room("!space")).revision for _ in range(2)] == [8, 9]


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
        ({"/hierarchy": {"rooms": []}}, BadResponse),
        ({"/hierarchy": {"rooms": [{"room_id": "!other"}]}}, BadResponse),
        ({"/hierarchy": {"rooms": 3}}, BadResponse),
        ({"/state/m.room.create/": json_answer({}, 404)}, BadResponse),
        ({"/joined_rooms": {"joined_rooms": ["!other"]}}, NoRight),
        ({"/joined_rooms": {"joined_rooms": [1]}}, BadResponse),
    ],
)
async def test_nonsense_is_no_room(answers: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        await directory(answers).view_room("!space")


@pytest.mark.parametrize("said", [{"room_version": "11"}, {"type": "m.space", "content": {}}])
async def test_who_made_the_room_is_asked_another_way_where_that_is_needed(
    said: dict[str, Any],
) -> None:
    answers = {
        "/state/m.room.create/": said,
        "/state": [json_answer([{**CREATE, "state_key": "", "event_id": "$a"}])],
    }
    assert (await directory(answers).view_room("!space")).room.host_id == ME


async def test_public_rooms_of_a_real_homeserver() -> None:
    said = json_answer(recorded("public_rooms"))
    (room,) = (await directory({"/publicRooms": said}).find_rooms("garden")).rooms
    assert (room.name, room.topic, room.entry) == ("Garden club", "Beds and bees", "open")
    assert (room.member_count, room.address) == (2, None)
    assert room.icon is not None
    assert room.icon.startswith("mxc://localhost/")


async def test_adding_without_the_right_makes_nothing() -> None:
    server = Server(**{"/state/m.room.power_levels/": {"users": {ME: 0}}})
    rooms = MatrixDirectory(Wire(server, "https://m.test"), ME)
    with pytest.raises(NoRight):
        await rooms.add_channel("!space", NewChannel(name="mine"))
    assert {request.method for request in server.requests} == {"GET"}
