"""Moving one room of this device to the homeserver, resumable at every step."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from roomkeep.app.channels import channels_of, first_text_channel
from roomkeep.app.effects.context import Context
from roomkeep.app.effects.draft_attachments import holder
from roomkeep.app.effects.homeserver import HomeserverEffects
from roomkeep.app.effects.job_run import JobRun, StoppedError
from roomkeep.app.job import Job
from roomkeep.app.moves import MOVES, Move, moved_id, moved_text, read_moves
from roomkeep.app.state import AccountState
from roomkeep.errors import RecordNotFound
from roomkeep.localization import join_sentences, localize
from roomkeep.models import Attachment, Message, Room
from roomkeep.persistence import OUTBOX, one_tab

__all__ = ["MoveJob"]

_PAGE: Final = 100
_MOST_WAITING: Final = 20
"""So many messages wait to be sent at most: the others follow once these are on the server."""
_PATIENCE_S: Final = 0.5
"""How long it takes at most to notice that the job was canceled, in seconds."""


class MoveJob(JobRun):
    """Creates the room on the homeserver, then posts one's own messages there, oldest first.

    Each message is written together with how far the move has come, under an id made from its id
    here, and is sent by the outbox. So a move that is interrupted at any point goes on from there.
    """

    def __init__(
        self,
        context: Context,
        homeserver: HomeserverEffects,
        account: AccountState,
        room: Room,
        save: Callable[[AccountState, str, Move], Awaitable[None]],
    ) -> None:
        super().__init__(
            context,
            account,
            account.sync.moving,
            Job(kind="move", text=localize("move.starting"), file_name=room.name),
            dialog="move-room",
            failure="failed.move_room",
        )
        self._homeserver = homeserver
        self._room = room
        self._save = save
        self._seen = 0
        self._total = 1
        self._files_left = 0

    @property
    def _move(self) -> Move:
        return self._account.sync.moves()[self._room.id]

    async def _work(self) -> None:
        try:
            # In another tab it may be under way already.
            async with one_tab(f"roomkeep-move {self._account.user_id}"):
                stored = await self._database.get_setting(MOVES)
                self._account.sync.moves.set(read_moves(stored))
                if not self._move.is_done:
                    await self._create()
                    await self._post()
                    await self._note(is_done=True)
        except StoppedError:
            await self._note(is_stopped=True)
            raise

    async def _note(self, **changes: object) -> None:
        await self._save(self._account, self._room.id, replace(self._move, **changes))

    async def _create(self) -> None:
        """Create the room with its channels, unless that is done."""
        from roomkeep.sync.directory import NewChannel, NewRoom

        move = self._move
        if move.to is not None:
            return
        channels = channels_of(self._room)
        new = NewRoom(
            name=self._room.name,
            topic=self._room.topic,
            is_private=move.who == "private",
            takes_requests=move.who == "requests",
            is_listed=move.who != "private",
            channels=tuple(NewChannel(name=one.name, type=one.type) for one in channels),
        )
        synced = await self._homeserver.get_client().create_room(new, transaction=move.id)
        made = (one.id for one in synced.room.channels)
        pairs = {one.id: id_ for one, id_ in zip(channels, made, strict=True)}
        await self._note(to=synced.room.id, channels=pairs)

    async def _post(self) -> None:
        """Post one's own messages, in order."""
        self._total = max(1, await self._database.count_messages(self._room.id))
        # Of those with the very time that was reached, some may not be posted.
        after: str | int = max(0, self._move.reached - 1)
        if isinstance(after, int):
            left = await self._database.count_messages(self._room.id, after)
            self._seen = self._total - left
        while page := await self._read_page(after):
            for message in page:
                # It may have been canceled, and no message have had to wait since.
                self._show()
                if message.sender_id == self._account.user_id and not message.is_deleted:
                    await self._post_message(message)
                self._seen += 1
            text = localize("move.so_far", count=self._move.posted)
            await self._breathe(min(1.0, self._seen / self._total), text, always=True)
            after = page[-1].id

    async def _read_page(self, after: str | int) -> list[Message]:
        if await self._database.get_room(self._room.id) is None:
            raise StoppedError(localize("move.room_gone"))
        try:
            return await self._database.get_messages_after(self._room.id, after, _PAGE)
        except RecordNotFound:
            # Its last message was removed meanwhile.
            return await self._database.get_messages_after(
                self._room.id, max(0, self._move.reached - 1), _PAGE
            )

    async def _post_message(self, message: Message) -> None:
        texts = [message.content]
        files: list[str | None] = [None]
        found = await self._database.get_attachments_for_message(message.id)
        for file in found:
            copied = await self._copy(file)
            if copied is None:
                # Its name is all that there is.
                texts[0] = "\n".join(filter(None, (texts[0], file.filename)))
            elif files[0] is None:
                files[0] = copied
            else:
                # A message on the server has one file.
                texts.append("")
                files.append(copied)
        for place, (text, file_id) in enumerate(zip(texts, files, strict=True)):
            await self._send(message, place, text, file_id)

    async def _copy(self, file: Attachment) -> str | None:
        """Copy a file for the message there; return its id, or None where it is not here."""
        data = await self._database.read_attachment_data(file.id)
        if data is None:
            self._files_left += 1
            return None
        new_id = moved_id(self._move, file.id)
        copy = replace(file, id=new_id, message_id=holder(new_id))
        await self._database.save_attachment(copy, data)
        return new_id

    async def _send(self, message: Message, place: int, text: str, file_id: str | None) -> None:
        move = self._move
        assert move.to is not None, "the room was created"  # noqa: S101
        new_id = moved_id(move, message.id if place == 0 else f"{message.id} {place}")
        if await self._database.get_message_by_id(new_id) is not None:
            return
        await self._until_few_wait(move.to)
        channel = move.channels.get(message.channel_id)
        if channel is None:
            channel = move.channels[first_text_channel(self._room).id]
        posted = replace(
            message,
            id=new_id,
            room_id=move.to,
            channel_id=channel,
            sender_name=self._account.user().display_name,
            content=moved_text(message.timestamp, text),
            timestamp=self._context.now(),
            edited_at=None,
            reply_to_id=await self._answered(message) if place == 0 else None,
            reactions=(),
        )
        after = replace(move, reached=message.timestamp, posted=move.posted + (place == 0))
        moves: Mapping[str, Move] = {**self._account.sync.moves(), self._room.id: after}
        await self._database.send_message(
            posted,
            settings={MOVES: to_setting(moves)},
            attachment_ids=[] if file_id is None else [file_id],
        )
        self._account.sync.moves.set(moves)

    async def _answered(self, message: Message) -> str | None:
        """Return what a message replies to, where that was moved, too."""
        if message.reply_to_id is None:
            return None
        answered = moved_id(self._move, message.reply_to_id)
        return answered if await self._database.get_message_by_id(answered) else None

    async def _until_few_wait(self, room_id: str) -> None:
        """Wait until little of the room is left to be sent, also for the network to be back."""
        with self._outbox_changes() as changed:
            while True:
                changed.clear()
                entries = await self._database.get_outbox(room_id)
                waiting = sum(one.state == "waiting" and one.event_id is None for one in entries)
                if waiting < _MOST_WAITING:
                    return
                self._show()
                # Not `wait_for`: it would fail in a page that stalls for as long.
                timer = asyncio.get_running_loop().call_later(_PATIENCE_S, changed.set)
                try:
                    await changed.wait()
                finally:
                    timer.cancel()

    @contextlib.contextmanager
    def _outbox_changes(self) -> Iterator[asyncio.Event]:
        changed = asyncio.Event()
        stop = self._database.subscribe(
            lambda change: changed.set() if change.store == OUTBOX else None
        )
        try:
            yield changed
        finally:
            stop()

    def _done_text(self) -> str:
        return localize("move.done", room=self._room.name, server=self._move.server)

    def _done_advice(self) -> str:
        left = self._files_left
        return join_sentences(
            localize("move.so_far", count=self._move.posted),
            localize("move.files_left", count=left) if left else "",
        )

    def _stopped_text(self) -> str:
        return localize("move.stopped", count=self._move.posted)

    def _failed_text(self) -> str:
        return localize("move.failed")


def to_setting(moves: Mapping[str, Move]) -> object:
    """Return the value of the setting `MOVES`."""
    import msgspec

    return msgspec.to_builtins(moves)
