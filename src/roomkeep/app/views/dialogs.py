"""The dialogs for a new room and for deleting a message."""

from typing import Any

from roomkeep.app.graphemes import cut
from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.rows import what_goes
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize

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
        self.watch(self._show_where)
        self.watch(self._show_delete)

    def _show_room(self) -> None:
        account = self.account
        is_open = account.dialog() == "room"
        if not is_open:
            self._room_form.reset()
        elif account.failed_room is not None:
            self._room_form.elements.namedItem("name").value = account.failed_room.name

    def _show_where(self) -> None:
        sync = self.account.sync
        by_id("room-where").hidden = not sync.server()
        text = localize("room.where_public", server=sync.server()) if sync.server() else ""
        set_text(by_id("room-where-public"), text)
        # Disabled, it would lose the focus.
        button = by_id("room-create")
        button.setAttribute("aria-disabled", "true" if sync.is_busy() else "false")
        set_text(button, localize("room.creating" if sync.is_busy() else "room.create"))

    def _on_room(self, event: Any) -> None:
        event.preventDefault()
        fields = self._room_form.elements
        name, where = (str(fields.namedItem(field).value) for field in ("name", "where"))
        if not self.account.sync.server() or where == "device":
            self.effects.rooms.create(name)
        else:
            self.effects.homeserver.create(
                name, is_private=where == "private", takes_requests=where == "requests"
            )

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
