"""Importing an archive: checked first as a whole, then written, in bounded memory."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterable
from typing import Protocol

from msgspec.structs import replace

from roomkeep.app.archive import ArchiveError, Block, Reader, decode
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.rooms import RoomEffects
from roomkeep.app.problems import explain
from roomkeep.app.state import AccountState, Import, Phase
from roomkeep.app.survey import Survey
from roomkeep.errors import RoomkeepError, ScopeChanged
from roomkeep.models import Message
from roomkeep.persistence import DatabaseService

__all__ = ["ImportEffects", "PickedFile"]

READ_SIZE = 262_144
"""How many bytes of the file are read at a time."""
MAX_FILE = 4 * 1024**3
BATCH = 250
"""How many messages are written in one transaction: it must not hold the page up."""
BREATH = 0.012
"""How long the page may be held up between two chances to draw, in seconds."""
CHECKING_SHARE = 0.15
"""The share of the whole work that checking is."""

logger = logging.getLogger(__name__)


class PickedFile(Protocol):
    """A file that a person picked.

    Attributes:
        name: its name.
        size: its size in bytes.
    """

    name: str
    size: int

    async def read(self, start: int, end: int) -> bytes:
        """Return some of its bytes.

        Raises:
            OSError: the file cannot be read any more.
        """
        ...


class StoppedError(Exception):
    """The person stopped the import."""


class ImportEffects(EffectGroup):
    """What one does to import."""

    def __init__(self, context: Context, rooms: RoomEffects) -> None:
        super().__init__(context)
        self._rooms = rooms

    def open_dialog(self) -> None:
        """Show the import that is running, or ask for a file."""
        self.forget()
        self.account.dialog.set("import")

    def forget(self) -> None:
        """Make ready for another file, once an import has ended."""
        importing = self.account.importing()
        if importing is not None and not importing.is_running:
            self.account.importing.set(None)

    def cancel(self) -> None:
        """Stop the import. What is imported stays."""
        account = self.account
        importing = account.importing()
        if importing is not None and importing.is_running:
            account.importing.set(replace(importing, phase="stopping", text="Stopping…"))

    @effect("import the messages")
    async def start(self, file: PickedFile) -> None:
        """Import a file's messages; nothing is written unless the whole file is good."""
        account = self.account
        importing = account.importing()
        if importing is not None and importing.is_running:
            return
        await _Run(self.context, self._rooms, account, file).run()


