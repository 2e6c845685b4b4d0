"""Moving a room of this device to the homeserver: the menu item, the dialog, and the note."""

from typing import Any, Final

from roomkeep.app.channels import channels_of
from roomkeep.app.job import JobPhase
from roomkeep.app.moves import Who
from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.job_progress import JobProgress
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize

__all__ = ["MoveRoomView"]

_TITLES: Final[dict[JobPhase, str]] = {
    "running": "move.title_running",
    "stopping": "move.title_running",
    "done": "move.title_done",
    "stopped": "move.title",
    "failed": "move.title",
}
_WHO: tuple[Who, ...] = ("private", "requests", "public")


class MoveRoomView(AccountView):
    """Tells what comes along before a room is moved, then how far it has come."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects.move_room
        self._form = by_id("move-room-form")
        self._item = by_id("room-menu-move")
        self._note = by_id("room-moved")
        close = by_id("move-room-close")
        JobProgress(scope, self.account.sync.moving, "move", effects.cancel, close)
        self.listen(self._item, "click", lambda _: effects.open_dialog())
        self.listen(self._form, "submit", self._on_submit)
        self.listen(by_id("room-moved-open"), "click", lambda _: self._on_open())
        self.watch(self._show_item)
        self.watch(self._show_dialog)
        self.watch(self._show_note)

    def _show_item(self) -> None:
        account = self.account
        room = account.room
        self._item.hidden = room is None or not self.effects.move_room.can_move(room.id)
        text = localize("move.open", server=account.sync.server())
        set_text(self._item.lastElementChild, text)

    def _show_dialog(self) -> None:
        account = self.account
        sync, room = account.sync, account.room
        is_open = account.dialog() == "move-room" and room is not None
        title = come = ""
        if room is not None and is_open:
            job = sync.moving()
            what = "move.title" if job is None else _TITLES[job.phase]
            name = room.name if job is None else job.file_name
            title = localize(what, room=name, server=sync.server())
            come = localize("move.comes_room", count=len(channels_of(room)))
        set_text(by_id("move-room-title"), title)
        set_text(by_id("move-room-comes"), come)
        set_text(by_id("move-who-public"), localize("room.where_public", server=sync.server()))
        job = sync.moving()
        is_asking = job is None or job.phase in ("stopped", "failed")
        by_id("move-room-ask").hidden = not is_asking
        by_id("move-room-start").hidden = not is_asking
        by_id("move-room-progress").hidden = job is None
        move = None if room is None else sync.moves().get(room.id)
        # Who may use it is settled once the room is there.
        by_id("move-who").hidden = move is not None
        start = "move.start" if move is None else "move.continue"
        set_text(by_id("move-room-start"), localize(start))
        is_running = job is not None and job.is_running
        close = "import.keep_chatting" if is_running else "app.close"
        set_text(by_id("move-room-close"), localize("app.cancel" if job is None else close))
        if not is_open:
            self._form.reset()

    def _show_note(self) -> None:
        account = self.account
        room = account.room
        move = None if room is None else account.sync.moves().get(room.id)
        self._note.hidden = move is None
        is_done = move is not None and move.is_done
        by_id("room-moved-open").hidden = move is None
        text = ""
        if move is not None:
            text = localize("move.note" if is_done else "move.note_unfinished", server=move.server)
        set_text(by_id("room-moved-text"), text)
        button = localize("move.open_there" if is_done else "move.show")
        set_text(by_id("room-moved-open"), button)

    def _on_open(self) -> None:
        room = self.account.room
        move = None if room is None else self.account.sync.moves().get(room.id)
        if move is not None and move.is_done:
            self.effects.move_room.open_moved()
        else:
            self.effects.move_room.open_dialog()

    def _on_submit(self, event: Any) -> None:
        event.preventDefault()
        chosen = str(self._form.elements.namedItem("who").value)
        self.effects.move_room.start(next(who for who in _WHO if who == chosen))
