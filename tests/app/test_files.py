"""Files that go with messages: names, types, limits; and what is saved of them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from roomkeep.app.blobs import Blobs
from roomkeep.app.channel_ref import DRAFT_FILES, setting_key
from roomkeep.app.file_kinds import kind_of
from roomkeep.app.files import (
    MAX_FILE,
    base_name,
    choose,
    download_name,
    in_words,
    media_type,
    picture_type,
)
from roomkeep.errors import StorageFull
from roomkeep.models import Attachment
from support.chat import Chat, until
from support.picked_file import File


@pytest.mark.parametrize(
    ("name", "kept", "saved"),
    [
        ("a.png", "a.png", "a.png"),
        ("../../etc/passwd", "passwd", "passwd"),
        ("C:\\Users\\ada\\diary.txt", "diary.txt", "diary.txt"),
        ("", "file", "file"),
        ("  ..  ", "..", "file"),
        ("folder/", "folder", "folder"),
        ('<b>:"|?*.txt', '<b>:"|?*.txt', "_b______.txt"),
        ("photo\u202egnp.exe", "photognp.exe", "photognp.exe"),
        ("line\nbreak\x00.txt", "linebreak.txt", "linebreak.txt"),
        ("👩\u200d💻.png", "👩\u200d💻.png", "👩\u200d💻.png"),
        ("bad\ud800.txt", "bad\ufffd.txt", "bad\ufffd.txt"),
        (".profile", ".profile", "profile"),
    ],
)
def test_names(name: str, kept: str, saved: str) -> None:
    assert base_name(name) == kept
    assert download_name(name) == saved


def test_long_names_keep_their_ending() -> None:
    assert base_name("a" * 300 + ".tar") == "a" * 195 + "….tar"
    assert len(download_name("a" * 300)) == 120
    assert len(base_name("a." + "b" * 300)) == 200


def test_types() -> None:
    assert media_type("Text/HTML; charset=utf-8") == "text/html"
    assert (
        media_type("") == media_type("no type") == media_type("a/b/c") == "application/octet-stream"
    )
    assert picture_type("IMAGE/PNG") == "image/png"
    for mime in ("image/svg+xml", "text/html", "application/pdf", "image/x-png", ""):
        assert picture_type(mime) is None


def test_a_limit_that_is_passed_shows_in_words() -> None:
    assert in_words(MAX_FILE) == "25 MB"
    assert in_words(MAX_FILE + 1) == "25.1 MB"
    assert in_words(1) == "1 kB"
    assert in_words(999_999) == "1,000 kB"


def test_what_cannot_be_sent_is_said() -> None:
    files = [File("a", b"x"), File("big", b"", size=MAX_FILE + 1), File("none", b"")]
    choice = choose([*files, File("b", b"x"), File("c", b"x"), File("d", b"x")], room_for=2)
    assert [file.name for file in choice.files] == ["a", "b"]
    assert choice.refused == (
        "“big” is 25.1 MB. The limit is 25 MB per file.",
        "“none” is empty, so it can't be sent.",
        "You can send up to 10 files with a message. 2 files were left out.",
    )


@pytest.mark.parametrize("mime", ["text/html", "image/svg+xml", "application/pdf", ""])
def test_nothing_but_a_picture_gets_a_url(mime: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "js", object())
    with pytest.raises(ValueError, match="not to be shown"):
        Blobs()._url([], mime)


class App(Chat):
    """The app, with files."""

    @property
    def waiting(self) -> list[str]:
        return [file.name for files in self.account.files.pending().values() for file in files]

    async def send(self, text: str) -> None:
        self.effects.sending.write_draft(self.here, text)
        sending = self.effects.sending.send(self.here)
        if sending is not None:
            await sending

    async def saved(self) -> list[tuple[str, str]]:
        messages = {m.id: m for m in await self.db.get_messages(self.account.room_id() or "")}
        every = await self.db.get_all_attachments()
        return [(messages[one.message_id].content, one.filename) for one in every]


@pytest.fixture
async def app() -> AsyncIterator[App]:
    async with App.opened("Tea") as made:
        yield made


async def test_a_file_that_was_just_picked_goes_with_what_is_sent_at_once(app: App) -> None:
    adding = app.effects.attachments.add([File("a.txt", b"one"), File("", b"")])
    await asyncio.sleep(0)
    await app.send("look")
    await adding
    assert await app.saved() == [("look", "a.txt")]
    assert app.waiting == []


async def test_files_are_saved_after_their_message(app: App) -> None:
    await app.effects.attachments.add([File("a.txt", b"one"), File("b.bin", b"three")])
    await app.send("look")
    assert app.waiting == []
    assert await app.saved() == [("look", "a.txt"), ("look", "b.bin")]
    [first, _] = await app.db.get_all_attachments()
    assert (first.size, first.mime, first.uploader_id) == (3, "application/octet-stream", "Ada")
    assert await app.db.read_attachment_data(first.id) == b"one"
    shown = app.account.files.by_message()[first.message_id]
    assert [one.filename for one in shown] == ["a.txt", "b.bin"]


async def test_a_file_needs_no_words(app: App) -> None:
    await app.effects.attachments.add([File("a.txt", b"one")])
    await app.send("")
    assert await app.saved() == [("", "a.txt")]
    await app.send("")
    assert len(await app.db.get_messages(app.account.room_id() or "")) == 1


async def test_what_cannot_be_read_is_refused(app: App) -> None:
    await app.effects.attachments.add([File("folder", b"4096"), File("a.txt", b"one")])
    assert app.waiting == ["a.txt"]
    assert app.account.files.refused() == (
        "“folder” can't be read. If it's a folder, attach the files in it.",
    )
    [file] = next(iter(app.account.files.pending().values()))
    app.effects.attachments.remove(file.id)
    assert app.waiting == []


async def test_files_that_fail_wait_for_their_own_message(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = app.db.save_attachment

    async def full(attachment: Attachment, data: object) -> None:
        if attachment.filename == "b.txt":
            raise StorageFull("full")
        await save(attachment, data)

    monkeypatch.setattr(app.db, "save_attachment", full)
    await app.effects.attachments.add([File("a.txt", b"one"), File("b.txt", b"two")])
    await app.send("first")
    assert app.waiting == ["b.txt"]
    notice = app.page.notices()[-1]
    assert notice.text == (
        "Couldn't save “b.txt”. This browser's storage is full. The message was sent without it."
    )
    await app.send("")
    assert [one.text for one in app.page.notices()].count(notice.text) == 1
    assert app.waiting == ["b.txt"]
    monkeypatch.undo()
    await app.effects.attachments.add([File("c.txt", b"three")])
    await app.send("second")
    assert app.waiting == []
    saved = [("first", "a.txt"), ("first", "b.txt"), ("second", "c.txt")]
    assert sorted(await app.saved()) == saved


async def test_files_of_a_message_that_was_deleted_go_with_the_next(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_attachment: Attachment, _data: object) -> None:
        raise StorageFull("full")

    monkeypatch.setattr(app.db, "save_attachment", full)
    await app.effects.attachments.add([File("a.txt", b"one")])
    await app.send("first")
    monkeypatch.undo()
    [message] = await app.db.get_messages(app.account.room_id() or "")
    await app.db.delete_message(message.id)
    await app.send("")
    assert app.waiting == ["a.txt"]
    await app.send("second")
    assert await app.saved() == [("second", "a.txt")]


async def test_all_waits_where_the_message_fails(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(_message: object, **_: object) -> None:
        raise StorageFull("full")

    monkeypatch.setattr(app.db, "send_message", full)
    await app.effects.attachments.add([File("a.txt", b"one")])
    await app.send("lost?")
    assert app.waiting == ["a.txt"]
    assert app.account.draft == "lost?"
    assert app.account.files.waits(app.account.channel_ref)
    monkeypatch.undo()
    await app.send("lost?")
    assert await app.saved() == [("lost?", "a.txt")]


async def test_a_switch_leaves_files_behind_and_finds_them_again(app: App) -> None:
    room_id = app.account.room_id()
    await app.effects.attachments.add([File("a.txt", b"one"), File("b.txt", b"two")])
    await app.effects.accounts.create("Grace")
    assert app.waiting == []
    assert app.account.files.by_message() == {}
    assert await app.db.get_all_attachments() == []
    await app.effects.accounts.switch("Ada")
    assert app.account.room_id() == room_id
    assert app.waiting == ["a.txt", "b.txt"]
    [first, _] = next(iter(app.account.files.pending().values()))
    app.effects.attachments.remove(first.id)
    await app.send("look")
    assert await app.saved() == [("look", "b.txt")]
    [kept] = await app.db.get_all_attachments()
    assert await app.db.read_attachment_data(kept.id) == b"two"
    assert app.waiting == []
    async with asyncio.timeout(5):
        while await app.db.get_settings("draftFiles/"):
            pass


async def test_a_file_that_cannot_be_kept_waits_on_the_page_alone(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_attachment: Attachment, _data: object) -> None:
        raise StorageFull("full")

    monkeypatch.setattr(app.db, "save_attachment", full)
    await app.effects.attachments.add([File("a.txt", b"one")])
    [notice] = app.page.notices()
    assert notice.text == ("Couldn't save “a.txt” for later. This browser's storage is full.")
    assert "gone when you close" in notice.advice
    [file] = next(iter(app.account.files.pending().values()))
    assert file.is_kept is False
    monkeypatch.undo()
    await app.send("look")
    assert await app.saved() == [("look", "a.txt")]


async def test_a_file_that_is_sent_in_another_tab_waits_no_more(app: App) -> None:
    await app.effects.attachments.add([File("a.txt", b"one")])
    [key] = await app.db.get_settings("draftFiles/")
    [kept] = await app.db.get_all_attachments()
    await app.db.save_setting(key, None)
    await until(lambda: app.waiting == [])
    # And one that is picked there waits here too.
    await app.db.save_setting(key, [kept.id])
    await until(lambda: app.waiting == ["a.txt"])


async def test_files_that_are_picked_at_once_are_all_kept(app: App) -> None:
    add = app.effects.attachments.add
    await asyncio.gather(*(add([File(name, b"one")]) for name in ("a.txt", "b.txt")))
    [kept] = (await app.db.get_settings("draftFiles/")).values()
    assert kept == [file.id for file in next(iter(app.account.files.pending().values()))]
    await app.effects.accounts.sign_out()
    await app.effects.accounts.switch("Ada")
    assert app.waiting == ["a.txt", "b.txt"]


async def test_files_that_are_picked_at_once_are_no_more_than_a_message_takes(app: App) -> None:
    picked = [[File(f"{pick}{number}.txt", b"one") for number in range(8)] for pick in "ab"]
    await asyncio.gather(*(app.effects.attachments.add(files) for files in picked))
    assert len(app.waiting) == 10
    assert app.account.files.refused() == (
        "You can send up to 10 files with a message. 6 files were left out.",
    )


async def test_a_file_shows_that_another_tab_lists_before_it_keeps_it(app: App) -> None:
    ref = app.account.channel_ref
    assert ref is not None
    await app.db.save_setting(setting_key(DRAFT_FILES, ref), ["big"])
    await app.idle()
    file = Attachment(id="big", message_id="draft:big", filename="a.txt", size=3, mime="text/plain")
    await app.db.save_attachment(file, b"one")
    await until(lambda: app.waiting == ["a.txt"])
    assert app.account.files.awaited == {}


class Urls(Blobs):
    """The URLs of pictures that take memory."""

    def __init__(self) -> None:
        self.made = 0
        self.live: set[str] = set()

    def make_url(self, data: bytes, mime: str) -> str:
        return self.make_file_url(data, mime)

    def make_file_url(self, file: object, mime: str) -> str:
        assert file
        self.made += 1
        self.live.add(url := f"blob:{mime}/{self.made}")
        return url

    def revoke(self, url: str | None) -> None:
        self.live.discard(url or "")


@pytest.fixture
def urls(app: App, monkeypatch: pytest.MonkeyPatch) -> Urls:
    made = Urls()
    for effects in (app.effects.attachments, app.effects.draft_attachments, app.effects.pictures):
        monkeypatch.setattr(effects, "_blobs", made)
    return made


async def test_pictures_that_wait_are_let_go_with_their_room(app: App, urls: Urls) -> None:
    await app.effects.attachments.add([File("a.png", b"one", "image/png")])
    assert len(urls.live) == 1
    await app.effects.room_settings.ask_leave()
    await app.effects.room_settings.leave()
    assert app.waiting == []
    assert urls.live == set()


async def test_pictures_that_wait_take_memory_once(app: App, urls: Urls) -> None:
    ref = app.account.channel_ref
    assert ref is not None
    for name in ("a", "b"):
        file = Attachment(
            id=name, message_id=f"draft:{name}", filename="a.png", size=3, mime="image/png"
        )
        await app.db.save_attachment(file, b"one")
    for ids in (["a"], ["a", "b"]):
        await app.db.save_setting(setting_key(DRAFT_FILES, ref), ids)
    await app.idle()
    assert {file.picture for file in app.account.files.pending()[ref]} == urls.live


async def test_a_picture_that_comes_back_while_it_is_read_takes_memory_once(
    app: App, urls: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    await app.effects.attachments.add([File("a.png", b"one", "image/png")])
    await app.send("look")
    timeline = app.account.timeline()
    assert timeline is not None
    [picture] = app.account.files.by_message()[timeline.messages[0].id]
    read = app.db.read_attachment_data

    async def read_slowly(attachment_id: str) -> bytes | None:
        await may_read.wait()
        return await read(attachment_id)

    may_read = asyncio.Event()
    monkeypatch.setattr(app.db, "read_attachment_data", read_slowly)
    pictures = app.effects.pictures
    pictures.come_into_view(picture.id)
    for messages in ((), timeline.messages):
        await pictures.show(app.account, messages)
    pictures.come_into_view(picture.id)
    may_read.set()
    await app.idle()
    assert {one.url for one in app.account.files.pictures().values()} == urls.live


async def test_the_files_of_a_room_that_goes_are_kept_no_more(app: App) -> None:
    await app.effects.attachments.add([File("a.txt", b"one")])
    await app.effects.room_settings.ask_leave()
    await app.effects.room_settings.leave()
    assert await app.db.get_all_attachments() == []
    assert await app.db.get_settings("draftFiles/") == {}


@pytest.mark.parametrize(
    ("name", "mime", "kind"),
    [
        ("Notes.pdf", "application/pdf", "PDF document"),
        ("holiday", "image/png", "PNG image"),
        ("all.zip", "application/zip", "ZIP archive"),
        ("all.zip", "application/x-zip-compressed", "ZIP archive"),
        ("a.txt", "text/plain;charset=utf-8", "Text document"),
        (
            "Letter.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "Word document",
        ),
        ("SHEET.XLSX", "application/octet-stream", "Spreadsheet"),
        ("model.blend", "application/octet-stream", "BLEND file"),
        ("track.flac", "audio/flac", "FLAC file"),
        ("page.unknown", "", "UNKNOWN file"),
        ("README", "application/octet-stream", ""),
        (".profile", "", ""),
        ("odd.a b", "", ""),
        ("x.verylongending", "", ""),
    ],
)
def test_a_file_has_a_kind_in_the_words_of_people(name: str, mime: str, kind: str) -> None:
    assert kind_of(name, mime) == kind
    assert "/" not in kind_of(name, mime)
