"""Making a backup: the account is read page by page, packed, and saved as a download."""

import datetime as dt
import logging
from typing import Any

from roomkeep.app.blobs import Blobs, Download
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.job_run import JobRun, cancel
from roomkeep.app.export_format import (
    AttachmentLine,
    Head,
    Line,
    Packer,
    SettingLine,
    data_lines,
    line_of,
)
from roomkeep.app.job import Job
from roomkeep.app.state import AccountState
from roomkeep.app.storage_state import LAST_BACKUP
from roomkeep.errors import RecordNotFound, StorageLost
from roomkeep.localization import format_size, join_sentences, localize
from roomkeep.models import Attachment
from roomkeep.persistence import RecordPage, StoreName

__all__ = ["ExportEffects"]

STORES: tuple[StoreName, ...] = ("users", "rooms", "bans", "messages", "reactions", "attachments")
"""The order of a restore: no message comes without its room, no file without its message."""

TOGETHER = 10
"""So many messages are packed at once. Any other record may hold a large picture."""

logger = logging.getLogger(__name__)


class ExportEffects(EffectGroup):
    """Makes backups."""

    def __init__(self, context: Context, blobs: Blobs) -> None:
        super().__init__(context)
        self._blobs = blobs

    @effect("failed.export")
    async def start(self) -> None:
        """Save everything that the account keeps in one file, in the background."""
        account = self.account
        exporting = account.exporting()
        if exporting is None or not exporting.is_running:
            await _Run(self.context, account, self._blobs.begin_download()).run()

    def cancel(self) -> None:
        """Cancel the export."""
        cancel(self.account.exporting)


class _Run(JobRun):
    """Makes one backup. What is written meanwhile may be in it or not."""

    def __init__(self, context: Context, account: AccountState, file: Download) -> None:
        super().__init__(
            context,
            account,
            account.exporting,
            Job(kind="export", text=localize("export.running")),
            dialog="storage",
            failure="failed.export",
        )
        self._file = file
        self._messages = 0
        self._files = 0
        self._lost = 0
        self._left_out = 0
        self._done = 0
        self._total = 1
        self._began_at = context.time()
        head = Head(account=account.user().oder_id, exported_at=self._began_at)
        self._packer = Packer(head)

    async def _work(self) -> None:
        await self._pack_everything()
        self._file.save(self._name())
        await self._database.save_setting(LAST_BACKUP, self._began_at)
        self._account.storage.last_backup.set(self._began_at)

    async def _pack_everything(self) -> None:
        report = await self._database.get_storage_report()
        self._total = max(1, sum(report.rows.values()))
        for store in STORES:
            page = await self._database.get_records(store)
            await self._pack_page(page)
            while page.next is not None:
                page = await self._database.get_records(store, page.next)
                await self._pack_page(page)
        for key, value in (await self._database.get_settings()).items():
            # That a device was backed up says nothing of another one.
            if key != LAST_BACKUP:
                await self._pack(SettingLine(key, value))
            self._tell(1)
        self._file.write(self._packer.finish())

    async def _pack_page(self, page: RecordPage) -> None:
        if page.attachments:
            for attachment, stored in zip(page.attachments, page.as_stored, strict=True):
                await self._pack_file(attachment, stored)
        else:
            lines = list(map(line_of, page.records, page.as_stored))
            step = TOGETHER if page.messages else 1
            for start in range(0, len(lines), step):
                await self._pack(*lines[start : start + step])
        self._left_out += page.left_out
        self._messages += len(page.messages)
        self._tell(len(page.records))

    async def _pack_file(self, attachment: Attachment, stored: Any) -> None:
        data: bytes | None = None
        try:
            data = await self._database.read_attachment_data(attachment.id)
        except RecordNotFound:
            return  # deleted meanwhile
        except StorageLost:
            logger.warning("a file is left out, because it cannot be read", exc_info=True)
            self._lost += 1
        await self._pack(AttachmentLine(stored, has_data=data is not None))
        for line in data_lines(data or b""):
            await self._pack(line)
            self._tell(0)
        self._files += data is not None

    async def _pack(self, *lines: Line) -> None:
        """Pack lines, and give the page a chance to draw."""
        if packed := self._packer.pack(*lines):
            self._file.write(packed)
        await self._breathe()

    def _tell(self, number: int) -> None:
        """Show how far the export has come."""
        self._done += number
        text = localize("export.so_far", contents=self._contents())
        self._show(min(1.0, self._done / self._total), text)

    def _name(self) -> str:
        now = dt.datetime.fromtimestamp(self._context.time() / 1_000, dt.UTC)
        today = now.astimezone().strftime("%Y-%m-%d")
        return f"Roomkeep {self._account.user().display_name} {today}.jsonl.gz"

    def _done_text(self) -> str:
        return localize("export.done", contents=self._contents())

    def _contents(self) -> str:
        return localize(
            "export.contents",
            messages=localize("count.messages", count=self._messages),
            files=localize("count.files", count=self._files),
            size=format_size(self._file.size),
        )

    def _done_advice(self) -> str:
        said = []
        if unreadable := len(self._database.unreadable_records):
            said.append(localize("export.unreadable_left_out", count=unreadable))
        if self._left_out:
            said.append(localize("export.fields_left_out", count=self._left_out))
        if self._lost:
            said.append(localize("export.lost_left_out", count=self._lost))
        return join_sentences(*said)

    def _stopped_text(self) -> str:
        return join_sentences(localize("export.stopped"), localize("export.no_file"))

    def _failed_text(self) -> str:
        return localize("export.no_file")
