"""Rooms, channels, roles, bans and rights, as a real homeserver told them."""

from typing import Any

import pytest

from roomkeep.storage.remote import Rights
from roomkeep.sync.mapping.members import read_bans, read_member, read_roster
from roomkeep.sync.mapping.power import read_power, with_role
from roomkeep.sync.mapping.room import (
    is_private,
    order_after,
    ordered_children,
    orders_for,
    read_channels,
)
from roomkeep.sync.wire import events, rooms
from roomkeep.sync.wire.types import Event, RoomSummary, Unsigned, events_of
from support.recorded import ask, recorded

HIERARCHY = ask(recorded("hierarchy"), lambda wire: rooms.get_hierarchy(wire, "!space"))
MEMBERS = ask(recorded("members"), lambda wire: rooms.get_members(wire, "!space"))
STATE = {
    (event.type, event.state_key): event
    for event in ask(recorded("state"), lambda wire: events.get_state(wire, "!space"))
}
CREATE = STATE["m.room.create", ""]
POWER = read_power(CREATE, STATE["m.room.power_levels", ""].content)


def child(room_id: str, order: Any = None, time: int = 0, via: Any = ("a.org",)) -> Event:
    content = {"via": list(via) if isinstance(via, tuple) else via}
    if order is not None:
        content["order"] = order
    return Event(type="m.space.child", state_key=room_id, content=content, origin_server_ts=time)


def test_channels_in_the_order_of_the_server() -> None:
    space, *others = HIERARCHY.rooms
    children = ordered_children(events_of(space.children_state))
    channels = read_channels(children, {room.room_id: room for room in others})
    assert [(c.name, c.type, c.position) for c in channels] == [
        ("porch", "voice", 0),
        ("general", "text", 1),
    ]
    assert [c.id for c in channels] == children


def test_matrix_rule_of_order() -> None:
    said = [
        child("!late", time=9),
        child("!early", time=1),
        child("!b", "b"),
        child("!same2", "a", 5),
        child("!same1", "a", 4),
        child("!wrong", "é", 0),
        child("!long", "x" * 51, 2),
        child("!number", 3, 3),
        child("!gone", "0", via=()),
        child("!odd", "0", via="a.org"),
    ]
    expected = ["!same1", "!same2", "!b", "!wrong", "!early", "!long", "!number", "!late"]
    assert ordered_children(said) == expected
    assert ordered_children([child("!a"), child("!a", via=())]) == []


def test_only_what_moves_is_written() -> None:
    now = [child("!a", "000000"), child("!b", "000001"), child("!c", "000002")]
    assert orders_for(["!a", "!b", "!c"], now) == {}
    assert orders_for(["!b", "!a", "!c"], now) == {"!b": "000000", "!a": "000001"}
    assert orders_for(["!a", "!d"], now) == {"!d": "000001"}


@pytest.mark.parametrize(
    ("orders", "after"),
    [([], "000000"), (["000000", "000004"], "000005"), (["b", "a"], "b0"), ([None, 3], "000000")],
)
def test_the_end_of_the_list(orders: list[Any], after: str) -> None:
    now = [child(f"!{at}", order) for at, order in enumerate(orders)]
    assert order_after(now) == after
    before = [at for at, order in enumerate(orders) if isinstance(order, str)]
    first = ordered_children([*now, child("!new", after)])
    assert all(first.index("!new") > first.index(f"!{at}") for at in before)


def test_a_space_within_and_what_one_may_not_see_are_no_channels() -> None:
    seen = {
        "!a": RoomSummary(room_id="!a", name="Sub", room_type="m.space"),
        "!b": RoomSummary(room_id="!b", name="  \u202e ", canonical_alias="#b:a.org"),
        "!c": RoomSummary(room_id="!c"),
    }
    channels = read_channels(["!a", "!hidden", "!b", "!c"], seen)
    assert [(c.name, c.position) for c in channels] == [("#b:a.org", 0), ("unnamed", 1)]


