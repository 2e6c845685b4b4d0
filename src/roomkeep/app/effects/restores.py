"""Restoring an export: checked first as a whole, then what is missing is added.

What is there already stays as it is, message by message and file by file: a copy is older than what
it is a copy of.
"""

from collections import Counter
from collections.abc import AsyncIterator

import msgspec

from roomkeep.app.archive import ArchiveError, Block, Reader
from roomkeep.app.effects.context import Context
from roomkeep.app.effects.file_run import (
    CHECKING_SHARE,
    READ_SIZE,
    FileRun,
    PickedFile,
    count,
    say_there,
)
from roomkeep.app.effects.rooms import RoomEffects
from roomkeep.app.export_format import (
    MAX_ATTACHMENT,
    MAX_LINE,
    AttachmentLine,
    BanLine,
    DataLine,
    EndLine,
    Line,
    MessageLine,
    ReactionLine,
    RoomLine,
    SettingLine,
    UserLine,
    decode,
    is_head,
    read_head,
)
from roomkeep.app.state import AccountState
from roomkeep.errors import InvalidRecord
from roomkeep.models import Message, User
from roomkeep.persistence import StoreName, check_record

__all__ = ["Restore", "is_export"]

BATCH = 250
"""How many messages are written in one transaction: it must not hold the page up."""
MAX_SETTING = 1_000_000
"""The most bytes of a setting's value."""


async def is_export(file: PickedFile) -> bool:
    """Tell whether a file is an export. What is wrong with another is said when it is read."""
    reader = Reader()
    try:
        data = await file.read(0, min(file.size, READ_SIZE))
        block = next(reader.feed(data), None) or next(reader.finish(), None)
        return block is not None and is_head(_first_line(block))
    except (ArchiveError, OSError):
        return False


class Restore(FileRun):
    """One restore."""

    def __init__(
        self, context: Context, rooms: RoomEffects, account: AccountState, file: PickedFile
    ) -> None:
        super().__init__(context, account, file, "restore the export", is_restore=True)
        self._rooms = rooms
        self._checked = _Check()
        self._added: Counter[str] = Counter()
        self._seen = 0
        self._batch: list[Message] = []
        self._users: list[User] = []
        self._file_now: AttachmentLine | None = None
        self._data = bytearray()

    async def _work(self) -> None:
        async for lines in self._lines():
            for line in lines:
                self._checked.add(line)
            await self._breathe(
                "checking",
                CHECKING_SHARE * self._read_share,
                f"Checking the file: {count(self._checked.found['message'], 'message')} so far.",
            )
        self._checked.finish()
        self._known_bans = await self._ids("bans")
        self._known_files = await self._ids("attachments")
        self._settings = set(await self._database.get_settings())
        async for lines in self._lines():
            for line in lines:
                await self._write(line)
        await self._flush()
        await self._rooms.load(self._account)

    async def _lines(self) -> AsyncIterator[list[Line]]:
        """Read the file's lines, but for the head, which must be of this account."""
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
                f"The file is an export of another account: “{head.account}”.",
                "Sign in as that account, or create it here, and restore the file there.",
            )

    async def _ids(self, store: StoreName) -> set[str]:
        ids: set[str] = set()
        place: str | tuple[str, ...] | None = None
        while True:
            page = await self._database.get_records(store, place)
            ids |= {ban.oder_id for ban in page.bans} | {file.id for file in page.attachments}
            if (place := page.next) is None:
                return ids

    async def _write(self, line: Line) -> None:
        self._seen += 1
        if isinstance(line, MessageLine):
            self._batch.append(line.record)
            if len(self._batch) == BATCH:
                await self._flush()
            return
        if isinstance(line, UserLine):
            if line.record.oder_id == self._account.user().oder_id:
                await self._write_profile(line.record)
            self._users.append(line.record)
            if len(self._users) == BATCH:
                await self._flush()
            return
        if isinstance(line, DataLine):
            await self._take_data(line)
            return
        await self._flush()
        await self._write_one(line)
        await self._tell()

    async def _write_one(self, line: Line) -> None:
        database = self._database
        if isinstance(line, RoomLine):
            if await database.get_room(line.record.id) is None:
                await database.save_room(line.record)
            self._rooms_written.add(line.record.id)
        elif isinstance(line, BanLine):
            if line.record.oder_id not in self._known_bans:
                await database.save_ban(line.record)
        elif isinstance(line, ReactionLine):
            await self._write_reaction(line)
        elif isinstance(line, AttachmentLine):
            self._file_now = line
            self._data.clear()
            if not line.has_data or line.record.size == 0:
                await self._write_file(line, b"" if line.has_data else None)
        elif isinstance(line, SettingLine) and line.key not in self._settings:
            await database.save_setting(line.key, line.value)
            self._added["setting"] += 1

    async def _write_profile(self, profile: User) -> None:
        """Bring back one's own profile, unless one has filled in the one that is here."""
        here = self._account.user()
        if here.avatar_url is None and not here.bio:
            await self._database.save_user(profile)
            self._account.user.set(profile)

    async def _write_reaction(self, line: ReactionLine) -> None:
        reaction = line.record
        if await self._database.get_message_by_id(reaction.message_id) is not None:
            return
        there = await self._database.get_reactions_for_message(reaction.message_id)
        if all((r.oder_id, r.emoji) != (reaction.oder_id, reaction.emoji) for r in there):
            await self._database.save_reaction(reaction)

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
        if line.record.id in self._known_files:
            return
        try:
            await self._database.save_attachment(line.record, data)
        except InvalidRecord as error:
            if error.field != "message_id":
                raise
            return  # its message was deleted since, and stays so
        self._added["attachment"] += 1

    async def _flush(self) -> None:
        users, self._users = self._users, []
        if users:
            await self._database.add_users(users)
        batch, self._batch = self._batch, []
        await self._heed_deletions()
        batch = [message for message in batch if message.room_id not in self._rooms_deleted]
        if batch:
            self._added["message"] += await self._database.add_messages(batch)
            await self._tell()

    async def _tell(self) -> None:
        share = self._seen / max(1, self._checked.lines)
        text = f"Looked at {self._seen:,} of {self._checked.lines:,} lines."
        done = CHECKING_SHARE + (1 - CHECKING_SHARE) * share
        await self._breathe("writing", done, text)

    def _added_text(self) -> str:
        messages = count(self._added["message"], "message")
        return f"{messages} and {count(self._added['attachment'], 'file')}"

    def _done_text(self) -> str:
        there = self._checked.found["message"] - self._added["message"]
        return f"Restored {self._added_text()}.{say_there(there)}"

    def _unknown_text(self) -> str:
        return (
            "Reload the page to see restored drafts and settings." if self._added["setting"] else ""
        )

    def _stopped_text(self) -> str:
        return f"Stopped. {self._added_text()} were restored, and stay."

    def _nothing_else(self) -> str:
        if not self._added.total():
            return "Nothing was restored."
        return (
            f"{self._added_text()} were restored before, and stay. Restoring the file again does no"
            " harm."
        )


