"""The dialogs for a new room and for deleting a message."""

from typing import Any

from roomkeep.app.graphemes import cut
from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.rows import what_goes
from roomkeep.app.views.scope import AccountScope, AccountView

__all__ = ["DialogsView"]

EXCERPT = 200
"""So much of a message is shown when one is asked whether to delete it."""


class DialogsView(AccountView):
    """The dialogs of rooms and of messages."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        self._room_form = by_id("new-room-form")
        self.listen(self._room_form, "submit", self._on_room)
        self.listen(by_id("delete-form"), "submit", self._on_delete)
        self.watch(self._show_room)
        self.watch(self._show_delete)

    def _show_room(self) -> None:
        account = self.account
        is_open = account.dialog() == "room"
        if not is_open:
            self._room_form.reset()
        elif account.failed_room is not None:
            self._room_form.elements.namedItem("name").value = account.failed_room.name

    def _on_room(self, event: Any) -> None:
        event.preventDefault()
        self.effects.rooms.create(str(self._room_form.elements.namedItem("name").value))

    def _show_delete(self) -> None:
        message = self.account.deleting()
        content = "" if message is None else message.content
        excerpt = cut(content, EXCERPT)
        set_text(by_id("delete-excerpt"), content if excerpt == content else f"{excerpt}…")
        if message is not None:
            files = len(self.account.files.by_message().get(message.id, ()))
            set_text(by_id("delete-goes"), what_goes(files, len(message.reactions)))

    def _on_delete(self, event: Any) -> None:
        if event.submitter.value == "delete":
            self.effects.edits.delete()
