"""Damaged archives of every format: each is read or refused, and what is read can be kept.

`npm run test:fuzz -- --seconds N` does so for long.
"""

import io
import os
import time
from collections.abc import Callable
from itertools import count

import pytest

from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.importer import Importer
from roomkeep.archives.recognition import IMPORTERS
from roomkeep.archives.run import import_archive
from roomkeep.archives.source import Source
from roomkeep.persistence import DatabaseService
from roomkeep.persistence.memory_backend import MemoryBackend
from support import long_run
from support.archive_files import UTC_ANSWERS
from support.archive_fuzz import FOLDERS, damaged
from support.make import user

SECONDS = float(os.environ.get("ROOMKEEP_FUZZ_SECONDS", "0"))
"""For how long all formats together are tried; 0 for a few archives of each."""
FEW = 40
SLOW = 10
"""No archive as small as these may take so many seconds."""


def test_every_format_is_tried() -> None:
    assert {importer.format for importer in IMPORTERS} == FOLDERS.keys()


@pytest.mark.parametrize("format_name", FOLDERS)
@pytest.mark.filterwarnings("error")
async def test_a_damaged_archive_is_read_or_refused(
    format_name: str, operations: Callable[[int], None]
) -> None:
    importer_type = next(one for one in IMPORTERS if one.format == format_name)
    end = time.monotonic() + SECONDS / len(FOLDERS)
    tried = read = 0
    for seed in count(long_run.SEED * 1_000_000):
        if tried >= FEW and time.monotonic() >= end:
            break
        tried += 1
        content, name = damaged(format_name, seed)
        begun = time.monotonic()
        try:
            read += await is_read(importer_type, content, name)
        except Exception as error:
            error.add_note(f"{format_name}, seed {seed}")
            raise
        assert time.monotonic() - begun < SLOW, seed
    operations(tried)
    # What is damaged a little must be read, or else nothing of the importer was tried.
    assert read > tried / 10


async def is_read(importer_type: type[Importer], content: bytes, name: str) -> bool:
    """Import an archive; tell whether it was not refused."""
    try:
        source = Source(io.BytesIO(content), name)
        for each in IMPORTERS:
            assert 0 <= each.recognise(source) <= 1
        async with Database() as db:
            importer = importer_type(source)
            result = await import_archive(
                db, importer, user("me"), import_id="one", answers=UTC_ANSWERS
            )
            assert result.messages
            assert not db.unreadable_records
            await db.undo_import("one")
            rows = (await db.get_storage_report()).rows
            assert not any(rows.values())
    except ArchiveError as refusal:
        if not (str(refusal) and refusal.advice):
            raise
        return False
    return True


class Database:
    """A database in memory."""

    async def __aenter__(self) -> DatabaseService:
        self._db = DatabaseService(MemoryBackend())
        await self._db.initialize()
        return self._db

    async def __aexit__(self, *_: object) -> None:
        await self._db.close()
