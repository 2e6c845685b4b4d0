"""Media types by the ends of names."""

import mimetypes

__all__ = ["media_type"]

# What chats send, and older tables lack.
_MORE = {
    "heic": "image/heic",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "tgs": "application/gzip",
    "vcf": "text/vcard",
    "webp": "image/webp",
}


def media_type(name: str) -> str:
    """Return the media type of a file by its name."""
    end = name.rpartition(".")[2].lower()
    # The tables of the device differ; these do not.
    return _MORE.get(end) or _TYPES.guess_type(name)[0] or "application/octet-stream"


_TYPES = mimetypes.MimeTypes(())
