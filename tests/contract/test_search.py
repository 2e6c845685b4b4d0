"""Searching messages, the same on every engine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomkeep.errors import InvalidRecord
from roomkeep.persistence import DatabaseService
from roomkeep.storage.operations.message_pages import message_order
from roomkeep.storage.search.query import matches, parse_query
from support.laws import law
from support.make import attachment, channel, message, room, user


@pytest.fixture
async def rooms(db: DatabaseService) -> DatabaseService:
    """Two rooms, and people with names."""
    channels = (channel("general", name="General"), channel("brew", name="Brewing"))
    await db.save_room(room("r1", name="Tea club", channels=channels))
    await db.save_room(room("r2", name="Cake", channels=channels[:1]))
    await db.save_user(user("bob", display_name="Robert Brown"))
    return db


async def found(db: DatabaseService, query: str, **where: object) -> list[str]:
    page = await db.search_messages(query, **where)  # type: ignore[arg-type]
    return [hit.message.id for hit in page.hits]


async def test_the_newest_are_found_first_in_all_rooms(rooms: DatabaseService) -> None:
    await rooms.save_messages(
        [
            message("a", content="Green tea", timestamp=1),
            message("b", content="cake", room_id="r2", timestamp=2),
            message("c", content="tea and cake", room_id="r2", timestamp=3),
            message("d", content="TEA!", channel_id="brew", timestamp=4),
        ]
    )
    page = await rooms.search_messages("tea")
    assert [(hit.message.id, hit.matches) for hit in page.hits] == [
        ("d", [(0, 3)]),
        ("c", [(0, 3)]),
        ("a", [(6, 9)]),
    ]
    assert page.next is None
    assert await found(rooms, "tea", room_id="r1") == ["d", "a"]
    assert await found(rooms, "tea", room_id="r1", channel_id="brew") == ["d"]
    assert await found(rooms, "") == []
    assert await found(rooms, "tea", limit=0) == []


async def test_pages_follow_each_other(rooms: DatabaseService) -> None:
    times = [n // 3 for n in range(25)]
    await rooms.save_messages(
        [
            message(f"m{n:02}", content="tea", timestamp=time, room_id=["r1", "r2"][n % 2])
            for n, time in enumerate(times)
        ]
    )
    got: list[str] = []
    before = None
    for _ in range(3):
        page = await rooms.search_messages("tea", limit=10, before=before)
        got += [hit.message.id for hit in page.hits]
        before = page.next
    assert got == [f"m{n:02}" for n in range(24, -1, -1)]
    assert before is None


async def test_what_was_deleted_or_edited_away_is_not_found(rooms: DatabaseService) -> None:
    await rooms.save_messages([message("a", content="tea"), message("b", content="tea")])
    await rooms.delete_message("a")
    await rooms.update_message("b", content="milk", edited_at=9_000)
    assert await found(rooms, "tea") == []
    assert await found(rooms, "deleted") == []
    assert await found(rooms, "milk") == ["b"]


async def test_a_search_is_narrowed(rooms: DatabaseService) -> None:
    await rooms.save_messages(
        [
            message("a", content="tea", sender_id="ann", sender_name="Ann", timestamp=1),
            message(
                "b",
                content="tea at https://tea.example",
                sender_id="bob",
                sender_name="Bob",
                timestamp=2,
            ),
            message(
                "c",
                content="tea",
                channel_id="brew",
                sender_id="bob",
                sender_name="Bob",
                timestamp=3,
            ),
            message(
                "d",
                content="tea",
                room_id="r2",
                sender_id="cyd",
                sender_name="Cyd",
                timestamp=86_400_000 * 400,
            ),
        ]
    )
    await rooms.save_attachment(attachment("a1", message_id="c", mime="image/png"), b"cat")
    await rooms.save_attachment(
        attachment("a2", message_id="d", filename="t.txt", mime="text/plain"), b"cat"
    )
    assert await found(rooms, "tea from:ann") == ["a"]
    assert await found(rooms, 'tea from:"robert br"') == ["c", "b"]
    assert await found(rooms, "tea from:bob from:ann") == ["c", "b", "a"]
    assert await found(rooms, "in:tea tea") == ["c", "b", "a"]
    assert await found(rooms, "in:brewing") == ["c"]
    assert await found(rooms, 'in:"cake" tea') == ["d"]
    assert await found(rooms, "has:link") == ["b"]
    assert await found(rooms, "has:file") == ["d", "c"]
    assert await found(rooms, "has:picture has:file") == ["c"]
    assert await found(rooms, "tea before:1971") == ["c", "b", "a"]
    assert await found(rooms, "tea on:1971") == ["d"]
    with pytest.raises(InvalidRecord):
        await rooms.search_messages("on:never")


WORDS = ["tea", "Teapot", "été", "ete", "京都", "京", "a_b", "don't"]
QUERIES = ["tea", "tea*", "ete", "京", "京都", '"a b"', "don", "t", "tea -ete", '"tea ete"']


@law
@given(
    contents=st.lists(st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join), max_size=12),
    query=st.sampled_from(QUERIES),
    limit=st.integers(1, 5),
)
async def test_what_is_found_is_what_a_look_at_each_finds(
    db: DatabaseService, contents: list[str], query: str, limit: int
) -> None:
    await db.save_room(room())
    await db.clear_room_messages("r1")
    messages = [
        message(f"m{n}", content=content, timestamp=n // 3) for n, content in enumerate(contents)
    ]
    await db.save_messages(messages)
    sought = parse_query(query, start_of_day=lambda _: 0)
    in_order = sorted(messages, key=message_order, reverse=True)
    expected = [one.id for one in in_order if matches(sought, one.content)]
    page = await db.search_messages(query, limit=limit)
    assert [hit.message.id for hit in page.hits] == expected[:limit]
    assert (page.next is not None) == (len(expected) > limit)
