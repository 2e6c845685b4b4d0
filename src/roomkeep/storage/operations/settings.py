"""Writing the settings of an account; the server is told of those that are read markers."""

from roomkeep.models import Id
from roomkeep.storage.arguments import JsonValue, Settings
from roomkeep.storage.operation import writes
from roomkeep.storage.operations.meta import write_settings
from roomkeep.storage.operations.read_marks import queue_read_marks
from roomkeep.storage.transaction import Transaction


@writes("messages", "meta")
async def save_setting(tx: Transaction, key: Id, value: JsonValue) -> None:
    """Write a setting of the account: any JSON value. None deletes it."""
    await save_settings(tx, {key: value})


@writes("messages", "meta")
async def save_settings(tx: Transaction, settings: Settings) -> None:
    """Write settings of the account: any JSON values. None deletes one.

    The server is told of the read marker of a channel in a room there.
    """
    await queue_read_marks(tx, settings)
    await write_settings(tx, settings)
