"""The fields of messages in exports of Telegram Desktop, as `telegram` describes them."""

import msgspec
from msgspec import UNSET, Struct, UnsetType

__all__ = ["Message", "Part"]


class Part(Struct):
    """A piece of formatted text."""

    type: str = "plain"
    text: str = ""
    href: str | None = None


class ReactionBy(Struct, rename={"person_id": "from_id", "person": "from"}):
    """Who reacted."""

    person_id: str | None = None
    person: str | None = None
    date: str | None = None


class Reaction(Struct):
    """An emoji on a message. Only some of those who reacted are named."""

    type: str = "emoji"
    count: int = 1
    emoji: str | None = None
    recent: list[ReactionBy] = []


class Answer(Struct):
    """An answer of a poll."""

    text: str = ""


class Poll(Struct):
    """A poll."""

    question: str | list[str | Part] = ""
    answers: list[Answer] = []


class Location(Struct):
    """A place on the map."""

    latitude: float
    longitude: float


class Contact(Struct):
    """A person who was recommended."""

    first_name: str = ""
    last_name: str = ""
    phone_number: str = ""


class Message(Struct, rename={"sender": "from", "sender_id": "from_id"}):
    """A message, or a notice of the service."""

    id: int
    type: str
    date: str = ""
    date_unixtime: str | None = None
    edited: str | None = None
    edited_unixtime: str | None = None
    sender: str | None = None
    sender_id: str | None = None
    author: str | None = None
    text: str | list[str | Part] = ""
    reply_to_message_id: int | None = None
    forwarded_from: str | None = None
    action: str | None = None
    actor: str | None = None
    photo: str | None = None
    file: str | None = None
    file_name: str | None = None
    file_size: int | None = None
    photo_file_size: int | None = None
    mime_type: str | None = None
    media_type: str | None = None
    sticker_emoji: str | None = None
    poll: Poll | None = None
    location_information: Location | None = None
    contact_information: Contact | None = None
    reactions: list[Reaction] = []
    # Known, and of no use here.
    text_entities: msgspec.Raw | UnsetType = UNSET
    thumbnail: msgspec.Raw | UnsetType = UNSET
    thumbnail_file_size: msgspec.Raw | UnsetType = UNSET
    width: msgspec.Raw | UnsetType = UNSET
    height: msgspec.Raw | UnsetType = UNSET
    duration_seconds: msgspec.Raw | UnsetType = UNSET
    forwarded_from_id: msgspec.Raw | UnsetType = UNSET
    via_bot: msgspec.Raw | UnsetType = UNSET
    performer: msgspec.Raw | UnsetType = UNSET
    title: msgspec.Raw | UnsetType = UNSET
    inline_bot_buttons: msgspec.Raw | UnsetType = UNSET
