"""One row of a conversation, put into the page."""

from typing import Any

from roomkeep.app.views import times
from roomkeep.app.views.attachments import fill_attachments
from roomkeep.app.views.dom import clone, part, set_text
from roomkeep.app.views.faces import show_face
from roomkeep.app.views.rows import Chip, Row, chips

__all__ = ["fill_row"]


def fill_row(element: Any, row: Row, before: Row | None) -> None:
    """Show a row in its element.

    Args:
        element: a copy of the template `message-row`.
        row: what to show.
        before: what it shows now; None for nothing yet.
    """
    message = row.message
    if before is None:
        _fill_new(element, row)
    if before is None or before.face != row.face:
        show_face(part(element, "avatar"), message.sender_id, row.face.name, row.face.picture)
        part(element, "author").textContent = row.face.name
    if before is None or before.day != row.day:
        day = part(element, "day")
        day.hidden = not row.day
        day.textContent = row.day
    if row.is_first_new != (before is not None and before.is_first_new):
        part(element, "new").hidden = not row.is_first_new
    if before is None or before.leads != row.leads:
        element.toggleAttribute("data-leads", row.leads)
    if before is None or before.message != message:
        _fill_message(element, row, before)
    if before is None or (before.message, before.attachments) != (message, row.attachments):
        fill_attachments(element, message, row.attachments)
    if row.is_editing != (before is not None and before.is_editing):
        _fill_editor(element, row)


def _fill_new(element: Any, row: Row) -> None:
    message = row.message
    element.dataset.id = message.id
    element.dataset.sender = message.sender_id
    element.toggleAttribute("data-mine", row.is_mine)


def _fill_message(element: Any, row: Row, before: Row | None) -> None:
    message = row.message
    part(element, "time").textContent = times.time_of_day(message.timestamp)
    part(element, "content").textContent = message.content
    element.toggleAttribute("data-deleted", message.is_deleted)
    part(element, "edited").hidden = message.edited_at is None or message.is_deleted
    if message.reactions or (before is not None and before.message.reactions):
        _fill_chips(part(element, "chips"), row)


def _fill_chips(element: Any, row: Row) -> None:
    """Show the reactions; a button that has the focus keeps it."""
    wanted = chips(row)
    element.hidden = not wanted
    there = {str(item.dataset.emoji): item for item in element.children}
    for emoji, item in there.items():
        if all(chip.emoji != emoji for chip in wanted):
            item.remove()
    for chip in wanted:
        item = there.get(chip.emoji)
        if item is None:
            item = clone("chip")
            item.dataset.emoji = chip.emoji
            element.append(item)
        _fill_chip(item.firstElementChild, chip)


def _fill_chip(button: Any, chip: Chip) -> None:
    button.dataset.emoji = chip.emoji
    button.setAttribute("aria-pressed", "true" if chip.is_mine else "false")
    button.setAttribute("aria-label", chip.label)
    set_text(part(button, "emoji"), chip.emoji)
    set_text(part(button, "count"), f"{chip.count:,}")


def _fill_editor(element: Any, row: Row) -> None:
    element.toggleAttribute("data-editing", row.is_editing)
    if row.is_editing:
        editor = clone("message-editor")
        editor.elements.namedItem("text").value = row.message.content
        part(element, "chips").before(editor)
    else:
        element.querySelector("form").remove()
