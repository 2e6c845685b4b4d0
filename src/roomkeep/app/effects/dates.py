"""Going to a day in the open channel, to its first message, and to its latest."""

from typing import Final

from reaktiv import batch

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.messages import MessageEffects

__all__ = ["DateEffects"]

_LATEST: Final = 8_640_000_000_000_000
"""The latest time that a message can have, in ms; its negative is the earliest."""


class DateEffects(EffectGroup):
    """Goes to a place in the messages by its time."""

    def __init__(self, context: Context, messages: MessageEffects) -> None:
        super().__init__(context)
        self._messages = messages

    def open_dialog(self, timestamp: int | None = None) -> None:
        """Ask for the day to go to.

        Args:
            timestamp: a time in ms on the day that is offered; None for today.
        """
        account = self.account
        with batch():
            account.offered_time.set(timestamp)
            account.dialog.set("date")

    @effect("failed.go_to_date")
    async def go(self, timestamp: int) -> None:
        """Go to the first message from a time on; to the latest where none is so late.

        Args:
            timestamp: the time in ms, such as when a day begins.
        """
        account = self.account
        ref = account.channel_ref
        account.dialog.set(None)
        if ref is None or account.timeline() is None:
            return
        # Until it is there, nothing else is to be loaded on account of where one was.
        account.is_loading.set(True)
        try:
            page = await self._messages.show_around(account, ref, max(timestamp - 1, -_LATEST))
        finally:
            account.is_loading.set(False)
        found = [*page.before[-1:], *page.after[:1]]
        if found and account.channel_ref == ref:
            with batch():
                account.message_id.set(found[-1].id)
                account.is_target_at_top.set(True)
                account.target.set(found[-1].id)

    def go_to_first(self) -> None:
        """Go to the first message of the open channel."""
        self.go(-_LATEST)

    def go_to_latest(self) -> None:
        """Go to the latest message of the open channel."""
        self.go(_LATEST)
