"""Drafts and edits as settings of the account."""

from collections.abc import Mapping

from roomkeep.app.channel_ref import DRAFT, EDIT, ChannelRef, channel_ref_of

__all__ = [
    "draft_setting",
    "edit_setting",
    "join_texts",
    "read_draft",
    "read_drafts",
    "read_edit",
    "read_edits",
]


def join_texts(*texts: str) -> str:
    """Return one draft made of several texts, without empty ones."""
    return "\n".join(text for text in texts if text)


def draft_setting(text: str, reply_to_id: str | None) -> object:
    """Return the setting of a channel's draft; None for none."""
    if reply_to_id is None:
        return text or None
    return {"text": text, "replyToId": reply_to_id}


def read_draft(kept: object) -> tuple[str, str | None]:
    """Return the text of a draft, and the id that it replies to."""
    if isinstance(kept, str):
        return kept, None
    fields = kept if isinstance(kept, dict) else {}
    text, answered = fields.get("text"), fields.get("replyToId")
    return (
        text if isinstance(text, str) else "",
        answered if isinstance(answered, str) else None,
    )


def read_drafts(settings: Mapping[str, object]) -> dict[ChannelRef, tuple[str, str | None]]:
    """Return the drafts among an account's settings, each with the id that it replies to."""
    found = ((channel_ref_of(DRAFT, key), read_draft(kept)) for key, kept in settings.items())
    return {ref: draft for ref, draft in found if ref is not None and any(draft)}


def edit_setting(opened: str | None, texts: Mapping[str, str]) -> object:
    """Return the setting of a channel's edits; None for none."""
    return {"open": opened, "texts": dict(texts)} if opened or texts else None


def read_edit(kept: object) -> tuple[str | None, dict[str, str]]:
    """Return the message being edited, and the text of each message's editor."""
    fields = kept if isinstance(kept, dict) else {}
    opened, texts = fields.get("open"), fields.get("texts")
    if not isinstance(texts, dict):
        return None, {}
    held = {name: text for name, text in texts.items() if isinstance(text, str)}
    return (opened if isinstance(opened, str) else None), held


def read_edits(
    settings: Mapping[str, object],
) -> dict[ChannelRef, tuple[str | None, dict[str, str]]]:
    """Return the edits among an account's settings, as `read_edit` does."""
    found = ((channel_ref_of(EDIT, key), read_edit(kept)) for key, kept in settings.items())
    return {ref: edit for ref, edit in found if ref is not None and any(edit)}
