"""The clients of the convergence test, which can be killed and started again."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from roomkeep.persistence import DatabaseService
from roomkeep.persistence.memory_backend import MemoryBackend
from roomkeep.sync.httpx_transport import HttpxTransport
from support.convergence import Client, Director
from tools.paths import ROOT

BROWSER_OPTIONS = (
    "--headless",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    "--enable-logging=stderr",
    # Chromium has no sandbox for root.
    *(("--no-sandbox",) if getattr(os, "geteuid", lambda: 1)() == 0 else ()),
)


class Killable(Protocol):
    """A client that starts with what it stored before."""

    async def start(self) -> None: ...

    async def kill(self) -> None:
        """End it at once, wherever it is."""


class Program:
    """A program with the library: a task of this process, and memory that outlives it."""

    def __init__(self, director: Director) -> None:
        self._director = director
        self._backend = MemoryBackend()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def kill(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        async with HttpxTransport() as transport:
            client = Client(DatabaseService(self._backend), transport, self._director)
            try:
                await client.run()
            except Exception as error:  # noqa: BLE001 it ends the run
                await self._director.ask("trouble", repr(error))
            finally:
                await client.stop()


class Process:
    """A process with all its children, such as a browser or the desktop app.

    Args:
        log: where what it says goes.
    """

    def __init__(self, command: Sequence[str | Path], env: Mapping[str, str], log: Path) -> None:
        self._command = [str(part) for part in command]
        self._env = env
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self._process = await asyncio.to_thread(self._open)

    def _open(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                self._command,
                cwd=ROOT,
                env={**os.environ, **self._env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await asyncio.to_thread(self._process.wait)


def browser(browser: Path, url: str, folder: Path) -> Process:
    """Return a browser with a profile in a folder, showing a page."""
    profile = f"--user-data-dir={folder / 'profile'}"
    return Process([browser, *BROWSER_OPTIONS, profile, url], {}, folder / "log.txt")


def window(python: str, site: Path, place: str, folder: Path, env: Mapping[str, str]) -> Process:
    """Return the desktop app with its data in a folder, showing a page of its site."""
    options: list[str | Path] = ["--data", folder / "data", "--site", site]
    command = [python, "-m", "support.window_page", place, *options]
    return Process(command, env, folder / "log.txt")
