"""Sample rooms, for looking around."""

import asyncio

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.rooms import RoomEffects
from roomkeep.app.sample import Sample, make_file, make_samples
from roomkeep.app.state import AccountState

__all__ = ["SampleEffects"]


class SampleEffects(EffectGroup):
    """Creates the sample rooms."""

    def __init__(self, context: Context, rooms: RoomEffects) -> None:
        super().__init__(context)
        self._rooms = rooms

    @effect("failed.create_samples")
    async def create(self) -> None:
        """Create the sample rooms and open the first; creating them again resets them."""
        account = self.account
        if account.making_samples() is not None:
            return
        account.making_samples.set(0.0)
        try:
            samples = make_samples(account.user(), self.context.now())
            total = sum(1 + len(sample.files) for sample in samples)
            done = 0
            for sample in samples:
                done = await self._write(account, sample, done, total)
            await self._rooms.load(account)
            # Who opened another room meanwhile stays there.
            if account.room is None:
                await self._rooms.show(account, samples[0].room.id)
        finally:
            account.making_samples.set(None)

    async def _write(self, account: AccountState, sample: Sample, done: int, total: int) -> int:
        context = self.context
        await context.database(account).add_users(sample.users)
        await context.database(account).save_messages(sample.messages)
        for ban in sample.bans:
            await context.database(account).save_ban(ban)
        for attachment, made_of in sample.files:
            done += 1
            account.making_samples.set(done / total)
            # The page draws between two pictures.
            await asyncio.sleep(0)
            await context.database(account).save_attachment(*make_file(attachment, made_of))
        # Last, so that a room that is there is whole.
        await context.database(account).save_room(sample.room)
        account.making_samples.set((done + 1) / total)
        return done + 1
