"""An export brings everything back, adds only what is missing, and a bad one changes nothing."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomkeep.app.effects import job_run
from roomkeep.app.effects.exports import ExportEffects
from roomkeep.app.export_format import MAX_ATTACHMENT, is_head
from roomkeep.persistence import DatabaseService
from support.backups import App, Saved, begin, everything
from support.laws import law
from support.make import attachment, ban, channel, message, reaction, room, user


@pytest.fixture
async def app() -> AsyncIterator[App]:
    made = await begin()
    yield made
    await made.db.close()


@pytest.fixture
async def other() -> AsyncIterator[App]:
    """The same account on a device that has nothing of it."""
    made = await begin()
    yield made
    await made.db.close()


async def fill(db: DatabaseService) -> None:
    await db.save_user(user("Ada", display_name="Ada", bio="I do sums.", joined_at=5))
    await db.save_room(room(members=(), topic="Tea"))
    await db.save_user(user("bob", avatar_url="data:image/png;base64," + "A" * 700_000))
    await db.save_ban(ban(expires_at=4_000))
    await db.save_messages([message(f"m{n}", timestamp=n) for n in range(600)])
    await db.save_reaction(reaction())
    await db.save_reaction(reaction(message_id="later"))
    await db.delete_message("m2")
    data = bytes(range(256)) * 4_000
    await db.save_attachment(attachment("big", size=len(data)), data)
    await db.save_attachment(attachment("empty", size=0), b"")
    await db.save_attachment(attachment("bare", message_id="later"))
    await db.save_setting("draft/r1", {"text": "and then"})


async def test_an_export_restored_into_an_empty_account_gives_the_same(
    app: App, other: App
) -> None:
    await fill(app.db)
    data = await app.export()
    assert app.saved.name.startswith("Roomkeep Ada 20")
    exporting = app.account.exporting()
    assert exporting is not None
    assert exporting.text.startswith("Exported 600 messages, 2 files, ")
    assert max(map(len, gzip.decompress(data).split(b"\n"))) < 800_000
    # The account's own profile is here already, and is only filled in.
    await other.db.update_user("Ada", joined_at=5)
    assert await other.restore(data) == (
        "done: Restored 600 messages and 3 files."
        " Reload the page to see restored drafts and settings."
    )
    assert await everything(other.db) == await everything(app.db)
    assert other.account.user().bio == "I do sums."
    assert await other.db.find_problems() == await app.db.find_problems()


TEXTS = st.text('aé😀\n\x00"\\', max_size=6)


@law
@given(
    contents=st.lists(st.tuples(TEXTS, st.booleans(), st.booleans()), max_size=6),
    data=st.lists(st.binary(max_size=40), max_size=3),
    settings=st.dictionaries(st.text("ab/", min_size=1, max_size=3), TEXTS, max_size=3),
)
async def test_law_whatever_is_exported_comes_back(
    app: App,
    other: App,
    contents: list[tuple[str, bool, bool]],
    data: list[bytes],
    settings: dict[str, str],
) -> None:
    for one in (app, other):
        await one.db.clear_all_data()
    for n, (content, is_liked, is_deleted) in enumerate(contents):
        liked = (reaction(message_id=f"m{n}"),) if is_liked else ()
        given_one = message(f"m{n}", content=content, is_deleted=is_deleted, reactions=liked)
        await app.db.save_message(given_one)
    for n, some in enumerate(data):
        owner = attachment(f"a{n}", message_id="elsewhere", size=len(some))
        await app.db.save_attachment(owner, some)
    for key, value in settings.items():
        await app.db.save_setting(key, value)
    assert (await other.restore(await app.export())).startswith("done: ")
    assert await everything(other.db) == await everything(app.db)


async def test_a_profile_that_one_has_filled_in_stays(app: App, other: App) -> None:
    await fill(app.db)
    await other.db.update_user("Ada", bio="I do more.")
    other.account.user.set(user("Ada", display_name="Ada", bio="I do more."))
    await other.restore(await app.export())
    mine = await other.db.get_user("Ada")
    assert mine is not None
    assert mine.bio == "I do more."


async def test_what_is_here_stays_as_it_is(app: App, other: App) -> None:
    await fill(app.db)
    await app.db.save_attachment(attachment("late", message_id="m3"), b"cat")
    await app.db.save_reaction(reaction(message_id="here"))
    await app.db.save_room(room("wide", icon="x" * 1_048_576))
    data = await app.export()
    db = other.db
    await db.save_room(room(name="Mine"))
    await db.save_ban(ban(reason="mine"))
    own = reaction(message_id="later", timestamp=7)
    await db.save_reaction(own)
    await db.save_message(message("here", room_id="r9"))
    await db.save_message(message("m1", content="mine"))
    await db.save_message(message("m2", content="mine"))
    await db.save_message(message("m3"))
    await db.delete_message("m3")
    await db.save_attachment(attachment("big"), b"own")
    await db.save_setting("draft/r1", "own")
    assert "Restored 597 messages and 2 files. 3 messages were already here" in (
        await other.restore(data)
    )
    found = await db.get_room("r1")
    assert found is not None
    assert found.name == "Mine"
    assert await db.get_room("wide") is not None
    assert [one.reason for one in await db.get_bans_for_room("r1")] == ["mine"]
    assert await db.get_reactions_for_message("later") == [own]
    assert await db.get_reactions_for_message("here") == []
    assert await db.get_attachments_for_message("m3") == []
    assert [one.content for one in await db.get_messages("r1", 4)] == [
        "content of m0",
        "content of m4",
        "content of m5",
        "content of m6",
    ]
    deleted = await db.get_message_by_id("m3")
    assert deleted is not None
    assert deleted.is_deleted
    kept = await db.get_message_by_id("m1")
    assert kept is not None
    assert (kept.content, kept.reactions) == ("mine", ())
    assert await db.read_attachment_data("big") == b"own"
    assert await db.get_setting("draft/r1") == "own"
    before = await everything(db)
    assert (await other.restore(data)).startswith("done: Restored 0 messages and 0 files.")
    assert await everything(db) == before


async def test_a_single_message_that_is_here_is_told_as_one(app: App, other: App) -> None:
    await app.db.save_message(message("m1"))
    await other.db.save_message(message("m1"))
    assert await other.restore(await app.export()) == (
        "done: Restored 0 messages and 0 files. 1 message was already here."
    )


async def test_an_export_of_another_account_is_refused(app: App) -> None:
    data = await app.export()
    grace = await begin("Grace")
    before = await everything(grace.db)
    said = await grace.restore(data)
    assert said.startswith("failed: This file is from another account, “Ada”.")
    assert "Sign in to that account" in said
    assert await everything(grace.db) == before
    await grace.db.close()


def change(number: int, **changes: Any) -> Callable[[list[Any]], list[Any]]:
    def spoil(lines: list[Any]) -> list[Any]:
        lines[number] |= changes
        return lines

    return spoil


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (change(0, version=2), "This file was exported by a newer version of Roomkeep."),
        (change(0, exportedAt="now"), "The first line of the file isn't valid."),
        (change(1, type="spy"), "Line 2: type isn't valid"),
        (change(-1, lines=3), "The file is incomplete. Some of its lines are missing."),
        (lambda lines: lines[:-1], "The file is incomplete. Its end is missing."),
        (lambda lines: [*lines, lines[-1]], "comes after the end of the file."),
        (
            lambda lines: [line for line in lines if line.get("type") != "data"],
            "part of the file before it",
        ),
        (
            lambda lines: [*lines[:-1], {"type": "data", "data": "AAAA"}, lines[-1]],
            "this data doesn't belong to a file.",
        ),
        (
            lambda lines: [*lines[:-1], {"type": "data", "data": ""}, lines[-1]],
            "this data doesn't belong to a file.",
        ),
        (
            lambda lines: [
                *lines[:-1],
                {
                    "type": "attachment",
                    "has_data": True,
                    "record": msgspec.to_builtins(attachment("vast", size=MAX_ATTACHMENT + 1)),
                },
            ],
            "the file is too large to restore.",
        ),
        (
            lambda lines: [*lines[:-1], {"type": "setting", "key": "k", "value": "x" * 1_048_575}],
            "takes 1,048,577 bytes; 1,048,576 is the most.",
        ),
        (
            lambda lines: [
                *lines[:-1],
                {"type": "message", "record": msgspec.to_builtins(message(content="x" * 65_537))},
            ],
            "65,537 characters long",
        ),
        (
            lambda lines: [
                *lines[:-1],
                {"type": "user", "record": {**msgspec.to_builtins(user("eve")), "x": 2**60}},
            ],
            "holds an integer beyond",
        ),
        (
            lambda lines: [
                *lines[:-1],
                {
                    "type": "room",
                    "record": {
                        **msgspec.to_builtins(room("wide")),
                        "channels": [
                            {**msgspec.to_builtins(channel()), "x": "x" * 1_048_577},
                        ],
                    },
                },
            ],
            "1,048,576 is the most.",
        ),
        (
            lambda lines: [
                *lines[:-1],
                {
                    "type": "message",
                    "record": msgspec.to_builtins(message("m9", reactions=(reaction(),))),
                },
            ],
            "a reaction belongs to another message.",
        ),
    ],
)
async def test_a_spoiled_export_changes_nothing(
    app: App, other: App, spoil: Callable[[list[Any]], list[Any]], said: str
) -> None:
    await fill(app.db)
    data = gzip.decompress(await app.export())
    lines = [json.loads(line) for line in data.splitlines()]
    before = await everything(other.db)
    spoiled = b"\n".join(json.dumps(line).encode() for line in spoil(lines))
    text = await other.restore(spoiled)
    assert text.startswith("failed: ")
    assert said in text
    assert "Nothing was restored." in text
    assert await everything(other.db) == before


def test_a_line_that_is_nested_without_end_is_no_head() -> None:
    assert not is_head(b'{"format":' + b"[" * 100_000)


async def test_the_page_goes_on_while_a_page_of_large_records_is_packed(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_run, "BREATH", 0)
    await app.db.add_users([user(f"u{n}", avatar_url="x" * 10_000) for n in range(200)])
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.ensure_future(count_turns())
    await app.export()
    counting.cancel()
    assert turns > 200


async def test_a_stopped_export_saves_no_file(app: App) -> None:
    await fill(app.db)
    saved = app.saved = Saved()
    effects: Any = app
    exports = ExportEffects(app.effects.context, effects)
    app.begin_download = lambda: saved  # type: ignore[method-assign]
    running = exports.start()
    saved.write = lambda data: exports.cancel()  # type: ignore[method-assign]  # noqa: ARG005
    await running
    exporting = app.account.exporting()
    assert exporting is not None
    assert (exporting.phase, exporting.text) == ("stopped", "Export canceled. No file was saved.")
    assert saved.name == ""


async def test_an_export_that_the_browser_does_not_take_is_told_and_can_be_tried_again(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = app.saved = Saved()
    effects: Any = app
    exports = ExportEffects(app.effects.context, effects)
    app.begin_download = lambda: saved  # type: ignore[method-assign]

    def full(_name: str) -> None:
        raise RuntimeError("no memory left")

    monkeypatch.setattr(saved, "save", full)
    await exports.start()
    exporting = app.account.exporting()
    assert exporting is not None
    assert exporting.phase == "failed"
    assert exporting.text == "Couldn't export your data. Something went wrong."
    assert not exporting.is_running


async def test_the_storage_page_knows_whether_a_backup_was_ever_made(app: App) -> None:
    app.effects.storage.open_page()
    await app.idle()
    assert app.account.storage.last_backup() == 0
    before = app.effects.context.time()
    await app.export()
    app.account.storage.last_backup.set(None)
    await app.effects.storage.refresh()
    made_at = app.account.storage.last_backup()
    assert made_at is not None
    assert made_at >= before
