"""Reading a file for an import: it is checked as a whole first, then written in steps."""

import logging
from collections.abc import AsyncIterator
from typing import Literal, Protocol

from roomkeep.app.effects.context import Context
from roomkeep.app.effects.job_run import JobRun, StoppedError
from roomkeep.app.job import Job
from roomkeep.app.state import AccountState
from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.lines import Block, Reader
from roomkeep.localization import join_sentences, localize
from roomkeep.persistence import Change

__all__ = ["CHECKING_SHARE", "ImportJob", "PickedFile", "say_there"]

READ_SIZE = 262_144
"""How many bytes of the file are read at a time."""
MAX_FILE = 4 * 1024**3
CHECKING_SHARE = 0.15
"""The share of the whole work that checking is."""

logger = logging.getLogger(__name__)


class PickedFile(Protocol):
    """A file that was picked.

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


class ImportJob(JobRun):
    """One run of an import or a restore.

    Args:
        context: what every effect works with.
        account: the account.
        file: the file.
        kind: whether it imports an archive or restores a backup.
        failure: the id of the text that says that it failed.
    """

    def __init__(
        self,
        context: Context,
        account: AccountState,
        file: PickedFile,
        kind: Literal["import", "restore"],
        failure: str,
    ) -> None:
        super().__init__(
            context,
            account,
            account.importing,
            Job(kind=kind, file_name=file.name, text=localize("import.checking")),
            dialog="import",
            failure=failure,
        )
        self._file = file
        self._reader = Reader()
        self._read = 0
        self._rooms_written: set[str] = set()
        self._rooms_deleted: set[str] = set()
        self._may_lack_rooms = False

    async def run(self) -> None:
        """Check the file, write what is in it, and say how it ended."""
        stop = self._context.device.subscribe(self._take)
        try:
            await super().run()
        finally:
            stop()

    def _explain(self, error: Exception) -> tuple[str, str]:
        if isinstance(error, ArchiveError):
            return str(error), join_sentences(self._failed_text(), error.advice)
        if isinstance(error, OSError):
            logger.warning("could not read the file", exc_info=error)
            text = join_sentences(localize("files.changed"), localize("files.changed_advice"))
            return text, join_sentences(self._failed_text(), localize("import.choose_again"))
        return super()._explain(error)

    def _take(self, change: Change) -> None:
        self._may_lack_rooms |= change.store == "rooms" and change.action != "put"

    async def _heed_deletions(self) -> None:
        """Stop writing to rooms that were deleted meanwhile, here or elsewhere.

        Raises:
            StoppedError: none of those that were written is left.
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
            raise StoppedError(localize("import.rooms_deleted"))

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

    @property
    def _read_share(self) -> float:
        return self._read / max(1, self._file.size)


def say_there(messages: int) -> str:
    """Say how many messages of a file were here already; empty for none."""
    return localize("import.already_here", count=messages) if messages else ""
