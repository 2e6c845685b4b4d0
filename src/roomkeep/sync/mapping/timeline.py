"""A channel's events: messages, edits, reactions, redactions, receipts, typing."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from msgspec import Struct

from roomkeep.models import DELETED_MESSAGE_CONTENT, Attachment, Message, Reaction
from roomkeep.storage.remote import (
    FullyRead,
    MediaFile,
    MessageEdit,
    NewMessage,
    NewReaction,
    ReadUpTo,
    Redaction,
)
from roomkeep.sync.errors import BadAddress
from roomkeep.sync.mapping.members import read_member
from roomkeep.sync.mapping.texts import (
    content_text,
    fallback_text,
    file_name,
    line,
    media_type,
    person_name,
    without_quote,
)
from roomkeep.sync.mapping.updates import ChannelUpdate, RoomUpgrade, Typing
from roomkeep.sync.wire.addresses import media_parts
from roomkeep.sync.wire.types import MAX_ID, MAX_TIME, Event

__all__ = ["ENCRYPTED_CONTENT", "Place", "read_event", "read_notes", "read_timeline"]

ENCRYPTED_CONTENT: Final = "This message is encrypted. Roomkeep cannot read it."
"""The content of every encrypted message."""

_MAX_SIZE: Final = 2**53 - 1
# A tuple, where a value of any type can be looked for.
_FILES: Final = ("m.image", "m.file", "m.audio", "m.video")
_MESSAGES: Final = frozenset(("m.room.message", "m.sticker", "m.room.encrypted"))
_POLLS: Final = ("m.poll.start", "org.matrix.msc3381.poll.start")


class Place(Struct, frozen=True, kw_only=True):
    """The channel of some events, and the names of its people.

    Attributes:
        room_id: the room's ID, which is the space's.
        channel_id: the channel's ID, which is the Matrix room's.
        name_of: returns a person's name by their ID; None or `""` if unknown.
    """

    room_id: str
    channel_id: str
    name_of: Callable[[str], str | None] = lambda _: None


def read_timeline(events: Iterable[Event], place: Place) -> list[ChannelUpdate]:
    """Return the meaning of each event, in order, without those that mean nothing here."""
    found = (read_event(event, place) for event in events)
    return [update for update in found if update is not None]


def read_event(event: Event, place: Place) -> ChannelUpdate | None:
    """Return the meaning of a channel's event; None if it has none here."""
    if not event.event_id or not event.sender:
        return None
    if event.state_key is not None:
        return _read_state(event, place)
    if event.type == "m.room.redaction":
        return _read_redaction(event)
    if event.unsigned.redacted_because is not None:
        # A redacted edit or reaction leaves no trace.
        is_message = event.type in (*_MESSAGES, *_POLLS)
        return _deleted(event, place) if is_message else None
    relation = _object(event.content.get("m.relates_to"))
    if event.type == "m.reaction":
        return _read_reaction(event, relation)
    return _read_content(event, place, relation)


def read_notes(events: Iterable[Event]) -> list[ReadUpTo | FullyRead | Typing]:
    """Return a channel's receipts, typing notices and fully-read markers."""
    found: list[ReadUpTo | FullyRead | Typing] = []
    for event in events:
        if event.type == "m.receipt":
            found += _read_receipts(event.content)
        elif event.type == "m.typing":
            people = event.content.get("user_ids")
            ids = [user for user in people if _is_id(user)] if isinstance(people, list) else []
            found.append(Typing(user_ids=tuple(ids)))
        elif event.type == "m.fully_read" and _is_id(event.content.get("event_id")):
            found.append(FullyRead(event_id=event.content["event_id"]))
    return found


def _read_content(
    event: Event, place: Place, relation: dict[str, Any]
) -> NewMessage | MessageEdit | None:
    # Includes encrypted edits, which have no readable content and are ignored.
    if relation.get("rel_type") == "m.replace":
        return _read_edit(event, relation)
    if event.type == "m.room.encrypted":
        message = _message(event, place, ENCRYPTED_CONTENT, relation)
        return NewMessage(message=message, kind="encrypted", transaction_id=_transaction(event))
    if event.type == "m.sticker" or event.content.get("msgtype") in _FILES:
        return _read_file(event, place, relation)
    return _read_message(event, place, relation)


def _read_message(event: Event, place: Place, relation: dict[str, Any]) -> NewMessage | None:
    content = event.content
    kind = content.get("msgtype") if event.type == "m.room.message" else None
    poll = next((_object(content.get(name)) for name in _POLLS if name in content), {})
    text = fallback_text(content) or fallback_text(_object(poll.get("question")))
    if text is None:
        return None
    if _replied_to(relation):
        text = without_quote(text)
    if kind == "m.emote":
        text = f"* {_name(event, place)} {text}"
    return NewMessage(
        message=_message(event, place, text, relation),
        kind="text" if kind in ("m.text", "m.notice", "m.emote") else "fallback",
        transaction_id=_transaction(event),
    )


