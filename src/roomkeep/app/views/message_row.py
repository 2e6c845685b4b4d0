"""Filling one row of a conversation."""

from typing import Any

from pyodide.ffi import JsProxy

from roomkeep.app.people import Avatar
from roomkeep.app.sync_state import Sending
from roomkeep.app.views import times
from roomkeep.app.views.attachments import AttachmentsView
from roomkeep.app.views.avatars import Avatars, show_tint
from roomkeep.app.views.content import fill_content
from roomkeep.app.views.dom import clone, part, set_text
from roomkeep.app.views.folding import fill_fold
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
    # What is as in the template is left alone: a room opens as fast as its rows are filled.
    was = _BLANK if before is None else before
    if before is None:
        element.dataset.id = message.id
        element.dataset.sender = message.sender_id
    if before is None or before.avatar != row.avatar:
        face = row.avatar
        avatars.show(part(element, "avatar"), message.sender_id, face.name, face.picture)
        part(element, "author").textContent = face.name
    _fill_place(element, row, was)
    if was.fold != row.fold:
        fill_fold(element, row.fold)
    _fill_message(element, message, was.message)
    if was.chips != row.chips:
        _fill_chips(part(element, "chips"), row.chips)
    if was.sending != row.sending:
        _fill_sending(element, row.sending)
    if row.quote is not None and was.quote != row.quote:
        _fill_quote(element, row.quote)
    files.fill(element, row, before)
    if was.edited_text != row.edited_text:
        _fill_editor(element, row, was)


def _fill_place(element: Any, row: Row, was: Row) -> None:
    """Show what depends on the rows around it, and on who reads."""
    if was.day != row.day:
        day = part(element, "day")
        day.hidden = not row.day
        day.firstElementChild.textContent = row.day
    if was.is_first_new != row.is_first_new:
        part(element, "new").hidden = not row.is_first_new
    if was.is_mine != row.is_mine:
        element.toggleAttribute("data-mine", row.is_mine)
    if was.leads != row.leads:
        element.toggleAttribute("data-leads", row.leads)


def _fill_message(element: Any, message: Message, was: Message) -> None:
    if was.timestamp != message.timestamp:
        time = part(element, "time")
        time.textContent = times.time_of_day(message.timestamp)
        time.dateTime = times.machine(message.timestamp)
    if (was.content, was.is_deleted) != (message.content, message.is_deleted):
        content = localize("message.deleted") if message.is_deleted else message.content
        fill_content(part(element, "content"), content)
    if was.is_deleted != message.is_deleted:
        element.toggleAttribute("data-deleted", message.is_deleted)
    if _is_edited(was) != _is_edited(message):
        part(element, "edited").hidden = not _is_edited(message)


def _is_edited(message: Message) -> bool:
    return message.edited_at is not None and not message.is_deleted


def _fill_sending(element: Any, sending: Sending | None) -> None:
    line = part(element, "sending")
    line.hidden = sending is None
    line.dataset.state = "" if sending is None else sending.state
    failed = sending is not None and sending.state == "failed"
    text = part(line, "sending-text")
    set_text(text, "" if sending is None else localize(sending.text))
    # A clock tells those who see it.
    text.classList.toggle("visually-hidden", not failed)
    for name in ("retry", "discard"):
        button = part(line, name)
        button.hidden = not failed
        button.dataset.entry = "" if sending is None else sending.entry_id
    label = "sending.discard" if sending is None or sending.is_new else "sending.discard_edit"
    set_text(part(line, "discard"), localize(label))


def _fill_quote(element: Any, quote: Quote) -> None:
    button = part(element, "quote")
    if not isinstance(button, JsProxy):
        button = clone("message-quote")
        part(element, "head").after(button)
    button.dataset.jump = quote.message_id
    button.dataset.state = quote.state
    button.disabled = quote.state == "missing"
    show_tint(button, quote.author_id)
    set_text(part(button, "quote-author"), quote.author)
    set_text(
        part(button, "quote-text"),
        localize(QUOTED[quote.state]) if quote.state in QUOTED else quote.text,
    )


def _fill_chips(element: Any, wanted: tuple[Chip, ...]) -> None:
    """Show the reactions; a focused button keeps the focus."""
    element.hidden = not wanted
    there = {str(item.dataset.emoji): item for item in element.children}
    more = there.pop("", None)
    for emoji, item in there.items():
        if all(chip.emoji != emoji for chip in wanted):
            if item.matches(":focus-within"):
                element.closest(".row").focus(preventScroll=True)
            item.remove()
    if more is None:
        more = clone("chip-more")
        element.append(more)
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
        # The text stands above the files, as in the message.
        part(element, "hollow").before(editor)
    else:
        # Another tab changed the message. What was written here stays, and what was deleted there.
        field = element.querySelector("form").elements.namedItem("text")
        if field.value == was.message.content and not row.message.is_deleted:
            field.value = row.edited_text
