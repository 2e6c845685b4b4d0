"""Bad input: an error that names the field, and nothing written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomkeep.errors import InvalidRecord
from roomkeep.models import Message
from roomkeep.persistence import DatabaseService
from support.laws import law
from support.make import ban, member, message, reaction, room, user


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (message(id=""), "id"),
        (message(id=7), "id"),
        (message(id=None), "id"),
        (message(id="\ud800"), "id"),
        (message(id="x" * 1_025), "id"),
        (message(room_id=""), "room_id"),
        (message(channel_id=None), "channel_id"),
        (message(sender_name=b"Ann"), "sender_name"),
        (message(content="x" * 65_537), "content"),
        (message(content="half \ud83d"), "content"),
        (message(timestamp=float("nan")), "timestamp"),
        (message(timestamp=1.5), "timestamp"),
        (message(timestamp=True), "timestamp"),
        (message(timestamp=2**60), "timestamp"),
        (message(timestamp="2024-01-01"), "timestamp"),
        (message(is_deleted=1), "is_deleted"),
        (message(reactions=[object()]), "reactions"),
        (message(reactions=(reaction(emoji=""),)), "reactions[0].emoji"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_bad_message_is_refused(db: DatabaseService, record: Message, field: str) -> None:
    with pytest.raises(InvalidRecord) as caught:
        await db.save_message(record)
    assert caught.value.field == field
    assert field in str(caught.value)
    assert await db.get_messages("r1") == []


@pytest.mark.parametrize(
    ("method", "record", "field"),
    [
        ("save_message", None, "message"),
        ("save_message", {"id": "m1"}, "message"),
        ("save_messages", [None], "messages[0]"),
        ("save_messages", None, "messages"),
        ("save_messages", 7, "messages"),
        ("save_reaction", reaction(oder_id=""), "oder_id"),
        ("save_reaction", message(), "reaction"),
        ("save_user", user(status="asleep"), "status"),
        ("save_user", user(avatar_url="x" * 1_048_577), "avatar_url"),
        ("save_room", room(host_id=""), "host_id"),
        ("save_room", room(members=(member(), member(role="king"))), "members[1].role"),
        ("save_room", room(members=(1,)), "members[0]"),
        ("save_room", room(topic="x" * 70_000), "topic"),
        ("save_ban", ban(banned_by=""), "banned_by"),
        ("save_ban", ban(expires_at="tomorrow"), "expires_at"),
    ],
)
async def test_other_bad_records_are_refused(
    db: DatabaseService, method: str, record: Any, field: str
) -> None:
    with pytest.raises(InvalidRecord) as caught:
        await getattr(db, method)(record)
    assert caught.value.field == field
    assert await db.get_all_rooms() == []


@pytest.mark.parametrize(
    ("method", "arguments", "field"),
    [
        ("get_messages", ("",), "room_id"),
        ("get_messages", (7,), "room_id"),
        ("get_messages", ("r1", -1), "limit"),
        ("get_messages", ("r1", 2**31), "limit"),
        ("get_messages", ("r1", 1, 0.5), "offset"),
        ("get_messages", ("r1", True), "limit"),
        ("get_latest_messages", ("r1", 1, ""), "before"),
        ("get_latest_messages", ("r1", 1, None, ""), "channel_id"),
        ("get_message_by_id", (None,), "message_id"),
        ("get_messages_by_ids", (["m1", None],), "message_ids"),
        ("delete_message", ("",), "message_id"),
        ("remove_reaction", ("m1", "ann", ""), "emoji"),
        ("get_user", (["ann"],), "oder_id"),
        ("get_room", ("\ud800",), "room_id"),
        ("delete_room", ("x" * 1_025,), "room_id"),
        ("is_user_banned", ("", "r1"), "user_id"),
        ("remove_ban", ("",), "oder_id"),
        ("read_attachment_data", ("",), "attachment_id"),
        ("get_messages", ("r1", "\ud800"), "limit"),
        ("get_messages_after", ("r1", 1, "\ud800"), "limit"),
        ("get_records", ("\ud800",), "store"),
        ("get_attachments_for_messages", (None,), "message_ids"),
        ("get_attachments_for_messages", ("m1",), "message_ids"),
        ("get_attachments_for_messages", (["m1", "\ud800"],), "message_ids[1]"),
        ("remove_files", (7,), "attachment_ids"),
        ("remove_files", ([""],), "attachment_ids"),
    ],
)
async def test_a_bad_argument_is_named(
    db: DatabaseService, method: str, arguments: tuple[Any, ...], field: str
) -> None:
    with pytest.raises(InvalidRecord) as caught:
        await getattr(db, method)(*arguments)
    assert caught.value.field == field


async def test_text_of_a_type_of_its_own_is_text(db: DatabaseService) -> None:
    class Name(str):
        __slots__ = ()

    await db.save_room(room("r1"))
    await db.save_setting(Name("theme"), "dark")
    assert await db.get_room(Name("r1")) == room("r1")
    assert await db.get_setting("theme") == "dark"


@law
@given(
    fields=st.fixed_dictionaries(
        {},
        optional={
            name: st.one_of(
                st.none(),
                st.booleans(),
                st.integers(),
                st.floats(),
                st.text(),
                st.binary(),
                st.just([]),
            )
            for name in Message.__struct_fields__
        },
    )
)
async def test_law_a_message_is_kept_as_it_was_given_or_refused_whole(
    db: DatabaseService, fields: dict[str, Any]
) -> None:
    await db.clear_all_data()
    given_message = message(**{"id": "m1", "room_id": "r1", **fields})
    try:
        await db.save_message(given_message)
    except InvalidRecord as error:
        refused = error.field
    else:
        found = await db.get_message_by_id(given_message.id)
        assert found is not None
        if not given_message.is_deleted:
            assert found == message(**{**fields, "id": given_message.id, "reactions": ()})
        return
    assert refused in Message.__struct_fields__
    assert await db.get_messages("r1") == []


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "'; DROP TABLE", "\0\x1b[31m", "\u202e"]
)
async def test_text_is_kept_as_text(db: DatabaseService, text: str) -> None:
    kept = message(text, room_id=text, content=text, sender_name=text)
    await db.save_message(kept)
    assert await db.get_messages(text) == [kept]


@pytest.mark.parametrize(
    ("arguments", "options", "reason"),
    [
        ((), {}, "missing a required argument: 'room_id'"),
        ((), {"limit": 1}, "missing a required argument: 'room_id'"),
        (("r1", 1, 0, 0), {}, "too many positional arguments"),
        (("r1",), {"room_id": "r1"}, "multiple values for argument 'room_id'"),
        (("r1",), {"from_": 0}, "unexpected keyword argument 'from_'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_arguments_that_are_not_those_of_the_method_are_refused(
    db: DatabaseService, arguments: tuple[Any, ...], options: dict[str, Any], reason: str
) -> None:
    with pytest.raises(TypeError, match=reason):
        await db.get_messages(*arguments, **options)
    await db.save_message(message())
    assert await db.get_messages(room_id="r1", limit=1) == [message()]
