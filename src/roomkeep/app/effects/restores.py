"""Restoring a backup: checked as a whole first, then what is missing here is added.

What the device has wins, message by message and file by file: a backup is older than what it is a
backup of.
"""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from roomkeep.app.archive_file import PickedFile
from roomkeep.app.backup_check import BackupCheck
from roomkeep.app.effects.context import Context
from roomkeep.app.effects.file_job import FileJob, say_there
from roomkeep.app.effects.job_run import StoppedError
from roomkeep.app.effects.rooms import RoomEffects
from roomkeep.app.export_format import (
    MAX_LINE,
    AttachmentLine,
    BanLine,
    DataLine,
    Line,
    MessageLine,
    ReactionLine,
    RoomLine,
    SettingLine,
    UserLine,
    decode,
    is_head,
    pick,
    read_head,
    size_of,
)
from roomkeep.app.job import Job
from roomkeep.app.state import AccountState
from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.lines import Block, Reader, check_room_size
from roomkeep.localization import join_sentences, localize
from roomkeep.models import Room, User
from roomkeep.persistence import Change

__all__ = ["Restore", "is_export"]

READ_SIZE = 262_144
"""How many bytes of the file are read at a time."""
MAX_FILE = 4 * 1024**3
CHECKING_SHARE = 0.15
"""The share of the whole work that checking is."""
BATCH = 250
"""How many records are written in one transaction: it must not hold the page up."""
MAX_BATCH_SIZE = 1_048_576
"""A batch is written, too, when it holds so many characters: a picture can take as many."""

_Batched = MessageLine | UserLine | BanLine | ReactionLine | SettingLine
"""What is written many at a time."""


async def is_export(file: PickedFile) -> bool:
    """Tell whether a file is a backup. Errors in other files are reported when they are read."""
    reader = Reader()
    try:
        data = await file.read(0, min(file.size, READ_SIZE))
        block = next(reader.feed(data), None) or next(reader.finish(), None)
        return block is not None and is_head(_first_line(block))
    except (ArchiveError, OSError):
        return False


