"""The order and the slices of messages, with the compound indexes and without them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexeddb.keys import sort_key as order
from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.models import Attachment, Message
from roomkeep.persistence import Change, DatabaseService
from support.laws import law
from support.make import message, stored_message
from support.worlds import World


@pytest.fixture(params=["with indexes", "without indexes"])
async def paged(world: World, request: pytest.FixtureRequest) -> DatabaseService:
    if request.param == "without indexes":
        await world.drop_paging_indexes()
    return await world.service()


async def reopened(world: World, db: DatabaseService) -> DatabaseService:
    """Open the app anew, and wait until what others have written beside it is put right."""
    await db.close()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("roomkeep.persistence.account.JOIN_AFTER", 0)
        again = await world.service()
        account: Any = again._scopes.current.account
        if (joining := getattr(account, "_joining", None)) is not None:
            await joining
    return again


def ids(messages: list[Message]) -> list[str]:
    return [found.id for found in messages]


def in_order(messages: list[Message]) -> list[Message]:
    return sorted(messages, key=lambda found: (found.timestamp, order(found.id)))


async def test_a_slice_is_of_the_ascending_order(paged: DatabaseService) -> None:
    await paged.save_messages([message(f"m{n}", timestamp=100 - n) for n in range(10)])
    await paged.save_message(message("other", room_id="r2", timestamp=95))
    assert ids(await paged.get_messages("r1", limit=3, offset=2)) == ["m7", "m6", "m5"]
    assert ids(await paged.get_messages("r1", limit=3, offset=9)) == ["m0"]
    assert ids(await paged.get_messages("r1", limit=3, offset=10)) == []
    assert ids(await paged.get_messages("r1", limit=0)) == []


async def test_a_hundred_messages_are_returned_where_no_limit_is_given(
    paged: DatabaseService,
) -> None:
    await paged.save_messages([message(f"m{n:03}", timestamp=n) for n in range(101)])
    assert ids(await paged.get_messages("r1"))[-1] == "m099"
    assert ids(await paged.get_latest_messages("r1"))[0] == "m051"


async def test_slices_far_into_the_room_go_through_ties_of_time(
    world: World, paged: DatabaseService
) -> None:
    # Ids that are in other orders by code point and by the units of UTF-16.
    marks = ["", "a", "\ud7ff", "😀", "\ue000", "\uff5e", "\U0010ffff"]
    everything = in_order(
        [
            message(f"{mark}{n:03}", timestamp=n // 50, channel_id=["general", "dev"][n % 2])
            for n in range(100)
            for mark in marks
        ]
    )
    await paged.save_messages([message(f"o{n}", room_id="r2") for n in range(50)])
    await paged.save_messages(everything[::-1])
    for offset in [0, 1, 333, 349, 350, 351, 600, 697, 699, 700, 701, 2**31 - 1]:
        found = await paged.get_messages("r1", 5, offset)
        assert ids(found) == ids(everything)[offset : offset + 5]
    assert await paged.get_messages("r1", 1_000, 123) == everything[123:]

    # One that cannot be read counts where it is passed over, and makes no page short.
    await world.plant("messages", stored_message("bad", timestamp=-1, content=7))
    await world.plant("messages", stored_message("worse", timestamp=99, content=7))
    for offset in [1, 334, 698, 700, 701]:
        found = await paged.get_messages("r1", 5, offset)
        assert ids(found) == ids(everything)[offset - 1 : offset + 4]
    assert ids(await paged.get_messages("r1", 5, 0)) == ids(everything)[:5]


async def test_ties_are_in_the_order_of_ids(paged: DatabaseService) -> None:
    # By UTF-16 code unit, as IndexedDB has it: the astral emoji comes before U+FF5E.
    await paged.save_messages([message(id_) for id_ in ["b", "\uff5e", "A", "😀", "a", "10", "9"]])
    expected = ["10", "9", "A", "a", "b", "😀", "\uff5e"]
    assert ids(await paged.get_messages("r1")) == expected
    assert ids(await paged.get_latest_messages("r1")) == expected
    assert ids(await paged.get_latest_messages("r1", limit=2, before="😀")) == ["a", "b"]


async def test_paging_back_shows_every_message_once(paged: DatabaseService) -> None:
    # Pages end in the middle of ties.
    everything = [message(f"m{n:02}", timestamp=n // 7) for n in range(60)]
    await paged.save_messages(everything)
    seen: list[Message] = []
    page = await paged.get_latest_messages("r1", limit=8)
    while page:
        seen[:0] = page
        page = await paged.get_latest_messages("r1", limit=8, before=page[0].id)
    assert seen == everything


async def test_paging_forward_shows_every_message_once(paged: DatabaseService) -> None:
    everything = [message(f"m{n:02}", timestamp=n // 7) for n in range(60)]
    await paged.save_messages(everything)
    seen = page = await paged.get_messages_after("r1", -1, limit=8)
    while page:
        page = await paged.get_messages_after("r1", page[-1].id, limit=8)
        seen = seen + page
    assert seen == everything


async def test_what_is_later_than_a_time_begins_after_all_of_that_time(
    paged: DatabaseService,
) -> None:
    await paged.save_messages([message(f"m{n}", timestamp=n // 2) for n in range(8)])
    assert ids(await paged.get_messages_after("r1", 1, limit=3)) == ["m4", "m5", "m6"]
    assert ids(await paged.get_messages_after("r1", "m2", limit=3)) == ["m3", "m4", "m5"]
    assert ids(await paged.get_messages_after("r1", 3)) == []


async def test_a_place_to_go_on_from_is_a_message_of_the_room_or_a_time(
    paged: DatabaseService,
) -> None:
    await paged.save_message(message("m1", room_id="r2"))
    with pytest.raises(RecordNotFound):
        await paged.get_messages_after("r1", "nowhere")
    for bad in ["m1", "", True, 0.5, None]:
        with pytest.raises(InvalidRecord) as caught:
            await paged.get_messages_after("r1", bad)  # type: ignore[arg-type]
        assert caught.value.field == "after"


async def test_a_page_of_a_channel_has_all_that_is_shown_with_it(paged: DatabaseService) -> None:
    await paged.save_messages(
        [
            message("far", timestamp=1, is_deleted=True),
            *(message(f"m{n}", timestamp=n // 2 + 2) for n in range(8)),
            message("m8", timestamp=6, reply_to_id="far"),
            message("m9", timestamp=6, reply_to_id="gone"),
            message("else", timestamp=6, channel_id="other"),
        ]
    )
    files = [
        Attachment(id=f"f{owner}", message_id=owner, filename="a", size=1, mime="text/plain")
        for owner in ("m1", "m9")
    ]
    for file in files:
        await paged.save_attachment(file)

    newest = await paged.get_channel_page("r1", "general", 3)
    assert (ids(newest.before), ids(newest.after)) == (["m7", "m8", "m9"], [])
    assert newest.originals == {"far": await paged.get_message_by_id("far")}
    assert newest.attachments == {"m9": [files[1]]}
    at_time = await paged.get_channel_page("r1", "general", 3, 3)
    assert (ids(at_time.before), ids(at_time.after)) == (["m1", "m2", "m3"], ["m4", "m5", "m6"])
    assert (at_time.originals, at_time.attachments) == ({}, {"m1": [files[0]]})
    at_message = await paged.get_channel_page("r1", "general", 2, "m7")
    assert (ids(at_message.before), ids(at_message.after)) == (["m5", "m6"], ["m7", "m8", "m9"])
    late = await paged.get_channel_page("r1", "general", 2, 6)
    assert (ids(late.before), ids(late.after)) == (["m8", "m9"], [])
    with pytest.raises(RecordNotFound):
        await paged.get_channel_page("r1", "general", 2, "gone")


async def test_moves_all_messages_of_a_channel(world: World, paged: DatabaseService) -> None:
    await paged.save_messages(
        [message(f"m{n}", timestamp=n, channel_id=["general", "dev"][n % 2]) for n in range(10)]
        + [message("other", room_id="r2", channel_id="dev")]
    )
    await world.plant("messages", {**stored_message("m20", timestamp=20), "unheard": "of"})
    paged = await reopened(world, paged)
    heard: list[Change] = []
    paged.subscribe(heard.append)
    assert await paged.move_messages("r1", "dev", "general") == 5
    assert await paged.get_latest_messages("r1", channel_id="dev") == []
    in_general = await paged.get_latest_messages("r1", channel_id="general")
    assert ids(in_general) == [*(f"m{n}" for n in range(10)), "m20"]
    assert [(change.store, change.action, change.room_id) for change in heard] == [
        ("messages", "put", "r1")
    ]
    assert sorted(str(key) for key in heard[0].keys) == ["m1", "m3", "m5", "m7", "m9"]
    assert ids(await paged.get_latest_messages("r2", channel_id="dev")) == ["other"]
    # A record that names no channel is of general, and keeps what we do not know of it.
    assert await paged.move_messages("r1", "general", "dev") == 11
    assert await paged.count_messages("r1", channel_id="dev") == 11
    (stored,) = [row for row in await world.stored("messages") if row["id"] == "m20"]
    assert (stored["channelId"], stored["unheard"]) == ("dev", "of")
    assert await paged.move_messages("r1", "nowhere", "dev") == 0
    assert await paged.move_messages("r1", "dev", "dev") == 0
    with pytest.raises(InvalidRecord):
        await paged.move_messages("r1", "dev", "")
    assert await paged.count_messages("r1", channel_id="dev") == 11


async def test_latest_of_a_channel(paged: DatabaseService) -> None:
    await paged.save_messages(
        [message(f"m{n}", timestamp=n, channel_id=["general", "dev"][n % 2]) for n in range(10)]
    )
    assert ids(await paged.get_latest_messages("r1", 3, channel_id="dev")) == ["m5", "m7", "m9"]
    assert ids(await paged.get_latest_messages("r1", 2, "m5", "dev")) == ["m1", "m3"]
    assert ids(await paged.get_latest_messages("r1", 2, "m5", "general")) == ["m2", "m4"]
    assert ids(await paged.get_latest_messages("r1", 2, channel_id="nowhere")) == []


@pytest.mark.parametrize("others", [0, 300])
@pytest.mark.parametrize("foreign", [0, 5])
async def test_a_record_without_a_channel_belongs_to_general(
    world: World, paged: DatabaseService, others: int, foreign: int
) -> None:
    # A browser's index of the channel does not hold such records until the next opening; another
    # channel may fill the room.
    await paged.save_messages(
        [message(f"m{n:03}", timestamp=n) for n in range(0, 30, 2)]
        + [message(f"o{n:03}", timestamp=n, channel_id="other") for n in range(others)]
    )
    planted = [stored_message(f"m{n:03}", timestamp=n) for n in range(1, 2 * foreign, 2)]
    await world.plant("messages", *planted)
    paged = await reopened(world, paged)
    expected = sorted([f"m{n:03}" for n in range(0, 30, 2)] + [old["id"] for old in planted])

    assert ids(await paged.get_latest_messages("r1", 100, channel_id="general")) == expected
    assert ids(await paged.get_latest_messages("r1", 4, channel_id="general")) == expected[-4:]
    page = await paged.get_latest_messages("r1", 4, expected[-4], "general")
    assert ids(page) == expected[-8:-4]
    assert all(found.channel_id == "general" for found in page)
    page = await paged.get_messages_after("r1", expected[2], 4, "general")
    assert ids(page) == expected[3:7]
    assert ids(await paged.get_messages_after("r1", -1, 100, "general")) == expected


async def test_messages_are_counted_without_being_read(
    world: World, paged: DatabaseService
) -> None:
    await paged.save_messages(
        [message(f"m{n}", timestamp=n, channel_id=["general", "dev"][n % 2]) for n in range(10)]
    )
    await paged.save_message(message("other", room_id="r2", timestamp=99))
    assert await paged.count_messages("r1") == 10
    assert await paged.count_messages("r1", 6) == 3
    assert await paged.count_messages("r1", channel_id="dev") == 5
    assert await paged.count_messages("r1", 6, "dev") == 2
    assert await paged.count_messages("r1", 6, "general") == 1
    assert await paged.count_messages("nowhere") == 0
    await world.plant("messages", stored_message("old", timestamp=20))
    paged = await reopened(world, paged)
    assert await paged.count_messages("r1", 6, "general") == 2
    assert await paged.count_messages("r1", 6, "dev") == 2


async def test_before_must_be_a_message_of_the_room(paged: DatabaseService) -> None:
    await paged.save_message(message("m1", room_id="r2"))
    with pytest.raises(RecordNotFound):
        await paged.get_latest_messages("r1", before="nowhere")
    with pytest.raises(InvalidRecord) as caught:
        await paged.get_latest_messages("r1", before="m1")
    assert caught.value.field == "before"


@law
@given(
    rows=st.dictionaries(
        st.text("ab😀\uff5e", min_size=1, max_size=3),
        st.tuples(
            st.integers(0, 4), st.sampled_from(["r1", "r2"]), st.sampled_from(["general", "dev"])
        ),
        max_size=25,
    ),
    limit=st.integers(0, 12),
    offset=st.integers(0, 12),
    channel_id=st.sampled_from([None, "general", "dev"]),
    before_at=st.integers(0, 25),
    after_at=st.integers(0, 28),
)
async def test_law_every_page_is_a_slice_of_the_sorted_room(
    paged: DatabaseService,
    rows: dict[str, tuple[int, str, str]],
    limit: int,
    offset: int,
    channel_id: str | None,
    before_at: int,
    after_at: int,
) -> None:
    await paged.clear_all_data()
    everything = [
        message(id_, timestamp=timestamp, room_id=room_id, channel_id=channel_id)
        for id_, (timestamp, room_id, channel_id) in rows.items()
    ]
    await paged.save_messages(everything)
    in_room = in_order([found for found in everything if found.room_id == "r1"])
    assert await paged.get_messages("r1", limit, offset) == in_room[offset : offset + limit]

    befores = [None, *ids(in_room)]
    before = befores[before_at % len(befores)]
    older = in_room if before is None else in_room[: ids(in_room).index(before)]
    wanted = [found for found in older if channel_id in (None, found.channel_id)]
    page = await paged.get_latest_messages("r1", limit, before, channel_id)
    assert page == (wanted[-limit:] if limit else [])

    places: list[str | int] = [-1, 0, 2, 4, *ids(in_room)]
    after = places[after_at % len(places)]
    if isinstance(after, str):
        newer = in_room[ids(in_room).index(after) + 1 :]
    else:
        newer = [found for found in in_room if found.timestamp > after]
    wanted = [found for found in newer if channel_id in (None, found.channel_id)]
    assert await paged.get_messages_after("r1", after, limit, channel_id) == wanted[:limit]
