"""What was sent, but may never arrive in the database because the page is closing."""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Struct

from roomkeep.app.channel_ref import DRAFT, EDIT, channel_ref_of, setting_key
from roomkeep.app.channels import find_channel
from roomkeep.app.draft_settings import (
    draft_setting,
    edit_setting,
    join_texts,
    read_draft,
    read_edit,
)
from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.models import Message, User
from roomkeep.persistence import DatabaseService

__all__ = ["UNSENT", "Unsent", "send_lost"]

UNSENT: Final = "unsent/"
"""The prefix of the keys under which these are stashed, followed by their number."""


class Unsent(Struct, frozen=True, kw_only=True, rename="camel"):
    """A message, or an edit of one, on its way to the database.

    Attributes:
        key: the setting that held its text: a channel's draft, or its edits.
        message_id: the message.
        text: the text as it was written.
        content: what the message says once it has arrived.
        written_at: when it was sent or edited, in ms.
        reply_to_id: the message that it replies to.
        has_files: there are files that go with it.
    """

    key: str
    message_id: str
    text: str
    content: str
    written_at: int
    reply_to_id: str | None = None
    has_files: bool = False

    def has_arrived(self, message: Message | None) -> bool:
        """Tell from the message in the database whether this has arrived."""
        is_edit = channel_ref_of(EDIT, self.key) is not None
        return message is not None and (not is_edit or message.content == self.content)


async def send_lost(
    database: DatabaseService, user: User, stashed: Mapping[str, object]
) -> dict[str, object]:
    """Send what a closed page had sent and that did not arrive.

    A message with files, and whatever cannot be written any more, goes back to where it was typed.

    Args:
        database: the account's database.
        user: whose account it is.
        stashed: what the page left, by its keys.

    Returns:
        The settings that give back texts.
    """
    refused = [one for one in _read(stashed) if not await _send(database, user, one)]
    settings: dict[str, object] = {}
    # The latest first: each goes before what was written after it.
    for unsent in reversed(refused):
        message = await database.get_message_by_id(unsent.message_id)
        key, edited = unsent.key, channel_ref_of(EDIT, unsent.key)
        if edited is not None and (message is None or message.is_deleted):
            key, edited = setting_key(DRAFT, edited), None
        kept = settings[key] if key in settings else stashed.get(key)
        if edited is None:
            text, answered = read_draft(kept)
            text = join_texts(unsent.text, text)
            settings[key] = draft_setting(text, answered or unsent.reply_to_id)
        else:
            opened, texts = read_edit(kept)
            texts = {unsent.message_id: unsent.text, **texts}
            settings[key] = edit_setting(opened or unsent.message_id, texts)
    return settings


async def _send(database: DatabaseService, user: User, unsent: Unsent) -> bool:
    """Write a message or an edit, unless it has arrived; return false where that cannot be."""
    message = await database.get_message_by_id(unsent.message_id)
    if unsent.has_arrived(message):
        return True
    try:
        if message is None:
            return await _send_message(database, user, unsent)
        edited_at = message.edited_at or message.timestamp
        is_editable = not message.is_deleted and edited_at <= unsent.written_at
        if not is_editable or await database.is_user_banned(user.oder_id, message.room_id):
            return False
        await database.update_message(
            message.id, content=unsent.content, edited_at=unsent.written_at
        )
    except (InvalidRecord, RecordNotFound):
        return False
    return True


async def _send_message(database: DatabaseService, user: User, unsent: Unsent) -> bool:
    ref = channel_ref_of(DRAFT, unsent.key)
    if ref is None or unsent.has_files:
        return False
    room = await database.get_room(ref[0])
    if room is None or find_channel(room, ref[1]) is None:
        return False
    message = Message(
        id=unsent.message_id,
        room_id=ref[0],
        channel_id=ref[1],
        sender_id=user.oder_id,
        sender_name=user.display_name,
        content=unsent.content,
        timestamp=unsent.written_at,
        reply_to_id=unsent.reply_to_id,
    )
    await database.send_message(message)
    return True


def _read(stashed: Mapping[str, object]) -> list[Unsent]:
    found = [value for key, value in stashed.items() if key.startswith(UNSENT)]
    try:
        return msgspec.convert(found, list[Unsent])
    except msgspec.ValidationError:
        return []
