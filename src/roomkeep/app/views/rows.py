"""The rows of a conversation. Pure."""

import functools
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Final, Literal

from msgspec import Struct

from roomkeep.app.folding import Fold, fold_of
from roomkeep.app.formatting import summary
from roomkeep.app.people import Avatar
from roomkeep.app.sync_state import Sending
from roomkeep.localization import format_list, join_sentences, localize
from roomkeep.models import Attachment, Message

__all__ = ["Chip", "Quote", "Row", "make_quote", "make_rows", "what_goes"]

TOGETHER = 5 * 60_000
"""Messages of one author that follow each other within so many ms stand together."""
NAMED: Final = 12
"""So many of those who reacted are named."""


class Quote(Struct, frozen=True):
    """The quote of a replied-to message.

    Attributes:
        message_id: which it is.
        state: whether it is there, was deleted, is not there, or is being looked for.
        author: who wrote it.
        author_id: the same, as an id.
        text: what it says, in one line.
    """

    message_id: str
    state: Literal["there", "deleted", "missing", "loading"]
    author: str = ""
    author_id: str = ""
    text: str = ""


class Chip(Struct, frozen=True):
    """A reaction under a message.

    Attributes:
        count: how many reacted with it.
        is_mine: the reader did.
        names: who they are, the reader first.
    """

    emoji: str
    count: int
    is_mine: bool
    names: tuple[str, ...]

    @property
    def who(self) -> str:
        """The names of those who reacted, as text."""
        names = [*self.names[:NAMED]]
        if len(self.names) > NAMED:
            names.append(localize("reaction.more", count=len(self.names) - NAMED))
        return format_list(names)

    @property
    def label(self) -> str:
        """The text for screen readers."""
        reactions = localize("count.reactions", count=self.count)
        text = "reaction.chip_mine" if self.is_mine else "reaction.chip"
        return localize(text, emoji=self.emoji, reactions=reactions, names=self.who)


class Row(Struct, frozen=True):
    """A row of a conversation.

    Attributes:
        message: what it shows.
        day: the day, where it is the first message of it; else empty.
        leads: it shows its author; those that stand together with it do not.
        is_mine: the reader wrote it.
        edited_text: what its editor holds; None where it is not open.
        is_first_new: what is new begins with it.
        avatar: how its author looks.
        attachments: its files; None while they are not known.
        chips: its reactions, the first emoji first.
        quote: what it answers.
        fold: whether only its beginning is shown.
        sending: how far it is on its way to the server; None once it is there.
    """

    message: Message
    day: str
    leads: bool
    is_mine: bool
    edited_text: str | None
    avatar: Avatar
    is_first_new: bool = False
    attachments: tuple[Attachment, ...] | None = None
    chips: tuple[Chip, ...] = ()
    quote: Quote | None = None
    fold: Fold = "whole"
    sending: Sending | None = None


def make_rows(  # noqa: PLR0913 each is another part of what is shown
    messages: tuple[Message, ...],
    *,
    reader_id: str,
    editing: tuple[str, str | None] | None,
    day: Callable[[int], str],
    new_from: str | None = None,
    avatars: Mapping[str, Avatar] = MappingProxyType({}),
    attachments: Mapping[str, tuple[Attachment, ...]] = MappingProxyType({}),
    originals: Mapping[str, Message | None] = MappingProxyType({}),
    unfolded: Collection[str] = (),
    columns: int = 100,
    sending: Mapping[str, Sending] = MappingProxyType({}),
) -> dict[str, Row]:
    """Make the rows of messages, by the messages' ids.

    Args:
        messages: the messages, ascending.
        reader_id: who reads.
        editing: the id of the message that is being edited, and what its editor holds; None for
            what the message says.
        day: names the day of a time.
        new_from: the id of the message with which what is new begins.
        originals: messages that some of these answer and that are not among them; None for those
            that are not there.
        avatars: how people look, by their ids.
        attachments: the messages' files, where they are known, by the messages' ids.
        unfolded: the ids of long messages of which all is shown.
        columns: how many characters stand in a line, about.
        sending: how far messages are on their way to the server, by their ids.
    """
    here = {message.id: message for message in messages}
    senders = {message.sender_id: message.sender_name for message in messages}

    def called(person: str) -> str:
        avatar = avatars.get(person)
        return senders.get(person) or person if avatar is None else avatar.name

    rows = {}
    before: Message | None = None
    day_before = ""
    face_before: Avatar | None = None
    for message in messages:
        this_day = day(message.timestamp)
        is_new_day = this_day != day_before
        avatar = avatars.get(message.sender_id)
        if avatar is None:
            avatar = Avatar(message.sender_name or message.sender_id, None)
        leads = (
            before is None
            or is_new_day
            or message.id == new_from
            or before.sender_id != message.sender_id
            or avatar != face_before
            or message.timestamp - before.timestamp > TOGETHER
        )
        rows[message.id] = Row(
            message,
            this_day if is_new_day else "",
            leads,
            message.sender_id == reader_id,
            _edited_text(message, editing),
            avatar,
            message.id == new_from,
            attachments.get(message.id),
            _chips(message, reader_id, called) if message.reactions else (),
            make_quote(message.reply_to_id, here, originals, avatars),
            fold_of(message, unfolded, columns),
            sending.get(message.id),
        )
        before, day_before, face_before = message, this_day, avatar
    return rows


def _edited_text(message: Message, editing: tuple[str, str | None] | None) -> str | None:
    if editing is None or message.id != editing[0]:
        return None
    return message.content if editing[1] is None else editing[1]


def make_quote(
    message_id: str | None,
    here: Mapping[str, Message],
    originals: Mapping[str, Message | None],
    avatars: Mapping[str, Avatar],
) -> Quote | None:
    """Make the quote of a replied-to message; None if there is none."""
    if message_id is None:
        return None
    message = here.get(message_id)
    if message is None:
        if message_id not in originals:
            return Quote(message_id, "loading")
        message = originals[message_id]
    if message is None:
        return Quote(message_id, "missing")
    avatar = avatars.get(message.sender_id)
    author = (message.sender_name or message.sender_id) if avatar is None else avatar.name
    if message.is_deleted:
        return Quote(message_id, "deleted", author, message.sender_id)
    said = _summary(message.content) or localize("message.file")
    return Quote(message_id, "there", author, message.sender_id, said)


# The same messages are shown again with each change on the page.
_summary = functools.lru_cache(maxsize=512)(summary)


def _chips(message: Message, reader_id: str, called: Callable[[str], str]) -> tuple[Chip, ...]:
    """Count a message's reactions, the first emoji first."""
    by_emoji: dict[str, list[str]] = {}
    for reaction in message.reactions:
        by_emoji.setdefault(reaction.emoji, []).append(reaction.oder_id)
    return tuple(
        Chip(
            emoji,
            len(who),
            reader_id in who,
            (
                *((localize("message.you"),) if reader_id in who else ()),
                *(called(person) for person in who if person != reader_id),
            ),
        )
        for emoji, who in by_emoji.items()
    )


def what_goes(files: int, reactions: int) -> str:
    """Say what is deleted with a message, and what stays."""
    goes = [
        localize(text, count=count)
        for text, count in (("count.files", files), ("count.reactions", reactions))
        if count
    ]
    more = localize("message.delete_more", contents=format_list(goes)) if goes else ""
    return join_sentences(localize("message.delete_text"), more)
