"""Messages: loaded page by page, and kept up to date with the database."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from reaktiv import batch

from roomkeep.app.changes import records_by_key
from roomkeep.app.channel_ref import ChannelRef
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.drafts import DraftEffects
from roomkeep.app.effects.pictures import PictureEffects
from roomkeep.app.effects.read_ahead import ReadAhead
from roomkeep.app.state import AccountState
from roomkeep.app.timeline import AROUND, PAGE, STEP, Timeline
from roomkeep.app.unread import count_new, has_new
from roomkeep.errors import RecordNotFound
from roomkeep.models import Message
from roomkeep.persistence import Change, ChannelPage

__all__ = ["MessageEffects"]


_MOST_FILLS = 10
"""How often the server is asked for a page: it could answer without a message, again and again."""


class MessageEffects(EffectGroup):
    """Shows the messages of the open channel.

    Attributes:
        fill: gets messages that are missing on this device before one, and tells whether it did.
    """

    def __init__(self, context: Context, drafts: DraftEffects, pictures: PictureEffects) -> None:
        super().__init__(context)
        self.fill: Callable[[AccountState, Message], Awaitable[bool]] = _nothing_to_fill
        self._pictures = pictures
        self._drafts = drafts
        self._ahead = ReadAhead(context)

    async def load_latest(self, account: AccountState, *, anew: bool = False) -> None:
        """Load the end of the open channel.

        Args:
            account: whose channel it is.
            anew: it was shown before; where another part of the channel is by then, that stays.
        """
        ref = account.channel_ref
        channel = account.channel
        if ref is None or (channel is not None and channel.type == "voice"):
            return
        with self.context.overhear() as missed:
            page = await self._read_page(account, ref)
        shown = account.timeline()
        if anew and shown is not None and not shown.is_at_latest:
            return
        self._show(account, ref, _latest(page), page, missed)

    async def open(
        self, account: AccountState, ref: ChannelRef, mark: int, unread: int | None = None
    ) -> None:
        """Load a channel: at its first new message if more than a page is new, else at its end.

        Args:
            account: whose channel it is.
            ref: the channel, which is open by now.
            mark: the time in ms up to which it was read.
            unread: how many messages are later than that, where they were counted.
        """
        if account.channel is not None and account.channel.type == "voice":
            return
        is_around = unread is not None and unread > PAGE
        with self.context.overhear() as missed:
            page = await self._read_page(account, ref, mark if is_around else None)
            timeline = _latest(page)
            if not is_around and timeline.has_older and page.before[0].timestamp > mark:
                # It was not counted yet, or more has come since.
                is_around = True
                page = await self._read_page(account, ref, mark)
            if is_around and has_new(page.after, mark, account.user_id):
                timeline = _around(page)
            elif is_around:
                page = await self._read_page(account, ref)
                timeline = _latest(page)
        with batch():
            if not self._show(account, ref, timeline, page, missed):
                return
            timeline = account.timeline() or timeline
            is_new = has_new(timeline.messages, mark, account.user_id)
            count = count_new(timeline, mark)
            if count is None:
                count = unread
            account.new_after.set(mark if is_new else None)
            account.new_count.set(count or 0)
        if is_new and count is None:
            count = await self.context.database(account).count_messages(ref[0], mark, ref[1])
            if account.channel_ref == ref and account.new_after() == mark:
                account.new_count.set(count)

    async def show_around(
        self, account: AccountState, ref: ChannelRef, around: str | int
    ) -> ChannelPage:
        """Load the open channel around one of its messages, or a time; return what was loaded.

        Args:
            account: whose channel it is.
            ref: the channel.
            around: the message's id, or the time in ms.

        Raises:
            RecordNotFound: the message is not there any more.
        """
        with self.context.overhear() as missed:
            page = await self._read_page(account, ref, around, AROUND)
        self._show(account, ref, _around(page, AROUND), page, missed)
        return page

    @effect("failed.load_latest")
    async def show_latest(self) -> None:
        """Go to the end of the open channel."""
        await self.load_latest(self.account)

    @effect("failed.load_earlier")
    async def show_older(self) -> None:
        """Load the page before the first message shown."""
        account = self.account
        timeline = account.timeline()
        ref = account.channel_ref
        if timeline is None or ref is None or not timeline.has_older or account.is_loading():
            return
        account.is_loading.set(True)
        try:
            if not timeline.messages:  # all of them were deleted under our eyes
                await self.load_latest(account)
                return
            oldest = timeline.messages[0]
            ahead = await self._ahead.take(account, ref, oldest)
            is_filled = False
            if ahead is not None and ahead.messages:
                page = ahead.messages
                self._pictures.show_found(account, page, ahead.attachments, ())
            else:
                try:
                    page, is_filled = await self._read_older(account, ref, oldest)
                except RecordNotFound:  # deleted under our eyes
                    await self.load_latest(account)
                    return
                await self._pictures.load(account, page)
            now = account.timeline()
            if account.channel_ref != ref or now is None:
                return
            # Others may have come meanwhile at the window's end; at its start nothing may be amiss.
            if now.messages and now.messages[0].id == oldest.id:
                is_cut = bool(account.sync.server()) and (bool(page) or is_filled)
                timeline = now.with_older(page, is_cut=is_cut)
                account.timeline.set(timeline)
                if page and timeline.has_older:
                    # Who goes back goes on.
                    self._ahead.start(account, ref, page[0])
        finally:
            account.is_loading.set(False)

    async def _read_older(
        self, account: AccountState, ref: ChannelRef, oldest: Message
    ) -> tuple[list[Message], bool]:
        """Return the page before a message, and whether the server gave some of it."""
        room_id, channel_id = ref
        fills, is_filled = 0, False
        while True:
            database = self.context.database(account)
            page = await database.get_latest_messages(room_id, STEP, oldest.id, channel_id)
            if page or fills == _MOST_FILLS:
                return page, is_filled
            fills += 1
            is_filled = await self.fill(account, oldest)
            if not is_filled:
                return page, is_filled

    @effect("failed.load_later")
    async def show_newer(self) -> None:
        """Load the page after the last message shown."""
        account = self.account
        timeline = account.timeline()
        ref = account.channel_ref
        if timeline is None or ref is None or timeline.is_at_latest or account.is_loading():
            return
        account.is_loading.set(True)
        try:
            if not timeline.messages:  # all of them were deleted under our eyes
                await self.load_latest(account)
                return
            last = timeline.messages[-1].id
            database = self.context.database(account)
            with self.context.overhear() as missed:
                try:
                    page = await database.get_messages_after(ref[0], last, STEP, ref[1])
                except RecordNotFound:  # deleted under our eyes
                    await self.load_latest(account)
                    return
                await self._pictures.load(account, page)
            now = account.timeline()
            if account.channel_ref != ref or now is None:
                return
            if now.messages and now.messages[-1].id == last:
                # Until the window reached the end, what came was left out; from now on it is not.
                with batch():
                    account.timeline.set(now.with_newer(page))
                    self._show_missed(account, missed)
        finally:
            account.is_loading.set(False)

    @contextmanager
    def show_unsent(self, account: AccountState, message: Message) -> Iterator[None]:
        """Show a message while it is being saved; if that fails, it is removed again."""
        ref = (message.room_id, message.channel_id)
        account.unsent[message.id] = message
        self._show_at_end(account, message)
        try:
            with self.context.writing(message.id):
                yield
        except BaseException:
            del account.unsent[message.id]
            timeline = account.timeline()
            if timeline is not None and account.channel_ref == ref:
                account.timeline.set(timeline.without({message.id}))
            raise
        del account.unsent[message.id]

    @staticmethod
    def _show_at_end(account: AccountState, message: Message) -> None:
        timeline = account.timeline()
        if timeline is None or account.channel_ref != (message.room_id, message.channel_id):
            return
        if timeline.is_at_latest:
            account.timeline.set(timeline.with_message(message))
        else:
            # Who writes goes to the end of the channel: the rest of it is loaded when it is sent.
            account.timeline.set(Timeline(messages=(message,), has_older=True))

    async def refresh(self, account: AccountState, ids: Iterable[str]) -> None:
        """Read some messages again, and show them."""
        names = list(ids)
        found = await self.context.database(account).get_messages_by_ids(names)
        self.show_changed(account, {name: found.get(name) for name in names})

    def show_changed(self, account: AccountState, records: Mapping[str, Message | None]) -> None:
        """Show messages as they are now, by their ids; None for one that is gone."""
        for message in records.values():
            if message is not None:
                self._drafts.refresh_answered(account, message)
        originals = {key: one for key, one in records.items() if key in account.originals()}
        timeline, ref = account.timeline(), account.channel_ref
        with batch():
            if originals:
                account.originals.set({**account.originals(), **originals})
            if timeline is not None and ref is not None:
                # A channel that was made here gets the server's id, and its messages stay in sight.
                keeps_moved = bool(account.sync.server())
                account.timeline.set(timeline.with_records(records, ref, keeps_moved=keeps_moved))

    async def _read_page(
        self,
        account: AccountState,
        ref: ChannelRef,
        around: str | int | None = None,
        limit: int = PAGE,
    ) -> ChannelPage:
        return await self.context.database(account).get_channel_page(*ref, limit, around)

    def _show(
        self,
        account: AccountState,
        ref: ChannelRef,
        timeline: Timeline,
        page: ChannelPage,
        missed: list[Change],
    ) -> bool:
        """Show a page of messages, unless another channel was opened meanwhile."""
        if account.channel_ref != ref:
            return False
        answered = {message.reply_to_id for message in (*page.before, *page.after)}
        answered -= {message.id for message in (*page.before, *page.after)}
        found = {name: page.originals.get(name) for name in answered if name is not None}
        with batch():
            account.originals.set(found)
            self._pictures.show_found(
                account, [*page.before, *page.after], page.attachments, missed
            )
            account.timeline.set(_with_unsent(timeline, account, ref))
            self._show_missed(account, missed)
        return True

    def _show_missed(self, account: AccountState, missed: Iterable[Change]) -> None:
        """Show the changes that arrived during a read."""
        for change in missed:
            if change.store == "messages":
                self.show_changed(account, records_by_key(change) or {})


def _latest(page: ChannelPage) -> Timeline:
    return Timeline.latest(page.before, is_cut=page.gap is not None)


def _around(page: ChannelPage, size: int = PAGE) -> Timeline:
    return Timeline.around(page.before, page.after, is_cut=page.gap is not None, size=size)


async def _nothing_to_fill(_account: AccountState, _message: Message) -> bool:
    return False


def _with_unsent(timeline: Timeline, account: AccountState, ref: ChannelRef) -> Timeline:
    if not timeline.is_at_latest:
        return timeline
    for message in account.unsent.values():
        if (message.room_id, message.channel_id) == ref:
            timeline = timeline.with_message(message)
    return timeline
