"""Drafts of messages and of edits, kept for each channel and across reloads."""

from collections.abc import Mapping

from roomkeep.app.channel_ref import DRAFT, EDIT, ChannelRef, setting_key
from roomkeep.app.draft_settings import (
    draft_setting,
    edit_setting,
    join_texts,
    read_draft,
    read_drafts,
    read_edits,
)
from roomkeep.app.effects.context import Context, EffectGroup
from roomkeep.app.effects.setting_writer import SettingWriter
from roomkeep.app.state import AccountState
from roomkeep.models import Message
from roomkeep.persistence import DatabaseService

__all__ = ["DraftEffects"]


class DraftEffects(EffectGroup):
    """Keeps drafts. The state leads; the database follows.

    Attributes:
        writer: what writes them.
    """

    def __init__(self, context: Context, writer: SettingWriter) -> None:
        super().__init__(context)
        self.writer = writer
        writer.follow(DRAFT, self.show_kept)

    # What one writes in a channel

    def write(self, account: AccountState, ref: ChannelRef, text: str) -> None:
        """Keep the draft of a channel."""
        if account.drafts().get(ref, "") != text:
            _set_text(account, ref, text)
            self._note_draft(account, ref)

    def give_back(self, account: AccountState, ref: ChannelRef, text: str) -> None:
        """Put a text that could not be sent before what was typed since."""
        newer = account.drafts().get(ref, "")
        self.write(account, ref, join_texts(text, newer))

    def answer(self, account: AccountState, ref: ChannelRef, message: Message | None) -> None:
        """Keep the message that the draft replies to; None for none."""
        if account.replies().get(ref) != message:
            _set_reply(account, ref, message)
            self._note_draft(account, ref)

    def refresh_answered(self, account: AccountState, message: Message) -> None:
        """Update a message that a draft replies to."""
        for ref, answered in account.replies().items():
            if answered.id == message.id:
                _set_reply(account, ref, message)

    def move(self, account: AccountState, ref: ChannelRef, to: ChannelRef) -> None:
        """Put the draft of a removed channel before the draft of another.

        The changes that were begun there go with their messages.
        """
        text = account.drafts().get(ref, "")
        answered = account.replies().get(ref)
        self.write(account, ref, "")
        self.answer(account, ref, None)
        if text:
            self.give_back(account, to, text)
            self.answer(account, to, account.replies().get(to, answered))
        self._move_edits(account, ref, to)

    def _move_edits(self, account: AccountState, ref: ChannelRef, to: ChannelRef) -> None:
        texts = account.edit_texts.pop(ref, {})
        edits = dict(account.edits())
        opened = edits.pop(ref, None)
        if not texts and opened is None:
            return
        account.edit_texts.setdefault(to, {}).update(texts)
        if opened is not None:
            edits.setdefault(to, opened)
        account.edits.set(edits)
        self._note_edit(account, ref)
        self._note_edit(account, to)

    # What one changes in messages

    def open_edit(self, account: AccountState, ref: ChannelRef, message_id: str) -> None:
        """Open the editor of a message; another one in the channel is closed but keeps its text."""
        account.edits.set({**account.edits(), ref: message_id})
        self._note_edit(account, ref)

    def write_edit(
        self, account: AccountState, ref: ChannelRef, message_id: str, text: str
    ) -> None:
        """Keep the text of a message's editor."""
        account.edit_texts.setdefault(ref, {})[message_id] = text
        self._note_edit(account, ref)

    def close_edit(self, account: AccountState, ref: ChannelRef, message_id: str) -> None:
        """Close the editor of a message, and forget its text."""
        texts = account.edit_texts.get(ref, {})
        is_open = account.edits().get(ref) == message_id
        if texts.pop(message_id, None) is not None or is_open:
            self._note_edit(account, ref)
        if is_open:
            account.edits.set({key: one for key, one in account.edits().items() if key != ref})

    # The database

    def is_unsaved(self, account: AccountState, ref: ChannelRef) -> bool:
        """Tell whether the draft of a channel is not in the database yet."""
        return self.writer.is_unsaved(account, setting_key(DRAFT, ref))

    async def load(
        self, account: AccountState, database: DatabaseService, settings: Mapping[str, object]
    ) -> None:
        """Load what was kept when the account was closed, before it opens."""
        account.drafts.set({ref: text for ref, (text, _) in read_drafts(settings).items()})
        for ref, (_, answered) in read_drafts(settings).items():
            await self._load_reply(database, account, ref, answered)
        edits = read_edits(settings)
        account.edits.set({ref: one for ref, (one, _) in edits.items() if one is not None})
        account.edit_texts.update({ref: dict(texts) for ref, (_, texts) in edits.items()})

    def show_kept(self, account: AccountState, ref: ChannelRef, kept: object) -> None:
        """Show a draft from another tab, unless a newer one is being typed here."""
        if self.is_unsaved(account, ref):
            return
        text, answered = read_draft(kept)
        _set_text(account, ref, text)
        shown = account.replies().get(ref)
        if answered is None:
            _set_reply(account, ref, None)
        elif shown is None or shown.id != answered:
            loading = self._load_reply(self.context.database(account), account, ref, answered)
            self.context.start(loading, "failed.load_replies")

    async def _load_reply(
        self,
        database: DatabaseService,
        account: AccountState,
        ref: ChannelRef,
        answered: str | None,
    ) -> None:
        message = None if answered is None else await database.get_message_by_id(answered)
        if not self.is_unsaved(account, ref):
            _set_reply(account, ref, message)

    def _note_draft(self, account: AccountState, ref: ChannelRef) -> None:
        self.writer.note(account, setting_key(DRAFT, ref), lambda: _kept_draft(account, ref))

    def _note_edit(self, account: AccountState, ref: ChannelRef) -> None:
        self.writer.note(account, setting_key(EDIT, ref), lambda: _kept_edit(account, ref))


def _kept_draft(account: AccountState, ref: ChannelRef) -> object:
    """Return the setting to save; None for none."""
    text, answered = account.drafts().get(ref, ""), account.replies().get(ref)
    return draft_setting(text, None if answered is None else answered.id)


def _kept_edit(account: AccountState, ref: ChannelRef) -> object:
    """Return the setting to save; None for none."""
    return edit_setting(account.edits().get(ref), account.edit_texts.get(ref, {}))


def _set_text(account: AccountState, ref: ChannelRef, text: str) -> None:
    others = {key: draft for key, draft in account.drafts().items() if key != ref}
    account.drafts.set({**others, ref: text} if text else others)


def _set_reply(account: AccountState, ref: ChannelRef, message: Message | None) -> None:
    others = {key: reply for key, reply in account.replies().items() if key != ref}
    account.replies.set(others if message is None else {**others, ref: message})
