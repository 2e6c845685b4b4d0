"""Replied-to messages: loading them, and going to them."""

from reaktiv import Effect, batch, untracked

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.messages import MessageEffects
from roomkeep.app.effects.rooms import RoomEffects
from roomkeep.app.state import AccountState
from roomkeep.app.timeline import Timeline
from roomkeep.app.unread import first_new
from roomkeep.errors import RecordNotFound
from roomkeep.localization import localize
from roomkeep.models import Message

__all__ = ["ReplyEffects"]


class ReplyEffects(EffectGroup):
    """Loads the messages that others reply to, and goes to messages."""

    def __init__(self, context: Context, messages: MessageEffects, rooms: RoomEffects) -> None:
        super().__init__(context)
        self._messages = messages
        self._rooms = rooms
        self._follow = Effect(self._load_originals)

    @effect("failed.show_message")
    async def show(self, message_id: str) -> None:
        """Go to a message, wherever it is."""
        account = self.account
        timeline = account.timeline()
        if timeline is None or timeline.find(message_id) is None:
            message = await self.context.database(account).get_message_by_id(message_id)
            if message is None or not await self._show(account, message):
                account.originals.set({**account.originals(), message_id: None})
                self.context.tell("error", localize("message.gone"))
        else:
            _go_to(account, message_id)

    async def _show(self, account: AccountState, message: Message) -> bool:
        """Go to a message in its channel; return false if it is gone."""
        ref = (message.room_id, message.channel_id)
        if account.channel_ref != ref:
            if account.find_room(message.room_id) is None:
                return False
            await self._rooms.show(account, *ref)
            if account.channel_ref != ref:
                return True
        if account.timeline() is None:
            return False
        # Until one is there, nothing else is to be loaded on account of where one was.
        account.is_loading.set(True)
        try:
            await self._messages.show_around(account, ref, message.id)
        except RecordNotFound:  # deleted under our eyes
            return False
        finally:
            account.is_loading.set(False)
        if account.channel_ref == ref:
            _go_to(account, message.id)
        return True

    @effect("failed.show_new")
    async def show_new(self) -> None:
        """Go to the first new message."""
        account = self.account
        ref, mark = account.channel_ref, account.new_after()
        if ref is None or mark is None:
            return
        if self._first_new(account) is None:
            await self._messages.open(account, ref, mark)
        if account.channel_ref == ref:
            account.target.set(self._first_new(account))

    @staticmethod
    def _first_new(account: AccountState) -> str | None:
        timeline = account.timeline()
        if timeline is None:
            return None
        return first_new(
            timeline.messages,
            account.new_after(),
            account.user_id,
            has_older=timeline.has_older,
        )

    def arrived(self, account: AccountState) -> None:
        """Note that the message is in sight."""
        with batch():
            account.target.set(None)
            account.is_target_at_top.set(False)

    def _load_originals(self) -> None:
        """Load the messages that those on the page reply to, if they are not on it."""
        account = self.page.account()
        timeline = None if account is None else account.timeline()
        if account is None or timeline is None:
            return
        wanted = self._answered(timeline) - account.originals().keys()
        if wanted:
            # What the task reads is not what this follows.
            with untracked():
                self.context.start(self._load(account, wanted), "failed.load_replies")

    async def _load(self, account: AccountState, wanted: set[str]) -> None:
        there = await self.context.database(account).get_messages_by_ids(sorted(wanted))
        found = {name: there.get(name) for name in wanted}
        timeline = account.timeline()
        if self.page.account() is not account or timeline is None:
            return
        answered = self._answered(timeline)
        kept = {name: m for name, m in account.originals().items() if name in answered}
        account.originals.set({**kept, **found})

    @staticmethod
    def _answered(timeline: Timeline) -> set[str]:
        """Return the ids of replied-to messages that are not on the page."""
        here = {message.id for message in timeline.messages}
        answered = {message.reply_to_id for message in timeline.messages} - here
        return {name for name in answered if name is not None}


def _go_to(account: AccountState, message_id: str) -> None:
    with batch():
        account.message_id.set(message_id)
        account.target.set(message_id)
