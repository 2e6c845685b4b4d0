"""Bans: made, listed, lifted, and what they keep a person from."""

import asyncio
from collections.abc import Callable, Sequence

from reaktiv import Effect, untracked

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.limits import check_reason
from roomkeep.app.people import BAN_LENGTHS, Person, find_ban, may_ban, may_moderate
from roomkeep.app.problems import Refused
from roomkeep.app.state import AccountState
from roomkeep.models import Ban

__all__ = ["BanEffects", "check_not_banned"]

LONGEST_WAIT = 3_600.0
"""So many seconds, at most, until bans are looked at again: clocks are set, and devices sleep."""


async def check_not_banned(
    context: Context,
    account: AccountState,
    room_id: str,
    *,
    refused: str = "this was not sent",
    advice: str = "What you wrote is kept here.",
) -> None:
    """Make sure that the signed-in person may take part in a room.

    Args:
        context: what every effect works with.
        account: who it is.
        room_id: the room.
        refused: what was not done, to complete the sentence "You are banned …, so …".
        advice: what became of what the person meant to do.

    Raises:
        Refused: a ban keeps the person from it; the page shows that ban from then on.
    """
    if not await context.database(account).is_user_banned(account.user_id, room_id):
        return
    bans = await context.database(account).get_bans_for_room(room_id)
    if account.room_id() == room_id:
        account.people.bans.set(tuple(bans))
    ban = find_ban(bans, account.user_id)
    reason = "" if ban is None or not ban.reason else f"The reason given: {ban.reason}"
    raise Refused(
        f"You are banned from this room, so {refused}.",
        " ".join(part for part in (advice, reason) if part),
    )


class BanEffects(EffectGroup):
    """What one does with bans."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._cancel: Callable[[], None] | None = None
        self._follow: Effect | None = None

    def begin(self) -> None:
        """Look again whenever a ban ends, from now on."""
        if self._follow is None:
            self._follow = Effect(self._follow_bans)

    def _follow_bans(self) -> None:
        account = self.page.account()
        bans = () if account is None else account.people.bans()
        # What the timer starts reads signals too; they are not what this follows.
        with untracked():
            self._wait(bans)

    async def load(self, account: AccountState) -> None:
        """Show the bans of the open room, and look again when the next of them ends."""
        room_id = account.room_id()
        if room_id is None:
            return
        bans = await self.context.database(account).get_bans_for_room(room_id)
        if account.room_id() != room_id:
            return
        account.people.bans.set(tuple(bans))
        # Also where they are the same still: the last wait is over.
        self._wait(bans)

    def _wait(self, bans: Sequence[Ban]) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None
        ends = [ban.expires_at for ban in bans if ban.expires_at is not None]
        if ends:
            seconds = max(min(ends) - self.context.time(), 0) / 1_000
            # A little later, so that the ban has ended by then.
            later = min(seconds + 0.05, LONGEST_WAIT)
            timer = asyncio.get_running_loop().call_later(later, self.look_again)
            self._cancel = timer.cancel

    def look_again(self) -> None:
        """See which bans still hold."""
        account = self.page.account()
        if account is not None and account.room_id() is not None:
            self.context.start(self.load(account), "look for bans")

    def me(self, account: AccountState) -> Person | None:
        """Return oneself on the roster of the open room."""
        return next((person for person in account.people.people() or () if person.is_me), None)

    def ask_ban(self, person: Person) -> None:
        """Ask why and for how long a person is to be banned."""
        account = self.account
        account.people.banning.set(person)
        account.dialog.set("ban")

    @effect("ban the person")
    async def ban(self, *, reason: str, length: str) -> None:
        """Ban the person that was asked about from the open room.

        Args:
            reason: why; it may be empty.
            length: how long, one of `BAN_LENGTHS`.
        """
        account = self.account
        person = account.people.banning()
        room_id = account.room_id()
        if person is None or room_id is None:
            return
        if not may_ban(self.me(account), person):
            raise Refused(f"You may not ban {person.name} from this room.", "Nothing was changed.")
        now = self.context.time()
        lasts = BAN_LENGTHS[length]
        ban = Ban(
            room_id=room_id,
            user_id=person.user_id,
            banned_by=account.user_id,
            display_name=person.name,
            reason=check_reason(reason) or None,
            timestamp=now,
            expires_at=None if lasts is None else now + lasts,
        )
        await self.context.database(account).save_ban(ban)
        if account.dialog() == "ban":
            account.dialog.set(None)
        self.context.tell("success", f"{person.name} is banned from this room.")
        await self.load(account)

    @effect("lift the ban")
    async def lift(self, key: str) -> None:
        """Lift a ban of the open room, by the ban's own key."""
        account = self.account
        if not may_moderate(self.me(account)):
            raise Refused("You may not lift bans in this room.", "Nothing was changed.")
        await self.context.database(account).remove_ban(key)
        await self.load(account)

    def open_list(self) -> None:
        """Show the bans of the open room."""
        self.account.dialog.set("bans")
