"""Responses to `/sync` as batches, on what Synapse really sent to Ben."""

import json
from typing import Any

import pytest

from roomkeep.models import Channel, Room, RoomMember
from roomkeep.storage.remote import (
    FullyRead,
    MessageEdit,
    NewMessage,
    NewReaction,
    ReadUpTo,
    Redaction,
    Rights,
    SyncedRoom,
)
from roomkeep.sync.batches import (
    Changed,
    find_changed,
    find_encrypted,
    find_plain,
    learn_kinds,
    make_batch,
    new_users,
    read_invite,
    read_typing,
)
from roomkeep.sync.homes import Homes, Kind
from roomkeep.sync.wire import events
from roomkeep.sync.wire.types import SyncResponse
from support.recorded import ask, recorded

SAID: dict[str, Any] = json.loads(recorded("sync"))


def the_room_with(type_: str) -> str:
    """Return the recorded room in which there is an event of this type."""
    rooms: dict[str, Any] = SAID["rooms"]["join"]
    return next(
        name for name, said in rooms.items() if f'"type": "{type_}"' in json.dumps(said["timeline"])
    )


SPACE = the_room_with("m.space.child")
GENERAL = the_room_with("m.reaction")
LOCKED = the_room_with("m.room.encryption")
ADA, BEN = "@ada:localhost", "@ben:localhost"


def response(said: Any = SAID) -> SyncResponse:
    return ask(said, events.sync)


def room(room_id: str, *channels: str, created_at: int = 1, revision: int = 1) -> SyncedRoom:
    return SyncedRoom(
        room=Room(
            id=room_id,
            name="A room",
            host_id=ADA,
            created_at=created_at,
            channels=tuple(
                Channel(id=one, name=one, type="text", position=place)
                for place, one in enumerate(channels)
            ),
            members=(RoomMember(oder_id=ADA, username="ada", display_name="Ada L."),),
        ),
        revision=revision,
        rights=Rights(),
        bans=(),
        entered=channels,
        has_all_members=True,
        member_count=1,
    )


def known() -> Homes:
    return Homes([room(SPACE, GENERAL), room(LOCKED, LOCKED)])


def news(room_id: str, *said: dict[str, Any], kind: str = "join", **more: Any) -> SyncResponse:
    """Return a response with some events of one room."""
    usual = {"sender": ADA, "event_id": "$1", "origin_server_ts": 5, "content": {}}
    timeline = {"events": [{**usual, **event} for event in said], **more}
    return response({"next_batch": "s2", "rooms": {kind: {room_id: {"timeline": timeline}}}})


def member(user_id: str, membership: str = "join") -> dict[str, Any]:
    content = {"membership": membership, "displayname": "Cat"}
    return {"type": "m.room.member", "state_key": user_id, "sender": user_id, "content": content}


TEXT = {"type": "m.room.message", "content": {"msgtype": "m.text", "body": "a"}}


def test_the_first_response_tells_what_is_a_room_and_what_a_channel() -> None:
    homes, said = Homes(), response()
    assert learn_kinds(said, homes) == []
    assert {room_id for room_id, kind in homes.kinds.items() if kind.is_space} == {SPACE}
    assert find_changed(said, homes, BEN) == Changed(rooms=frozenset([SPACE]), left=())
    homes.update([room(SPACE, GENERAL)])
    # What no room has as a channel is a room by itself.
    assert find_plain(said, homes) == {LOCKED}


def test_a_response_becomes_one_batch() -> None:
    batch = make_batch(response(), None, known(), BEN, rooms=[room(SPACE, GENERAL)])
    assert (batch.since, batch.token) == (None, SAID["next_batch"])
    by_channel = {one.channel_id: one for one in batch.channels}
    assert by_channel.keys() == {GENERAL, LOCKED}
    general = by_channel[GENERAL]
    assert (general.room_id, general.gap_token) == (SPACE, None)
    kinds = {type(update) for update in general.updates}
    assert kinds == {NewMessage, MessageEdit, NewReaction, Redaction}
    messages = [one.message for one in general.updates if isinstance(one, NewMessage)]
    assert {(one.room_id, one.channel_id) for one in messages} == {(SPACE, GENERAL)}
    assert {one.sender_name for one in messages} == {"Ada", "Ben"}
    # Of the receipts, only one's own.
    assert {type(note) for note in general.read_up_to} == {ReadUpTo, FullyRead}
    assert all(note.user_id == BEN for note in general.read_up_to if isinstance(note, ReadUpTo))
    # A room that was replaced says by which.
    (upgrade,) = by_channel[LOCKED].updates
    assert isinstance(upgrade, NewMessage)
    assert upgrade.kind == "fallback"
    assert upgrade.message.content.startswith("This room has been replaced")


