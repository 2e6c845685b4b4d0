"""Reactions: given, taken back, and looked for among all emoji."""

from roomkeep.app.effects.bans import check_not_banned
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.messages import MessageEffects
from roomkeep.app.state import AccountState
from roomkeep.models import Reaction

__all__ = ["ReactionEffects"]


class ReactionEffects(EffectGroup):
    """What one does with emoji."""

    def __init__(self, context: Context, messages: MessageEffects) -> None:
        super().__init__(context)
        self._messages = messages

    @effect("react to the message")
    async def toggle(self, message_id: str, emoji: str) -> None:
        """React to a message, or take that back."""
        account = self.account
        timeline = account.timeline()
        message = None if timeline is None else timeline.find(message_id)
        if message is None:
            return
        await self._check(account, message.room_id)
        mine = account.user_id
        if any(r.oder_id == mine and r.emoji == emoji for r in message.reactions):
            await self.context.database(account).remove_reaction(message_id, mine, emoji)
            await self._messages.refresh(account, [message_id])
        else:
            await self._add(account, message_id, emoji)

    @effect("react to the message")
    async def add(self, message_id: str, emoji: str) -> None:
        """React to a message; who did so already leaves it at that."""
        account = self.account
        message = await self.context.database(account).get_message_by_id(message_id)
        if message is not None:
            await self._check(account, message.room_id)
            await self._add(account, message_id, emoji)

    async def _check(self, account: AccountState, room_id: str) -> None:
        await check_not_banned(
            self.context, account, room_id, refused="your reaction was not saved", advice=""
        )

    async def _add(self, account: AccountState, message_id: str, emoji: str) -> None:
        reaction = Reaction(
            message_id=message_id,
            oder_id=account.user_id,
            emoji=emoji,
            timestamp=self.context.now(),
        )
        await self.context.database(account).save_reaction(reaction)
        await self._messages.refresh(account, [message_id])

    def pick(self, message_id: str) -> None:
        """Look for an emoji to react with; without a message, for one to write."""
        self.account.picking.set(message_id)

    def end_picking(self) -> None:
        """Look for no emoji any more."""
        account = self.page.account()
        if account is not None:
            account.picking.set(None)