def test_the_roster_with_roles_and_the_bans() -> None:
    roster = read_roster(MEMBERS, "!space", POWER)
    assert [(m.oder_id, m.display_name, m.role) for m in roster] == [
        ("@ada:localhost", "Ada", "host"),
        ("@ben:localhost", "Ben", "moderator"),
    ]
    (ban,) = read_bans(MEMBERS, "!space")
    assert (ban.user_id, ban.banned_by) == ("@cat:localhost", "@ada:localhost")
    assert (ban.reason, ban.display_name) == ("sold the club's shears", "Cat")
    assert (ban.room_id, ban.expires_at) == ("!space", None)


def test_whoever_is_banned_hears_it_by_sync() -> None:
    news = ask(recorded("sync_of_the_banned"), events.sync)
    bans = [ban for room in news.left.values() for ban in read_bans(room.timeline, "!space")]
    assert [(ban.user_id, ban.reason) for ban in bans] == [
        ("@cat:localhost", "sold the club's shears")
    ]


def test_rights() -> None:
    everything = Rights(
        invite=True,
        kick=True,
        ban=True,
        delete_messages=True,
        change_room=True,
        change_channels=True,
        change_roles=True,
    )
    assert POWER.rights("@ada:localhost") == everything
    ben = POWER.rights("@ben:localhost")
    assert ben.change_channels
    assert ben.kick
    assert not ben.change_roles
    assert POWER.rights("@cat:localhost") == Rights()


@pytest.mark.parametrize(
    ("level", "role"),
    [
        (100, "host"),
        (99, "admin"),
        (75, "admin"),
        (50, "moderator"),
        (49, "member"),
        (-5, "member"),
    ],
)
def test_roles(level: int, role: str) -> None:
    power = read_power(None, {"users": {"@a:b": level}})
    assert power.role("@a:b") == role


def create(version: Any, **more: Any) -> Event:
    return Event(
        type="m.room.create", state_key="", sender="@a:b", content={"room_version": version, **more}
    )


def test_who_made_a_room_is_above_all_since_version_12() -> None:
    new = read_power(create("12", additional_creators=["@c:d", 3]), {"users": {"@e:f": 100}})
    assert [new.role(user) for user in ("@a:b", "@c:d", "@e:f")] == ["host", "host", "host"]
    assert new.level("@c:d") > new.level("@e:f")
    old = read_power(create("11"), {"users": {}})
    assert old.role("@a:b") == "member"
    bare = read_power(create("11"), None)
    assert (bare.role("@a:b"), bare.rights("@x:y").change_channels) == ("host", True)
    assert read_power(create(["12"]), {}).role("@a:b") == "member"


def test_levels_of_wrong_types_are_the_usual_ones() -> None:
    said = {"users": {"@a:b": "100", "@c:d": True, "@e:f": 1.5}, "ban": [], "state_default": "x"}
    power = read_power(None, said)
    assert [power.level(user) for user in ("@a:b", "@c:d", "@e:f")] == [100, 0, 0]
    assert power.needed["ban"] == 50
    assert not power.may_set("@c:d", "m.room.name")
    assert read_power(None, {"users": []}).level("@a:b") == 0


def test_a_role_is_written_and_all_else_stays() -> None:
    said = {"users": {"@a:b": 100, "@c:d": 50}, "ban": 60, "org.example": {"x": 1}}
    power = read_power(None, said)
    made = with_role(power, "@c:d", "admin")
    assert made == {**said, "users": {"@a:b": 100, "@c:d": 75}}
    assert with_role(power, "@c:d", "member")["users"] == {"@a:b": 100}


def test_a_stranger_shows_no_picture_of_another_site() -> None:
    made = Event(
        type="m.room.member",
        state_key="@x:y",
        sender="@x:y",
        content={
            "membership": "join",
            "displayname": "\n ",
            "avatar_url": "https://evil.org/a.png",
        },
        unsigned=Unsigned(prev_content="wrong"),
    )
    update = read_member(made, "!a")
    assert update is not None
    assert update.member.avatar_url is None
    assert update.member.display_name == "x"


def test_who_comes_in() -> None:
    assert [is_private(rule) for rule in ("public", "knock", "invite", None, 3)] == [
        False,
        False,
        True,
        True,
        True,
    ]
