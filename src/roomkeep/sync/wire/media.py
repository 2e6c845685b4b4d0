"""Media: upload, download and thumbnails, with authentication."""

import re
from typing import Final

from msgspec import Struct

from roomkeep.sync.errors import BadAddress, BadResponse
from roomkeep.sync.wire.addresses import media_parts, path
from roomkeep.sync.wire.call import Wire, decode_answer

__all__ = ["MAX_MEDIA_BYTES", "Media", "download", "get_upload_limit", "thumbnail", "upload"]

MAX_MEDIA_BYTES: Final = 100 * 1024 * 1024
"""The default limit for a download."""

_V1: Final = "/_matrix/client/v1/media"
_MAX_THUMBNAIL_BYTES: Final = 4 * 1024 * 1024
_TIMEOUT_S: Final = 60
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]{1,64}/[\w.+-]{1,64}", re.ASCII)


class Media(Struct, frozen=True, kw_only=True):
    """A file, and its media type as claimed by the server."""

    data: bytes
    mime: str

    def __repr__(self) -> str:
        return f"Media({len(self.data)} bytes, {self.mime!r})"


class _Limits(Struct, frozen=True, rename={"most": "m.upload.size"}):
    most: int | None = None


async def get_upload_limit(wire: Wire) -> int | None:
    """Return the maximum size of an upload, in bytes; None if unknown."""
    return (await wire.ask(_Limits, "GET", f"{_V1}/config")).most


class _Uploaded(Struct, frozen=True):
    content_uri: str


async def upload(wire: Wire, data: bytes, mime: str, filename: str | None = None) -> str:
    """Upload a file and return its `mxc://` address.

    Raises:
        RequestTooLarge: the file is too large for the server.
    """
    answer = await wire.send(
        "POST",
        "/_matrix/media/v3/upload",
        data,
        {"filename": filename},
        content_type=mime if _MEDIA_TYPE.fullmatch(mime) else "application/octet-stream",
        max_bytes=65_536,
        timeout_s=_TIMEOUT_S,
    )

    address = decode_answer(answer.body, _Uploaded).content_uri
    try:
        media_parts(address)
    except BadAddress:
        raise BadResponse("the server gave the file an address that is none") from None
    return address


async def download(
    wire: Wire, address: str, *, size: int | None = None, max_bytes: int = MAX_MEDIA_BYTES
) -> Media:
    """Download a file.

    Args:
        wire: the homeserver.
        address: its `mxc://` address.
        size: its expected size in bytes; None if unknown.
        max_bytes: the size limit.

    Raises:
        BadResponse: it does not have the expected size.
        ResponseTooLarge: it exceeds the limit.
    """
    most = max_bytes if size is None else min(size, max_bytes)
    media = await _fetch(wire, f"/download{path(*media_parts(address))}", {}, most)
    if size is not None and len(media.data) != size:
        raise BadResponse("the file has another size than its message says")
    return media


async def thumbnail(
    wire: Wire, address: str, width: int, height: int, *, is_cropped: bool = False
) -> Media:
    """Download a thumbnail of at least this size, if the image has it."""
    query: dict[str, str | int | bool | None] = {
        "width": width,
        "height": height,
        "method": "crop" if is_cropped else "scale",
    }
    where = f"/thumbnail{path(*media_parts(address))}"
    return await _fetch(wire, where, query, _MAX_THUMBNAIL_BYTES)


async def _fetch(
    wire: Wire, where: str, query: dict[str, str | int | bool | None], max_bytes: int
) -> Media:
    answer = await wire.send(
        "GET",
        f"{_V1}{where}",
        None,
        query,
        content_type="",
        max_bytes=max_bytes,
        timeout_s=_TIMEOUT_S,
    )
    said = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Media(
        data=answer.body,
        mime=said if _MEDIA_TYPE.fullmatch(said) else "application/octet-stream",
    )
