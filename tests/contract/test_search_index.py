"""The search index: what is found with it is what is found without, whatever happens meanwhile."""

import functools
import random
from collections.abc import Callable, Iterator, Sequence

import pytest

from roomkeep.models import Message
from roomkeep.persistence import DatabaseService
from roomkeep.persistence.search_indexer import SearchProgress
from roomkeep.storage.operations.message_pages import message_order
from roomkeep.storage.search import plan, query
from roomkeep.storage.search.query import matches, parse_query
from roomkeep.storage.search.tokens import words
from support import long_run
from support.make import channel, message, room
from support.search_pages import all_hits
from support.worlds import World

TEXT = """
tea milk sugar cup pot kettle leaf steep brew green black white oolong mint lemon honey cake biscuit
scone jam cream butter spoon saucer tray table chair window rain sun cloud wind snow a i the of to
and in on at teapot teatime Teebeutel thé café Łódź 京都 東京 京 都心 ชา ร้อน 한국 한국어 дом дома 🎉
don't x_1 https://tea.example/a?b=c foo.bar
"""
WORDS = TEXT.split()
ROOMS = ("r1", "r2", "r3")
CHANNELS = ("general", "brew")
MOST_PAGES = 20
"""A search is compared in about so many pages, at most."""


@pytest.fixture
def chance() -> random.Random:
    return random.Random(long_run.SEED)  # noqa: S311 the same choices each time


