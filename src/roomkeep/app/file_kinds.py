"""What kind of file something is, in the words that people use. Pure."""

import re
from typing import Final

from roomkeep.app.files import media_type

__all__ = ["kind_of"]

_KINDS: Final = """
PDF document: application/pdf pdf
Word document: application/msword doc docx odt
  application/vnd.openxmlformats-officedocument.wordprocessingml.document
  application/vnd.oasis.opendocument.text
Spreadsheet: application/vnd.ms-excel xls xlsx ods
  application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
  application/vnd.oasis.opendocument.spreadsheet
Presentation: application/vnd.ms-powerpoint ppt pptx odp
  application/vnd.openxmlformats-officedocument.presentationml.presentation
  application/vnd.oasis.opendocument.presentation
Text document: text/plain txt
Rich text document: application/rtf text/rtf rtf
Markdown document: text/markdown md
Web page: text/html html htm
E-book: application/epub+zip epub
CSV table: text/csv csv
JSON file: application/json json
XML file: application/xml text/xml xml
PNG image: image/png png
JPEG image: image/jpeg jpg jpeg
GIF image: image/gif gif
WebP image: image/webp webp
AVIF image: image/avif avif
HEIC image: image/heic heic
SVG image: image/svg+xml svg
TIFF image: image/tiff tif tiff
MP3 audio: audio/mpeg mp3
WAV audio: audio/wav audio/x-wav wav
Ogg audio: audio/ogg ogg
AAC audio: audio/mp4 audio/aac m4a aac
MP4 video: video/mp4 mp4
QuickTime video: video/quicktime mov
WebM video: video/webm webm
ZIP archive: application/zip application/x-zip-compressed zip
Gzip archive: application/gzip application/x-gzip gz
7-Zip archive: application/x-7z-compressed 7z
RAR archive: application/vnd.rar application/x-rar-compressed rar
TAR archive: application/x-tar tar
Calendar: text/calendar ics
Contact: text/vcard vcf
"""
_NAMES: Final[dict[str, str]] = {
    term: kind.strip()
    for kind, terms in re.findall(r"^(\S[^:\n]*):((?:.*\n  )*.*)$", _KINDS, re.MULTILINE)
    for term in terms.split()
}
_EXTENSION: Final = re.compile(r"[a-z0-9]{1,8}")


def kind_of(name: str, mime: str) -> str:
    """Return a file's kind, such as "PDF document" or "XYZ file"; empty where nothing tells it.

    Args:
        name: the file's name.
        mime: its media type, which browsers leave general for what they do not know.
    """
    known = _NAMES.get(media_type(mime))
    if known is not None:
        return known
    stem, dot, extension = name.rpartition(".")
    extension = extension.lower()
    if not stem or not dot or not _EXTENSION.fullmatch(extension):
        return ""
    return _NAMES.get(extension, f"{extension.upper()} file")
