"""The user's own profile on the homeserver, which all their rooms show."""

import base64
import binascii

from roomkeep.errors import InvalidRecord
from roomkeep.sync.own_account import OwnAccount
from roomkeep.sync.wire import Wire, account, media

__all__ = ["set_name", "set_picture"]


async def set_name(own: OwnAccount, wire: Wire, name: str) -> None:
    """Set the display name."""
    await account.set_display_name(wire, own.user_id, name)


async def set_picture(own: OwnAccount, wire: Wire, url: str | None) -> None:
    """Upload and set the picture.

    Args:
        own: the user's own account.
        wire: the homeserver, signed in.
        url: the picture as a `data:` URL in base64; None removes it.

    Raises:
        InvalidRecord: it is no such URL; the field is `avatar_url`.
        RequestTooLarge: the picture is too large for the server.
    """
    if url is None:
        await account.set_avatar(wire, own.user_id, "")
        return
    mime, data = _read_url(url)
    address = await media.upload(wire, data, mime)
    # First, so that the address is known whenever a sync tells of it.
    await own.database.save_own_picture(address, url)
    await account.set_avatar(wire, own.user_id, address)


def _read_url(url: str) -> tuple[str, bytes]:
    head, comma, text = url.partition(";base64,")
    if not head.startswith("data:") or not comma:
        raise InvalidRecord("is no data URL in base64", field="avatar_url")
    try:
        return head.removeprefix("data:"), base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise InvalidRecord("is no data URL in base64", field="avatar_url") from error
