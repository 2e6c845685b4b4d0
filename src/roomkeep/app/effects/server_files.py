"""Files that a homeserver keeps, and that are not on this device yet."""

from typing import Final, Protocol

from roomkeep.app.files import picture_type
from roomkeep.app.state import AccountState
from roomkeep.errors import RecordNotFound
from roomkeep.models import Attachment

__all__ = ["FileServer", "Loaded", "load_picture"]

_LARGE: Final = 256 * 1024
"""A picture of more bytes is shown by a thumbnail, until it is enlarged."""

Loaded = tuple[bytes, str]
"""A picture's bytes, and their media type."""


class FileServer(Protocol):
    """Where files are that are not on this device."""

    async def download_file(self, account: AccountState, attachment: Attachment) -> bytes:
        """Download a file, and keep it.

        Raises:
            RecordNotFound: it is on no server.
            HomeserverError: the server does not give it.
        """
        ...

    async def get_thumbnail(self, account: AccountState, attachment: Attachment) -> Loaded:
        """Download a small version of a picture, which is not kept; raises the same."""
        ...


async def load_picture(
    server: FileServer | None, account: AccountState, attachment: Attachment, *, is_enlarged: bool
) -> tuple[Loaded, bool]:
    """Get a picture from the server, and tell whether it is the whole one.

    Raises:
        RecordNotFound: it is on no server.
        HomeserverError: the server does not give it.
    """
    if server is None:
        raise RecordNotFound("attachments", attachment.id)
    if attachment.size > _LARGE and not is_enlarged:
        data, mime = await server.get_thumbnail(account, attachment)
        if picture_type(mime) is not None:
            return (data, mime), False
    return (await server.download_file(account, attachment), attachment.mime), True
