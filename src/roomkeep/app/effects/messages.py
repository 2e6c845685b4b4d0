"""Messages: paged through, written, answered, edited, deleted."""

import asyncio
import logging

from roomkeep.app.effects.attachments import AttachmentEffects
from roomkeep.app.effects.bans import check_not_banned
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.drafts import DraftEffects
from roomkeep.app.file_state import PendingFile
from roomkeep.app.limits import check_content
from roomkeep.app.places import Place
from roomkeep.app.state import AccountState
from roomkeep.app.timeline import PAGE, Timeline
from roomkeep.errors import RecordNotFound, RoomkeepError
from roomkeep.models import Message

__all__ = ["MessageEffects"]

MAX_GAP_PAGES = 6
"""How many pages are loaded to close a gap; beyond, the latest are shown."""

logger = logging.getLogger(__name__)


class MessageEffects(EffectGroup):
    """What one does with the messages of the open channel."""

    def __init__(
        self, context: Context, drafts: DraftEffects, attachments: AttachmentEffects
    ) -> None:
        super().__init__(context)
        self._attachments = attachments
        self._drafts = drafts

    async def load_latest(self, account: AccountState) -> None:
        """Show the end of the open channel."""
        place = account.place
        channel = account.channel
        if place is None or (channel is not None and channel.type == "voice"):
            return
        page = await self._load_page(account, place, PAGE)
        if account.place == place:
            account.timeline.set(Timeline.latest(page))

    @effect("show the latest messages")
    async def show_latest(self) -> None:
        """Go to the end of the open channel."""
        await self.load_latest(self.account)

    @effect("load earlier messages")
    async def show_older(self) -> None:
        """Load the page before the first message that is shown."""
        account = self.account
        timeline = account.timeline()
        place = account.place
        if timeline is None or place is None or not timeline.has_older or account.is_loading():
            return
        account.is_loading.set(True)
        try:
            try:
                page = await self._load_page(account, place, PAGE, timeline.messages[0].id)
            except RecordNotFound:  # deleted under our eyes
                await self.load_latest(account)
                return
            now = account.timeline()
            if account.place != place or now is None:
                return
            # Others may have come meanwhile at the window's end; at its start nothing may be amiss.
            if now.messages and now.messages[0].id == timeline.messages[0].id:
                account.timeline.set(now.with_older(page))
        finally:
            account.is_loading.set(False)

    @effect("load later messages")
    async def show_newer(self) -> None:
        """Load the page after the last message that is shown."""
        account = self.account
        timeline = account.timeline()
        place = account.place
        if timeline is None or place is None or timeline.is_at_latest or account.is_loading():
            return
        account.is_loading.set(True)
        try:
            found = await self._load_below(account, place, timeline)
            now = account.timeline()
            if account.place != place or now is None:
                return
            if found is None:
                await self.load_latest(account)
            elif now.below == timeline.below:
                account.timeline.set(now.with_newer(found))
        finally:
            account.is_loading.set(False)

    async def _load_below(
        self, account: AccountState, place: Place, timeline: Timeline
    ) -> list[Message] | None:
        """Load the nearest page below; None where it is not to be found again."""
        # One more than a page: where it is on the page already, nothing is missing in between.
        limit = PAGE + 1
        found: list[Message] = []
        before = timeline.before_below
        for _ in range(MAX_GAP_PAGES):
            try:
                page = await self._load_page(account, place, limit, before)
            except RecordNotFound:
                return None
            found = page + found
            if len(page) < limit or timeline.reaches(found):
                return found
            # Messages have come since the page was let go, and are between it and the window.
            before = page[0].id
        return None

    async def _load_page(
        self, account: AccountState, place: Place, limit: int, before: str | None = None
    ) -> list[Message]:
        room_id, channel_id = place
        database = self.context.database(account)
        page = await database.get_latest_messages(room_id, limit, before, channel_id)
        await self._attachments.load(account, page)
        return page

    async def refresh(self, account: AccountState, ids: list[str]) -> None:
        """Show what became of some messages."""
        for message_id in ids:
            place = account.place
            message = await self.context.database(account).get_message_by_id(message_id)
            timeline = account.timeline()
            if timeline is None or account.place != place:
                return
            if message_id in account.originals():
                account.originals.set({**account.originals(), message_id: message})
            if message is None or (message.room_id, message.channel_id) != place:
                account.timeline.set(timeline.without({message_id}))
            else:
                account.timeline.set(timeline.with_message(message))

    def write_draft(self, text: str) -> None:
        """Keep what is written in the open channel and not sent yet."""
        account = self.page.account()
        place = None if account is None else account.place
        if account is not None and place is not None:
            self._set_draft(account, place, text)

    def send(self) -> asyncio.Task[None] | None:
        """Save what is written as a message."""
        account = self.account
        place = account.place
        text = account.draft
        files = self._attachments.take(account, place)
        if place is None or not (text.strip() or files):
            return None
        # Empty at once: what is typed next is the next message, and Enter does not send it twice.
        self._set_draft(account, place, "")
        answered = account.replies().get(place)
        self._set_reply(account, place, None)
        return self._send(account, place, text, files, answered)

    @effect("send the message")
    async def _send(
        self,
        account: AccountState,
        place: Place,
        text: str,
        files: list[PendingFile],
        answered: Message | None,
    ) -> None:
        message_id = None
        # Files that are left over from a message go to that one.
        if text.strip() or any(file.message_id is None for file in files):
            try:
                message = await self._save(account, place, text, answered)
            except RoomkeepError:
                newer = account.drafts().get(place, "")
                self._set_draft(account, place, f"{text}\n{newer}" if newer else text)
                self._set_reply(account, place, account.replies().get(place, answered))
                self._attachments.give_back(account, place, files)
                raise
            message_id = message.id
            await self._show_sent(account, place, message)
        await self._attachments.save(account, place, files, message_id)

    async def _show_sent(self, account: AccountState, place: Place, message: Message) -> None:
        timeline = account.timeline()
        if account.place != place or timeline is None:
            return
        if timeline.is_at_latest:
            account.timeline.set(timeline.with_message(message))
        else:
            await self.load_latest(account)

    async def _save(
        self, account: AccountState, place: Place, text: str, answered: Message | None
    ) -> Message:
        message = Message(
            id=self.context.new_id(),
            room_id=place[0],
            channel_id=place[1],
            sender_id=account.user_id,
            sender_name=account.user().display_name,
            content=check_content(text),
            timestamp=self.context.now(),
            reply_to_id=None if answered is None else answered.id,
        )
        await check_not_banned(self.context, account, place[0])
        await self.context.database(account).save_message(message)
        return message

    def begin_edit(self, message_id: str) -> None:
        """Open one of one's own messages for editing."""
        account = self.account
        timeline = account.timeline()
        message = None if timeline is None else timeline.find(message_id)
        if message is not None and message.sender_id == account.user_id and not message.is_deleted:
            account.editing.set(message_id)

    def begin_edit_last(self) -> None:
        """Open the last of one's own messages on the page for editing."""
        account = self.account
        timeline = account.timeline()
        for message in reversed(() if timeline is None else timeline.messages):
            if message.sender_id == account.user_id and not message.is_deleted:
                account.editing.set(message.id)
                return

    def cancel_edit(self) -> None:
        """Leave the message as it was."""
        self.account.editing.set(None)

    @effect("save the change")
    async def save_edit(self, text: str) -> None:
        """Save what the message that is being edited says now."""
        account = self.account
        message_id = account.editing()
        timeline = account.timeline()
        message = None if timeline is None else timeline.find(message_id)
        if message is None:
            account.editing.set(None)
            return
        content = check_content(text)
        if not content:
            self.ask_delete(message.id)
            return
        if content != message.content:
            await check_not_banned(self.context, account, message.room_id, done="saved")
            await self.context.database(account).update_message(
                message.id, content=content, edited_at=self.context.now()
            )
            await self.refresh(account, [message.id])
        if account.editing() == message_id:
            account.editing.set(None)

    def ask_delete(self, message_id: str) -> None:
        """Ask whether a message is to be deleted."""
        account = self.account
        timeline = account.timeline()
        account.deleting.set(None if timeline is None else timeline.find(message_id))

    def cancel_delete(self) -> None:
        """Keep the message."""
        self.account.deleting.set(None)

    @effect("delete the message")
    async def delete(self) -> None:
        """Delete the message that was asked about."""
        account = self.account
        message = account.deleting()
        account.deleting.set(None)
        if message is None:
            return
        if account.editing() == message.id:
            account.editing.set(None)
        await self.context.database(account).delete_message(message.id)
        await self.refresh(account, [message.id])

    def begin_reply(self, message_id: str) -> None:
        """Let what one writes answer a message."""
        account = self.account
        timeline = account.timeline()
        place = account.place
        message = None if timeline is None else timeline.find(message_id)
        if message is not None and place is not None and not message.is_deleted:
            self._set_reply(account, place, message)

    def cancel_reply(self) -> None:
        """Let what one writes answer nothing."""
        account = self.account
        place = account.place
        if place is not None:
            self._set_reply(account, place, None)

    def _set_reply(self, account: AccountState, place: Place, message: Message | None) -> None:
        others = {key: reply for key, reply in account.replies().items() if key != place}
        account.replies.set(others if message is None else {**others, place: message})

    def _set_draft(self, account: AccountState, place: Place, text: str) -> None:
        self._drafts.write(account, place, text)
