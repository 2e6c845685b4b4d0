"""Moving rooms of this device to the homeserver: the dialog, and going on after a reload."""

import uuid

from msgspec.structs import replace
from reaktiv import Effect, untracked

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.homeserver import HomeserverEffects
from roomkeep.app.effects.job_run import cancel
from roomkeep.app.effects.move_job import MoveJob, to_setting
from roomkeep.app.effects.rooms import RoomEffects
from roomkeep.app.moves import MOVES, Move, Who, read_moves
from roomkeep.app.state import AccountState
from roomkeep.persistence import Change

__all__ = ["MoveRoomEffects"]


class MoveRoomEffects(EffectGroup):
    """Moves rooms of this device to the homeserver, one at a time."""

    def __init__(self, context: Context, homeserver: HomeserverEffects, rooms: RoomEffects) -> None:
        super().__init__(context)
        self._homeserver = homeserver
        self._rooms = rooms
        context.follow(self._take, "meta")
        self._follow = Effect(self._follow_connection)

    def open_dialog(self) -> None:
        """Ask whether to move the open room."""
        account = self.account
        moving = account.sync.moving()
        if moving is not None and not moving.is_running:
            account.sync.moving.set(None)
        account.dialog.set("move-room")

    def can_move(self, room_id: str) -> bool:
        """Tell whether a room is of this device alone, and could be on the homeserver."""
        sync = self.account.sync
        move = sync.moves().get(room_id)
        is_moved = move is not None and move.is_done
        return bool(sync.server()) and room_id not in sync.rooms() and not is_moved

    @effect("failed.move_room")
    async def start(self, who: Who) -> None:
        """Move the open room, or go on where that was canceled."""
        account = self.account
        room = account.room
        if room is None or not self.can_move(room.id):
            return
        move = account.sync.moves().get(room.id)
        if move is None:
            move = Move(id=str(uuid.uuid4()), server=account.sync.server(), who=who)
        # Known before anything is asked of the server: nothing is made twice.
        await self._save(account, room.id, replace(move, is_stopped=False))
        await self._run(account, room.id)

    def cancel(self) -> None:
        """Cancel the move. What was posted stays."""
        cancel(self.account.sync.moving)

    def open_moved(self) -> None:
        """Open the room that the open room was moved to."""
        room_id = self.account.room_id()
        move = None if room_id is None else self.account.sync.moves().get(room_id)
        if move is not None and move.to is not None:
            self._rooms.open(move.to)

    async def _run(self, account: AccountState, room_id: str) -> None:
        moving = account.sync.moving()
        room = account.find_room(room_id)
        if room is None or (moving is not None and moving.is_running):
            return
        await MoveJob(self.context, self._homeserver, account, room, self._save).run()

    async def _save(self, account: AccountState, room_id: str, move: Move) -> None:
        moves = {**account.sync.moves(), room_id: move}
        await self.context.database(account).save_setting(MOVES, to_setting(moves))
        account.sync.moves.set(moves)

    def _follow_connection(self) -> None:
        account = self.page.account()
        if account is not None and account.sync.connection() == "online":
            with untracked():
                self.context.start(self._resume(account), "failed.move_room")

    async def _resume(self, account: AccountState) -> None:
        """Go on with what was interrupted, such as by a reload."""
        await self._load(account)
        for room_id, move in account.sync.moves().items():
            if not (move.is_done or move.is_stopped):
                await self._run(account, room_id)

    def _take(self, account: AccountState, change: Change) -> None:
        if MOVES in change.keys and change.origin == "other_tab":
            self.context.start(self._load(account), "failed.refresh")

    async def _load(self, account: AccountState) -> None:
        stored = await self.context.database(account).get_setting(MOVES)
        account.sync.moves.set(read_moves(stored))