class _Run:
    """One import."""

    def __init__(
        self, context: Context, rooms: RoomEffects, account: AccountState, file: PickedFile
    ) -> None:
        self._context = context
        self._rooms = rooms
        self._account = account
        self._file = file
        self._survey = Survey()
        self._written = 0
        self._read = 0
        self._known_people: set[str] = set()
        self._last_breath = time.monotonic()

    async def run(self) -> None:
        """Check the file, write what is in it, and say what came of it."""
        self._account.importing.set(Import(name=self._file.name, text="Checking the file…"))
        try:
            await self._check()
            await self._write_rooms()
            await self._write_messages()
        except StoppedError:
            self._end("stopped", self._stopped_text())
        except ScopeChanged:
            raise
        except ArchiveError as error:
            advice = f"{self._nothing_else()} Mend the file, or choose another."
            self._end("failed", str(error), advice)
        except OSError:
            logger.warning("could not read the file", exc_info=True)
            text = "The file cannot be read any more. It may have been changed, moved or deleted."
            self._end("failed", text, f"{self._nothing_else()} Choose it again.")
        except RoomkeepError as error:
            logger.warning("could not import: %s", error)
            text, advice = explain(error, "import the messages")
            self._end("failed", text, f"{advice} {self._nothing_else()}")
        except Exception as error:
            logger.exception("could not import")
            text, advice = explain(error, "import the messages")
            self._end("failed", text, f"{advice} {self._nothing_else()}")
        else:
            self._end("done", self._done_text(), self._unknown_text())

    async def _check(self) -> None:
        if self._file.size > MAX_FILE:
            raise ArchiveError(f"The file is larger than {MAX_FILE // 1024**3} GB.")
        async for block in self._blocks():
            self._survey.add(block)
            await self._breathe(
                "checking",
                CHECKING_SHARE * self._read_share,
                f"Checking the file: {self._survey.messages:,} messages so far.",
            )
        self._survey.finish()

    async def _write_rooms(self) -> None:
        """Write the rooms first, so that no message is ever without one."""
        for room_id in self._survey.rooms:
            known = await self._database.get_room(room_id)
            room = self._survey.room(room_id, self._account.user(), known)
            if known is None:
                await self._database.save_room(room)
            elif room != known:
                # What else is known of it stays.
                changes = {"channels": room.channels, "members": room.members}
                await self._database.update_room(room_id, **changes)
            await self._breathe("writing", CHECKING_SHARE, "Making the rooms…", always=True)
        await self._rooms.load(self._account)

    async def _write_messages(self) -> None:
        batch: list[Message] = []
        async for block in self._blocks():
            batch += [found.to_message() for found in decode(block)]
            while len(batch) >= BATCH:
                await self._write_batch(batch[:BATCH])
                del batch[:BATCH]
        if batch:
            await self._write_batch(batch)

    async def _write_batch(self, batch: list[Message]) -> None:
        await self._write_people(message.sender_id for message in batch)
        await self._database.save_messages(batch)
        self._written += len(batch)
        total = self._survey.messages
        share = self._written / total
        await self._breathe(
            "writing",
            CHECKING_SHARE + (1 - CHECKING_SHARE) * share,
            f"Imported {self._written:,} of {total:,} messages.",
            always=True,
        )

    async def _write_people(self, ids: Iterable[str]) -> None:
        new = dict.fromkeys(person for person in ids if person not in self._known_people)
        if new:
            await self._database.add_users(self._survey.users(new))
            self._known_people |= new.keys()

    async def _blocks(self) -> AsyncIterator[Block]:
        reader = Reader()
        self._read = 0
        while self._read < self._file.size:
            data = await self._file.read(self._read, self._read + READ_SIZE)
            if not data:
                raise OSError("the file is shorter than it was")
            self._read += len(data)
            for block in reader.feed(data):
                yield block
            await self._breathe()
        for block in reader.finish():
            yield block

    async def _breathe(
        self,
        phase: Phase | None = None,
        done: float = 0.0,
        text: str = "",
        *,
        always: bool = False,
    ) -> None:
        """Let the page draw and hear, if it had to wait; stop here if the person said so."""
        now = time.monotonic()
        if now - self._last_breath < BREATH and not always:
            return
        importing = self._account.importing()
        assert importing is not None, "an import that runs is not forgotten"  # noqa: S101
        if importing.phase == "stopping":
            raise StoppedError
        if phase is not None:
            self._account.importing.set(replace(importing, phase=phase, done=done, text=text))
        await asyncio.sleep(0)
        self._last_breath = time.monotonic()
        if self._context.page.account() is not self._account:
            raise ScopeChanged("the account was switched")

    @property
    def _database(self) -> DatabaseService:
        return self._context.database(self._account)

    @property
    def _read_share(self) -> float:
        return self._read / max(1, self._file.size)

    def _end(self, phase: Phase, text: str, advice: str = "") -> None:
        importing = self._account.importing()
        assert importing is not None, "an import that runs is not forgotten"  # noqa: S101
        ended = replace(importing, phase=phase, text=text, advice=advice)
        self._account.importing.set(ended)
        # Who is not looking at the dialog hears of it all the same.
        if self._account.dialog() != "import" and self._context.page.account() is self._account:
            self._context.tell("error" if phase == "failed" else "success", text, advice)

    def _done_text(self) -> str:
        rooms = len(self._survey.rooms)
        people = len(self._survey.people)
        return (
            f"Imported {_count(self._written, 'message')} of {_count(people, 'person', 'people')} "
            f"in {_count(rooms, 'room')}."
        )

    def _stopped_text(self) -> str:
        if self._written == 0:
            return "Stopped. No message was imported."
        return (
            f"Stopped. {self._written:,} of {_count(self._survey.messages, 'message')} were "
            "imported, and stay."
        )

    def _nothing_else(self) -> str:
        if self._written == 0:
            return "Nothing was imported."
        return (
            f"{_count(self._written, 'message')} were imported before, and stay. "
            "Importing the file again does no harm."
        )

    def _unknown_text(self) -> str:
        lines = self._survey.lines_with_unknown
        if lines == 0:
            return ""
        names = ", ".join(sorted(self._survey.unknown))
        return (
            f"{_count(lines, 'line')} held more than Roomkeep imports, which was left out: {names}."
        )


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