class _Check:
    """What a first pass finds, so that a bad file changes nothing.

    Attributes:
        lines: how many lines there are, without the head.
        found: how many records of each kind.
    """

    def __init__(self) -> None:
        self.lines = 0
        self.found: Counter[str] = Counter()
        self._left = 0
        self._has_ended = False

    def add(self, line: Line) -> None:
        """Check one line.

        Raises:
            ArchiveError: it cannot be restored, or not in this place.
        """
        if self._has_ended:
            raise ArchiveError(f"{self._here}: something comes after the end.")
        if self._left and not isinstance(line, DataLine):
            raise ArchiveError(f"{self._here}: bytes of the file before are missing.")
        if isinstance(line, EndLine):
            if line.lines != self.lines:
                raise ArchiveError("The file is not whole: lines of it are missing.")
            self._has_ended = True
            return
        if isinstance(line, DataLine):
            self._left -= len(line.data)
            if self._left < 0 or not line.data:
                raise ArchiveError(f"{self._here}: these bytes belong to no file.")
        elif isinstance(line, SettingLine):
            if len(msgspec.json.encode(line.value)) > MAX_SETTING:
                raise ArchiveError(f"{self._here}: the setting is too long.")
        else:
            self._check_record(line)
        self.lines += 1

    def finish(self) -> None:
        """Say that all lines were checked.

        Raises:
            ArchiveError: the end is missing.
        """
        if not self._has_ended:
            raise ArchiveError("The file is cut off: its end is missing.")

    def _check_record(
        self,
        line: UserLine | RoomLine | BanLine | MessageLine | ReactionLine | AttachmentLine,
    ) -> None:
        try:
            check_record(line.record)
        except InvalidRecord as error:
            raise ArchiveError(f"{self._here}: {error}.") from error
        if isinstance(line, MessageLine):
            self._check_reactions(line.record)
        if isinstance(line, AttachmentLine) and line.has_data:
            self._left = line.record.size
            if self._left > MAX_ATTACHMENT:
                raise ArchiveError(f"{self._here}: the file is too large to be restored.")
        self.found[str(line.__struct_config__.tag)] += 1

    def _check_reactions(self, message: Message) -> None:
        if any(reaction.message_id != message.id for reaction in message.reactions):
            raise ArchiveError(f"{self._here}: a reaction is to another message.")

    @property
    def _here(self) -> str:
        return f"Line {self.lines + 2:,}"


def _first_line(block: Block) -> bytes:
    return block.data.partition(b"\n")[0]
