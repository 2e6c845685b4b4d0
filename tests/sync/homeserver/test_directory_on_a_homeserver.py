"""The server directory, on a real homeserver, with two people."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from roomkeep.storage.remote import SyncedRoom
from roomkeep.sync.directory import NewChannel, NewRoom, ServerDirectory
from roomkeep.sync.errors import Banned, CreatedInPart, InviteGone, NoRight, RequestRefused
from roomkeep.sync.mapping.power import read_power
from roomkeep.sync.matrix_directory import MatrixDirectory
from roomkeep.sync.wire import Request, Response, Wire, events, rooms
from support.homeserver import Person

pytestmark = pytest.mark.homeserver

CLUB = NewRoom(
    name="Garden club",
    topic="Beds and bees",
    is_listed=True,
    channels=(
        NewChannel(name="general"),
        NewChannel(name="porch", type="voice"),
        NewChannel(name="seed-swap"),
    ),
)

Two = tuple[Person, Person]


def directory_of(person: Person) -> ServerDirectory:
    return MatrixDirectory(person.wire, person.user_id)


def names(snapshot: SyncedRoom) -> list[tuple[str, str, int]]:
    return [(c.name, c.type, c.position) for c in snapshot.room.channels]


def ids(snapshot: SyncedRoom) -> list[str]:
    return [channel.id for channel in snapshot.room.channels]


async def assert_same_view(*directories: ServerDirectory, room_id: str) -> None:
    first, *others = [await directory.view_room(room_id) for directory in directories]
    for other in others:
        assert other.room == first.room
        assert other.bans == first.bans


async def test_a_room_is_made_joined_and_the_same_for_both(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    hers, his = directory_of(ada), directory_of(ben)
    made = await hers.create_room(CLUB)
    room = made.room
    assert (room.name, room.topic, room.is_private) == ("Garden club", "Beds and bees", False)
    assert names(made) == [("general", "text", 0), ("porch", "voice", 1), ("seed-swap", "text", 2)]
    assert room.host_id == ada.user_id
    assert [(m.oder_id, m.role) for m in room.members] == [(ada.user_id, "host")]
    assert made.rights.change_channels
    assert made.entered == tuple(ids(made))

    found = await his.find_rooms("garden")
    assert room.id in {preview.id for preview in found.rooms}
    joined = await his.join_room(room.id)
    assert names(joined) == names(made)
    assert joined.entered == tuple(ids(made))
    assert not joined.rights.change_channels
    assert [(m.oder_id, m.display_name, m.role) for m in joined.room.members] == [
        (ada.user_id, "Ada", "host"),
        (ben.user_id, "Ben", "member"),
    ]
    await assert_same_view(hers, his, room_id=room.id)


async def test_channels_are_changed_by_whoever_may_and_both_see_it(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    hers, his = directory_of(ada), directory_of(ben)
    made = await hers.create_room(CLUB)
    room_id, (general, porch, swap) = made.room.id, ids(made)
    await his.join_room(room_id)

    moved = await hers.order_channels(room_id, [swap, general])
    assert ids(moved) == [swap, general, porch]
    assert moved.revision > made.revision
    assert [c.position for c in moved.room.channels] == [0, 1, 2]
    renamed = await hers.rename_channel(room_id, general, "lobby")
    assert names(renamed)[1] == ("lobby", "text", 1)
    added = await hers.add_channel(room_id, NewChannel(name="stage", type="voice"))
    assert names(added)[-1] == ("stage", "voice", 3)
    removed = await hers.remove_channel(room_id, porch)
    assert [name for name, _, _ in names(removed)] == ["seed-swap", "lobby", "stage"]
    await assert_same_view(hers, his, room_id=room_id)

    before = await his.view_room(room_id)
    refusals: list[Callable[[], Awaitable[object]]] = [
        lambda: his.order_channels(room_id, [general, swap]),
        lambda: his.add_channel(room_id, NewChannel(name="mine")),
        lambda: his.rename_channel(room_id, general, "mine"),
        lambda: his.remove_channel(room_id, general),
    ]
    for refused in refusals:
        with pytest.raises(NoRight):
            await refused()
    assert (await his.view_room(room_id)).room == before.room
    # What one may not put into the list is not made either.
    assert await rooms.get_joined_rooms(ben.wire) == {room_id, general, porch, swap}


class Removing:
    """A connection over which a channel is removed as soon as another one is given its place."""

    def __init__(self, inner: Any, room_id: str, channel_id: str) -> None:
        self._inner = inner
        self._where = (room_id, "m.space.child", channel_id)
        self._is_removed = False

    async def send(self, request: Request) -> Response:
        answer: Response = await self._inner.send(request)
        if request.method == "PUT" and not self._is_removed:
            self._is_removed = True
            token = request.headers["authorization"].removeprefix("Bearer ")
            base_url = request.url.partition("/_matrix/")[0]
            await events.put_state(Wire(self._inner, base_url, token), *self._where, {})
        return answer


async def test_a_channel_that_is_removed_meanwhile_is_not_brought_back(ada_and_ben: Two) -> None:
    ada, _ = ada_and_ben
    made = await directory_of(ada).create_room(CLUB)
    general, porch, swap = ids(made)
    transport = Removing(ada.wire._transport, made.room.id, porch)
    wire = Wire(transport, ada.wire.base_url, ada.wire._token)
    directory = MatrixDirectory(wire, ada.user_id)
    ordered = await directory.order_channels(made.room.id, [swap, general, porch])
    assert ids(ordered) == [swap, general]


async def test_a_moderator_may_what_they_may_not_before(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    hers, his = directory_of(ada), directory_of(ben)
    room_id = (await hers.create_room(NewRoom(name="Club"))).room.id
    await his.join_room(room_id)
    levels = await events.get_state_content(ada.wire, room_id, "m.room.power_levels")
    assert levels is not None
    levels["users"][ben.user_id] = 50
    await events.put_state(ada.wire, room_id, "m.room.power_levels", "", levels)
    added = await his.add_channel(room_id, NewChannel(name="by ben"))
    assert added.rights.change_channels
    assert added.room.members[1].role == "moderator"
    # A channel's people have the power there that they have in the room.
    renamed = await hers.rename_channel(room_id, ids(added)[0], "by both")
    assert [name for name, _, _ in names(renamed)] == ["by both"]
    await assert_same_view(hers, his, room_id=room_id)


async def test_roles_are_changed_by_whoever_may(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    hers, his = directory_of(ada), directory_of(ben)
    made = await hers.create_room(CLUB)
    room_id = made.room.id
    await his.join_room(room_id)
    before = await his.view_room(room_id)
    with pytest.raises(NoRight):
        await his.change_role(room_id, ben.user_id, "admin")
    assert (await his.view_room(room_id)).room == before.room

    def roles(snapshot: SyncedRoom) -> dict[str, str]:
        return {one.oder_id: one.role for one in snapshot.room.members}

    for role in ("moderator", "admin", "member"):
        changed = await hers.change_role(room_id, ben.user_id, role)
        assert roles(changed) == {ada.user_id: "host", ben.user_id: role}
        assert changed.revision > before.revision
        # In its channels, too.
        for channel in ids(made):
            levels = await events.get_state_content(ben.wire, channel, "m.room.power_levels")
            power = read_power(None, levels)
            assert power.role(ben.user_id) == role
        await assert_same_view(hers, his, room_id=room_id)
    # Nobody is above who made it.
    await hers.change_role(room_id, ben.user_id, "admin")
    with pytest.raises(NoRight):
        await his.change_role(room_id, ada.user_id, "member")


async def test_a_private_room_takes_those_who_are_invited(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    hers, his = directory_of(ada), directory_of(ben)
    made = await hers.create_room(
        NewRoom(name="Committee", is_private=True, channels=(NewChannel(name="minutes"),))
    )
    assert made.room.is_private
    with pytest.raises(InviteGone):
        await his.join_room(made.room.id)
    with pytest.raises(NoRight):
        await his.view_room(made.room.id)
    await rooms.invite(ada.wire, made.room.id, ben.user_id)
    invited = await events.sync(ben.wire)
    assert made.room.id in invited.invited
    joined = await his.join_room(made.room.id)
    assert joined.entered == tuple(ids(made))
    await his.leave_room(made.room.id)
    assert await rooms.get_joined_rooms(ben.wire) == set()
    with pytest.raises(InviteGone):
        await his.join_room(made.room.id)
    await rooms.invite(ada.wire, made.room.id, ben.user_id)
    await his.leave_room(made.room.id)
    news = await events.sync(ben.wire, invited.next_batch)
    assert made.room.id in news.left
    assert made.room.id not in news.invited


async def test_one_who_is_banned_is_told_so_and_why(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    hers, his = directory_of(ada), directory_of(ben)
    made = await hers.create_room(CLUB)
    await his.join_room(made.room.id)
    await rooms.ban(ada.wire, made.room.id, ben.user_id, "sold the shears")
    for refused in (his.join_room, his.view_room, his.ask_to_join):
        with pytest.raises(Banned) as caught:
            await refused(made.room.id)
        assert caught.value.ban_reason == "sold the shears"
    (ban,) = (await hers.view_room(made.room.id)).bans
    assert (ban.user_id, ban.reason) == (ben.user_id, "sold the shears")


async def test_one_who_was_banned_before_they_came_is_told_so(ada_and_ben: Two) -> None:
    ada, ben = ada_and_ben
    made = await directory_of(ada).create_room(CLUB)
    await rooms.ban(ada.wire, made.room.id, ben.user_id, "known for it")
    with pytest.raises(Banned) as caught:
        await directory_of(ben).join_room(made.room.id)
    assert caught.value.ban_reason == "known for it"


async def test_a_room_that_is_made_in_part_says_which(
    ada_and_ben: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, _ = ada_and_ben
    hers = directory_of(ada)
    put = events.put_state
    calls = 0

    async def fails(*given: object) -> str:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise RequestRefused(400, "M_UNKNOWN", "the second channel fails")
        return await put(*given)  # type: ignore[arg-type] # as they were given.

    monkeypatch.setattr(events, "put_state", fails)
    with pytest.raises(CreatedInPart) as caught:
        await hers.create_room(CLUB)
    seen = await hers.view_room(caught.value.room_id)
    assert names(seen) == [("general", "text", 0)]


async def test_a_very_large_room_has_those_with_a_role(
    ada_and_ben: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, ben = ada_and_ben
    made = await directory_of(ada).create_room(CLUB)
    await directory_of(ben).join_room(made.room.id)
    monkeypatch.setattr("roomkeep.sync.room_states._MANY_MEMBERS", 1)
    seen = await directory_of(ada).view_room(made.room.id)
    assert [member.oder_id for member in seen.room.members] == [ada.user_id]
    assert (seen.has_all_members, seen.member_count) == (False, 2)
