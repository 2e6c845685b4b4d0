"""The kind of a file, in plain words. Pure."""

import re
from typing import Final

from roomkeep.app.files import media_type
from roomkeep.localization import localize

__all__ = ["kind_of"]

_KINDS: Final = {
    "kind.pdf": "application/pdf pdf",
    "kind.word": (
        "application/msword doc docx odt"
        " application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        " application/vnd.oasis.opendocument.text"
    ),
    "kind.spreadsheet": (
        "application/vnd.ms-excel xls xlsx ods"
        " application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        " application/vnd.oasis.opendocument.spreadsheet"
    ),
    "kind.presentation": (
        "application/vnd.ms-powerpoint ppt pptx odp"
        " application/vnd.openxmlformats-officedocument.presentationml.presentation"
        " application/vnd.oasis.opendocument.presentation"
    ),
    "kind.text": "text/plain txt",
    "kind.rich_text": "application/rtf text/rtf rtf",
    "kind.markdown": "text/markdown md",
    "kind.web_page": "text/html html htm",
    "kind.e_book": "application/epub+zip epub",
    "kind.csv": "text/csv csv",
    "kind.json": "application/json json",
    "kind.xml": "application/xml text/xml xml",
    "kind.png": "image/png png",
    "kind.jpeg": "image/jpeg jpg jpeg",
    "kind.gif": "image/gif gif",
    "kind.webp": "image/webp webp",
    "kind.avif": "image/avif avif",
    "kind.heic": "image/heic heic",
    "kind.svg": "image/svg+xml svg",
    "kind.tiff": "image/tiff tif tiff",
    "kind.mp3": "audio/mpeg mp3",
    "kind.wav": "audio/wav audio/x-wav wav",
    "kind.ogg": "audio/ogg ogg",
    "kind.aac": "audio/mp4 audio/aac m4a aac",
    "kind.mp4": "video/mp4 mp4",
    "kind.quicktime": "video/quicktime mov",
    "kind.webm": "video/webm webm",
    "kind.zip": "application/zip application/x-zip-compressed zip",
    "kind.gzip": "application/gzip application/x-gzip gz",
    "kind.seven_zip": "application/x-7z-compressed 7z",
    "kind.rar": "application/vnd.rar application/x-rar-compressed rar",
    "kind.tar": "application/x-tar tar",
    "kind.calendar": "text/calendar ics",
    "kind.contact": "text/vcard vcf",
}
"""The media types and extensions of each kind, by the id of its text."""
_TEXTS: Final = {term: text for text, terms in _KINDS.items() for term in terms.split()}
"""The texts of the kinds, by media type and by extension."""
_EXTENSION: Final = re.compile(r"[a-z0-9]{1,8}")


def kind_of(name: str, mime: str) -> str:
    """Return a file's kind, such as "PDF document" or "XYZ file"; empty if unknown.

    Args:
        name: the file's name.
        mime: its media type, which browsers leave general for what they do not know.
    """
    known = _TEXTS.get(media_type(mime))
    if known is not None:
        return localize(known)
    stem, dot, extension = name.rpartition(".")
    extension = extension.lower()
    if not stem or not dot or not _EXTENSION.fullmatch(extension):
        return ""
    known = _TEXTS.get(extension)
    return localize("kind.other", ending=extension.upper()) if known is None else localize(known)
