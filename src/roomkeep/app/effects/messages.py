"""Messages: paged through, written, answered."""

import asyncio
import logging

from reaktiv import batch

from roomkeep.app.effects.attachments import AttachmentEffects
from roomkeep.app.effects.bans import check_not_banned
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.drafts import DraftEffects
from roomkeep.app.file_state import PendingFile
from roomkeep.app.limits import check_content
from roomkeep.app.places import Place
from roomkeep.app.state import AccountState
from roomkeep.app.timeline import PAGE, Timeline
from roomkeep.app.unread import has_new
from roomkeep.errors import RecordNotFound, RoomkeepError
from roomkeep.models import Message

__all__ = ["MessageEffects"]

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
        page = await self.read_latest(account, place)
        if account.place == place:
            account.timeline.set(Timeline.latest(page))
            await self._catch_up(account, place)

    async def open(self, account: AccountState, place: Place, mark: int) -> None:
        """Show a channel: where what is new begins, if that is more than a page; else its end.

        Args:
            account: whose channel it is.
            place: the channel, which is open by now.
            mark: the time in ms up to which it was read.
        """
        if account.channel is not None and account.channel.type == "voice":
            return
        reader = account.user_id
        page = await self.read_latest(account, place)
        timeline = Timeline.latest(page)
        if timeline.has_older and page[0].timestamp > mark:
            newer = await self.read_after(account, place, mark)
            if has_new(newer, mark, reader):
                older = await self.read_latest(account, place, before=newer[0].id)
                timeline = Timeline.around(older, newer)
        is_new = has_new(timeline.messages, mark, reader)
        count = 0
        if is_new:
            database = self.context.database(account)
            count = await database.count_messages(place[0], mark, place[1])
        if account.place != place:
            return
        with batch():
            account.timeline.set(timeline)
            account.new_after.set(mark if is_new else None)
            account.new_count.set(count)
        await self._catch_up(account, place)

    async def load_around(
        self, account: AccountState, place: Place, older: list[Message], newer: list[Message]
    ) -> None:
        """Show the open channel where two pages of it meet."""
        await self._attachments.load(account, [*older, *newer])
        if account.place == place:
            account.timeline.set(Timeline.around(older, newer))
            await self._catch_up(account, place)

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
            first = timeline.messages[0].id
            try:
                page = await self.read_latest(account, place, before=first)
            except RecordNotFound:  # deleted under our eyes
                await self.load_latest(account)
                return
            now = account.timeline()
            if account.place != place or now is None:
                return
            # Others may have come meanwhile at the window's end; at its start nothing may be amiss.
            if now.messages and now.messages[0].id == first:
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
            last = timeline.messages[-1].id
            try:
                page = await self.read_after(account, place, last)
            except RecordNotFound:  # deleted under our eyes
                await self.load_latest(account)
                return
            now = account.timeline()
            if account.place != place or now is None:
                return
            if now.messages and now.messages[-1].id == last:
                account.timeline.set(now.with_newer(page))
                await self._catch_up(account, place)
        finally:
            account.is_loading.set(False)

    async def _catch_up(self, account: AccountState, place: Place) -> None:
        """Take in what came while the channel's end was being read.

        Until the window reached the end, what came was left out; from now on it is not.
        """
        timeline = account.timeline()
        if timeline is None or not timeline.is_at_latest or not timeline.messages:
            return
        try:
            found = await self.read_after(account, place, timeline.messages[-1].id)
        except RecordNotFound:  # deleted under our eyes, and the deletion shows by itself
            return
        now = account.timeline()
        if found and now is not None and account.place == place:
            account.timeline.set(now.with_messages(found))

    async def read_latest(
        self, account: AccountState, place: Place, before: str | None = None
    ) -> list[Message]:
        """Read the page before a message, or at the channel's end, with its attachments."""
        database = self.context.database(account)
        page = await database.get_latest_messages(place[0], PAGE, before, place[1])
        await self._attachments.load(account, page)
        return page

    async def read_after(
        self, account: AccountState, place: Place, after: str | int
    ) -> list[Message]:
        """Read the page after a message or a time in ms, with its attachments."""
        database = self.context.database(account)
        page = await database.get_messages_after(place[0], after, PAGE, place[1])
        await self._attachments.load(account, page)
        return page

    async def refresh(self, account: AccountState, ids: list[str]) -> None:
        """Show what became of some messages."""
        for message_id in ids:
            place = account.place
            message = await self.context.database(account).get_message_by_id(message_id)
            if message is not None:
                self._drafts.refresh_answered(account, message)
            if message_id in account.originals():
                account.originals.set({**account.originals(), message_id: message})
            timeline = account.timeline()
            if timeline is None or account.place != place:
                continue
            if message is None or (message.room_id, message.channel_id) != place:
                account.timeline.set(timeline.without({message_id}))
            else:
                account.timeline.set(timeline.with_message(message))

    def write_draft(self, text: str) -> None:
        """Keep what is written in the open channel and not sent yet."""
        account = self.page.account()
        place = None if account is None else account.place
        if account is not None and place is not None:
            self._drafts.write(account, place, text)

    def send(self) -> asyncio.Task[None] | None:
        """Save what is written as a message."""
        account = self.account
        place = account.place
        text = account.draft
        files = self._attachments.take(account, place)
        if place is None or not (text.strip() or files):
            return None
        # Empty at once: what is typed next is the next message, and Enter does not send it twice.
        self._drafts.write(account, place, "")
        answered = account.replies().get(place)
        self._drafts.answer(account, place, None)
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
        message: Message | None = None
        end = self._drafts.begin_sending()
        try:
            files += await self._attachments.take_late(account, place)
            await check_not_banned(self.context, account, place[0])
            # Files that are left over from a message go to that one.
            if text.strip() or any(file.message_id is None for file in files):
                message = await self._save(account, place, text, answered)
        except RoomkeepError:
            self._drafts.give_back(account, place, text)
            self._drafts.answer(account, place, account.replies().get(place, answered))
            self._attachments.give_back(account, place, files)
            raise
        finally:
            end()
        if message is not None:
            await self._show_sent(account, place, message)
        await self._attachments.save(account, place, files, None if message is None else message.id)

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
        await self.context.database(account).save_message(message)
        return message

    def begin_reply(self, message_id: str) -> None:
        """Let what one writes answer a message."""
        account = self.account
        timeline = account.timeline()
        place = account.place
        message = None if timeline is None else timeline.find(message_id)
        if message is not None and place is not None and not message.is_deleted:
            self._drafts.answer(account, place, message)

    def cancel_reply(self) -> None:
        """Let what one writes answer nothing."""
        account = self.account
        place = account.place
        if place is not None:
            self._drafts.answer(account, place, None)