class Restore(FileJob):
    """One restore."""

    def __init__(
        self, context: Context, rooms: RoomEffects, account: AccountState, file: PickedFile
    ) -> None:
        super().__init__(
            context,
            account,
            account.importing,
            Job(kind="restore", file_name=file.name, text=localize("import.checking")),
            dialog="import",
            failure="failed.restore",
        )
        self._rooms = rooms
        self._file = file
        self._reader = Reader()
        self._read = 0
        self._rooms_written: set[str] = set()
        self._rooms_deleted: set[str] = set()
        self._may_lack_rooms = False
        self._checked = BackupCheck()
        self._added: Counter[str] = Counter()
        self._seen = 0
        self._batch: list[_Batched] = []
        self._batch_size = 0
        self._file_now: AttachmentLine | None = None
        self._data = bytearray()

    async def run(self) -> None:
        """Check the file, write what is in it, and say how it ended."""
        stop = self._context.device.subscribe(self._take)
        try:
            await super().run()
        finally:
            stop()

    async def _work(self) -> None:
        async for lines in self._lines():
            for line in lines:
                self._checked.add(line)
                if isinstance(line, RoomLine):
                    await self._check_merged(line.record)
            await self._breathe(
                CHECKING_SHARE * self._read / max(1, self._file.size),
                localize("import.checked", count=self._checked.found["message"]),
            )
        self._checked.finish()
        async for lines in self._lines():
            for line in lines:
                await self._write(line)
        await self._flush()
        await self._rooms.load(self._account)

    async def _check_merged(self, room: Room) -> None:
        """Check that a room, merged with what is already here, is not too large."""
        known = await self._database.get_room(room.id)
        rooms = (room,) if known is None else (room, known)
        check_room_size(
            room.id,
            members=len({member.oder_id for one in rooms for member in one.members}),
            channels=len({channel.id for one in rooms for channel in one.channels}),
        )

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

    async def _lines(self) -> AsyncIterator[list[Line]]:
        """Yield the file's lines after the head, which must be of this account."""
        is_first = True
        async for block in self._blocks():
            if not is_first:
                yield decode(block)
                continue
            is_first = False
            self._check_head(block)
            self._reader.max_line = MAX_LINE
            yield decode(Block(block.first_line + 1, block.data.partition(b"\n")[2]))

    def _check_head(self, block: Block) -> None:
        head = read_head(_first_line(block))
        if head.account != self._account.user().oder_id:
            raise ArchiveError(
                localize("restore.other_account", name=head.account),
                localize("restore.other_account_advice"),
            )

    async def _write(self, line: Line) -> None:
        self._seen += 1
        if isinstance(line, _Batched):
            self._batch.append(line)
            self._batch_size += size_of(line)
            if len(self._batch) == BATCH or self._batch_size >= MAX_BATCH_SIZE:
                await self._flush()
        elif isinstance(line, DataLine):
            await self._take_data(line)
        else:
            await self._flush()
            await self._write_one(line)
            await self._tell()

    async def _write_one(self, line: Line) -> None:
        if isinstance(line, RoomLine):
            await self._database.add_room(line.record, line.unknown)
            self._rooms_written.add(line.record.id)
        elif isinstance(line, AttachmentLine):
            self._file_now = line
            self._data.clear()
            if not line.has_data or line.record.size == 0:
                await self._write_file(line, b"" if line.has_data else None)

    async def _flush(self) -> None:
        """Write what was collected, each kind in a transaction of its own."""
        batch, self._batch, self._batch_size = self._batch, [], 0
        await self._heed_deletions()
        users, unknown = pick(batch, UserLine)
        if users:
            await self._restore_users(users, unknown)
        bans, unknown = pick(batch, BanLine, but_of=self._rooms_deleted)
        if bans:
            await self._database.add_bans(bans, unknown)
        messages, unknown = pick(batch, MessageLine, but_of=self._rooms_deleted)
        if messages:
            self._added["message"] += await self._database.add_messages(messages, unknown)
        reactions, unknown = pick(batch, ReactionLine)
        if reactions:
            await self._database.add_reactions(reactions, unknown)
        if settings := {line.key: line.value for line in batch if isinstance(line, SettingLine)}:
            self._added["setting"] += await self._database.add_settings(settings)
        if batch:
            await self._tell()

    async def _restore_users(self, users: list[User], unknown: list[Any]) -> None:
        await self._database.restore_users(users, unknown)
        if any(user.oder_id == self._account.user_id for user in users):
            profile = await self._database.get_current_user()
            if profile is not None:
                self._account.user.set(profile)

    async def _take_data(self, line: DataLine) -> None:
        now = self._file_now
        if now is None:
            return
        self._data += line.data
        if len(self._data) == now.record.size:
            await self._write_file(now, bytes(self._data))
            self._data.clear()
        await self._tell()

    async def _write_file(self, line: AttachmentLine, data: bytes | None) -> None:
        added = await self._database.add_attachment(line.record, data, line.unknown)
        self._added["attachment"] += added

    async def _tell(self) -> None:
        share = self._seen / max(1, self._checked.lines)
        text = localize("restore.progress", count=self._seen, total=self._checked.lines)
        done = CHECKING_SHARE + (1 - CHECKING_SHARE) * share
        await self._breathe(done, text)

    def _added_text(self) -> str:
        return localize(
            "restore.contents",
            messages=localize("count.messages", count=self._added["message"]),
            files=localize("count.files", count=self._added["attachment"]),
        )

    def _done_text(self) -> str:
        there = self._checked.found["message"] - self._added["message"]
        text = localize("restore.done", contents=self._added_text())
        return join_sentences(text, say_there(there))

    def _done_advice(self) -> str:
        return localize("restore.reload") if self._added["setting"] else ""

    def _stopped_text(self) -> str:
        return localize("restore.stopped", contents=self._added_text())

    def _failed_text(self) -> str:
        if not self._added.total():
            return localize("restore.nothing")
        return localize("restore.before", contents=self._added_text())


def _first_line(block: Block) -> bytes:
    return block.data.partition(b"\n")[0]
