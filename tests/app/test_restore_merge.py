"""A restore adds to what is here what it lacks, and takes nothing away."""

import gzip
import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from roomkeep.app.channels import channels_of
from roomkeep.app.effects import restores
from roomkeep.archives import lines as archive
from roomkeep.models import User
from support.backups import App, begin, everything
from support.make import attachment, ban, channel, member, message, room, user


@pytest.fixture
async def app() -> AsyncIterator[App]:
    made = await begin()
    yield made
    await made.db.close()


@pytest.fixture
async def other() -> AsyncIterator[App]:
    """The same account on another device."""
    made = await begin()
    yield made
    await made.db.close()


def with_lines(data: bytes, *lines: dict[str, Any]) -> bytes:
    """Return a backup with some more lines before its end."""
    found = [json.loads(one) for one in gzip.decompress(data).splitlines()]
    end = {"type": "end", "lines": len(found) - 2 + len(lines)}
    made = [found[0], *found[1:-1], *lines, end]
    return b"\n".join(json.dumps(one).encode() for one in made)


async def test_a_room_that_is_here_gets_the_channels_and_members_it_lacks(
    app: App, other: App
) -> None:
    await app.db.save_room(
        room(
            topic="Theirs",
            channels=(channel(name="theirs"), channel("tea", position=1)),
            members=(member("ann", role="member"), member("bob", role="admin")),
        )
    )
    await app.db.save_message(message("in tea", channel_id="tea"))
    here = room(
        name="Here",
        channels=(channel(name="here"), channel("cake", position=1)),
        members=(member("ann", role="host"), member("cid")),
    )
    await other.db.save_room(here)
    data = await app.export()
    assert await other.restore(data) == "done: Restored 1 message and 0 files."
    merged = await other.db.get_room("r1")
    assert merged is not None
    assert merged == room(
        name="Here",
        channels=(*here.channels, channel("tea", position=1)),
        members=(*here.members, member("bob", role="admin")),
    )
    assert [one.id for one in channels_of(merged)] == ["general", "cake", "tea"]
    before = await everything(other.db)
    await other.restore(data)
    assert await everything(other.db) == before


async def test_files_that_were_removed_come_back(app: App) -> None:
    db = app.db
    await db.save_room(room())
    await db.save_message(message())
    for name in ("a1", "a2", "a3"):
        await db.save_attachment(attachment(name), b"cat")
    await db.save_attachment(attachment("empty", size=0), b"")
    before = await everything(db)
    data = await app.export()
    await db.remove_files(["a1", "a2", "empty"])
    assert await db.read_attachment_data("a3") == b"cat"
    assert await db.read_attachment_data("a1") is None
    there = " 1 message was already here."
    assert await app.restore(data) == f"done: Restored 0 messages and 3 files.{there}"
    assert await everything(db) == before
    assert await app.restore(data) == f"done: Restored 0 messages and 0 files.{there}"
    assert await everything(db) == before


async def test_profiles_here_are_filled_in_but_never_overwritten(app: App, other: App) -> None:
    picture = "data:image/png;base64,AAAA"
    for name in ("Ada", "bob", "cid"):
        theirs = user(name, display_name="Theirs", avatar_url=picture, bio="theirs", status="busy")
        await app.db.save_user(theirs)
    await other.effects.people.save_profile(name="Mine", status="away", bio="mine", picture=None)
    await other.db.save_user(user("bob", display_name="Here", avatar_url="here"))
    assert (await other.restore(await app.export())).startswith("done: ")
    mine = await other.db.get_user("Ada")
    assert mine is not None
    assert other.account.user() == mine
    assert (mine.display_name, mine.status) == ("Mine", "away")
    assert (mine.bio, mine.avatar_url) == ("mine", picture)
    assert await other.db.get_user("bob") == user(
        "bob", display_name="Here", avatar_url="here", bio="theirs"
    )
    assert await other.db.get_user("cid") == await app.db.get_user("cid")


async def test_a_merged_room_that_is_too_large_is_refused_before_anything_is_written(
    app: App, other: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_ITEMS", 3)
    await app.db.save_user(user("new"))
    await app.db.save_room(room(members=(member("ann"), member("bob"))))
    await other.db.save_room(room(members=(member("ann"), member("cid"), member("dan"))))
    before = await everything(other.db)
    said = await other.restore(await app.export())
    assert said.startswith("failed: The room “r1” would have 4 members. The limit is 3.")
    assert await everything(other.db) == before


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (2**60, "holds an integer beyond"),
        ({"a": [-(2**53)]}, "holds an integer beyond"),
        ("x" * 1_048_575, "takes 1,048,577 bytes"),
    ],
)
async def test_a_setting_that_cannot_be_kept_is_refused_before_anything_is_written(
    app: App, other: App, value: object, said: str
) -> None:
    await app.db.save_message(message())
    data = with_lines(await app.export(), {"type": "setting", "key": "k", "value": value})
    before = await everything(other.db)
    text = await other.restore(data)
    assert text.startswith("failed: Line ")
    assert said in text
    assert await everything(other.db) == before


async def test_the_largest_setting_that_is_kept_can_be_restored(app: App, other: App) -> None:
    await app.db.save_setting("k" * 1_024, "x" * 1_048_574)
    assert (await other.restore(await app.export())).startswith("done: ")
    assert (await everything(other.db))["settings"] == (await everything(app.db))["settings"]


async def test_what_is_restored_is_written_in_small_transactions(
    app: App, other: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restores, "BATCH", 100)
    await app.db.save_messages([message(f"m{n}") for n in range(250)])
    await app.db.add_users([user(f"u{n}") for n in range(250)])
    await app.db.add_bans([ban(f"u{n}") for n in range(250)])
    await app.db.add_settings({f"k{n}": n for n in range(250)})
    calls: dict[str, list[int]] = {}

    def count(name: str) -> None:
        write = getattr(other.db, name)

        async def write_and_count(records: Any, unknown: Any = ()) -> Any:
            calls.setdefault(name, []).append(len(records))
            return await (write(records, unknown) if unknown else write(records))

        monkeypatch.setattr(other.db, name, write_and_count)

    for name in ("add_messages", "restore_users", "add_bans", "add_settings"):
        count(name)
    assert (await other.restore(await app.export())).startswith("done: ")
    assert {name: sum(numbers) for name, numbers in calls.items()} == {
        "restore_users": 251,
        "add_bans": 250,
        "add_messages": 250,
        "add_settings": 250,
    }
    assert max(max(numbers) for numbers in calls.values()) <= 100
    assert sum(map(len, calls.values())) < 20


async def test_profiles_with_large_pictures_are_written_a_few_at_a_time(
    app: App, other: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        await app.db.save_user(user(f"u{number}", avatar_url="x" * 500_000))
    sizes: list[int] = []
    restore_users = other.db.restore_users

    async def count(users: list[User], unknown: Any) -> None:
        sizes.append(len(msgspec.json.encode(users)))
        await restore_users(users, unknown)

    monkeypatch.setattr(other.db, "restore_users", count)
    await other.restore(await app.export())
    assert len(sizes) > 3
    assert max(sizes) < 2_500_000
    found = Counter(len(one.avatar_url or "") for one in (await everything(other.db))["users"])
    assert found[500_000] == 12
