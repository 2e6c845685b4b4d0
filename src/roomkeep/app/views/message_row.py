"""Filling one row of a conversation."""

from typing import Any

from roomkeep.app.people import Avatar
from roomkeep.app.sync_state import Sending
from roomkeep.app.views import times
from roomkeep.app.views.attachments import AttachmentsView
from roomkeep.app.views.avatars import Avatars, edit_tint
from roomkeep.app.views.content import fill_content
from roomkeep.app.views.dom import Edits, clone, part, set_text
from roomkeep.app.views.folding import fill_fold
from roomkeep.app.views.message_parts import hide_part, place_part, show_part, toggle_part
from roomkeep.app.views.rows import Chip, Quote, Row
from roomkeep.localization import format_number, localize
from roomkeep.models import BEGINNING_OF_TIME, Message

__all__ = ["fill_row"]

QUOTED = {
    "deleted": "message.deleted",
    "missing": "message.original_missing",
    "loading": "message.original_loading",
}
"""The texts in place of what an answered message says."""
_BLANK = Row(
    Message(
        id="",
        room_id="",
        channel_id="",
        sender_id="",
        sender_name="",
        content="",
        timestamp=BEGINNING_OF_TIME - 1,
    ),
    day="",
    leads=False,
    is_mine=False,
    edited_text=None,
    avatar=Avatar("", None),
)
"""What a copy of the template shows, but for the avatar."""


def fill_row(
    avatars: Avatars, files: AttachmentsView, element: Any, row: Row, before: Row | None
) -> None:
    """Fill a row's element.

    Args:
        avatars: shows people.
        files: shows attachments.
        element: a copy of the template `message-row`.
        row: what to show.
        before: what it shows now; None for nothing yet.
    """
    message = row.message
    edits = Edits()
    # What is as in the template is left alone: a room opens as fast as its rows are filled.
    was = _BLANK if before is None else before
    if before is None:
        edits.attribute("", "data-id", message.id)
        edits.attribute("", "data-sender", message.sender_id)
    if before is None or before.avatar != row.avatar:
        face = row.avatar
        avatars.edit(edits, "avatar", message.sender_id, face.name, face.picture)
        edits.text("author", face.name)
    _fill_place(element, edits, row, was)
    if was.fold != row.fold:
        fill_fold(element, row.fold)
    _fill_message(element, edits, message, was.message)
    if was.chips != row.chips:
        _fill_chips(element, row.chips)
    if was.sending != row.sending:
        _fill_sending(element, row.sending)
    if row.quote is not None and was.quote != row.quote:
        _fill_quote(element, row.quote)
    files.fill(element, row, before)
    if was.edited_text != row.edited_text:
        _fill_editor(element, row, was)
    edits.apply(element)


def _fill_place(element: Any, edits: Edits, row: Row, was: Row) -> None:
    """Show what depends on the rows around it, and on who reads."""
    if was.day != row.day:
        if row.day:
            show_part(element, "day").firstElementChild.textContent = row.day
        else:
            hide_part(element, "day")
    if was.is_first_new != row.is_first_new:
        toggle_part(element, "new", is_shown=row.is_first_new)
    if was.is_mine != row.is_mine:
        edits.toggle("", "data-mine", row.is_mine)
    if was.leads != row.leads:
        edits.toggle("", "data-leads", row.leads)


def _fill_message(element: Any, edits: Edits, message: Message, was: Message) -> None:
    if was.timestamp != message.timestamp:
        edits.text("time", times.time_of_day(message.timestamp))
        edits.attribute("time", "datetime", times.machine(message.timestamp))
    if (was.content, was.is_deleted) != (message.content, message.is_deleted):
        content = localize("message.deleted") if message.is_deleted else message.content
        fill_content(element, edits, content)
    if was.is_deleted != message.is_deleted:
        edits.toggle("", "data-deleted", message.is_deleted)
    if _is_edited(was) != _is_edited(message):
        toggle_part(element, "edited", is_shown=_is_edited(message))


def _is_edited(message: Message) -> bool:
    return message.edited_at is not None and not message.is_deleted


def _fill_sending(element: Any, sending: Sending | None) -> None:
    if sending is None:
        hide_part(element, "sending")
        return
    line = show_part(element, "sending")
    line.dataset.state = sending.state
    failed = sending.state == "failed"
    text = part(line, "sending-text")
    set_text(text, localize(sending.text))
    # A clock tells those who see it.
    text.classList.toggle("visually-hidden", not failed)
    for name in ("retry", "discard"):
        button = part(line, name)
        button.hidden = not failed
        button.dataset.entry = sending.entry_id
    label = "sending.discard" if sending.is_new else "sending.discard_edit"
    set_text(part(line, "discard"), localize(label))


def _fill_quote(element: Any, quote: Quote) -> None:
    button = show_part(element, "quote")
    edits = Edits()
    edits.attribute("", "data-jump", quote.message_id)
    edits.attribute("", "data-state", quote.state)
    edits.toggle("", "disabled", quote.state == "missing")
    edit_tint(edits, "", quote.author_id)
    edits.text("quote-author", quote.author)
    edits.text("quote-text", localize(QUOTED[quote.state]) if quote.state in QUOTED else quote.text)
    edits.apply(button)


def _fill_chips(row: Any, wanted: tuple[Chip, ...]) -> None:
    """Show the reactions; a focused button keeps the focus."""
    chips = show_part(row, "chips")
    there = {str(item.dataset.emoji): item for item in chips.children}
    more = there.pop("", None)
    for emoji, item in there.items():
        if all(chip.emoji != emoji for chip in wanted):
            if item.matches(":focus-within"):
                row.focus(preventScroll=True)
            item.remove()
    if not wanted:
        if chips.matches(":focus-within"):
            row.focus(preventScroll=True)
        chips.remove()
        return
    if more is None:
        more = clone("chip-more")
        chips.append(more)
    for chip in wanted:
        item = there.get(chip.emoji)
        if item is None:
            item = clone("chip")
            item.dataset.emoji = chip.emoji
            more.before(item)
        _fill_chip(item.firstElementChild, chip)


def _fill_chip(button: Any, chip: Chip) -> None:
    button.dataset.emoji = chip.emoji
    button.setAttribute("aria-pressed", "true" if chip.is_mine else "false")
    button.setAttribute("aria-label", chip.label)
    button.dataset.who = localize("reaction.who", names=chip.who, emoji=chip.emoji)
    set_text(part(button, "emoji"), chip.emoji)
    set_text(part(button, "count"), format_number(chip.count))


def _fill_editor(element: Any, row: Row, was: Row) -> None:
    element.toggleAttribute("data-editing", row.edited_text is not None)
    if row.edited_text is None:
        element.querySelector("form").remove()
    elif was.edited_text is None:
        editor = clone("message-editor")
        editor.elements.namedItem("text").value = row.edited_text
        place_part(element, "editor", editor)
    else:
        # Another tab changed the message. What was written here stays, and what was deleted there.
        field = element.querySelector("form").elements.namedItem("text")
        if field.value == was.message.content and not row.message.is_deleted:
            field.value = row.edited_text
