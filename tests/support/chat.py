"""The app without its views, on the database in memory or one that is given."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

from roomkeep.app.archive_file import PickedFile
from roomkeep.app.channel_ref import ChannelRef
from roomkeep.app.effects import Context, Effects
from roomkeep.app.state import AccountState, PageState
from roomkeep.models import Message
from roomkeep.persistence import AppResumeStorage, DatabaseService


class Chat:
    """The app without its views."""

    def __init__(self, db: DatabaseService | None = None) -> None:
        self.db = DatabaseService() if db is None else db
        self.page = PageState()
        self.resume = AppResumeStorage()
        self.effects = Effects(Context(self.db, self.resume, self.page))

    @classmethod
    @asynccontextmanager
    async def opened(cls, *rooms: str) -> AsyncIterator[Self]:
        """Sign in, and create rooms; the last of them is open."""
        made = cls()
        await made.effects.accounts.begin()
        await made.effects.accounts.create("Ada")
        for room in rooms:
            await made.effects.rooms.create(room)
        yield made
        await made.db.close()

    @property
    def account(self) -> AccountState:
        account = self.page.account()
        assert account is not None
        return account

    @property
    def room_id(self) -> str:
        room_id = self.account.room_id()
        assert room_id is not None
        return room_id

    @property
    def here(self) -> ChannelRef:
        ref = self.account.channel_ref
        assert ref is not None
        return ref

    @property
    def edited_id(self) -> str:
        message_id = self.account.editing
        assert message_id is not None
        return message_id

    @property
    def shown(self) -> list[str]:
        timeline = self.account.timeline()
        return [] if timeline is None else [message.content for message in timeline.messages]

    @property
    def latest(self) -> Message:
        """The last message on the page."""
        timeline = self.account.timeline()
        assert timeline is not None
        return timeline.messages[-1]

    @property
    def told(self) -> list[str]:
        return [notice.text for notice in self.page.notices()]

    async def write(self, content: str) -> None:
        self.effects.sending.write_draft(self.here, content)
        sending = self.effects.sending.send(self.here)
        assert sending is not None
        await sending

    async def idle(self) -> None:
        """Wait until nothing is under way, nor about to be."""
        async with asyncio.timeout(10):
            while tasks := self.effects.context._tasks:
                await asyncio.wait(tasks)

    async def import_files(self, *files: PickedFile) -> str:
        """Pick files and import them; return how it ended, as it is told beside the file."""
        account = self.account
        await self.effects.imports.open(files)
        await self.effects.imports.start()
        refusal, importing = account.imports.refusal(), account.importing()
        if refusal is not None:
            return f"refused: {refusal.text} {refusal.advice}"
        assert importing is not None
        return f"{importing.phase}: {importing.text} {importing.advice}".strip()

    def stash(self) -> dict[str, object]:
        """Stash what a closing page does, and return it."""
        self.effects.setting_writer.stash()
        return self.resume.load_unsaved("Ada")

    async def reopen(self, stashed: dict[str, object]) -> None:
        """Open the account as after a page that closed at once, leaving no more than it stashed."""
        self.effects.setting_writer.forget(self.account)
        await self.effects.accounts.sign_out()
        self.resume.save_unsaved("Ada", stashed)
        await self.effects.accounts.switch("Ada")

    def hold_sending(self) -> asyncio.Event:
        """Have messages wait before they are written, until the event is set."""
        send, may_send = self.db.send_message, asyncio.Event()

        async def send_later(message: Message, **also: Any) -> None:
            await may_send.wait()
            await send(message, **also)

        self.db.send_message = send_later  # type: ignore[method-assign]
        return may_send

    async def hear(self, content: str, room_id: str, channel_id: str = "general") -> Message:
        """Save what somebody else wrote just now."""
        message = Message(
            id=self.effects.context.new_id(),
            room_id=room_id,
            channel_id=channel_id,
            sender_id="bob",
            sender_name="Bob",
            content=content,
            timestamp=self.effects.context.now(),
        )
        await self.db.save_message(message)
        return message


async def until(holds: Callable[[], Any]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 what is waited for tells nobody
            await asyncio.sleep(0.01)
