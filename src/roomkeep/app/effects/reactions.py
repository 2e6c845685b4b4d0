"""Reactions: adding and removing them, and picking an emoji."""

from roomkeep.app.effects.bans import check_not_banned, refusal
from roomkeep.app.effects.context import EffectGroup, effect
from roomkeep.app.state import AccountState
from roomkeep.errors import InvalidRecord
from roomkeep.models import Message, Reaction

__all__ = ["ReactionEffects"]

REFUSED = "banned.react"


class ReactionEffects(EffectGroup):
    """Adds and removes reactions."""

    @effect("failed.react")
    async def toggle(self, message_id: str, emoji: str) -> None:
        """Add a reaction to a message, or remove it."""
        account = self.account
        timeline = account.timeline()
        message = None if timeline is None else timeline.find(message_id)
        if message is None:
            return
        await self.context.wait_until_written(message_id)
        mine = account.user_id
        if any(r.oder_id == mine and r.emoji == emoji for r in message.reactions):
            check_not_banned(self.context, account, message.room_id, refused=REFUSED, advice="")
            await self.context.database(account).remove_reaction(message_id, mine, emoji)
        else:
            await self._add(account, message, emoji)

    @effect("failed.react")
    async def add(self, message_id: str, emoji: str) -> None:
        """Add a reaction to a message, unless it is there already."""
        account = self.account
        await self.context.wait_until_written(message_id)
        timeline = account.timeline()
        message = None if timeline is None else timeline.find(message_id)
        if message is None:
            message = await self.context.database(account).get_message_by_id(message_id)
        if message is not None:
            await self._add(account, message, emoji)

    async def _add(self, account: AccountState, message: Message, emoji: str) -> None:
        reaction = Reaction(
            message_id=message.id,
            oder_id=account.user_id,
            emoji=emoji,
            timestamp=self.context.now(),
        )
        try:
            await self.context.database(account).send_reaction(reaction)
        except InvalidRecord as error:
            if error.field != "oder_id":
                raise
            raise await refusal(
                self.context, account, message.room_id, refused=REFUSED, advice=""
            ) from error

    def pick(self, message_id: str) -> None:
        """Open the picker for a reaction; without a message, for the composer."""
        self.account.picking.set(message_id)

    def end_picking(self) -> None:
        """Close the emoji picker."""
        self.account.picking.set(None)
