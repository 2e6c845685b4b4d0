"""What was sent, but may never arrive in the database because the page is closing."""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Struct

from roomkeep.app.channel_ref import DRAFT, EDIT, channel_ref_of, setting_key
from roomkeep.app.draft_settings import (
    draft_setting,
    edit_setting,
    join_texts,
    read_draft,
    read_edit,
)
from roomkeep.models import Message
from roomkeep.persistence import DatabaseService

__all__ = ["UNSENT", "Unsent", "find_lost"]

UNSENT: Final = "unsent/"
"""The prefix of the keys under which these are stashed, followed by their number."""


class Unsent(Struct, frozen=True, kw_only=True, rename="camel"):
    """A message, or an edit of one, on its way to the database.

    Attributes:
        key: the setting that held its text: a channel's draft, or its edits.
        message_id: the message.
        text: the text as it was written.
        content: what the message says once it has arrived.
        reply_to_id: the message that it replies to.
    """

    key: str
    message_id: str
    text: str
    content: str
    reply_to_id: str | None = None

    def has_arrived(self, message: Message | None) -> bool:
        """Tell from the message in the database whether this has arrived."""
        is_edit = channel_ref_of(EDIT, self.key) is not None
        return message is not None and (not is_edit or message.content == self.content)


async def find_lost(database: DatabaseService, stashed: Mapping[str, object]) -> dict[str, object]:
    """Return the settings that give back what a closed page had sent and that did not arrive."""
    settings: dict[str, object] = {}
    # The latest first: each goes before what was written after it.
    for unsent in reversed(_read(stashed)):
        message = await database.get_message_by_id(unsent.message_id)
        if unsent.has_arrived(message):
            continue
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


def _read(stashed: Mapping[str, object]) -> list[Unsent]:
    found = [value for key, value in stashed.items() if key.startswith(UNSENT)]
    try:
        return msgspec.convert(found, list[Unsent])
    except msgspec.ValidationError:
        return []