def _read_file(event: Event, place: Place, relation: dict[str, Any]) -> NewMessage | None:
    content, info = event.content, _object(event.content.get("info"))
    body = fallback_text(content) or ""
    name = content.get("filename")
    # A body that differs from the file name is a caption.
    text = body if isinstance(name, str) and name != body else ""
    if event.type == "m.sticker":
        text, name = body, None
    url, size = content.get("url"), info.get("size")
    try:
        media_parts(url if isinstance(url, str) else "")
    except BadAddress:
        # Encrypted, or an invalid address: keep the message without the file.
        message = _message(event, place, body or file_name(name), relation)
        return NewMessage(message=message, kind="fallback", transaction_id=_transaction(event))
    has_size = isinstance(size, int) and not isinstance(size, bool) and 0 <= size <= _MAX_SIZE
    attachment = Attachment(
        id=event.event_id,
        message_id=event.event_id,
        filename=file_name(name if isinstance(name, str) else body),
        size=int(size) if has_size and isinstance(size, int) else 0,
        mime=media_type(info.get("mimetype")),
        uploader_id=event.sender,
        created_at=event.origin_server_ts,
    )
    return NewMessage(
        message=_message(event, place, text, relation),
        files=(MediaFile(attachment=attachment, url=str(url), has_size=has_size),),
        kind="file",
        transaction_id=_transaction(event),
    )


def _read_edit(event: Event, relation: dict[str, Any]) -> MessageEdit | None:
    target, new = relation.get("event_id"), _object(event.content.get("m.new_content"))
    text = fallback_text(new)
    if not _is_id(target) or text is None:
        return None
    return MessageEdit(
        event_id=event.event_id,
        message_id=str(target),
        sender_id=event.sender,
        content=content_text(text),
        edited_at=event.origin_server_ts,
        transaction_id=_transaction(event),
    )


def _read_reaction(event: Event, relation: dict[str, Any]) -> NewReaction | None:
    target, emoji = relation.get("event_id"), line(relation.get("key"))
    if relation.get("rel_type") != "m.annotation" or not _is_id(target) or not emoji:
        return None
    reaction = Reaction(
        message_id=str(target),
        oder_id=event.sender,
        emoji=emoji,
        timestamp=event.origin_server_ts,
    )
    return NewReaction(
        event_id=event.event_id, reaction=reaction, transaction_id=_transaction(event)
    )


def _read_redaction(event: Event) -> Redaction | None:
    # Room version 11 moved the target into the content; servers send both.
    target = event.content.get("redacts", event.redacts)
    if not _is_id(target):
        return None
    return Redaction(
        event_id=event.event_id,
        target_id=str(target),
        sender_id=event.sender,
        timestamp=event.origin_server_ts,
        reason=line(event.content.get("reason")) or None,
        transaction_id=_transaction(event),
    )


def _read_state(event: Event, place: Place) -> ChannelUpdate | None:
    if event.type == "m.room.member":
        return read_member(event, place.room_id)
    if event.type == "m.room.tombstone" and _is_id(event.content.get("replacement_room")):
        text = line(event.content.get("body"))
        return RoomUpgrade(replacement_id=event.content["replacement_room"], text=text)
    return None


def _read_receipts(content: dict[str, Any]) -> Iterable[ReadUpTo]:
    for event_id, kinds in content.items():
        for kind in ("m.read", "m.read.private"):
            for user_id, said in _object(_object(kinds).get(kind)).items():
                at = _object(said).get("ts")
                is_time = isinstance(at, int) and not isinstance(at, bool) and 0 <= at <= MAX_TIME
                # Receipts of a thread do not apply to the channel.
                thread = _object(said).get("thread_id", "main")
                if is_time and thread == "main" and _is_id(event_id) and _is_id(user_id):
                    yield ReadUpTo(
                        user_id=user_id,
                        event_id=event_id,
                        timestamp=int(at or 0),
                        is_private=kind == "m.read.private",
                    )


def _message(event: Event, place: Place, text: str, relation: dict[str, Any]) -> Message:
    return Message(
        id=event.event_id,
        room_id=place.room_id,
        channel_id=place.channel_id,
        sender_id=event.sender,
        sender_name=_name(event, place),
        content=content_text(text),
        timestamp=event.origin_server_ts,
        reply_to_id=_replied_to(relation),
    )


def _deleted(event: Event, place: Place) -> NewMessage:
    message = Message(
        id=event.event_id,
        room_id=place.room_id,
        channel_id=place.channel_id,
        sender_id=event.sender,
        sender_name=_name(event, place),
        content=DELETED_MESSAGE_CONTENT,
        timestamp=event.origin_server_ts,
        is_deleted=True,
    )
    return NewMessage(message=message, kind="deleted", transaction_id=_transaction(event))


def _replied_to(relation: dict[str, Any]) -> str | None:
    """Return the message that is replied to; in a thread, by default its first."""
    target = _object(relation.get("m.in_reply_to")).get("event_id")
    if not _is_id(target) and relation.get("rel_type") == "m.thread":
        target = relation.get("event_id")
    return str(target) if _is_id(target) else None


def _name(event: Event, place: Place) -> str:
    return person_name(place.name_of(event.sender), event.sender)


def _transaction(event: Event) -> str | None:
    given = event.unsigned.transaction_id
    return str(given) if _is_id(given) else None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_ID
