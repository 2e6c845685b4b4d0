"""The server directory on Matrix, where the homeserver is slow, hasty, or tells nonsense."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from msgspec.structs import replace

from roomkeep.sync.directory import NewChannel
from roomkeep.sync.errors import BadResponse, InviteGone, NoRight, RateLimited, ResponseTooLarge
from roomkeep.sync.matrix_directory import MatrixDirectory
from roomkeep.sync.wire import Request, Response, Wire, events
from support.recorded import Answers, json_answer, recorded

ME = "@me:a.org"
M = "https://m.test"
HASTY = json_answer({"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 9_000}, 429)
FORBIDDEN = json_answer({"errcode": "M_FORBIDDEN", "error": "no"}, 403)


def said(type_: str, content: Any, key: str = "", **more: Any) -> dict[str, Any]:
    event = {"type": type_, "state_key": key, "sender": ME, "event_id": f"${type_}{key}"}
    return {**event, "content": content, "origin_server_ts": 5, **more}


CREATE = said("m.room.create", {"type": "m.space"})
LEVELS = said("m.room.power_levels", {"users": {ME: 100}})
MINE = said("m.room.member", {"membership": "join"}, ME)
CHILDREN = [
    said("m.space.child", {"via": ["a.org"], "order": name}, name) for name in ("!a", "!b", "!c")
]


def state(*found: dict[str, Any]) -> Response:
    return json_answer(list(found))


def channel(room_id: str) -> dict[str, Any]:
    return {
        f"{room_id}/state/m.room.create/": said("m.room.create", {}),
        f"{room_id}/state/m.room.name/": said("m.room.name", {"name": room_id[1:]}),
    }


USUAL: dict[str, Any] = {
    "!space/state": state(CREATE, LEVELS, MINE, *CHILDREN),
    "/joined_rooms": {"joined_rooms": ["!space", "!a"]},
    **channel("!a"),
    "/hierarchy": {"rooms": [{"room_id": name, "name": name} for name in ("!space", "!b", "!c")]},
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
        answer = answer if isinstance(answer, Response) else json_answer(answer)
        if len(answer.body) > request.max_bytes:
            raise ResponseTooLarge("the answer is too large")
        return answer


def directory(
    answers: dict[str, Any],
    sleep: Callable[[float], Any] | None = None,
) -> MatrixDirectory:
    async def at_once(_: float) -> None:
        pass

    wire = Wire(Server(**answers), M)
    return MatrixDirectory(wire, ME, sleep=sleep or at_once)


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
    # Stored while the clock was ahead.
    stored = await directory({}).view_room("!space")
    rooms.note_stored(replace(stored, revision=2**50))
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
        ({"!space/state": state(LEVELS, MINE)}, BadResponse),
        ({"!space/state": state(CREATE, LEVELS)}, NoRight),
        ({"!space/state": state(CREATE, {**MINE, "content": {"membership": "leave"}})}, NoRight),
        ({"!space/state": FORBIDDEN}, NoRight),
        ({"!space/state": json_answer({})}, BadResponse),
        ({"/joined_rooms": json_answer([])}, BadResponse),
    ],
)
async def test_nonsense_is_no_room(answers: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        await directory(answers).view_room("!space")


@pytest.mark.parametrize("told", [said("m.room.create", {}), {"type": "m.room.create"}])
async def test_what_a_channel_is_is_asked_once(told: dict[str, Any]) -> None:
    server = Server(
        **{"!a/state/m.room.create/": told, "!a/state": state(said("m.room.create", {}))}
    )
    rooms = MatrixDirectory(Wire(server, M), ME)
    for _ in range(2):
        assert (await rooms.view_room("!space")).room.channels[0].name == "a"
    assert len([one for one in server.requests if "m.room.create" in one.url]) == 1


async def test_a_channel_without_a_name_has_its_address_as_one() -> None:
    answers = {
        "!a/state/m.room.name/": json_answer({"errcode": "M_NOT_FOUND"}, 404),
        "!a/state/m.room.canonical_alias/": said("m.room.canonical_alias", {"alias": "#a:a.org"}),
    }
    found = await directory(answers).view_room("!space")
    assert found.room.channels[0].name == "#a:a.org"


async def test_far_more_members_than_there_are_said_to_be_are_refused() -> None:
    people = [said("m.room.member", {"membership": "join"}, f"@{n}:x") for n in range(60_000)]
    found = {"state": {"events": [CREATE]}, "summary": {"m.joined_member_count": 2}}
    wire = Wire(Answers(json_answer({"next_batch": "s", "rooms": {"join": {"!space": found}}})), M)
    known = (await events.sync(wire)).joined
    with pytest.raises(BadResponse):
        await directory({"/members": {"chunk": people}}).view_joined("!space", known)


async def test_a_room_that_lists_another_is_only_itself() -> None:
    answers = {"/hierarchy": {"rooms": [{"room_id": "!other", "name": "other"}]}}
    found = await directory(answers).view_room("!space")
    assert [channel.id for channel in found.room.channels] == ["!a"]


async def test_the_list_of_rooms_is_asked_only_for_what_is_not_joined() -> None:
    channels = {**channel("!a"), **channel("!b"), **channel("!c")}
    server = Server(**channels, **{"/joined_rooms": {"joined_rooms": ["!a", "!b", "!c", "!d"]}})
    found = await MatrixDirectory(Wire(server, M), ME).view_room("!space")
    assert found.entered == ("!a", "!b", "!c")
    listed = [one for one in server.requests if "/hierarchy" in one.url]
    # Once, whether there are too many people to ask for.
    assert len(listed) == 1


async def test_many_channels_are_asked_for_as_a_list() -> None:
    names = [f"!{number:03}" for number in range(60)]
    children = [said("m.space.child", {"via": ["a.org"], "order": one}, one) for one in names]
    server = Server(
        **{
            "!space/state": state(CREATE, MINE, *children),
            "/joined_rooms": {"joined_rooms": names},
            "/hierarchy": {"rooms": [{"room_id": one, "name": one} for one in names]},
        }
    )
    found = await MatrixDirectory(Wire(server, M), ME).view_room("!space")
    assert [channel.name for channel in found.room.channels] == names
    assert found.entered == tuple(names)
    # How many people there are, the state, what is joined, and the channels.
    assert len(server.requests) == 4


@pytest.mark.parametrize("members", [2, 20_000])
async def test_the_state_of_a_room_too_large_to_ask_for_is_asked_in_parts(members: int) -> None:
    answers = {
        "!space/state": state(CREATE, said("m.huge", {"text": "x" * 3_000_000})),
        "!space/state/m.room.create/": CREATE,
        f"!space/state/m.room.member/{ME}": MINE,
        "!space/state/m.room.name/": said("m.room.name", {"name": "Stadium"}),
        "!space/state/m.room.power_levels/": LEVELS,
        "/hierarchy": {
            "rooms": [
                {"room_id": "!space", "num_joined_members": members, "children_state": CHILDREN},
                {"room_id": "!b", "name": "b"},
            ]
        },
    }
    for part in ("avatar", "canonical_alias", "join_rules", "topic"):
        answers[f"!space/state/m.room.{part}/"] = json_answer({"errcode": "M_NOT_FOUND"}, 404)
    found = await directory(answers).view_room("!space")
    assert (found.room.name, found.member_count) == ("Stadium", members)
    assert not found.has_all_members
    assert [member.oder_id for member in found.room.members] == [ME]
    assert [channel.id for channel in found.room.channels] == ["!a", "!b"]


async def test_a_room_without_a_name_has_those_of_its_people() -> None:
    people = [
        said("m.room.member", {"membership": "join", "displayname": name}, f"@{name}:a.org")
        for name in ("Cat", "Ben", "me")
    ]
    people[-1] = {**people[-1], "state_key": ME}
    answers = {"!chat/state": state(said("m.room.create", {}), *people)}
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
    powerless = state(CREATE, MINE, said("m.room.power_levels", {"users": {ME: 0}}))
    server = Server(**{"!space/state": powerless})
    rooms = MatrixDirectory(Wire(server, M), ME)
    with pytest.raises(NoRight):
        await rooms.add_channel("!space", NewChannel(name="mine"))
    assert {request.method for request in server.requests} == {"GET"}
