"""A picked file is read by an importer, which knows nothing of promises."""

import asyncio
import io
import zipfile
from datetime import UTC
from typing import Any

import pytest

from roomkeep.app import archive_file
from roomkeep.app.archive_file import open_picked
from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.importer import Answers
from roomkeep.archives.recognition import open_archive
from roomkeep.archives.run import import_archive
from roomkeep.jspi import can_wait, disable_jspi, run_waiting
from roomkeep.persistence import DatabaseService
from support.js import run_js
from support.make import user

PHOTO = bytes(range(256)) * 20_000
NAME = "WhatsApp Chat - Hiking.zip"


class Picked:
    """A file of the browser."""

    def __init__(self, data: bytes) -> None:
        from pyodide.ffi import to_js

        self.name = NAME
        self._blob: Any = run_js("data => new Blob([data])")(to_js(data))
        self.size = len(data)
        self.read_bytes = 0

    async def read(self, start: int, end: int) -> bytes:
        buffer = await self._blob.slice(start, end).arrayBuffer()
        self.read_bytes += end - start
        return bytes(buffer.to_bytes())


def chat() -> Picked:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("_chat.txt", "31.12.20, 23:58 - Ann: IMG-20201231-WA0001.jpg (attached)\n")
        archive.writestr("IMG-20201231-WA0001.jpg", PHOTO)
    return Picked(made.getvalue())


async def load(db: DatabaseService, picked: Picked) -> bytes | None:
    answers = Answers(time_zone=UTC)
    file = await open_picked(picked)
    importer = await run_waiting(lambda: open_archive(file, NAME))
    result = await import_archive(
        db, importer, user(), import_id="one", answers=answers, reading=run_waiting
    )
    assert (result.messages, result.files) == (1, 1)
    (photo,) = await db.get_all_attachments()
    return await db.read_attachment_data(photo.id)


async def test_a_file_of_the_browser_is_imported(db: DatabaseService) -> None:
    assert await load(db, chat()) == PHOTO


async def test_a_file_is_imported_from_a_task_that_an_event_began(db: DatabaseService) -> None:
    """As in the app, where a click begins it."""
    from pyodide.ffi import create_once_callable

    done: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
    tasks = []

    def click() -> None:
        task = asyncio.ensure_future(load(db, chat()))
        task.add_done_callback(lambda ended: done.set_result(ended.result()))
        tasks.append(task)

    run_js("click => { setTimeout(click, 0) }")(create_once_callable(click))
    assert await done == PHOTO


async def test_a_browser_that_cannot_wait_holds_the_file_in_memory(
    db: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_file, "can_wait", lambda: False)
    assert await load(db, chat()) == PHOTO
    monkeypatch.setattr(archive_file, "MAX_IN_MEMORY", 1_048_576)
    with pytest.raises(ArchiveError, match="more than 1 MB"):
        await open_picked(chat())


async def test_only_what_is_asked_for_is_read() -> None:
    picked = chat()
    file = await open_picked(picked)
    if isinstance(file, io.BytesIO):
        pytest.skip("this browser cannot wait")

    def read(start: int, count: int) -> bytes:
        file.seek(start)
        return file.read(count)

    assert await run_waiting(lambda: read(picked.size - 22, 4)) == b"PK\5\6"
    assert picked.read_bytes < 100
    picked.size += 10
    with pytest.raises(OSError, match="shorter"):
        await run_waiting(lambda: read(picked.size - 5, 1))


async def test_python_runs_on_the_stack_of_the_page_but_in_calls_that_may_wait() -> None:
    from pyodide.ffi import can_run_sync, run_sync

    def wait() -> bool:
        if not can_wait():
            return bool(can_run_sync())
        was_suspended = asyncio.Event()
        meanwhile = asyncio.ensure_future(look(was_suspended))
        run_sync(was_suspended.wait())
        return bool(can_run_sync()) and not meanwhile.result()

    async def look(was_suspended: asyncio.Event) -> bool:
        was_suspended.set()
        return bool(can_run_sync())

    await disable_jspi()
    assert not can_run_sync()
    assert await run_waiting(wait) == can_wait()
    assert not can_run_sync()


async def test_a_call_that_waits_is_not_left_alone() -> None:
    from pyodide.ffi import run_sync

    if not can_wait():
        pytest.skip("this browser cannot wait")
    began, may_end, ended = asyncio.Event(), asyncio.Event(), False

    def work() -> None:
        nonlocal ended
        began.set()
        run_sync(may_end.wait())
        ended = True

    running = asyncio.ensure_future(run_waiting(work))
    await began.wait()
    running.cancel()
    await asyncio.sleep(0)
    assert not running.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ended
