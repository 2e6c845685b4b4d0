"""The app with what it has the browser save, and an account read from end to end."""

from typing import Any, get_args

from roomkeep.app.effects.exports import ExportEffects
from roomkeep.app.storage_state import LAST_BACKUP
from roomkeep.app.transcript_state import TranscriptFormat
from roomkeep.models import Record
from roomkeep.persistence import DatabaseService, StoreName
from support.archives import Picked
from support.chat import Chat

__all__ = ["App", "Saved", "begin", "everything"]


class Saved:
    """What the browser is given to save."""

    def __init__(self) -> None:
        self.data = b""
        self.name = ""

    @property
    def size(self) -> int:
        return len(self.data)

    def write(self, data: bytes) -> None:
        self.data += data

    def save(self, name: str) -> None:
        self.name = name


class App(Chat):
    """The app, with what it would have the browser save."""

    def __init__(self, db: DatabaseService | None = None) -> None:
        super().__init__(db)
        self.saved = Saved()

    def begin_download(self) -> Any:
        return self.saved

    async def export(self) -> bytes:
        self.saved = Saved()
        effects: Any = self
        await ExportEffects(self.effects.context, effects).start()
        return self.saved.data

    async def export_messages(self, kind: TranscriptFormat = "json") -> str:
        """Export the messages that the dialog is about."""
        self.saved = Saved()
        effects: Any = self
        self.effects.transcripts._blobs = effects
        self.effects.transcripts.choose(kind)
        await self.effects.transcripts.start()
        return self.saved.data.decode()

    async def restore(self, data: bytes) -> str:
        return await self.import_files(Picked(data, "export.jsonl.gz"))


async def begin(name: str = "Ada", db: DatabaseService | None = None) -> App:
    app = App(db)
    await app.effects.accounts.begin()
    await app.effects.accounts.create(name)
    return app


async def everything(db: DatabaseService) -> dict[str, list[Any]]:
    settings = await db.get_settings()
    # It tells of the device, not of the account.
    settings.pop(LAST_BACKUP, None)
    found: dict[str, list[Any]] = {"settings": [settings], "data": []}
    for store in get_args(StoreName):
        records: list[Record] = []
        page = await db.get_records(store)
        records += page.records
        while page.next is not None:
            page = await db.get_records(store, page.next)
            records += page.records
        found[store] = records
    for one in found["attachments"]:
        found["data"].append(await db.read_attachment_data(one.id))
    return found
