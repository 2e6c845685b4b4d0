"""Files in drafts, kept in the database so that they survive a reload.

Until it is sent, a file is kept as the attachment of a message that there is not: its holder.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

from roomkeep.app.blobs import Blobs
from roomkeep.app.changes import records_by_key
from roomkeep.app.channel_ref import DRAFT_FILES, ChannelRef, channel_ref_of, setting_key
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.setting_writer import SettingWriter
from roomkeep.app.error_messages import explain
from roomkeep.app.file_state import PendingFile
from roomkeep.app.files import StoredFile, picture_type
from roomkeep.app.state import AccountState
from roomkeep.errors import RecordNotFound, RoomkeepError, ScopeChanged
from roomkeep.localization import localize
from roomkeep.models import Attachment
from roomkeep.persistence import Change, DatabaseService

__all__ = ["DraftAttachmentEffects", "holder", "read_ids"]

_SHOWING = "failed.load_files"

logger = logging.getLogger(__name__)


class DraftAttachmentEffects(EffectGroup):
    """Keeps the files of drafts, and restores them."""

    def __init__(self, context: Context, blobs: Blobs, writer: SettingWriter) -> None:
        super().__init__(context)
        self._blobs = blobs
        # Each change begins with the list that the one before has left.
        self._changes = asyncio.Lock()
        writer.follow(DRAFT_FILES, self._show_listed)
        context.follow(self._on_change, "attachments")

    async def keep(self, account: AccountState, ref: ChannelRef, file: PendingFile) -> None:
        """Keep a file; if that fails, say so, and leave it on the page only."""
        try:
            await self._list(account, ref, add=file.id)
            if account.files.is_waiting(ref, file.id):
                await self._save(account, file)
        except ScopeChanged:
            raise
        except RoomkeepError as error:
            logger.warning("could not keep a file: %s", error)
            account.files.mark(ref, [file.id], is_kept=False)
            text, _ = explain(error, "failed.keep_file", name=file.name)
            self.context.tell("error", text, localize("files.not_kept"))
            return
        if account.files.is_waiting(ref, file.id):
            account.files.mark(ref, [file.id], is_kept=True)
        else:
            # Sent or removed meanwhile. What was sent is not under its holder any more.
            await self.forget(account, ref, file.id)

    async def forget(self, account: AccountState, ref: ChannelRef, file_id: str) -> None:
        """Stop keeping a file that was sent or removed."""
        await self.context.database(account).delete_attachments_for_message(holder(file_id))
        await self._list(account, ref, remove=file_id)

    async def move(self, account: AccountState, ref: ChannelRef, to: ChannelRef) -> None:
        """Move the files of a removed channel's draft to another channel."""
        for file in account.files.pending().get(ref, ()):
            account.files.take_away(ref, [file.id])
            account.files.add(to, file)
            if file.is_kept:
                await self._list(account, to, add=file.id)
                await self._list(account, ref, remove=file.id)

    def leave_room(self, account: AccountState, room_id: str) -> None:
        """Drop the draft files of a room that is gone."""
        for ref, files in account.files.pending().items():
            if ref[0] == room_id:
                for file in account.files.take_away(ref, [file.id for file in files]):
                    self._blobs.revoke(file.picture)

    async def load(
        self, account: AccountState, database: DatabaseService, settings: Mapping[str, object]
    ) -> None:
        """Load what was kept when the account was closed, before it opens."""
        kept = {channel_ref_of(DRAFT_FILES, key): read_ids(ids) for key, ids in settings.items()}
        for ref, ids in kept.items():
            if ref is not None and ids:
                account.files.listed[ref] = tuple(ids)
                found = tuple(map(_kept_file, await _find(database, ids)))
                account.files.pending.set({**account.files.pending(), ref: found})

    @effect("failed.load_files")
    async def show_previews(self, account: AccountState) -> None:
        """Show previews of the pictures among the kept files."""
        for ref, files in account.files.pending().items():
            for file in files:
                mime = picture_type(file.mime)
                if file.picture is not None or mime is None or file.is_kept is not True:
                    continue
                try:
                    data = await self.context.database(account).read_attachment_data(file.id)
                except RecordNotFound:  # sent or removed meanwhile, in another tab
                    continue
                # Where more came meanwhile, it was looked for twice.
                if data is not None and account.files.lacks_picture(ref, file.id):
                    url = self._blobs.make_url(data, mime)
                    account.files.mark(ref, [file.id], picture=url)

    async def _save(self, account: AccountState, file: PendingFile) -> None:
        database = self.context.database(account)
        attachment = Attachment(
            id=file.id,
            message_id=holder(file.id),
            filename=file.name,
            size=file.file.size,
            mime=file.mime,
            uploader_id=account.user_id,
            created_at=self.context.now(),
        )
        await database.save_attachment(attachment, file.file.data)

    async def _list(
        self, account: AccountState, ref: ChannelRef, *, add: str = "", remove: str = ""
    ) -> None:
        # Listed before it is kept and until it is not: so nothing is kept that no list knows of.
        key = setting_key(DRAFT_FILES, ref)
        async with self._changes:
            ids = read_ids(await self.context.database(account).get_setting(key))
            left = [name for name in ids if name not in (add, remove)]
            changed = [*left, *([add] if add else [])]
            if changed != ids:
                await self.context.database(account).save_setting(key, changed or None)

    @asynccontextmanager
    async def without(
        self, account: AccountState, ref: ChannelRef, file_ids: Collection[str]
    ) -> AsyncIterator[dict[str, object]]:
        """Lock a channel's list of files; yield the setting without some of them.

        Whoever writes that setting does so before another change of the list begins.
        """
        if not file_ids:
            yield {}
            return
        async with self._changes:
            left = [name for name in account.files.listed.get(ref, ()) if name not in file_ids]
            yield {setting_key(DRAFT_FILES, ref): left or None}

    # What changes, here or in other tabs

    def _on_change(self, account: AccountState, change: Change) -> None:
        # A file is listed before it is kept.
        awaited = account.files.awaited
        wanted = [str(key) for key in change.keys if key in awaited]
        records = records_by_key(change)
        for file_id in wanted:
            if records is None:
                self.context.start(self._find_new(account, awaited[file_id]), _SHOWING)
            elif (one := records[file_id]) is not None and one.message_id == holder(file_id):
                self._show_new(account, awaited[file_id], [one])
        if wanted:
            self.show_previews(account)

    def _show_listed(self, account: AccountState, ref: ChannelRef, kept: object) -> None:
        """Show the draft files that a channel's setting lists, and no others."""
        files = account.files
        ids = read_ids(kept)
        files.listed[ref] = tuple(ids)
        here = files.pending().get(ref, ())
        gone = [f.id for f in here if f.is_kept and not f.is_saving and f.id not in ids]
        for file in files.take_away(ref, gone):
            self._blobs.revoke(file.picture)
        new = [name for name in ids if all(file.id != name for file in here)]
        others = {key: where for key, where in files.awaited.items() if where != ref}
        files.awaited = {**others, **dict.fromkeys(new, ref)}
        if new:
            self.context.start(self._find_new(account, ref), _SHOWING)

    async def _find_new(self, account: AccountState, ref: ChannelRef) -> None:
        new = [name for name, where in account.files.awaited.items() if where == ref]
        if new:
            self._show_new(account, ref, await _find(self.context.database(account), new))
            self.show_previews(account)

    def _show_new(
        self, account: AccountState, ref: ChannelRef, found: Iterable[Attachment]
    ) -> None:
        for one in found:
            listed = account.files.awaited.pop(one.id, None)
            if listed == ref and not account.files.is_waiting(ref, one.id):
                account.files.add(ref, _kept_file(one))


def holder(file_id: str) -> str:
    """Return the message id that a file is kept under until it is sent."""
    return f"draft:{file_id}"


def read_ids(kept: object) -> list[str]:
    """Return the ids of a channel's draft files from its setting."""
    return [name for name in kept if isinstance(name, str)] if isinstance(kept, list) else []


async def _find(database: DatabaseService, ids: Sequence[str]) -> list[Attachment]:
    found = await database.get_attachments_for_messages([holder(name) for name in ids])
    return [one for name in ids for one in found.get(holder(name), ())]


def _kept_file(one: Attachment) -> PendingFile:
    file = StoredFile(one.filename, one.size, one.mime)
    return PendingFile(id=one.id, name=one.filename, mime=one.mime, file=file, is_kept=True)
