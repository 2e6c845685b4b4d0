"""Settings that mirror the state, and the state that follows them in other tabs."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import msgspec

from roomkeep.app.changes import settings_by_key
from roomkeep.app.channel_ref import DRAFT, EDIT, LAST_READ, RECENT, ChannelRef, channel_ref_of
from roomkeep.app.effects.batcher import Batcher
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.unsent import UNSENT, Unsent, send_lost
from roomkeep.app.state import AccountState
from roomkeep.app.unread import is_number
from roomkeep.errors import RoomkeepError, ScopeChanged, StorageError
from roomkeep.persistence import Change, DatabaseService

__all__ = ["SettingWriter"]

PAUSE = 0.3
"""How long settings are gathered before they are written, in seconds."""
STASHED = (DRAFT, EDIT, LAST_READ)
"""The kinds of a channel's settings that outlive a page which had no time to write them."""

Unsaved = dict[str, Callable[[], object]]
Show = Callable[[AccountState, ChannelRef, object], None]

logger = logging.getLogger(__name__)


class Sending:
    """A setting whose text is on its way into a message.

    Attributes:
        key: the setting's key.
        unsent: what to send later if the page goes first; None for no text.
        done: done when the message is in the database, or was refused.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self.unsent: Unsent | None = None
        self.done = asyncio.get_running_loop().create_future()


class SettingWriter(EffectGroup):
    """Writes settings a moment after the state has changed, all of them in one transaction."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        # How to get what the database does not have yet: the state leads, and may change again.
        self._batcher: Batcher[Unsaved] = Batcher(
            context, "failed.save_draft", dict, self._save, gather=PAUSE, rest=PAUSE
        )
        self._sending: list[Sending] = []
        self._has_stashed = False
        self._shows: dict[str, Show] = {}
        context.follow(self._on_change, "meta")

    def follow(self, kind: str, show: Show) -> None:
        """Call `show` with the settings of a kind as they change, here or in another tab."""
        self._shows[kind] = show

    def note(self, account: AccountState, key: str, value: Callable[[], object]) -> None:
        """Write a setting soon.

        Args:
            account: whose it is.
            key: its key.
            value: returns what to write at that time; None deletes the setting.
        """
        self._batcher.add(account, lambda unsaved: unsaved.update({key: value}))

    def is_unsaved(self, account: AccountState, key: str) -> bool:
        """Tell whether the latest value of a setting is not in the database yet."""
        return key in self._batcher.work(account)

    # What goes along with a message

    @contextmanager
    def sending(self, account: AccountState, key: str) -> Iterator[Sending]:
        """Leave a setting to the message being sent.

        The text is in no draft any more and in no message yet: the draft that the database has must
        stay until then, and the account is not left.
        """
        sending = Sending(key)
        self._sending.append(sending)
        try:
            yield sending
        finally:
            self._sending.remove(sending)
            sending.done.set_result(None)
            self._drop_stash(account)

    async def wait_until_sent(self) -> None:
        """Wait for all messages that are being sent."""
        if self._sending:
            await asyncio.wait([sending.done for sending in self._sending])

    def unsaved_value(self, account: AccountState, key: str) -> dict[str, object]:
        """Return an unsaved setting, by its key; empty if it is saved."""
        value = self._batcher.work(account).get(key)
        return {} if value is None else {key: value()}

    def note_saved(self, account: AccountState, written: Mapping[str, object]) -> None:
        """Drop settings that are in the database by now, unless they changed again."""
        unsaved = self._batcher.work(account)
        for key, value in written.items():
            if key in unsaved and unsaved[key]() == value:
                del unsaved[key]

    # The database

    async def flush(self, account: AccountState) -> None:
        """Write all unsaved settings now."""
        unsaved = self._batcher.work(account)
        sending = {one.key for one in self._sending}
        written = {key: value() for key, value in unsaved.items() if key not in sending}
        if written:
            await self.context.database(account).save_settings(written)
            self.note_saved(account, written)
        self._drop_stash(account)

    def forget(self, account: AccountState) -> None:
        """Drop all unsaved settings."""
        self._batcher.work(account).clear()

    async def _save(self, account: AccountState, unsaved: Unsaved) -> None:
        try:
            await self.flush(account)
        except ScopeChanged:
            raise
        except RoomkeepError as error:
            if any(_is_text(key) for key in unsaved):
                raise
            # The page goes on with it all the same, until it is reloaded.
            logger.warning("could not keep where one was: %s", error)
            unsaved.clear()

    # The page may be gone before the database has it

    def stash(self) -> None:
        """Save unsaved settings in `localStorage`, as the page may be closing."""
        account = self.account
        unsaved = self._batcher.work(account)
        # The database still has these, and nothing could give them back.
        waiting = {one.key for one in self._sending if one.unsent is None}
        kept = {
            key: value()
            for key, value in unsaved.items()
            if _is_stashed(key) and key not in waiting
        }
        for number, sending in enumerate(self._sending):
            if sending.unsent is not None:
                kept[f"{UNSENT}{number}"] = msgspec.to_builtins(sending.unsent)
        if not kept:
            return
        self._has_stashed = True
        try:
            self.context.resume.save_unsaved(account.user_id, kept)
        except StorageError:
            logger.warning("what was written last is lost if the page goes now", exc_info=True)

    async def take_stashed(self, account: AccountState, database: DatabaseService) -> None:
        """Save what a closed page stashed, and send what it could not."""
        stashed = self.context.resume.load_unsaved(account.user_id)
        kept = {key: value for key, value in stashed.items() if _is_stashed(key)}
        for key in [key for key in kept if channel_ref_of(LAST_READ, key) is not None]:
            # Another tab may have read on since.
            if not _is_later(kept[key], await database.get_setting(key)):
                del kept[key]
        kept |= await send_lost(database, account.user(), stashed)
        if kept:
            await database.save_settings(kept)
        self.context.resume.save_unsaved(account.user_id, {})

    def _drop_stash(self, account: AccountState) -> None:
        """Forget what was stashed, as the page has stayed and everything is saved."""
        if self._has_stashed and not (self._sending or self._batcher.work(account)):
            self._has_stashed = False
            self.context.resume.save_unsaved(account.user_id, {})

    @effect("failed.save_draft")
    async def follow_stashed(self) -> None:
        """Save what another tab stashed when it closed."""
        account = self.account
        await self.take_stashed(account, self.context.database(account))

    def _on_change(self, account: AccountState, change: Change) -> None:
        if change.action == "clear":
            return
        settings = settings_by_key(change)
        if settings is None:
            keys = [str(key) for key in change.keys]
            self.context.start(self._show_kept(account, keys), "failed.refresh")
        else:
            self._show(account, settings)

    async def _show_kept(self, account: AccountState, keys: list[str]) -> None:
        settings = await self.context.database(account).get_settings()
        self._show(account, {key: settings.get(key) for key in keys})

    def _show(self, account: AccountState, settings: Mapping[str, object]) -> None:
        for key, value in settings.items():
            for kind, show in self._shows.items():
                ref = channel_ref_of(kind, key)
                if ref is not None:
                    show(account, ref, value)


def _is_text(key: str) -> bool:
    return channel_ref_of(DRAFT, key) is not None or channel_ref_of(EDIT, key) is not None


def _is_stashed(key: str) -> bool:
    return key == RECENT or any(channel_ref_of(kind, key) is not None for kind in STASHED)


def _is_later(mark: object, than: object) -> bool:
    if not isinstance(mark, int | float) or not is_number(mark):
        return False
    return not isinstance(than, int | float) or not is_number(than) or mark > than