def test_what_is_left_out_before_a_timeline_is_a_gap() -> None:
    said = news(GENERAL, TEXT, limited=True, prev_batch="p1")
    (channel,) = make_batch(said, "s1", known(), BEN).channels
    assert channel.gap_token == "p1"  # noqa: S105 - of a page.
    # Nothing is before the beginning.
    create = {"type": "m.room.create", "state_key": ""}
    said = news(GENERAL, create, TEXT, limited=True, prev_batch="p1")
    (channel,) = make_batch(said, "s1", known(), BEN).channels
    assert channel.gap_token is None


@pytest.mark.parametrize(
    ("room_id", "event", "changed"),
    [
        (SPACE, {"type": "m.space.child", "state_key": "!new"}, [SPACE]),
        (SPACE, {"type": "m.room.power_levels", "state_key": ""}, [SPACE]),
        (SPACE, member("@cat:localhost"), [SPACE]),
        (SPACE, TEXT, []),
        (GENERAL, {"type": "m.room.name", "state_key": ""}, [SPACE]),
        (GENERAL, member(BEN), [SPACE]),
        (GENERAL, member("@cat:localhost"), []),
        (GENERAL, TEXT, []),
        (LOCKED, member("@cat:localhost"), [LOCKED]),
    ],
)
def test_what_changes_a_room_has_it_viewed(
    room_id: str, event: dict[str, Any], changed: list[str]
) -> None:
    found = find_changed(news(room_id, event), known(), BEN)
    assert found == Changed(rooms=frozenset(changed), left=())


def test_who_leaves_a_channel_stays_in_the_room() -> None:
    gone = member(BEN, "leave")
    left = find_changed(news(GENERAL, gone, kind="leave"), known(), BEN)
    assert left == Changed(rooms=frozenset([SPACE]), left=())
    left = find_changed(news(SPACE, gone, kind="leave"), known(), BEN)
    assert left == Changed(rooms=frozenset(), left=(SPACE,))
    # The last words that one could read are kept; those of a room that goes are not.
    said = news(GENERAL, TEXT, gone, kind="leave")
    assert len(make_batch(said, "s1", known(), BEN).channels) == 1
    said = news(LOCKED, TEXT, gone, kind="leave")
    batch = make_batch(said, "s1", known(), BEN, left=[LOCKED])
    assert (batch.channels, batch.left) == ((), (LOCKED,))


def test_a_room_that_nothing_is_known_of_is_asked_for() -> None:
    homes = known()
    assert learn_kinds(news("!new", TEXT), homes) == ["!new"]
    assert make_batch(news("!new", TEXT), "s1", homes, BEN).channels == ()
    homes.kinds["!new"] = Kind(is_space=False, parents=("!other", SPACE))
    assert learn_kinds(news("!new", TEXT), homes) == []
    # It names its room, which does not list it (any more).
    assert find_plain(news("!new", TEXT), homes) == frozenset()
    (channel,) = make_batch(news("!new", TEXT), "s1", homes, BEN).channels
    assert (channel.room_id, channel.channel_id) == (SPACE, "!new")


def test_a_channel_of_two_rooms_belongs_to_the_older_one() -> None:
    homes = Homes([room("!young", "!c", "!d", created_at=2), room("!old", "!c", created_at=1)])
    assert (homes.room_of("!c"), homes.room_of("!d")) == ("!old", "!young")
    listed = homes.own(homes.rooms["!young"]).room.channels
    assert [(channel.id, channel.position) for channel in listed] == [("!d", 0)]
    homes.forget(["!old"])
    assert homes.room_of("!c") == "!young"


def test_an_older_view_of_a_room_changes_nothing() -> None:
    homes = Homes([room(SPACE, "!new", revision=2)])
    homes.update([room(SPACE, revision=1)])
    assert homes.room_of("!new") == SPACE


def test_only_new_profiles_are_stored() -> None:
    before = room(SPACE)
    assert [user.display_name for user in new_users([before], {})] == ["Ada L."]
    assert new_users([before], {SPACE: before}) == ()


def test_a_sender_has_the_name_that_the_room_knows() -> None:
    (channel,) = make_batch(news(GENERAL, TEXT), "s1", known(), BEN).channels
    assert [one.message.sender_name for one in channel.updates] == ["Ada L."]  # type: ignore[union-attr] # a message
    cat = "@cat:localhost"
    said = news(GENERAL, member(cat), {**TEXT, "sender": cat, "event_id": "$2"})
    (channel,) = make_batch(said, "s1", known(), BEN).channels
    assert [one.message.sender_name for one in channel.updates] == ["Cat"]  # type: ignore[union-attr] # a message


def test_typing_invites_and_encryption_are_told() -> None:
    said = response()
    assert read_typing(said, BEN) == {GENERAL: (ADA,)}
    assert read_typing(said, ADA) == {GENERAL: ()}
    assert find_encrypted(said) == {LOCKED}
    ((room_id, stripped),) = said.invited.items()
    invite = read_invite(room_id, stripped, BEN)
    assert (invite.name, invite.by, invite.is_direct) == ("Committee", ADA, False)
