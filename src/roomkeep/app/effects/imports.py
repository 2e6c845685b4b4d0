"""Importing an archive: checked as a whole first, then written, in bounded memory."""

from collections.abc import Iterable

from roomkeep.app.archive_scan import ArchiveScan
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.import_job import (
    CHECKING_SHARE,
    ImportJob,
    PickedFile,
    say_there,
)
from roomkeep.app.effects.job_run import cancel
from roomkeep.app.effects.restores import Restore, is_export
from roomkeep.app.effects.rooms import RoomEffects
from roomkeep.app.job import Job
from roomkeep.app.state import AccountState
from roomkeep.archives.lines import decode
from roomkeep.localization import format_list, join_sentences, localize
from roomkeep.models import Message

__all__ = ["ImportEffects", "PickedFile"]

BATCH = 250
"""How many messages are written in one transaction: it must not hold the page up."""


class ImportEffects(EffectGroup):
    """Imports archives of messages, and restores backups."""

    def __init__(self, context: Context, rooms: RoomEffects) -> None:
        super().__init__(context)
        self._rooms = rooms

    def open_dialog(self) -> None:
        """Open the dialog, with the running import or asking for a file."""
        self.forget()
        self.account.dialog.set("import")

    def forget(self) -> None:
        """Forget an import that has ended, so that another file can be picked."""
        importing = self.account.importing()
        if importing is not None and not importing.is_running:
            self.account.importing.set(None)

    def cancel(self) -> None:
        """Cancel the import. What has been imported stays."""
        cancel(self.account.importing)

    @effect("failed.import")
    async def start(self, file: PickedFile) -> None:
        """Import an archive or restore a backup; nothing is written unless all of it is valid."""
        account = self.account
        importing = account.importing()
        if importing is not None and importing.is_running:
            return
        opening = localize("import.opening")
        account.importing.set(Job(kind="import", file_name=file.name, text=opening))
        kind = Restore if await is_export(file) else _Run
        await kind(self.context, self._rooms, account, file).run()


class _Run(ImportJob):
    """One import."""

    def __init__(
        self, context: Context, rooms: RoomEffects, account: AccountState, file: PickedFile
    ) -> None:
        super().__init__(context, account, file, "import", "failed.import")
        self._rooms = rooms
        self._scan = ArchiveScan()
        self._written = 0
        self._there = 0
        self._seen = 0
        self._known_people: set[str] = set()

    async def _work(self) -> None:
        await self._check()
        await self._write_rooms()
        await self._write_messages()

    async def _check(self) -> None:
        async for block in self._blocks():
            self._scan.add(block)
            await self._breathe(
                CHECKING_SHARE * self._read_share,
                localize("import.checked", count=self._scan.messages),
            )
        self._scan.finish()
        for _ in self._scan.shared_ids.finish():
            await self._breathe()
        for room_id in self._scan.rooms:
            known = await self._database.get_room(room_id)
            self._scan.check_room(room_id, self._account.user(), known)
            await self._breathe()

    async def _write_rooms(self) -> None:
        """Write the rooms first, so that no message is ever without one."""
        for room_id in self._scan.rooms:
            await self._heed_deletions()
            known = await self._database.get_room(room_id)
            room = self._scan.room(room_id, self._account.user(), known)
            if room != known:
                await self._database.add_room(room)
            self._rooms_written.add(room_id)
            await self._breathe(CHECKING_SHARE, localize("import.creating_rooms"), always=True)
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
        await self._heed_deletions()

    async def _write_batch(self, given: list[Message]) -> None:
        await self._heed_deletions()
        batch = [message for message in given if message.room_id not in self._rooms_deleted]
        if batch:
            await self._write_people(message.sender_id for message in batch)
            # Messages that are here may have been edited, deleted or reacted to since.
            added = await self._database.import_messages(batch, self._shared_ids(batch))
            self._written += added
            self._there += len(batch) - added
        self._seen += len(given)
        total = self._scan.messages
        share = self._seen / total
        await self._breathe(
            CHECKING_SHARE + (1 - CHECKING_SHARE) * share,
            localize("import.imported", count=self._seen, total=total),
            always=True,
        )

    def _shared_ids(self, batch: list[Message]) -> list[str]:
        """Return those of the ids in a batch that the archive uses in several rooms."""
        ids = dict.fromkeys(id_ for m in batch for id_ in (m.id, m.reply_to_id))
        return [id_ for id_ in ids if id_ is not None and id_ in self._scan.shared_ids]

    async def _write_people(self, ids: Iterable[str]) -> None:
        """Write the new profiles of those who wrote a batch."""
        new = dict.fromkeys(person for person in ids if person not in self._known_people)
        if new:
            await self._database.add_users(self._scan.users(new))
            self._known_people |= new.keys()

    def _done_text(self) -> str:
        rooms = len(self._scan.rooms)
        people = len(self._scan.people)
        text = localize(
            "import.done",
            messages=localize("count.messages", count=self._written),
            people=localize("count.people", count=people),
            rooms=localize("count.rooms", count=rooms),
        )
        return join_sentences(text, say_there(self._there))

    def _stopped_text(self) -> str:
        if self._written == 0:
            return localize("import.stopped_with_nothing")
        return localize("import.stopped", count=self._written, total=self._scan.messages)

    def _failed_text(self) -> str:
        if self._written == 0:
            return localize("import.nothing")
        return localize("import.before", count=self._written)

    def _done_advice(self) -> str:
        lines = self._scan.lines_with_unknown
        if lines == 0:
            return ""
        names = format_list(sorted(self._scan.unknown))
        return localize("import.unknown_fields", count=lines, names=names)