@pytest.fixture(params=["usual", "small"])
def sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an index be of one segment, or of many."""
    if request.param == "small":
        monkeypatch.setattr(plan, "SEGMENT", 64)
        monkeypatch.setattr(plan, "TAIL", 8)
        monkeypatch.setattr(plan, "SLICE", 16)


def made_text(chance: random.Random, least: int = 0, most: int = 7) -> str:
    # Some words are common, and most are rare.
    places = [int(len(WORDS) * chance.random() ** 2) for _ in range(chance.randint(least, most))]
    return " ".join(WORDS[place] for place in places)


def made_message(chance: random.Random, number: int, *, time: int) -> Message:
    return message(
        f"m{number:05}",
        room_id=chance.choice(ROOMS),
        channel_id=chance.choice(CHANNELS),
        sender_id=(sender := chance.choice(["ann", "bob"])),
        sender_name=sender,
        content=made_text(chance),
        timestamp=time,
    )


def made_messages(chance: random.Random, count: int) -> list[Message]:
    # Some are of one time, in one room and in several.
    return [made_message(chance, n, time=1_000 * (n // chance.randint(1, 3))) for n in range(count)]


def made_query(chance: random.Random) -> str:
    parts = []
    for _ in range(chance.choice([1, 1, 1, 2, 2, 3])):
        word = chance.choice(WORDS)
        kind = chance.random()
        if kind < 0.2:
            parts.append(word[: chance.randint(1, len(word))] + "*")
        elif kind < 0.35:
            parts.append(f'"{made_text(chance, 2, 3)}{chance.choice(["", "", "*"])}"')
        elif kind < 0.45:
            parts.append(f"-{word}")
        elif kind < 0.5:
            parts.append("nowhere")
        else:
            parts.append(word)
    if chance.random() < 0.1:
        parts.append("from:ann")
    return " ".join(parts)


async def save_rooms(db: DatabaseService) -> None:
    for id_ in ROOMS:
        channels = tuple(channel(one) for one in CHANNELS)
        await db.save_room(room(id_, name=id_, channels=channels))


def expected_ids(messages: Sequence[Message], text: str) -> list[str]:
    """Return what a look at each message finds, the newest first."""
    wanted = parse_query(text, start_of_day=lambda _: 0)
    if wanted.is_empty:
        return []
    found = [
        one
        for one in messages
        if not one.is_deleted
        and matches(wanted, one.content)
        and (not wanted.senders or one.sender_id == "ann")
    ]
    return [one.id for one in sorted(found, key=message_order, reverse=True)]


async def found_ids(db: DatabaseService, text: str, limit: int, **where: str) -> list[str]:
    hits, _ = await all_hits(db, text, limit, **where)
    return [hit.message.id for hit in hits]


async def compare(
    db: DatabaseService, messages: Sequence[Message], chance: random.Random, times: int
) -> None:
    in_order = sorted(messages, key=message_order)
    for _ in range(times):
        text, limit = made_query(chance), chance.choice([3, 20, 200])
        expected = expected_ids(in_order, text)
        # All hits are compared, in a few pages: a thousand of three hits each would be no better.
        limit = max(limit, len(expected) // MOST_PAGES)
        assert await found_ids(db, text, limit) == expected, text
    text, id_, channel_id = made_query(chance), chance.choice(ROOMS), chance.choice(CHANNELS)
    here = [one for one in messages if (one.room_id, one.channel_id) == (id_, channel_id)]
    assert await found_ids(db, text, 20, room_id=id_, channel_id=channel_id) == expected_ids(
        here, text
    )


@pytest.mark.usefixtures("sizes")
async def test_what_is_found_with_the_index_is_what_a_look_at_each_finds(
    db: DatabaseService,
    chance: random.Random,
    operations: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Most of the time would go into cutting the same texts into words.
    monkeypatch.setattr(query, "words", functools.cache(words))
    await save_rooms(db)
    messages = made_messages(chance, 5_000 if long_run.FACTOR > 1 else 1_000)
    await db.save_messages(messages)
    await db.update_search_index()
    times = long_run.examples(30)
    page = await db.search_messages("tea")
    assert page.is_indexed
    await compare(db, messages, chance, times)
    operations(times)


async def test_phrases_of_common_words_are_found(db: DatabaseService) -> None:
    await save_rooms(db)
    texts = ["tea milk", "Milk, tea", "milk and tea", "tea and milk sugar", "tea milk tea", "a cup"]
    messages = [
        message(f"m{n:03}", content=texts[n % len(texts)], timestamp=n, room_id="r1")
        for n in range(600)
    ]
    await db.save_messages(messages)
    await db.update_search_index()
    for text in (
        '"tea milk"',
        '"milk tea"',
        '"tea and milk"',
        '"and milk sugar"',
        '"tea mi*"',
        '"tea milk tea"',
        '"milk cup"',
        '"a cup"',
        '"tea milk" "milk tea"',
        "te* mil*",
    ):
        assert await found_ids(db, text, 200) == expected_ids(messages[::-1], text), text


async def change_one(db: DatabaseService, id_: str, chance: random.Random) -> str:
    """Change a message, or write another one in its place; return the id of what was written."""
    action = chance.choice(["edit", "delete", "replace", "late", "new", "move"])
    other = chance.randint(10_000, 99_999)
    match action:
        case "edit":
            await db.update_message(id_, content=made_text(chance), edited_at=9)
        case "delete":
            await db.delete_message(id_)
        case "move":
            await db.update_message(id_, room_id=chance.choice(ROOMS))
        case "replace":
            time = chance.randint(0, 400_000)
            await db.save_message(made_message(chance, int(id_[1:]), time=time))
        case "late" | "new":
            time = chance.randint(0, 400_000) + (900_000 if action == "new" else 0)
            await db.save_message(made_message(chance, other, time=time))
            return f"m{other:05}"
    return id_


@pytest.mark.usefixtures("sizes")
async def test_what_changes_is_found_as_it_is_now(
    db: DatabaseService, chance: random.Random
) -> None:
    await save_rooms(db)
    await db.save_messages(made_messages(chance, 250))
    await db.update_search_index()
    ids = [f"m{n:05}" for n in range(250)]
    for turn in range(7):
        ids += [await change_one(db, id_, chance) for id_ in chance.sample(ids, 5)]
        if turn == 2:
            texts = [made_text(chance) for _ in range(30)]
            times = [chance.randint(0, 400_000) for _ in texts]
            await db.save_messages(
                [
                    message(f"m{120 + n:05}", content=text, timestamp=time)
                    for n, (text, time) in enumerate(zip(texts, times, strict=True))
                ]
            )
        if turn == 4:
            await db.move_messages("r1", "general", "brew")
        if turn == 5:
            await db.clear_room_messages("r2")
            stored = await db.get_messages("r1", limit=9_999)
            ids = [one.id for one in stored if not one.is_deleted]
        messages = [one for id_ in ROOMS for one in await db.get_messages(id_, limit=9_999)]
        await compare(db, messages, chance, 5)
        if turn % 2:
            await db.update_search_index()
            await compare(db, messages, chance, 5)


class Stop(Exception):
    """The program ends here."""


def ends_after(pauses: int) -> Iterator[None]:
    for _ in range(pauses):
        yield
    raise Stop


@pytest.mark.usefixtures("sizes")
async def test_the_index_is_complete_however_often_its_building_ends(
    db: DatabaseService, chance: random.Random
) -> None:
    await save_rooms(db)
    messages = made_messages(chance, 400)
    await db.save_messages(messages)
    for pauses in range(1, 12, 2):
        steps = ends_after(pauses)

        async def rest(steps: Iterator[None] = steps) -> None:
            next(steps)

        try:
            await db.update_search_index(rest=rest)
        except Stop:
            await compare(db, messages, chance, 2)
    await db.update_search_index()
    assert (await db.search_messages("tea")).is_indexed
    await compare(db, messages, chance, 20)


async def test_what_was_deleted_leaves_the_index(world: World, db: DatabaseService) -> None:
    await db.save_room(room())
    await db.save_messages([message(f"m{n}", content="tea", timestamp=n) for n in range(300)])
    await db.save_message(message("secret", content="xyzzy", timestamp=100))
    await db.update_search_index()
    assert "xyzzy" in str(await world.stored_index())
    await db.delete_message("secret")
    await db.update_search_index()
    assert "tea" in str(await world.stored_index())
    assert "xyzzy" not in str(await world.stored_index())
    await db.clear_all_data()
    assert await world.stored_index() == []
    await db.save_room(room())
    await db.save_message(message("a", content="tea"))
    assert await found_ids(db, "tea", 20) == ["a"]


@pytest.mark.parametrize("how", ["save", "update"])
async def test_what_a_message_said_before_leaves_the_index(
    world: World, db: DatabaseService, how: str
) -> None:
    await db.save_room(room())
    await db.save_messages([message(f"m{n}", content="tea", timestamp=n) for n in range(300)])
    await db.save_message(message("edited", content="xyzzy", timestamp=100))
    await db.update_search_index()
    assert "xyzzy" in str(await world.stored_index())
    # It is newer than the index now, which has nothing to take in, but to let go.
    if how == "save":
        await db.save_message(message("edited", content="milk", timestamp=10_000))
    else:
        await db.update_message("edited", content="milk", timestamp=10_000)
    assert await found_ids(db, "milk", 20) == ["edited"]
    await db.update_search_index()
    assert "tea" in str(await world.stored_index())
    assert "xyzzy" not in str(await world.stored_index())


async def test_messages_are_found_in_the_channel_that_they_were_moved_to(
    db: DatabaseService,
) -> None:
    await save_rooms(db)
    made = [message(f"m{n}", room_id="r1", content="tea", timestamp=n) for n in range(300)]
    await db.save_messages(made)
    await db.update_search_index()
    await db.move_messages("r1", "general", "brew")
    for _ in range(2):
        assert len(await found_ids(db, "tea", 100, room_id="r1", channel_id="brew")) == 300
        assert await found_ids(db, "tea", 100, room_id="r1", channel_id="general") == []
        await db.update_search_index()


async def test_a_message_from_the_future_is_found(db: DatabaseService) -> None:
    await db.save_room(room())
    await db.save_message(message("ahead", content="tea", timestamp=8_000_000_000_000))
    await db.save_messages([message(f"m{n}", content="cake", timestamp=n) for n in range(600)])
    await db.update_search_index()
    assert await found_ids(db, "tea", 20) == ["ahead"]
    assert (await db.search_messages("cake")).is_indexed
    await db.save_messages(
        [message(f"n{n}", content="cake", timestamp=900 + n) for n in range(300)]
    )
    await db.update_search_index()
    assert await found_ids(db, "tea", 20) == ["ahead"]


async def test_an_index_that_is_not_the_accounts_is_not_used(
    world: World, db: DatabaseService
) -> None:
    await db.save_room(room())
    await db.save_messages([message(f"m{n}", content="tea", timestamp=n) for n in range(300)])
    await db.update_search_index()
    await world.lose_index()
    assert len(await found_ids(db, "tea", 100)) == 300
    assert not (await db.search_messages("tea")).is_indexed
    await db.update_search_index()
    assert (await db.search_messages("tea")).is_indexed
    assert len(await found_ids(db, "tea", 100)) == 300


async def test_the_index_goes_with_its_account(world: World, db: DatabaseService) -> None:
    await db.set_current_user_id("ann")
    await db.save_room(room())
    await db.save_messages([message(f"m{n}", content="tea", timestamp=n) for n in range(300)])
    await db.update_search_index()
    assert await world.stored_index("ann")
    await db.set_current_user_id("bob")
    await db.delete_account("ann")
    assert not await world.has_index("ann")


async def test_progress_is_told(db: DatabaseService) -> None:
    await db.save_room(room())
    await db.save_messages([message(f"m{n}", content="tea", timestamp=n) for n in range(300)])
    told: list[SearchProgress] = []
    await db.update_search_index(report=told.append)
    assert told[0] == SearchProgress(0, 300)
    assert told[-1] == SearchProgress(300, 300)
