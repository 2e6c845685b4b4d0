"""Reading a picked file from end to end: checked first as a whole, then written, step by step."""

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from typing import Protocol

from msgspec.structs import replace

from roomkeep.app.archive import ArchiveError, Block, Reader
from roomkeep.app.effects.context import Context
from roomkeep.app.error_messages import explain
from roomkeep.app.state import AccountState, Import, Phase
from roomkeep.errors import RoomkeepError, ScopeChanged
from roomkeep.localization import join_sentences, localize
from roomkeep.persistence import Change, DatabaseService

__all__ = ["BREATH", "CHECKING_SHARE", "ImportJob", "PickedFile", "say_there"]

READ_SIZE = 262_144
"""How many bytes of the file are read at a time."""
MAX_FILE = 4 * 1024**3
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


class RoomsDeletedError(Exception):
    """All rooms that were written so far were deleted meanwhile."""


class ImportJob(ABC):
    """One reading of a file.

    Args:
        failure: the id of the text that says that it failed.
        is_restore: it brings back what was exported.
    """

    def __init__(
        self,
        context: Context,
        account: AccountState,
        file: PickedFile,
        failure: str,
        *,
        is_restore: bool = False,
    ) -> None:
        self._context = context
        self._account = account
        self._file = file
        self._failure = failure
        self._is_restore = is_restore
        self._reader = Reader()
        self._read = 0
        self._last_breath = time.monotonic()
        self._rooms_written: set[str] = set()
        self._rooms_deleted: set[str] = set()
        self._may_lack_rooms = False

    async def run(self) -> None:
        """Check the file, write what is in it, and say what came of it."""
        stop = self._context.device.subscribe(self._take)
        try:
            await self._run()
        finally:
            stop()

    async def _run(self) -> None:
        self._account.importing.set(
            Import(
                name=self._file.name, text=localize("import.checking"), is_restore=self._is_restore
            )
        )
        try:
            await self._work()
        except StoppedError:
            self._end("stopped", self._stopped_text())
        except RoomsDeletedError:
            self._end("stopped", localize("import.rooms_deleted"))
        except ScopeChanged:
            raise
        except ArchiveError as error:
            advice = join_sentences(self._nothing_else(), error.advice)
            self._end("failed", str(error), advice)
        except OSError:
            logger.warning("could not read the file", exc_info=True)
            text = join_sentences(localize("files.changed"), localize("files.changed_advice"))
            advice = join_sentences(self._nothing_else(), localize("import.choose_again"))
            self._end("failed", text, advice)
        except RoomkeepError as error:
            logger.warning("%s: %s", self._failure, error)
            text, advice = explain(error, self._failure, is_one_of_many=True)
            self._end("failed", text, join_sentences(advice, self._nothing_else()))
        except Exception as error:
            logger.exception(self._failure)
            text, advice = explain(error, self._failure)
            self._end("failed", text, join_sentences(advice, self._nothing_else()))
        else:
            self._end("done", self._done_text(), self._unknown_text())

    @abstractmethod
    async def _work(self) -> None:
        """Check the file, and write what is in it."""

    @abstractmethod
    def _done_text(self) -> str:
        """Say what was done."""

    @abstractmethod
    def _unknown_text(self) -> str:
        """Say what else there is to know."""

    @abstractmethod
    def _stopped_text(self) -> str:
        """Say what was done before it was stopped."""

    @abstractmethod
    def _nothing_else(self) -> str:
        """Say what was done before it failed."""

    def _take(self, change: Change) -> None:
        self._may_lack_rooms |= change.store == "rooms" and change.action != "put"

    async def _heed_deletions(self) -> None:
        """Find rooms that were deleted meanwhile, here or elsewhere: write no more there.

        Raises:
            RoomsDeletedError: none of those that were written is left.
        """
        if not self._may_lack_rooms:
            return
        self._may_lack_rooms = False
        for room_id in sorted(self._rooms_written):
            if await self._database.get_room(room_id) is None:
                self._rooms_written.remove(room_id)
                self._rooms_deleted.add(room_id)
                # What was on its way when the room went has come after it.
                await self._database.clear_room_messages(room_id)
        if self._rooms_deleted and not self._rooms_written:
            raise RoomsDeletedError

    async def _blocks(self) -> AsyncIterator[Block]:
        if self._file.size > MAX_FILE:
            raise ArchiveError(localize("archive.file_too_large", count=MAX_FILE // 1024**3))
        reader = self._reader = Reader()
        self._read = 0
        while self._read < self._file.size:
            data = await self._file.read(self._read, self._read + READ_SIZE)
            if not data:
                raise OSError("the file is shorter than it was")
            self._read += len(data)
            for block in reader.feed(data):
                yield block
                # A small file can hold many blocks, with nothing in them that is worth a pause.
                await self._breathe()
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


def say_there(messages: int) -> str:
    """Say how many messages of a file were here already; empty where none was."""
    return localize("import.already_here", count=messages) if messages else ""
