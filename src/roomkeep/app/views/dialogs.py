"""The dialogs that ask: for a room's name, and whether to delete."""

from typing import Any

from roomkeep.app.effects import Effects
from roomkeep.app.graphemes import cut
from roomkeep.app.state import PageState
from roomkeep.app.views.dom import View, by_id, set_text
from roomkeep.app.views.rows import what_goes

__all__ = ["DialogsView"]

EXCERPT = 200
"""So much of a message is shown when one is asked whether to delete it."""


class DialogsView(View):
    """The dialogs of rooms and of messages."""

    def __init__(self, page: PageState, effects: Effects) -> None:
        super().__init__(page, effects)
        self._room_form = by_id("new-room-form")
        self._delete = by_id("delete-dialog")
        self.listen(self._room_form, "submit", self._on_room)
        self.listen(self._delete, "submit", self._on_delete)
        self.watch(self._show_room)
        self.watch(self._show_delete)

    def _show_room(self) -> None:
        account = self.page.account()
        is_open = account is not None and account.dialog() == "room"
        if not is_open:
            self._room_form.reset()
        elif account is not None and account.failed_room is not None:
            self._room_form.elements.namedItem("name").value = account.failed_room.name

    def _on_room(self, event: Any) -> None:
        event.preventDefault()
        self.effects.rooms.create(str(self._room_form.elements.namedItem("name").value))

    def _show_delete(self) -> None:
        account = self.page.account()
        message = None if account is None else account.deleting()
        content = "" if message is None else message.content
        excerpt = cut(content, EXCERPT)
        set_text(by_id("delete-excerpt"), content if excerpt == content else f"{excerpt}…")
        if account is not None and message is not None:
            files = len(account.files.by_message().get(message.id, ()))
            set_text(by_id("delete-goes"), what_goes(files, len(message.reactions)))

    def _on_delete(self, event: Any) -> None:
        if event.submitter.value == "delete":
            self.effects.edits.delete()
