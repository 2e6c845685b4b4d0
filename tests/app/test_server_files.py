"""Files that a homeserver keeps: got when they are shown, large pictures as thumbnails first."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from roomkeep.app.blobs import Blobs
from roomkeep.app.file_state import Picture
from roomkeep.app.state import AccountState
from roomkeep.errors import RecordNotFound
from roomkeep.models import Attachment
from roomkeep.sync.errors import NotReachable
from support.chat import Chat

LARGE = 300_000


class Server:
    """A homeserver that notes what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.error: Exception | None = None

    async def download_file(self, account: AccountState, attachment: Attachment) -> bytes:
        assert isinstance(account, AccountState)
        return self._answer(f"file {attachment.id}", b"whole")

    async def get_thumbnail(
        self, account: AccountState, attachment: Attachment
    ) -> tuple[bytes, str]:
        assert isinstance(account, AccountState)
        return self._answer(f"thumbnail {attachment.id}", b"small"), "image/jpeg"

    def _answer(self, what: str, data: bytes) -> bytes:
        self.asked.append(what)
        if self.error is not None:
            raise self.error
        return data


class Urls(Blobs):
    """The URLs of pictures that take memory, and the downloads."""

    def __init__(self) -> None:
        self.live: set[str] = set()
        self.saved: list[tuple[bytes, str]] = []

    def make_url(self, data: bytes, mime: str) -> str:
        self.live.add(url := f"{mime} {data[:5].decode()}")
        return url

    def revoke(self, url: str | None) -> None:
        self.live.discard(url or "")

    def download(self, data: bytes, name: str) -> None:
        self.saved.append((data, name))


class App:
    """A message with a picture that is not on this device."""

    def __init__(self, chat: Chat, urls: Urls) -> None:
        self.chat = chat
        self.urls = urls
        self.server = Server()
        self.effects = chat.effects.pictures
        self.effects.server = self.server

    async def receive(self, size: int) -> None:
        await self.chat.write("look")
        picture = Attachment(
            id="p", message_id=self.chat.latest.id, filename="a.png", size=size, mime="image/png"
        )
        await self.chat.db.save_attachment(picture)
        await self.chat.idle()
        await self.effects.load(self.chat.account, [self.chat.latest])

    async def see(self) -> Picture:
        self.effects.come_into_view("p")
        await self.chat.idle()
        return self.chat.account.files.pictures()["p"]

    async def enlarge(self) -> Picture:
        self.effects.enlarge("p")
        await self.chat.idle()
        return self.chat.account.files.pictures()["p"]


@pytest.fixture
async def app(monkeypatch: Any) -> AsyncIterator[App]:
    async with Chat.opened("Tea") as chat:
        urls = Urls()
        monkeypatch.setattr(chat.effects.pictures, "_blobs", urls)
        yield App(chat, urls)


async def test_a_small_picture_is_got_whole(app: App) -> None:
    await app.receive(1_000)
    assert (await app.see()).url == "image/png whole"
    await app.enlarge()
    await app.see()
    assert app.server.asked == ["file p"]


async def test_a_large_picture_is_a_thumbnail_until_it_is_enlarged(app: App) -> None:
    await app.receive(LARGE)
    assert (await app.see()).url == "image/jpeg small"
    assert (await app.see()).url == "image/jpeg small"
    assert app.server.asked == ["thumbnail p"]
    assert (await app.enlarge()).url == "image/png whole"
    assert app.server.asked == ["thumbnail p", "file p"]
    assert app.urls.live == {"image/png whole"}


async def test_what_is_on_this_device_is_asked_of_nobody(app: App) -> None:
    await app.receive(LARGE)
    picture = app.chat.account.files.find("p")
    assert picture is not None
    await app.chat.db.save_attachment(picture, b"mine!".ljust(LARGE))
    assert (await app.see()).url == "image/png mine!"
    assert app.server.asked == []


async def test_what_could_not_be_got_is_tried_again(app: App) -> None:
    await app.receive(LARGE)
    app.server.error = NotReachable("gone")
    assert (await app.see()).problem == "Couldn't be loaded"
    app.server.error = None
    assert (await app.see()).url == "image/jpeg small"
    app.server.error = NotReachable("gone")
    # The thumbnail is better than nothing.
    assert (await app.enlarge()).url == "image/jpeg small"
    assert app.urls.live == {"image/jpeg small"}
    app.server.error = None
    assert (await app.enlarge()).url == "image/png whole"


async def test_what_is_on_no_server_is_not_here(app: App) -> None:
    await app.receive(LARGE)
    app.server.error = RecordNotFound("attachments", "p")
    assert (await app.see()).problem == "Not on this device"
    await app.see()
    assert app.server.asked == ["thumbnail p"]
    await app.effects.download("p")
    assert app.chat.told == ["“a.png” isn't on this device."]


async def test_a_file_is_got_to_be_downloaded(app: App) -> None:
    await app.receive(LARGE)
    await app.effects.download("p")
    assert app.urls.saved == [(b"whole", "a.png")]
