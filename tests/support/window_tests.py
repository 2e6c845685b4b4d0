"""The real program, on a page that runs pytest inside itself.

It prints, as lines of JSON, what the page tells, and does for the page what its tests do past the
service. It ends with its standard input.
"""

import asyncio
import contextlib
import json
import shutil
import sys
import traceback
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from unittest.mock import patch

from PySide6.QtCore import QObject, QSocketNotifier, QUrl
from PySide6.QtWidgets import QApplication

from roomkeep.desktop import __main__ as program
from roomkeep.desktop.call_scheduler import CallScheduler
from roomkeep.desktop.main_process import MainProcess, Session
from roomkeep.desktop.window import app, main_window
from roomkeep.storage.device_requests import Kind
from support.desktop_world import DesktopWorld
from support.worlds import World

START = '{"test":'
"""How a call begins that is for this program."""


class HostWorld(DesktopWorld):
    """A world on the main process of the window."""

    def __init__(self, main: MainProcess) -> None:
        World.__init__(self)
        self._main = main
        self._held = contextlib.AsyncExitStack()

    async def hold(self, user_id: str | None) -> None:
        await self._held.enter_async_context(self.busy(user_id))

    async def free(self) -> None:
        await self._held.aclose()

    async def have_planted(self, store: str, records: list[Any], user_id: str | None) -> None:
        await self.plant(store, *records, user_id=user_id)

    async def wipe(self) -> None:
        for user_id in self.main.data_folder.account_ids():
            self.main.delete_account(user_id)
        account = self.main._accounts.pop(None, None)
        if account is not None:
            account.database.close()
        shutil.rmtree(self.main.data_folder.folder_of(None), ignore_errors=True)
        self.main.data_folder.save_current_user_id(None)

    async def tell(self, line: str) -> None:
        tell(line)


class TestedProcess(MainProcess):
    """The main process, with the way past it."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._world = HostWorld(self)

    def open_session(self, on_changes: Callable[[str], None]) -> Session:
        session = super().open_session(on_changes)
        session.handle = partial(self._handle, session.handle)  # type: ignore[method-assign]
        return session

    def _handle(self, handle: Callable[[Kind, str], str], kind: Kind, text: str) -> str:
        if not text.replace(" ", "").startswith(START):
            return handle(kind, text)
        name, *args = json.loads(text)["test"]
        method = getattr(self._world, {"plant": "have_planted"}.get(name, name))
        try:
            return json.dumps({"result": _loop.run_until_complete(method(*args))})
        except Exception:  # noqa: BLE001 it fails the test
            return json.dumps({"trouble": traceback.format_exc()})


_beside = ThreadPoolExecutor(1)
_loop = asyncio.new_event_loop()
"""Runs in that one thread; what a test holds up outlives the call that does it."""
_schedule = CallScheduler.schedule


def schedule(self: CallScheduler, lane: Hashable, kind: Kind, work: "partial[None]") -> bool:
    """Run at once what is for this program: a test holds others up, and frees them."""
    if not work.args[-1].replace(" ", "").startswith(START):
        return _schedule(self, lane, kind, work)
    _beside.submit(work)
    return True


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    made = app.make_application
    kept: list[QObject] = []

    def make_application() -> QApplication:
        application = made()
        ending = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, application)
        ending.activated.connect(application.quit)
        kept.append(ending)
        return application

    class Window(main_window.MainWindow):
        def _on_terminated(self, *_: object) -> None:
            tell(json.dumps({"end": "the page has crashed"}))

    with (
        patch.object(app, "make_application", make_application),
        patch.object(app, "MainProcess", TestedProcess),
        patch.object(app, "MainWindow", Window),
        patch.object(main_window, "HOME", QUrl("app://roomkeep/tests/index.html")),
        patch.object(CallScheduler, "schedule", schedule),
    ):
        return program.main()


if __name__ == "__main__":
    sys.exit(main())
