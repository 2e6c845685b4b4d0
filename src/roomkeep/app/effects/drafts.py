"""What was written and not sent or saved yet: kept for each channel, also over a reload."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Literal

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.places import DRAFT, EDIT, Place, place_of, setting_key
from roomkeep.app.state import AccountState
from roomkeep.errors import StorageError
from roomkeep.models import Message
from roomkeep.persistence import DatabaseService

__all__ = ["DraftEffects", "read_drafts", "read_edits"]

PAUSE = 0.3
"""How long nothing is saved after something was, in seconds."""

Kind = Literal["draft", "edit"]

logger = logging.getLogger(__name__)


class DraftEffects(EffectGroup):
    """Keeps drafts. What is in the state leads; the database follows."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        # What the database does not have yet, by account: a switch leaves the whole behind.
        self._unsaved: dict[AccountState, dict[tuple[Kind, Place], None]] = {}
        self._saving: dict[AccountState, asyncio.Task[None]] = {}
        self._sending: set[asyncio.Future[None]] = set()

    # What one writes in a channel

    def write(self, account: AccountState, place: Place, text: str) -> None:
        """Keep what is written in a channel."""
        if account.drafts().get(place, "") != text:
            _set_text(account, place, text)
            self._note(account, DRAFT, place)

    def begin_sending(self) -> Callable[[], None]:
        """Say that a text is in no draft any more; call what is returned when it is in a message.

        Or in a draft again. Until then the account is not left.
        """
        sending: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sending.add(sending)

        def end() -> None:
            self._sending.discard(sending)
            sending.set_result(None)

        return end

    async def settle(self) -> None:
        """Wait for all texts that are being sent."""
        if self._sending:
            await asyncio.wait(self._sending)

    def give_back(self, account: AccountState, place: Place, text: str) -> None:
        """Put a text that could not be sent before what was written since."""
        newer = account.drafts().get(place, "")
        self.write(account, place, "\n".join(part for part in (text, newer) if part))

    def answer(self, account: AccountState, place: Place, message: Message | None) -> None:
        """Keep what it answers; None for nothing."""
        if account.replies().get(place) != message:
            _set_reply(account, place, message)
            self._note(account, DRAFT, place)

    def refresh_answered(self, account: AccountState, message: Message) -> None:
        """Show what became of a message that is being answered."""
        for place, answered in account.replies().items():
            if answered.id == message.id:
                _set_reply(account, place, message)

    def move(self, account: AccountState, place: Place, to: Place) -> None:
        """Put what is written in a channel that goes before what is written in another.

        The changes that were begun there go with their messages.
        """
        text = account.drafts().get(place, "")
        answered = account.replies().get(place)
        self.write(account, place, "")
        self.answer(account, place, None)
        if text:
            self.give_back(account, to, text)
            self.answer(account, to, account.replies().get(to, answered))
        self._move_edits(account, place, to)

    def _move_edits(self, account: AccountState, place: Place, to: Place) -> None:
        texts = account.edit_texts.pop(place, {})
        edits = dict(account.edits())
        opened = edits.pop(place, None)
        if not texts and opened is None:
            return
        account.edit_texts.setdefault(to, {}).update(texts)
        if opened is not None:
            edits.setdefault(to, opened)
        account.edits.set(edits)
        self._note(account, EDIT, place)
        self._note(account, EDIT, to)

    # What one changes in messages

    def open_edit(self, account: AccountState, place: Place, message_id: str) -> None:
        """Open the editor of a message; another one in the channel is closed, not forgotten."""
        account.edits.set({**account.edits(), place: message_id})
        self._note(account, EDIT, place)

    def write_edit(self, account: AccountState, place: Place, message_id: str, text: str) -> None:
        """Keep what the editor of a message holds."""
        account.edit_texts.setdefault(place, {})[message_id] = text
        self._note(account, EDIT, place)

    def close_edit(self, account: AccountState, place: Place, message_id: str) -> None:
        """Forget the editor of a message, and what it held."""
        texts = account.edit_texts.get(place, {})
        is_open = account.edits().get(place) == message_id
        if texts.pop(message_id, None) is not None or is_open:
            self._note(account, EDIT, place)
        if is_open:
            account.edits.set({key: one for key, one in account.edits().items() if key != place})

    # The database

    def is_unsaved(self, account: AccountState, place: Place) -> bool:
        """Tell whether the database does not have yet what is written in a channel."""
        return (DRAFT, place) in self._unsaved.get(account, {})

    async def load(
        self, account: AccountState, database: DatabaseService, settings: Mapping[str, object]
    ) -> None:
        """Take in what was kept when the account was left, before it is on the page."""
        account.drafts.set({place: text for place, (text, _) in read_drafts(settings).items()})
        for place, (_, answered) in read_drafts(settings).items():
            await self._load_reply(database, account, place, answered)
        edits = read_edits(settings)
        account.edits.set({place: one for place, (one, _) in edits.items() if one is not None})
        account.edit_texts.update({place: dict(texts) for place, (_, texts) in edits.items()})

    async def flush(self, account: AccountState) -> None:
        """Save all at once, before the account is left."""
        unsaved = self._unsaved.get(account, {})
        for kind, place in list(unsaved):
            value = _kept(account, kind, place)
            await self.context.database(account).save_setting(setting_key(kind, place), value)
            if _kept(account, kind, place) == value:
                unsaved.pop((kind, place), None)
        if not unsaved:
            # Where the page was to go, and has stayed.
            self.context.resume.save_unsaved(account.user_id, {})

    def stash(self) -> None:
        """Put what the database does not have yet where it is at once: the page may be gone now."""
        account = self.page.account()
        unsaved = {} if account is None else self._unsaved.get(account, {})
        # What is being sent is in no draft, and may not be in a message yet: the draft that the
        # database has must stay.
        if account is None or not unsaved or self._sending:
            return
        texts = {setting_key(kind, place): _kept(account, kind, place) for kind, place in unsaved}
        try:
            self.context.resume.save_unsaved(account.user_id, texts)
        except StorageError:
            logger.warning("what was written last is lost if the page goes now", exc_info=True)

    async def take_stashed(self, account: AccountState, database: DatabaseService) -> None:
        """Save what a page had no time for that went."""
        texts = self.context.resume.load_unsaved(account.user_id)
        for key, value in texts.items():
            if place_of(DRAFT, key) is not None or place_of(EDIT, key) is not None:
                await database.save_setting(key, value)
        self.context.resume.save_unsaved(account.user_id, {})

    @effect("keep what is written")
    async def follow_stashed(self) -> None:
        """Save what another tab had no time for, before this one goes on from there."""
        account = self.page.account()
        if account is not None:
            await self.take_stashed(account, self.context.database(account))

    def forget(self, account: AccountState) -> None:
        """Keep no more than the database has already."""
        self._unsaved.pop(account, None)

    async def follow(self, account: AccountState, place: Place) -> None:
        """Show what was written in another tab, but never in place of what is written here."""
        database = self.context.database(account)
        text, answered = _read_draft(await database.get_setting(setting_key(DRAFT, place)))
        if not self.is_unsaved(account, place):
            _set_text(account, place, text)
            await self._load_reply(self.context.database(account), account, place, answered)

    async def _load_reply(
        self, database: DatabaseService, account: AccountState, place: Place, answered: str | None
    ) -> None:
        message = None if answered is None else await database.get_message_by_id(answered)
        if not self.is_unsaved(account, place):
            _set_reply(account, place, message)

    def _note(self, account: AccountState, kind: Kind, place: Place) -> None:
        self._unsaved.setdefault(account, {})[kind, place] = None
        if account not in self._saving:
            self._saving[account] = self._save(account)

    @effect("keep what is written")
    async def _save(self, account: AccountState) -> None:
        try:
            while self._unsaved.get(account):
                await asyncio.sleep(PAUSE)
                await self.flush(account)
        finally:
            del self._saving[account]
            self._unsaved.pop(account, None)


