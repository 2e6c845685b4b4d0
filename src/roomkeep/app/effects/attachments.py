"""Files to send: added, kept until they are sent, and saved with their message."""

import asyncio
import logging
from collections.abc import Collection, Iterable, Sequence

from msgspec.structs import replace

from roomkeep.app.blobs import Blobs
from roomkeep.app.channel_ref import ChannelRef
from roomkeep.app.effects.bans import check_not_banned
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.draft_attachments import DraftAttachmentEffects, holder
from roomkeep.app.effects.pictures import PictureEffects
from roomkeep.app.error_messages import explain
from roomkeep.app.file_state import PendingFile
from roomkeep.app.files import MAX_FILES, PickedFile, base_name, choose, media_type, picture_type
from roomkeep.app.state import AccountState
from roomkeep.errors import InvalidRecord, RecordNotFound, RoomkeepError, ScopeChanged
from roomkeep.localization import join_sentences, localize
from roomkeep.models import Attachment

__all__ = ["AttachmentEffects"]

logger = logging.getLogger(__name__)


class AttachmentEffects(EffectGroup):
    """Adds files to a draft, and sends them."""

    def __init__(
        self, context: Context, pictures: PictureEffects, kept: DraftAttachmentEffects, blobs: Blobs
    ) -> None:
        super().__init__(context)
        self._kept = kept
        self._pictures = pictures
        self._blobs = blobs
        # Each begins with the files that the one before has put there.
        self._adding = asyncio.Lock()

    @effect("failed.attach_files")
    async def add(self, files: Sequence[PickedFile]) -> None:
        """Add files to the draft; say which cannot be sent, and why."""
        await self._add(self.account, files)

    @effect("failed.attach_text")
    async def add_long_text(self, file: PickedFile) -> None:
        """Add a pasted text that is too long for a message to the draft, as a file."""
        account = self.account
        await self._add(account, [file])
        if not account.files.refused():
            self.context.tell("success", localize("files.long_text", name=file.name))

    async def _add(self, account: AccountState, files: Sequence[PickedFile]) -> None:
        ref = account.channel_ref
        if ref is None:
            return
        async with self._adding:
            check_not_banned(self.context, account, ref[0], refused="banned.attach", advice="")
            added = await self._put_beside(account, ref, files)
        for pending in added:
            await self._kept.keep(account, ref, pending)

    async def _put_beside(
        self, account: AccountState, ref: ChannelRef, files: Sequence[PickedFile]
    ) -> list[PendingFile]:
        waiting = account.files.pending().get(ref, ())
        choice = choose(files, room_for=MAX_FILES - len(waiting))
        refused = list(choice.refused)
        added: list[PendingFile] = []
        for file in choice.files:
            name = base_name(file.name)
            try:
                # A folder looks like a file until one reads it.
                await file.read(0, 1)
            except OSError:
                logger.info("a file cannot be read", exc_info=True)
                refused.append(localize("files.unreadable", name=name))
                continue
            self.context.database(account)  # the account may have been switched
            pending = PendingFile(
                id=self.context.new_id(),
                name=name,
                mime=media_type(file.mime),
                file=file,
                picture=self._preview(file),
            )
            account.files.add(ref, pending)
            added.append(pending)
        if account.channel_ref == ref:
            account.files.refused.set(tuple(refused))
        return added

    def remove(self, file_id: str) -> None:
        """Remove a file from the draft."""
        account = self.account
        ref = account.channel_ref
        if ref is not None:
            self._take_away(account, ref, file_id)

    def forget_refused(self) -> None:
        """Dismiss the notice of refused files."""
        self.account.files.refused.set(())

    def take(self, account: AccountState, ref: ChannelRef | None) -> list[PendingFile]:
        """Return the files to send, and mark them as being sent."""
        if ref is None:
            return []
        account.files.refused.set(())
        return self._take(account, ref)

    async def take_late(self, account: AccountState, ref: ChannelRef) -> list[PendingFile]:
        """Return files that were picked earlier but were not ready when the others were taken."""
        async with self._adding:
            return self._take(account, ref)

    def _take(self, account: AccountState, ref: ChannelRef) -> list[PendingFile]:
        waiting = account.files.pending().get(ref, ())
        taken = [file for file in waiting if not file.is_saving]
        account.files.mark(ref, [file.id for file in taken], is_saving=True, problem="")
        return taken

    def give_back(
        self, account: AccountState, ref: ChannelRef, files: Iterable[PendingFile]
    ) -> None:
        """Put files back into the draft, because their message could not be sent."""
        account.files.mark(ref, [file.id for file in files], is_saving=False)

    def expect(self, account: AccountState, message_id: str) -> None:
        """Show the files of a message that is being sent."""
        self._pictures.expect(account, message_id)

    def note_sent(self, account: AccountState, ref: ChannelRef, ids: Collection[str]) -> None:
        """Take files that were sent out of the draft."""
        for file in account.files.take_away(ref, ids):
            self._blobs.revoke(file.picture)

    async def keep_for(
        self, account: AccountState, files: Iterable[PendingFile], message_id: str
    ) -> list[PendingFile]:
        """Keep files for a message that is about to be sent; return them as kept."""
        kept = []
        for file in files:
            if not file.is_kept:
                await self._save(account, file, message_id)
            kept.append(replace(file, is_kept=True, message_id=None))
        return kept

    async def save(
        self,
        account: AccountState,
        ref: ChannelRef,
        files: Sequence[PendingFile],
        message_id: str | None,
    ) -> None:
        """Save files with their message, and report each that fails.

        Args:
            account: whose they are.
            ref: where they were written.
            files: what `take` returned.
            message_id: the message; those that were left over from one before go to that one, and
                when all are, there is no other.
        """
        failed: list[tuple[PendingFile, str, str]] = []
        for file in files:
            owner = file.message_id or message_id
            assert owner is not None, "a new file has a message"  # noqa: S101
            try:
                await self._save(account, file, owner)
            except ScopeChanged:
                # It is not said which: that is the other account's.
                self.context.tell(
                    "error",
                    localize("files.lost_by_switch"),
                    localize("files.sent_without"),
                )
                raise
            except RoomkeepError as error:
                logger.warning("could not save an attachment: %s", error)
                text, advice = self._explain(error, file)
                # A message that is gone takes nothing any more: the next one may have it.
                gone = isinstance(error, InvalidRecord) and error.field == "message_id"
                keeper = None if gone else owner
                account.files.mark(ref, [file.id], is_saving=False, problem=text, message_id=keeper)
                failed.append((file, text, advice))
            else:
                self._take_away(account, ref, file.id)
        if message_id is not None:
            self._pictures.note_loaded(account, message_id)
        for _, text, advice in failed:
            self.context.tell(
                "error",
                join_sentences(text, localize("files.sent_without")),
                join_sentences(advice, localize("files.waits")),
            )

    async def _save(self, account: AccountState, file: PendingFile, message_id: str) -> None:
        database = self.context.database(account)
        attachment = Attachment(
            id=file.id,
            message_id=message_id,
            filename=file.name,
            size=file.file.size,
            mime=file.mime,
            uploader_id=account.user_id,
            created_at=self.context.now(),
        )
        data = file.file.data
        if file.is_kept:
            # Another tab may have sent or removed it.
            if not await database.get_attachments_for_message(holder(file.id)):
                raise RecordNotFound("attachments", file.id)
            database = self.context.database(account)
            data = None
        await database.save_attachment(attachment, data)

    def _explain(self, error: Exception, file: PendingFile) -> tuple[str, str]:
        failed = localize("failed.save_file", name=file.name)
        if isinstance(error, InvalidRecord) and error.field == "data":
            text = join_sentences(failed, localize("files.changed"))
            return text, localize("files.changed_advice")
        if isinstance(error, InvalidRecord) and error.field == "message_id":
            return join_sentences(failed, localize("files.message_deleted")), ""
        return explain(error, "failed.save_file", name=file.name)

    def _take_away(self, account: AccountState, ref: ChannelRef, file_id: str) -> None:
        for file in account.files.take_away(ref, [file_id]):
            self._blobs.revoke(file.picture)
            self.context.start(self._kept.forget(account, ref, file.id), "failed.remove_file")

    def _preview(self, file: PickedFile) -> str | None:
        mime = picture_type(file.mime)
        return None if mime is None else self._blobs.make_file_url(file.data, mime)
