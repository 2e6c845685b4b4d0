"""Attachments of the messages on the page: loaded, shown, enlarged and downloaded."""

import asyncio
import contextlib
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

from roomkeep.app.blobs import Blobs
from roomkeep.app.changes import records_by_key
from roomkeep.app.effects.batcher import Batcher
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.server_files import FileServer, load_picture
from roomkeep.app.file_state import Picture
from roomkeep.app.files import picture_type
from roomkeep.app.state import AccountState
from roomkeep.errors import RecordNotFound, RoomkeepError, ScopeChanged
from roomkeep.localization import localize
from roomkeep.models import Attachment, Message
from roomkeep.persistence import Change
from roomkeep.sync.errors import HomeserverError

__all__ = ["PictureEffects"]

MOST_PICTURES = 40
"""The most pictures in memory, beside those in view."""
AT_ONCE = 2
"""How many pictures are read at a time."""
PAUSE = 0.1
"""How long changes are gathered, in seconds."""

logger = logging.getLogger(__name__)


class PictureEffects(EffectGroup):
    """Loads, shows and downloads attachments.

    Attributes:
        server: where files are that are not on this device; None where there is none.
    """

    def __init__(self, context: Context, blobs: Blobs) -> None:
        super().__init__(context)
        self.server: FileServer | None = None
        self._blobs = blobs
        self._readers = asyncio.Semaphore(AT_ONCE)
        self._batcher: Batcher[list[Change]] = Batcher(
            context, "failed.load_attachments", list, self._load_again, gather=PAUSE, rest=PAUSE
        )
        context.follow(self._on_change, "attachments")

    async def load(self, account: AccountState, messages: Iterable[Message]) -> None:
        """Load the attachments of messages."""
        files = account.files
        new = {m.id: m for m in messages if not m.is_deleted and m.id not in files.asked}
        if not new:
            return
        files.asked |= new.keys()
        database = self.context.database(account)
        with self.context.overhear() as missed:
            try:
                found = await database.get_attachments_for_messages(list(new))
            except RoomkeepError:
                files.asked -= new.keys()
                raise
        here = [message for message in new.values() if message.id in files.asked]
        self.show_found(account, here, found, missed)

    def show_found(
        self,
        account: AccountState,
        messages: Iterable[Message],
        found: Mapping[str, Sequence[Attachment]],
        missed: Iterable[Change],
    ) -> None:
        """Show the attachments of messages, with what changed during the read."""
        files = account.files
        new = [message for message in messages if not message.is_deleted]
        files.asked |= {message.id for message in new}
        known = files.by_message()
        # Most messages have none, and then nothing is to be drawn again.
        changed = {
            message.id: tuple(found.get(message.id, ()))
            for message in new
            if message.id in found or message.id in known or not message.content
        }
        if changed:
            files.by_message.set({**known, **changed})
        for change in missed:
            self._apply(account, change)

    @effect("failed.load_attachments")
    async def show(self, account: AccountState, messages: Collection[Message]) -> None:
        """Load the attachments of the messages on the page, and release all others."""
        files = account.files
        here = {message.id for message in messages}
        files.asked &= here
        gone = [key for key in files.by_message() if key not in here]
        if gone:
            lost = {one.id for key in gone for one in files.by_message()[key]}
            left = {key: found for key, found in files.by_message().items() if key in here}
            files.by_message.set(left)
            self._let_go(account, lost)
        await self.load(account, messages)

    def leave(self, account: AccountState) -> None:
        """Release all pictures of an account that is closed."""
        self._let_go(account, list(account.files.pictures()))
        for waiting in account.files.pending().values():
            for file in waiting:
                if file.picture is not None:
                    self._blobs.revoke(file.picture)

    def expect(self, account: AccountState, message_id: str) -> None:
        """Expect the files of a message that is being sent: they come with it."""
        account.files.asked.add(message_id)

    def note_loaded(self, account: AccountState, message_id: str) -> None:
        """Note that all attachments of a sent message are there."""
        files = account.files
        if message_id in files.asked:
            files.by_message.set({message_id: (), **files.by_message()})

    # Pictures in view

    def come_into_view(self, attachment_id: str) -> None:
        """Load a picture that has come into view."""
        account = self.account
        files = account.files
        attachment = files.find(attachment_id)
        if attachment is None or picture_type(attachment.mime) is None:
            return
        files.in_view.add(attachment_id)
        known = files.pictures().get(attachment_id)
        if known is None:
            files.pictures.set({**files.pictures(), attachment_id: Picture()})
        # A thumbnail is not enough for the lightbox; what failed may succeed now.
        is_large = files.large() == attachment_id
        if known is None or (not known.is_final and (is_large or known.problem)):
            self._read(account, attachment)

    def go_out_of_view(self, attachment_id: str) -> None:
        """Note that a picture is out of view, and can be released."""
        self.account.files.in_view.discard(attachment_id)

    @effect("failed.show_picture")
    async def _read(self, account: AccountState, attachment: Attachment) -> None:
        async with self._readers:
            picture = await self._make(account, attachment)
        files = account.files
        known = files.pictures().get(attachment.id)
        # Let go and in view again while it was read, it is read twice.
        if known is None or known.is_final or self.page.account() is not account:
            self._blobs.revoke(picture.url)
            return
        if known.url is not None and picture.url is None:
            return  # the thumbnail stays
        self._blobs.revoke(known.url)
        others = {key: one for key, one in files.pictures().items() if key != attachment.id}
        files.pictures.set({**others, attachment.id: picture})
        far = [key for key in others if key not in files.in_view and key != files.large()]
        self._let_go(account, far[: max(0, len(far) - MOST_PICTURES)])

    async def _make(self, account: AccountState, attachment: Attachment) -> Picture:
        is_enlarged = account.files.large() == attachment.id
        said, is_whole = attachment.mime, True
        try:
            data = await self.context.database(account).read_attachment_data(attachment.id)
            if data is None:
                (data, said), is_whole = await load_picture(
                    self.server, account, attachment, is_enlarged=is_enlarged
                )
        except ScopeChanged:
            raise
        except RecordNotFound:
            return Picture(problem=localize("picture.not_here"), is_final=True)
        except HomeserverError as error:
            logger.info("could not get a picture: %s", error)
            return Picture(problem=localize("picture.not_loaded"))
        except RoomkeepError as error:
            logger.warning("could not read a picture: %s", error)
            return Picture(problem=localize("picture.unreadable"), is_final=True)
        mime = picture_type(said)
        if mime is None:
            return Picture(problem=localize("picture.not_here"), is_final=True)
        return Picture(self._blobs.make_url(data, mime), is_final=is_whole)

    def note_broken(self, attachment_id: str) -> None:
        """Note that the browser cannot show a picture."""
        files = self.account.files
        picture = files.pictures().get(attachment_id)
        if picture is not None and picture.url is not None:
            self._blobs.revoke(picture.url)
            broken = Picture(problem=localize("picture.broken"), is_final=True)
            files.pictures.set({**files.pictures(), attachment_id: broken})

    def _let_go(self, account: AccountState, ids: Collection[str]) -> None:
        files = account.files
        every = files.pictures()
        for key in ids:
            url = every[key].url if key in every else None
            if url is not None:
                self._blobs.revoke(url)
        files.in_view.difference_update(ids)
        files.pictures.set({key: one for key, one in every.items() if key not in ids})
        if files.large() in ids:
            files.large.set(None)

    # Large pictures, and downloads

    def enlarge(self, attachment_id: str) -> None:
        """Open a picture in the lightbox."""
        self.account.files.large.set(attachment_id)
        self.come_into_view(attachment_id)

    def enlarge_next(self, step: Literal[-1, 1]) -> None:
        """Open the next or the previous picture in the lightbox."""
        account = self.account
        ids = [one.id for one in self.pictures_on_page(account)]
        large = account.files.large()
        place = ids.index(large) + step if large in ids else -1
        if 0 <= place < len(ids):
            self.enlarge(ids[place])

    def pictures_on_page(self, account: AccountState) -> list[Attachment]:
        """Return the pictures of the messages on the page, in order."""
        timeline = account.timeline()
        found = account.files.by_message()
        every = (
            one
            for message in (() if timeline is None else timeline.messages)
            if not message.is_deleted
            for one in found.get(message.id, ())
        )
        return [one for one in every if picture_type(one.mime) is not None]

    def shrink(self) -> None:
        """Close the lightbox."""
        self.account.files.large.set(None)

    @effect("failed.download")
    async def download(self, attachment_id: str) -> None:
        """Download an attachment. It is never opened here."""
        account = self.account
        attachment = account.files.find(attachment_id)
        if attachment is None:
            return
        data = await self.context.database(account).read_attachment_data(attachment_id)
        if data is None and self.server is not None:
            with contextlib.suppress(RecordNotFound):
                data = await self.server.download_file(account, attachment)
        if data is None:
            self.context.tell(
                "error",
                localize("files.not_here", name=attachment.filename),
                localize("files.not_here_advice"),
                about="failed.download",
            )
            return
        self._blobs.download(data, attachment.filename)

    # What changes, here or elsewhere

    def _on_change(self, account: AccountState, change: Change) -> None:
        is_here = change.room_id in (None, account.room_id())
        if not self._apply(account, change) and is_here:
            self._batcher.add(account, lambda changes: changes.append(change))

    def _apply(self, account: AccountState, change: Change) -> bool:
        """Apply a change to the attachments shown; return false if they must be read instead."""
        records = records_by_key(change)
        if change.store != "attachments" or records is None:
            return False
        if change.action == "delete":
            self._drop(account, records.keys())
        else:
            self._put(account, records.values())
        return True

    def _put(self, account: AccountState, saved: Iterable[Attachment]) -> None:
        files = account.files
        changed: dict[str, tuple[Attachment, ...]] = {}
        for one in saved:
            if one.message_id in files.asked:
                before = changed.get(one.message_id, files.by_message().get(one.message_id, ()))
                together = (*(other for other in before if other.id != one.id), one)
                changed[one.message_id] = tuple(sorted(together, key=lambda o: o.created_at or 0))
        if changed:
            files.by_message.set({**files.by_message(), **changed})

    def _drop(self, account: AccountState, ids: Collection[str]) -> None:
        files = account.files
        if any(one.id in ids for found in files.by_message().values() for one in found):
            left = {
                key: tuple(one for one in found if one.id not in ids)
                for key, found in files.by_message().items()
            }
            files.by_message.set(left)
            self._let_go(account, ids)

    async def _load_again(self, account: AccountState, changes: list[Change]) -> None:
        changes.clear()
        self.context.database(account)  # the account may have been switched
        timeline = account.timeline()
        if timeline is not None:
            account.files.asked.clear()
            await self.load(account, timeline.messages)