def read_drafts(settings: Mapping[str, object]) -> dict[Place, tuple[str, str | None]]:
    """Return the drafts among an account's settings, each with the id of what it answers."""
    found = ((place_of(DRAFT, key), _read_draft(kept)) for key, kept in settings.items())
    return {place: draft for place, draft in found if place is not None and any(draft)}


def read_edits(settings: Mapping[str, object]) -> dict[Place, tuple[str | None, dict[str, str]]]:
    """Return, for each channel, the message whose editor is open, and what editors hold."""
    edits: dict[Place, tuple[str | None, dict[str, str]]] = {}
    for key, kept in settings.items():
        place = place_of(EDIT, key)
        if place is None or not isinstance(kept, dict):
            continue
        opened, texts = kept.get("open"), kept.get("texts")
        if isinstance(texts, dict):
            held = {name: text for name, text in texts.items() if isinstance(text, str)}
            edits[place] = (opened if isinstance(opened, str) else None, held)
    return edits


def _read_draft(kept: object) -> tuple[str, str | None]:
    if isinstance(kept, str):
        return kept, None
    fields = kept if isinstance(kept, dict) else {}
    text, answered = fields.get("text"), fields.get("replyToId")
    return (
        text if isinstance(text, str) else "",
        answered if isinstance(answered, str) else None,
    )


def _kept(account: AccountState, kind: Kind, place: Place) -> object:
    """Return what the database is to hold; None for nothing."""
    if kind == EDIT:
        opened, texts = account.edits().get(place), account.edit_texts.get(place, {})
        return {"open": opened, "texts": dict(texts)} if opened or texts else None
    text, answered = account.drafts().get(place, ""), account.replies().get(place)
    if answered is None:
        return text or None
    return {"text": text, "replyToId": answered.id}


def _set_text(account: AccountState, place: Place, text: str) -> None:
    others = {key: draft for key, draft in account.drafts().items() if key != place}
    account.drafts.set({**others, place: text} if text else others)


def _set_reply(account: AccountState, place: Place, message: Message | None) -> None:
    others = {key: reply for key, reply in account.replies().items() if key != place}
    account.replies.set(others if message is None else {**others, place: message})
