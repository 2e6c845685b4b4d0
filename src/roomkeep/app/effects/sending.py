"""Sending messages: the draft, the reply, and the one transaction that sends both."""

import asyncio
from contextlib import ExitStack

from roomkeep.app.channel_ref import DRAFT, LAST_READ, ChannelRef, setting_key
from roomkeep.app.effects.attachments import AttachmentEffects
from roomkeep.app.effects.bans import check_not_banned, refusal
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.draft_attachments import DraftAttachmentEffects
from roomkeep.app.effects.drafts import DraftEffects
from roomkeep.app.effects.messages import MessageEffects
from roomkeep.app.effects.setting_writer import SettingWriter
from roomkeep.app.effects.unsent import Unsent
from roomkeep.app.file_state import PendingFile
from roomkeep.app.limits import check_content
from roomkeep.app.state import AccountState
from roomkeep.errors import InvalidRecord, RecordNotFound, RoomkeepError
from roomkeep.models import Message

__all__ = ["SendingEffects"]


class SendingEffects(EffectGroup):
    """Handles the composer."""

    def __init__(
        self,
        context: Context,
        writer: SettingWriter,
        drafts: DraftEffects,
        draft_attachments: DraftAttachmentEffects,
        attachments: AttachmentEffects,
        messages: MessageEffects,
    ) -> None:
        super().__init__(context)
        self._writer = writer
        self._drafts = drafts
        self._draft_attachments = draft_attachments
        self._attachments = attachments
        self._messages = messages

    def write_draft(self, ref: ChannelRef, text: str) -> None:
        """Keep the draft of a channel."""
        self._drafts.write(self.account, ref, text)

    def begin_reply(self, message_id: str) -> None:
        """Make the draft a reply to a message."""
        account = self.account
        timeline = account.timeline()
        ref = account.channel_ref
        message = None if timeline is None else timeline.find(message_id)
        if message is not None and ref is not None and not message.is_deleted:
            self._drafts.answer(account, ref, message)

    def cancel_reply(self) -> None:
        """Make the draft no reply any more."""
        account = self.account
        ref = account.channel_ref
        if ref is not None:
            self._drafts.answer(account, ref, None)

    def send(self, ref: ChannelRef) -> asyncio.Task[None] | None:
        """Send the draft of a channel as a message, which is shown at once."""
        account = self.account
        text = account.drafts().get(ref, "")
        files = self._attachments.take(account, ref)
        if not (text.strip() or files):
            return None
        # Empty at once: what is typed next is the next message, and Enter does not send it twice.
        self._drafts.write(account, ref, "")
        answered = account.replies().get(ref)
        self._drafts.answer(account, ref, None)
        return self._send(account, ref, text, files, answered)

    @effect("failed.send")
    async def _send(
        self,
        account: AccountState,
        ref: ChannelRef,
        text: str,
        files: list[PendingFile],
        answered: Message | None,
    ) -> None:
        rest = await self._send_one(account, ref, text, files, answered, is_first=True)
        while rest:
            rest = await self._send_one(account, ref, "", rest, None, is_first=False)

    async def _send_one(
        self,
        account: AccountState,
        ref: ChannelRef,
        text: str,
        files: list[PendingFile],
        answered: Message | None,
        *,
        is_first: bool,
    ) -> list[PendingFile]:
        """Send a message; return the files that need messages of their own."""
        message: Message | None = None
        rest: list[PendingFile] = []
        key = setting_key(DRAFT, ref)
        with self._writer.sending(account, key) as sending:
            try:
                with ExitStack() as until_written:
                    if text.strip():
                        message = self._make(account, ref, text, answered)
                        has_files = bool(files)
                        sending.unsent = _unsent(key, text, message, has_files=has_files)
                        until_written.enter_context(self._messages.show_unsent(account, message))
                    if is_first:
                        files += await self._attachments.take_late(account, ref)
                    is_one_each = await self._is_one_each(account, ref, files)
                    rest = files[1:] if is_one_each else []
                    files = files[: len(files) - len(rest)]
                    # Files that are left over from a message go to that one.
                    if message is None and any(file.message_id is None for file in files):
                        message = self._make(account, ref, text, answered)
                    if message is not None and files:
                        sending.unsent = _unsent(key, text, message, has_files=True)
                    if message is None:
                        check_not_banned(self.context, account, ref[0])
                    else:
                        if is_one_each:
                            # What is sent to a server goes with its message, not after it.
                            files = await self._attachments.keep_for(account, files, message.id)
                        files = await self._save(account, ref, message, files)
            except RoomkeepError as error:
                sending.unsent = None
                self._give_back(account, ref, text, [*files, *rest], answered)
                if isinstance(error, InvalidRecord) and error.field == "sender_id":
                    raise await refusal(self.context, account, ref[0]) from error
                raise
        if message is not None:
            await self._show_sent(account, ref, message)
        await self._attachments.save(account, ref, files, None if message is None else message.id)
        return rest

    def _give_back(
        self,
        account: AccountState,
        ref: ChannelRef,
        text: str,
        files: list[PendingFile],
        answered: Message | None,
    ) -> None:
        """Make what could not be sent the draft again."""
        self._drafts.give_back(account, ref, text)
        self._drafts.answer(account, ref, account.replies().get(ref, answered))
        self._attachments.give_back(account, ref, files)

    async def _is_one_each(
        self, account: AccountState, ref: ChannelRef, files: list[PendingFile]
    ) -> bool:
        """Tell whether each file needs a message of its own, as it does on a server."""
        if len(files) == sum(file.is_kept is True for file in files) <= 1:
            # A message with one kept file is the same everywhere.
            return False
        return await self.context.database(account).get_rights(ref[0]) is not None

    def _make(
        self, account: AccountState, ref: ChannelRef, text: str, answered: Message | None
    ) -> Message:
        message = Message(
            id=self.context.new_id(),
            room_id=ref[0],
            channel_id=ref[1],
            sender_id=account.user_id,
            sender_name=account.user().display_name,
            content=check_content(text),
            timestamp=self.context.now(),
            reply_to_id=None if answered is None else answered.id,
        )
        self._attachments.expect(account, message.id)
        return message

    async def _save(
        self,
        account: AccountState,
        ref: ChannelRef,
        message: Message,
        files: list[PendingFile],
    ) -> list[PendingFile]:
        """Save a message with all that changes with it; return the files that are not ready."""
        for record_id in ref:
            await self.context.wait_until_written(record_id)
        kept = [file.id for file in files if file.is_kept and file.message_id is None]
        while True:
            try:
                read = self._read_until(account, ref, message)
                async with self._draft_attachments.without(account, ref, kept) as listed:
                    settings = {
                        setting_key(LAST_READ, ref): read,
                        **self._writer.unsaved_value(account, setting_key(DRAFT, ref)),
                        **listed,
                    }
                    await self.context.database(account).send_message(
                        message, settings=settings, attachment_ids=kept
                    )
            except RecordNotFound as error:
                if error.store != "attachments" or error.key not in kept:
                    raise
                # Another tab has sent or removed it.
                kept.remove(error.key)
                if not (message.content or kept or len(files) > 1):
                    # Nothing is left to send.
                    raise
            else:
                break
        account.last_read.set({**account.last_read(), ref: read})
        self._writer.note_saved(account, settings)
        self._attachments.note_sent(account, ref, kept)
        return [file for file in files if file.id not in kept]

    @staticmethod
    def _read_until(account: AccountState, ref: ChannelRef, message: Message) -> int:
        """Return the read marker after sending: whoever writes has read to the end."""
        timeline = account.timeline()
        messages = () if timeline is None or account.channel_ref != ref else timeline.messages
        latest = [one.timestamp for one in (message, *messages[-1:])]
        return max(*latest, account.last_read().get(ref, message.timestamp))

    async def _show_sent(self, account: AccountState, ref: ChannelRef, message: Message) -> None:
        timeline = account.timeline()
        if account.channel_ref != ref or timeline is None:
            return
        timeline = timeline.with_message(message)
        if timeline.find(message.id) is None or len(timeline.messages) == 1:
            await self._messages.load_latest(account)
        else:
            account.timeline.set(timeline)


def _unsent(key: str, text: str, message: Message, *, has_files: bool) -> Unsent:
    return Unsent(
        key=key,
        message_id=message.id,
        text=text,
        content=message.content,
        written_at=message.timestamp,
        reply_to_id=message.reply_to_id,
        has_files=has_files,
    )
