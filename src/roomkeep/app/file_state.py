"""The state of files: those to send, and those of the messages on the page."""

from collections.abc import Collection, Mapping

from msgspec import Struct
from msgspec.structs import replace
from reaktiv import Signal

from roomkeep.app.channel_ref import ChannelRef
from roomkeep.app.files import PickedFile
from roomkeep.app.signals import signal
from roomkeep.models import Attachment

__all__ = ["FilesState", "PendingFile", "Picture"]


class PendingFile(Struct, frozen=True, kw_only=True):
    """A file in a draft.

    Attributes:
        id: the id that it is kept under; the same on each try, so none is kept twice.
        name: its name.
        mime: its media type.
        file: the file itself.
        picture: where it can be seen; None where it cannot.
        is_saving: it is on its way.
        is_kept: it outlives the page; None while that is being seen to.
        problem: why it could not be saved, in a plain sentence.
        message_id: the message that it belongs to, where that was sent without it.
    """

    id: str
    name: str
    mime: str
    file: PickedFile
    picture: str | None = None
    is_saving: bool = False
    is_kept: bool | None = None
    problem: str = ""
    message_id: str | None = None


class Picture(Struct, frozen=True):
    """A picture of a message.

    Attributes:
        url: where it can be seen; None while it is loaded, or where it cannot be.
        problem: why it cannot be seen.
        is_final: nothing better can be had; else it is still loaded, a thumbnail, or worth another
            try.
    """

    url: str | None = None
    problem: str = ""
    is_final: bool = False


class FilesState:
    """The files of one account, as the page shows them.

    Attributes:
        pending: the files that wait to be sent, by where one writes.
        refused: why files cannot be sent, in plain sentences.
        by_message: the attachments of messages on the page; a message without a text is in it also
            when it has none.
        asked: the ids of the messages on the page whose attachments were asked for.
        listed: the ids of the files that the database lists for places.
        awaited: where files are to wait that another tab has listed and not kept yet.
        pictures: pictures by their attachments' ids, those seen last at the end.
        in_view: the ids of the attachments in view.
        large: the id of the attachment that is shown large.
    """

    def __init__(self) -> None:
        self.pending: Signal[Mapping[ChannelRef, tuple[PendingFile, ...]]] = signal({})
        self.refused: Signal[tuple[str, ...]] = signal(())
        self.by_message: Signal[Mapping[str, tuple[Attachment, ...]]] = signal({})
        self.asked: set[str] = set()
        self.listed: dict[ChannelRef, tuple[str, ...]] = {}
        self.awaited: dict[str, ChannelRef] = {}
        self.pictures: Signal[Mapping[str, Picture]] = signal({})
        self.in_view: set[str] = set()
        self.large: Signal[str | None] = signal(None)

    def waits(self, ref: ChannelRef | None) -> bool:
        """Tell whether a draft has files."""
        waiting = () if ref is None else self.pending().get(ref, ())
        return any(not file.is_saving for file in waiting)

    def is_waiting(self, ref: ChannelRef, file_id: str) -> bool:
        """Tell whether a file is in a draft and not being sent."""
        waiting = self.pending().get(ref, ())
        return any(file.id == file_id and not file.is_saving for file in waiting)

    def lacks_picture(self, ref: ChannelRef, file_id: str) -> bool:
        """Tell whether a draft file has no preview yet."""
        waiting = self.pending().get(ref, ())
        return any(file.id == file_id and file.picture is None for file in waiting)

    def add(self, ref: ChannelRef, file: PendingFile) -> None:
        """Add a file to a draft."""
        self._change(ref, (*self.pending().get(ref, ()), file))

    def mark(self, ref: ChannelRef, ids: Collection[str], **fields: object) -> None:
        """Change the state of draft files."""
        now = self.pending().get(ref, ())
        self._change(ref, tuple(replace(f, **fields) if f.id in ids else f for f in now))

    def take_away(self, ref: ChannelRef, ids: Collection[str]) -> list[PendingFile]:
        """Remove files from a draft; return them."""
        now = self.pending().get(ref, ())
        self._change(ref, tuple(file for file in now if file.id not in ids))
        return [file for file in now if file.id in ids]

    def _change(self, ref: ChannelRef, files: tuple[PendingFile, ...]) -> None:
        others = {key: waiting for key, waiting in self.pending().items() if key != ref}
        self.pending.set({**others, ref: files} if files else others)

    def find(self, attachment_id: str | None) -> Attachment | None:
        """Return an attachment of a message on the page."""
        every = (one for found in self.by_message().values() for one in found)
        return next((one for one in every if one.id == attachment_id), None)
