"""One export of messages: they are read page by page, written in a format, and saved."""

from collections.abc import AsyncIterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from roomkeep.app.blobs import Download
from roomkeep.app.channels import find_channel, has_choice
from roomkeep.app.effects.context import Context
from roomkeep.app.effects.job_run import JobRun
from roomkeep.app.job import Job
from roomkeep.app.search_state import SearchRequest
from roomkeep.app.state import AccountState
from roomkeep.app.transcript_state import TranscriptFormat, WantedMessages
from roomkeep.archives.writers.html_page import HtmlPage
from roomkeep.archives.writers.json_lines import JsonLines
from roomkeep.archives.writers.plain_text import PlainText
from roomkeep.archives.writers.writer import Entry, Heading, Times, Writer
from roomkeep.errors import RecordNotFound
from roomkeep.localization import format_size, join_sentences, localize
from roomkeep.models import BEGINNING_OF_TIME, Attachment, Message
from roomkeep.persistence import SearchCursor, message_order

__all__ = ["TranscriptRun"]

PAGE: Final = 250
"""How many messages are read at a time."""
KEPT: Final = 2_000
"""So many messages are remembered for replies to them: most reply to what was said lately."""
STEP: Final = 16
"""So many messages are written between two looks at the clock."""

_WRITERS: Mapping[TranscriptFormat, type[Writer]] = MappingProxyType(
    {"html": HtmlPage, "text": PlainText, "json": JsonLines}
)


class TranscriptRun(JobRun):
    """Exports messages. What is written meanwhile may be in the file or not."""

    def __init__(
        self,
        context: Context,
        account: AccountState,
        wanted: WantedMessages,
        file: Download,
        times: Times,
    ) -> None:
        super().__init__(
            context,
            account,
            account.transcript.job,
            Job(kind="export", done=None, text=localize("export.running")),
            dialog="transcript",
            failure="failed.export_messages",
        )
        self._wanted = wanted
        self._file = file
        self._times = times
        self._rooms = {room.id: room for room in account.rooms() or ()}
        self._names: dict[str, str] = {}
        self._recent: dict[str, Message | None] = {}
        self._total: int | None = None
        self._seen = 0
        self._written = 0
        today = times.date(context.time())
        heading = Heading(title=self._title(), about=localize("transcript.about", date=today))
        self._writer = _WRITERS[account.transcript.format()](heading, times, self._name_of)
        self._file_name = f"{heading.title} {today}.{self._writer.extension}"

    async def _work(self) -> None:
        wanted = self._wanted
        for room in self._rooms.values():
            if wanted.room_id in (None, room.id):
                self._names.update({one.oder_id: one.display_name for one in room.members})
                await self._breathe()
        self._names[self._account.user_id] = self._account.user().display_name
        if wanted.search is None and wanted.room_id is not None:
            self._total = await self._database.count_messages(wanted.room_id)
        self._write(self._writer.begin())
        async for messages in self._pages():
            await self._write_page(messages)
        self._write(self._writer.end())
        self._file.save(self._file_name)

    def _title(self) -> str:
        if self._wanted.search is not None:
            return localize("transcript.search_title", query=self._wanted.query)
        room = self._rooms.get(self._wanted.room_id or "")
        return localize("app.name") if room is None else room.name

    def _name_of(self, person_id: str) -> str:
        return self._names.get(person_id, person_id)

    def _pages(self) -> AsyncIterator[Sequence[Message]]:
        search = self._wanted.search
        return self._read_room(self._wanted.room_id or "") if search is None else self._find(search)

    async def _read_room(self, room_id: str) -> AsyncIterator[Sequence[Message]]:
        """Yield all messages of a room, the oldest first."""
        after: str | int = BEGINNING_OF_TIME
        last: Message | None = None
        while True:
            try:
                found = await self._database.get_messages_after(room_id, after, PAGE)
            except RecordNotFound:
                if last is None or after != last.id:
                    raise
                # The last one has gone since. Others of its time may come after it.
                after = last.timestamp - 1
                continue
            if not found:
                return
            if last is not None and isinstance(after, int):
                place = message_order(last)
                yield [message for message in found if message_order(message) > place]
            else:
                yield found
            last = found[-1]
            after = last.id

    async def _find(self, search: SearchRequest) -> AsyncIterator[Sequence[Message]]:
        """Yield all messages that a search finds, the newest first, as they are shown."""
        before: SearchCursor | None = None
        while True:
            page = await self._database.search_messages(
                search.text, room_id=search.room_id, limit=PAGE, before=before
            )
            yield [hit.message for hit in page.hits]
            before = page.next
            if before is None:
                return
            await self._tell()

    async def _write_page(self, messages: Sequence[Message]) -> None:
        kept = [message for message in messages if not message.is_deleted]
        self._seen += len(messages) - len(kept)
        ids = [message.id for message in kept]
        files = await self._database.get_attachments_for_messages(ids) if ids else {}
        for start in range(0, len(kept), STEP):
            pieces = []
            for message in kept[start : start + STEP]:
                entry = await self._entry(message, files.get(message.id, ()))
                pieces.append(self._writer.write(entry))
            self._write("".join(pieces))
            self._written += len(pieces)
            self._seen += len(pieces)
            await self._tell()

    async def _entry(self, message: Message, files: Sequence[Attachment]) -> Entry:
        room = self._rooms.get(message.room_id)
        channel = None if room is None else find_channel(room, message.channel_id)
        room_name = message.room_id if room is None else room.name
        channel_name = message.channel_id if channel is None else channel.name
        places = [room_name] if self._wanted.room_id is None else []
        if room is None or channel is None or has_choice(room):
            places.append(f"#{channel_name}")
        self._names.setdefault(message.sender_id, message.sender_name)
        self._remember(message.id, message)
        return Entry(
            message=message,
            room_name=room_name,
            channel_name=channel_name,
            place=" ".join(places),
            files=tuple(files),
            answered=await self._answered(message),
        )

    async def _answered(self, message: Message) -> Message | None:
        answered = message.reply_to_id
        if answered is None or not self._writer.quotes:
            return None
        if answered not in self._recent:
            self._remember(answered, await self._database.get_message_by_id(answered))
        found = self._recent[answered]
        return None if found is None or found.is_deleted else found

    def _remember(self, message_id: str, message: Message | None) -> None:
        self._recent[message_id] = message
        if len(self._recent) > KEPT:
            del self._recent[next(iter(self._recent))]

    def _write(self, text: str) -> None:
        # Records that others wrote may hold halves of surrogate pairs.
        self._file.write(text.encode("utf-8", "replace"))

    async def _tell(self) -> None:
        share = None if self._total is None else min(1.0, self._seen / max(1, self._total))
        await self._breathe(share, localize("export.so_far", contents=self._contents()))

    def _contents(self) -> str:
        messages = localize("count.messages", count=self._written)
        size = format_size(self._file.size)
        return localize("transcript.contents", messages=messages, size=size)

    def _done_text(self) -> str:
        return localize("export.done", contents=self._contents())

    def _done_advice(self) -> str:
        return ""

    def _stopped_text(self) -> str:
        return join_sentences(localize("export.stopped"), localize("export.no_file"))

    def _failed_text(self) -> str:
        return localize("export.no_file")
