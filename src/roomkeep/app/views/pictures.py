"""Small pictures, made in the page from picked files."""

from typing import Any

import js
from pyodide.ffi import JsException

from roomkeep.localization import localize

__all__ = ["PictureError", "make_picture"]

SIDE = 128
"""A picture's width and height, in pixels."""
MAX_BYTES = 20_000_000


class PictureError(Exception):
    """A file that cannot be made into a picture; the message says why."""


async def make_picture(file: Any) -> str:
    """Return the middle of a picture, scaled down, as a `data:` URL.

    Drawing it anew leaves behind what else the file holds, such as where it was taken.

    Raises:
        PictureError: it is no picture, or too large.
    """
    if file.size > MAX_BYTES:
        raise PictureError(localize("picture.too_large", count=MAX_BYTES // 1_000_000))
    try:
        bitmap = await js.createImageBitmap(file)
    except JsException as error:
        raise PictureError(localize("picture.not_a_picture")) from error
    try:
        side = min(bitmap.width, bitmap.height)
        left, top = (bitmap.width - side) / 2, (bitmap.height - side) / 2
        size = min(side, SIDE)
        canvas = js.document.createElement("canvas")
        canvas.width = canvas.height = size
        context = canvas.getContext("2d")
        context.imageSmoothingQuality = "high"
        context.drawImage(bitmap, left, top, side, side, 0, 0, size, size)
        # A browser that does not write this kind makes a PNG.
        return str(canvas.toDataURL("image/webp", 0.9))
    finally:
        bitmap.close()
