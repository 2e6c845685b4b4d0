"""Making a backup: the account is read a page at a time, packed, and saved as a download."""

import asyncio
import datetime as dt
import logging
import time
from typing import Literal

from msgspec.structs import replace

from roomkeep.app.blobs import Blobs, Download
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.import_job import BREATH
from roomkeep.app.error_messages import explain
from roomkeep.app.export_format import (
    AttachmentLine,
    Head,
    Line,
    Packer,
    SettingLine,
    data_lines,
    line_of,
)
from roomkeep.app.state import AccountState, Export
from roomkeep.app.storage_state import say_bytes
from roomkeep.errors import RecordNotFound, RoomkeepError, ScopeChanged, StorageLost
from roomkeep.localization import join_sentences, localize
from roomkeep.models import Attachment
from roomkeep.persistence import DatabaseService, RecordPage, StoreName

__all__ = ["ExportEffects"]

STORES: tuple[StoreName, ...] = ("users", "rooms", "bans", "messages", "reactions", "attachments")
"""The order of a restore: no message comes without its room, no file without its message."""

logger = logging.getLogger(__name__)


class StoppedError(Exception):
    """The person stopped the export."""


class ExportEffects(EffectGroup):
    """Makes backups."""

    def __init__(self, context: Context, blobs: Blobs) -> None:
        super().__init__(context)
        self._blobs = blobs

    @effect("failed.export")
    async def start(self) -> None:
        """Save all that the account keeps in one file. One goes on chatting meanwhile."""
        account = self.account
        exporting = account.exporting()
        if exporting is None or not exporting.is_running:
            await _Run(self.context, account, self._blobs.begin_download()).run()

    def cancel(self) -> None:
        """Stop the export."""
        account = self.account
        exporting = account.exporting()
        if exporting is not None and exporting.is_running:
            account.exporting.set(
                replace(exporting, phase="stopping", text=localize("app.stopping"))
            )


class _Run:
    """Makes one backup. What is written meanwhile may be in it, or not."""

    def __init__(self, context: Context, account: AccountState, file: Download) -> None:
        self._context = context
        self._account = account
        self._file = file
        self._messages = 0
        self._files = 0
        self._lost = 0
        self._done = 0
        self._total = 1
        self._last_breath = time.monotonic()
        head = Head(account=account.user().oder_id, exported_at=context.time())
        self._packer = Packer(head)

    async def run(self) -> None:
        """Make the file, have it saved, and say what came of it."""
        self._account.exporting.set(Export(text=localize("export.running")))
        try:
            await self._pack_everything()
            self._file.save(self._name())
        except StoppedError:
            self._end(
                "stopped", join_sentences(localize("export.stopped"), localize("export.no_file"))
            )
        except ScopeChanged:
            raise
        except RoomkeepError as error:
            logger.warning("could not export: %s", error)
            text, advice = explain(error, "failed.export")
            self._end("failed", text, join_sentences(advice, localize("export.no_file")))
        except Exception as error:
            logger.exception("could not export")
            text, advice = explain(error, "failed.export")
            self._end("failed", text, join_sentences(advice, localize("export.no_file")))
        else:
            self._end("done", self._done_text(), self._left_out())

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
            await self._pack(SettingLine(key, value))
            self._tell(1)
        self._file.write(self._packer.finish())

    async def _pack_page(self, page: RecordPage) -> None:
        for record in page.records:
            if isinstance(record, Attachment):
                await self._pack_file(record)
            else:
                await self._pack(line_of(record))
        self._messages += len(page.messages)
        self._tell(len(page.records))

    async def _pack_file(self, attachment: Attachment) -> None:
        data: bytes | None = None
        try:
            data = await self._database.read_attachment_data(attachment.id)
        except RecordNotFound:
            return  # deleted meanwhile
        except StorageLost:
            logger.warning("a file is left out, because it cannot be read", exc_info=True)
            self._lost += 1
        await self._pack(AttachmentLine(attachment, has_data=data is not None))
        for line in data_lines(data or b""):
            await self._pack(line)
            self._tell(0)
        self._files += data is not None

    async def _pack(self, line: Line) -> None:
        """Pack a line, which may hold a large picture; let the page draw if it had to wait."""
        if packed := self._packer.pack(line):
            self._file.write(packed)
        if time.monotonic() - self._last_breath >= BREATH:
            await asyncio.sleep(0)
            self._last_breath = time.monotonic()

    def _tell(self, number: int) -> None:
        """Say how far it is; stop here if the person said so."""
        exporting = self._account.exporting()
        assert exporting is not None, "an export is never forgotten"  # noqa: S101
        if exporting.phase == "stopping":
            raise StoppedError
        self._done += number
        text = localize("export.so_far", contents=self._contents())
        share = min(1.0, self._done / self._total)
        self._account.exporting.set(replace(exporting, done=share, text=text))

    @property
    def _database(self) -> DatabaseService:
        return self._context.database(self._account)

    def _end(
        self, phase: Literal["done", "stopped", "failed"], text: str, advice: str = ""
    ) -> None:
        self._account.exporting.set(Export(phase=phase, done=1.0, text=text, advice=advice))
        # Who is not looking at the page of the storage hears of it all the same.
        if self._account.dialog() != "storage" and self._context.page.account() is self._account:
            self._context.tell("error" if phase == "failed" else "success", text, advice)

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
            size=say_bytes(self._file.size),
        )

    def _left_out(self) -> str:
        said = []
        if unreadable := len(self._database.unreadable_records):
            said.append(localize("export.unreadable_left_out", count=unreadable))
        if self._lost:
            said.append(localize("export.lost_left_out", count=self._lost))
        return join_sentences(*said)
