"""Previewing and importing an archive, in steps that hold nothing up."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from functools import partial
from typing import Any, BinaryIO, Protocol, TypeVar

from msgspec import Struct

from roomkeep.archives.conversion import Conversion
from roomkeep.archives.importer import Answers, Importer
from roomkeep.archives.lines import check_room_size
from roomkeep.archives.records import FoundFile, FoundMessage, Item
from roomkeep.archives.survey import Survey, survey_steps
from roomkeep.models import Attachment, Message, Room, User

__all__ = [
    "MAX_FILE",
    "ImportCanceled",
    "ImportProgress",
    "ImportResult",
    "Reading",
    "Target",
    "import_archive",
    "preview_archive",
]

BATCH = 250
"""How many messages are written in one transaction."""
MAX_BATCH_SIZE = 1_048_576
"""A batch is written, too, when its texts have so many characters."""
MAX_BATCH_FILES = 16_000_000
"""A batch is written, too, when its files have so many bytes: some formats hold them in memory."""
MAX_FILE = 100_000_000
"""The most bytes of a file that is kept: each is in memory while it is written."""
BREATH = 0.012
"""How long it works between two chances for others, in seconds."""

T = TypeVar("T")


class Target(Protocol):
    """What an import writes to: `DatabaseService`, which documents the methods."""

    def get_room(self, room_id: str) -> Coroutine[Any, Any, Room | None]: ...
    def begin_import(
        self,
        import_id: str,
        archive_format: str,
        file_name: str,
        started_at: int,
    ) -> Coroutine[Any, Any, None]: ...
    def import_room(self, import_id: str, room: Room) -> Coroutine[Any, Any, None]: ...
    def import_into(
        self,
        import_id: str,
        messages: Sequence[Message],
        shared_ids: Sequence[str],
        users: Sequence[User],
    ) -> Coroutine[Any, Any, int]: ...
    def import_attachment(
        self, import_id: str, attachment: Attachment, data: object = None
    ) -> Coroutine[Any, Any, bool]: ...
    def finish_import(self, import_id: str, finished_at: int) -> Coroutine[Any, Any, None]: ...


class ImportCanceled(Exception):
    """The import was canceled. What was imported stays until the import is undone."""


class ImportProgress(Struct, frozen=True, kw_only=True):
    """How far it has come.

    Attributes:
        done: how many messages were read.
        total: how many there are; None while they are counted.
        added: how many messages were added.
    """

    done: int
    total: int | None = None
    added: int = 0


class ImportResult(Struct, kw_only=True):
    """What an import did.

    Attributes:
        import_id: what to undo it by.
        messages: how many messages were added.
        there: how many were there before.
        files: how many files were added.
        files_too_large: how many were left out, because they are too large to keep.
    """

    import_id: str
    messages: int = 0
    there: int = 0
    files: int = 0
    files_too_large: int = 0


Tell = Callable[[ImportProgress], None]
"""Called as it goes. It may raise `ImportCanceled` to end it."""


class Reading(Protocol):
    """Calls what reads some of an archive, which may have to wait for bytes in its midst."""

    def __call__(self, work: Callable[[], T], /) -> Coroutine[Any, Any, T]: ...


async def read_at_once(work: Callable[[], T], /) -> T:
    """Call what reads an archive whose bytes are at hand."""
    return work()


async def preview_archive(
    importer: Importer,
    answers: Answers | None = None,
    tell: Tell | None = None,
    *,
    reading: Reading = read_at_once,
) -> Survey:
    """Read an archive from end to end, and return what it holds. Nothing is written.

    Args:
        importer: what reads the archive.
        answers: what is known of the person's answers.
        tell: is called as it goes.
        reading: calls what reads.

    Raises:
        ArchiveError: the archive cannot be imported; the message says why, and where.
    """
    result = Survey(importer)
    steps = survey_steps(importer, answers or Answers(), result)
    pause = _Pause(tell)
    while await reading(lambda: _advance(steps, lambda _: False)):
        await pause.breathe(result.messages, None)
    return result


async def import_archive(  # noqa: PLR0913 each is another thing that the caller knows
    target: Target,
    importer: Importer,
    owner: User,
    *,
    import_id: str,
    answers: Answers | None = None,
    survey: Survey | None = None,
    tell: Tell | None = None,
    reading: Reading = read_at_once,
    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
) -> ImportResult:
    """Import an archive: all of it is checked first, then what is not there yet is written.

    It takes many transactions. Each notes in itself what it adds, so that `undo_import` takes back
    exactly that, also after the program was killed in the midst. The same archive, imported again,
    adds nothing.

    Args:
        target: where to.
        importer: what reads the archive.
        owner: who imports; what `answers.me` wrote becomes theirs.
        import_id: an id of the import that no other has.
        answers: what the person said.
        survey: what `preview_archive` returned for these answers, if it was called: the archive is
            then not read for it again.
        tell: is called as it goes.
        reading: calls what reads.
        clock: tells the time, in ms.

    Raises:
        ArchiveError: the archive cannot be imported. Nothing was written.
        ImportCanceled: `tell` raised it.
        RecordNotFound: the import was undone while it ran.
    """
    answers = answers or Answers()
    if survey is None:
        survey = await preview_archive(importer, answers, tell, reading=reading)
    conversion = Conversion(survey, answers, owner)
    run = _Run(target, survey, conversion, import_id, _Pause(tell), reading)
    await run.check_rooms()
    await target.begin_import(import_id, importer.format, importer.name, clock())
    result = await run.run(importer, answers)
    await target.finish_import(import_id, clock())
    return result


def _advance(items: Iterator[T], take: Callable[[T], bool]) -> bool:
    """Take items for a breath, or until `take` says that it is enough; tell whether any may come.

    It reads the clock for each item, which costs less than a coroutine that finds it too early.
    """
    end = time.monotonic() + BREATH
    return any(take(item) or time.monotonic() >= end for item in items)


class _Pause:
    """Gives others a chance, and tells how far it has come."""

    def __init__(self, tell: Tell | None) -> None:
        self._tell = tell
        self._last = time.monotonic()

    def is_due(self) -> bool:
        return time.monotonic() - self._last >= BREATH

    async def breathe(self, done: int, total: int | None, added: int = 0) -> None:
        if self._tell is not None:
            self._tell(ImportProgress(done=done, total=total, added=added))
        await asyncio.sleep(0)
        self._last = time.monotonic()


class _Batch:
    """Messages that are written together."""

    def __init__(self) -> None:
        self.messages: list[FoundMessage] = []
        self._size = self._files_size = 0

    @property
    def is_full(self) -> bool:
        return (
            len(self.messages) >= BATCH
            or self._size >= MAX_BATCH_SIZE
            or self._files_size >= MAX_BATCH_FILES
        )

    def add(self, item: Item) -> bool:
        """Take a message; tell whether there are enough."""
        if isinstance(item, FoundMessage):
            self.messages.append(item)
            self._size += len(item.content)
            self._files_size += sum(file.size or 0 for file in item.files)
        return self.is_full


class _Run:
    """The writing of one archive."""

    def __init__(
        self,
        target: Target,
        survey: Survey,
        conversion: Conversion,
        import_id: str,
        pause: _Pause,
        reading: Reading,
    ) -> None:
        self._target = target
        self._survey = survey
        self._conversion = conversion
        self._result = ImportResult(import_id=import_id)
        self._id = import_id
        self._pause = pause
        self._read = reading
        self._known_people: set[str] = set()
        self._done = 0

    async def check_rooms(self) -> None:
        """Check that each room can be kept together with what is there of it."""
        for room in self._conversion.rooms():
            known = await self._target.get_room(room.id)
            rooms = (room,) if known is None else (room, known)
            check_room_size(
                room.name,
                members=len({member.oder_id for one in rooms for member in one.members}),
                channels=len({channel.id for one in rooms for channel in one.channels}),
            )
            if self._pause.is_due():
                await self._breathe()

    async def run(self, importer: Importer, answers: Answers) -> ImportResult:
        for room in self._conversion.rooms():
            await self._target.import_room(self._id, room)
            if self._pause.is_due():
                await self._breathe()
        items = importer.read(answers)
        batch = _Batch()
        while await self._read(lambda: _advance(items, batch.add)):  # noqa: B023 called at once
            if batch.is_full:
                await self._write(batch.messages)
                batch = _Batch()
            else:
                await self._breathe()
        await self._write(batch.messages)
        return self._result

    async def _write(self, batch: list[FoundMessage]) -> None:
        if not batch:
            return
        people = dict.fromkeys(_people(batch))
        new = [id_ for id_ in people if id_ not in self._known_people]
        self._known_people.update(new)
        users = self._conversion.users(new)
        messages = [one for found in batch for one in self._conversion.messages(found)]
        shared = self._shared_ids(messages)
        added = await self._target.import_into(self._id, messages, shared, users)
        self._result.messages += added
        self._result.there += len(messages) - added
        for found in batch:
            for index, file in enumerate(found.files):
                await self._write_file(found, file, index)
        self._done += len(batch)
        await self._breathe()

    async def _breathe(self) -> None:
        await self._pause.breathe(self._done, self._survey.messages, self._result.messages)

    async def _write_file(self, found: FoundMessage, file: FoundFile, index: int) -> None:
        data = None
        if file.open is not None and (file.size or 0) <= MAX_FILE:
            data = await self._read(partial(_read_file, file.open))
        if file.open is not None and data is None:
            self._result.files_too_large += 1
        size = (file.size or 0) if data is None else len(data)
        attachment = self._conversion.attachment(found, file, index, size)
        if await self._target.import_attachment(self._id, attachment, data) and data is not None:
            self._result.files += 1
        if self._pause.is_due():
            await self._breathe()

    def _shared_ids(self, messages: list[Message]) -> list[str]:
        shared = self._survey.shared_ids
        if shared is None:
            return []
        ids = dict.fromkeys(id_ for m in messages for id_ in (m.id, m.reply_to_id))
        return [id_ for id_ in ids if id_ is not None and id_ in shared]


def _people(batch: list[FoundMessage]) -> Iterator[str]:
    for message in batch:
        yield message.sender_id
        yield from (reaction.person_id for reaction in message.reactions)


def _read_file(open_file: Callable[[], BinaryIO]) -> bytes | None:
    """Return the bytes of a file; None where they are too many."""
    with open_file() as stream:
        # A size may be missing, or wrong.
        data = stream.read(MAX_FILE + 1)
    return data if len(data) <= MAX_FILE else None
