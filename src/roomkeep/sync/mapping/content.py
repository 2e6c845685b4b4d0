"""The contents of events to send, and the settings of new rooms."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from roomkeep.models import Attachment
from roomkeep.sync.mapping.room import SPACE_TYPE, VOICE_TYPE

__all__ = [
    "channel_settings",
    "edit_content",
    "file_content",
    "message_content",
    "reaction_content",
    "space_settings",
]

_KINDS = {"image": "m.image", "audio": "m.audio", "video": "m.video"}


def message_content(text: str, reply_to: str | None = None) -> dict[str, Any]:
    """Return the content of `m.room.message` for a text, optionally a reply."""
    return {"msgtype": "m.text", "body": text, "m.mentions": {}, **_answer(reply_to)}


def file_content(
    attachment: Attachment, url: str, text: str = "", reply_to: str | None = None
) -> dict[str, Any]:
    """Return the content of `m.room.message` for a file that was uploaded.

    Args:
        attachment: what is known of it.
        url: where it is: an `mxc://` address.
        text: the caption.
        reply_to: the event it replies to.
    """
    return {
        "msgtype": _KINDS.get(attachment.mime.partition("/")[0], "m.file"),
        "body": text or attachment.filename,
        "filename": attachment.filename,
        "url": url,
        "info": {"size": attachment.size, "mimetype": attachment.mime},
        "m.mentions": {},
        **_answer(reply_to),
    }


def edit_content(event_id: str, text: str) -> dict[str, Any]:
    """Return the content of `m.room.message` that edits a message."""
    return {
        "msgtype": "m.text",
        # Shown by clients that do not support edits.
        "body": f"* {text}",
        "m.mentions": {},
        "m.new_content": {"msgtype": "m.text", "body": text, "m.mentions": {}},
        "m.relates_to": {"rel_type": "m.replace", "event_id": event_id},
    }


def reaction_content(event_id: str, emoji: str) -> dict[str, Any]:
    """Return the content of `m.reaction`."""
    return {"m.relates_to": {"rel_type": "m.annotation", "event_id": event_id, "key": emoji}}


def space_settings(
    name: str, topic: str | None, *, is_private: bool, takes_requests: bool, is_listed: bool
) -> dict[str, Any]:
    """Return the settings of a new room: a space.

    Args:
        name: its name.
        topic: its topic, if any.
        is_private: whether people need an invitation.
        takes_requests: whether those who have none may ask.
        is_listed: whether the server lists it, so that people can ask or join.
    """
    asks = {"type": "m.room.join_rules", "state_key": "", "content": {"join_rule": "knock"}}
    can_enter = takes_requests or not is_private
    return {
        "name": name,
        **({} if topic is None else {"topic": topic}),
        "preset": "private_chat" if is_private else "public_chat",
        "visibility": "public" if is_listed and can_enter else "private",
        **({"initial_state": [asks]} if takes_requests else {}),
        "creation_content": {"type": SPACE_TYPE},
        # Messages belong in channels. Only moderators invite to a private room, or accept requests.
        "power_level_content_override": {
            "events_default": 100,
            "invite": 50 if is_private or takes_requests else 0,
        },
    }


def channel_settings(
    space_id: str,
    name: str,
    kind: Literal["text", "voice"],
    *,
    levels: Mapping[str, int],
    via: Sequence[str],
) -> dict[str, Any]:
    """Return the settings of a new channel, which members of the space may join.

    Args:
        space_id: the room it belongs to.
        name: its name.
        kind: its type.
        levels: power levels in the channel, by user.
        via: servers that know the room.
    """
    allowed = [{"type": "m.room_membership", "room_id": space_id}]
    rules = {"join_rule": "restricted", "allow": allowed}
    return {
        "name": name,
        "preset": "private_chat",
        "visibility": "private",
        **({"creation_content": {"type": VOICE_TYPE}} if kind == "voice" else {}),
        "initial_state": [
            {"type": "m.room.join_rules", "state_key": "", "content": rules},
            {
                "type": "m.space.parent",
                "state_key": space_id,
                "content": {"via": list(via), "canonical": True},
            },
        ],
        "power_level_content_override": {"users": dict(levels)},
    }


def _answer(event_id: str | None) -> dict[str, Any]:
    return {} if event_id is None else {"m.relates_to": {"m.in_reply_to": {"event_id": event_id}}}
