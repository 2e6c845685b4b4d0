"""Bans: creating, listing and lifting them, and refusing what they forbid."""

import asyncio
from collections.abc import Callable, Sequence

from reaktiv import Effect, untracked

from roomkeep.app.changes import records_by_key
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.error_messages import Refused
from roomkeep.app.limits import check_reason
from roomkeep.app.people import BAN_LENGTHS, Person, find_ban, may_ban, may_moderate
from roomkeep.app.state import AccountState
from roomkeep.localization import join_sentences, localize
from roomkeep.models import Ban
from roomkeep.persistence import Change

__all__ = ["BanEffects", "check_not_banned", "refusal"]

LONGEST_WAIT = 3_600.0
"""So many seconds, at most, until bans are looked at again: clocks are set, and devices sleep."""


def check_not_banned(
    context: Context,
    account: AccountState,
    room_id: str,
    *,
    refused: str = "banned.send",
    advice: str = "banned.kept",
) -> None:
    """Raise if a known ban keeps the signed-in person out of the open room.

    The transaction that writes something checks it anew; this is for what does not write.

    Args:
        context: what every effect works with.
        account: who it is.
        room_id: the room.
        refused: the id of the text that says what was not done.
        advice: that of what became of what the person meant to do; empty for nothing to say.

    Raises:
        Refused: a ban keeps the person from it.
    """
    bans = account.people.bans() if account.room_id() == room_id else ()
    active = [ban for ban in bans if ban.is_active(context.time())]
    ban = find_ban(active, account.user_id)
    if ban is not None:
        raise _refused(ban, refused, advice)


async def refusal(
    context: Context,
    account: AccountState,
    room_id: str,
    *,
    refused: str = "banned.send",
    advice: str = "banned.kept",
) -> Refused:
    """Return the error to raise when the database refused a write because of a ban.

    The page shows that ban from then on. The arguments are those of `check_not_banned`.
    """
    bans = await context.database(account).get_bans_for_room(room_id)
    if account.room_id() == room_id:
        account.people.bans.set(tuple(bans))
    return _refused(find_ban(bans, account.user_id), refused, advice)


def _refused(ban: Ban | None, refused: str, advice: str) -> Refused:
    given = "" if ban is None else ban.reason or ""
    reason = localize("banned.reason", reason=given) if given else ""
    return Refused(localize(refused), join_sentences(localize(advice) if advice else "", reason))


class BanEffects(EffectGroup):
    """Creates, lists and lifts bans."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._cancel: Callable[[], None] | None = None
        context.follow(self._on_change, "bans")
        self._follow = Effect(self._follow_bans)

    def _follow_bans(self) -> None:
        account = self.page.account()
        bans = () if account is None else account.people.bans()
        # What the timer starts reads signals too; they are not what this follows.
        with untracked():
            self._wait(bans)

    async def load(self, account: AccountState) -> None:
        """Load the bans of the open room, and again when the next of them ends."""
        room_id = account.room_id()
        if room_id is None:
            return
        with self.context.overhear() as missed:
            bans = await self.context.database(account).get_bans_for_room(room_id)
        if account.room_id() != room_id:
            return
        account.people.bans.set(tuple(bans))
        for change in missed:
            self._apply(account, change)
        # Also where they are the same still: the last wait is over.
        self._wait(account.people.bans())

    def _on_change(self, account: AccountState, change: Change) -> None:
        if not self._apply(account, change) and change.room_id in (None, account.room_id()):
            self.look_again()

    def _apply(self, account: AccountState, change: Change) -> bool:
        """Apply a change to the bans shown; return false if they must be read instead."""
        records = records_by_key(change)
        if change.store != "bans" or records is None:
            return False
        room_id, now = account.room_id(), self.context.time()
        put = [b for b in records.values() if b and b.room_id == room_id and b.is_active(now)]
        others = (ban for ban in account.people.bans() if ban.oder_id not in records)
        in_order = sorted((*others, *put), key=lambda ban: (ban.timestamp, ban.oder_id))
        account.people.bans.set(tuple(in_order))
        return True

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
        """Reload the bans, of which some may have ended."""
        account = self.page.account()
        if account is not None and account.room_id() is not None:
            self.context.start(self.load(account), "failed.load_bans")

    def ask_ban(self, person: Person) -> None:
        """Ask for the reason and the length of a ban."""
        account = self.account
        account.people.banning.set(person)
        account.dialog.set("ban")

    @effect("failed.ban")
    async def ban(self, *, reason: str, length: str) -> None:
        """Ban the person in question from the open room.

        Args:
            reason: why; it may be empty.
            length: how long, one of `BAN_LENGTHS`.
        """
        account = self.account
        person = account.people.banning()
        room_id = account.room_id()
        if person is None or room_id is None:
            return
        if not may_ban(account.people.me, person):
            text = localize("ban.not_allowed", name=person.name)
            raise Refused(text, localize("error.undone"))
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
        self.context.tell("success", localize("ban.done", name=person.name))

    @effect("failed.unban")
    async def lift(self, key: str) -> None:
        """Lift a ban of the open room, by the ban's own key."""
        account = self.account
        if not may_moderate(account.people.me):
            raise Refused(localize("ban.unban_not_allowed"), localize("error.undone"))
        await self.context.database(account).remove_ban(key)

    def open_list(self) -> None:
        """Show the bans of the open room."""
        self.account.dialog.set("bans")
