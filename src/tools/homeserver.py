"""A local homeserver (Synapse, from PyPI), for development and for the tests."""

import contextlib
import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Any, Final, Self

from tools.commands import run
from tools.files import Stamp, remove
from tools.homeserver_settings import SERVER_NAME, shared_secret, write_settings
from tools.paths import BUILD, ROOT, ToolError
from tools.setup import make_venv

DEFAULT_PORT: Final = 8008
PASSWORD: Final = "garden gate"  # noqa: S105 - for a server that only this machine can reach.
ACCOUNTS: Final = ("ada", "ben")
"""The accounts that `npm run homeserver` makes; both have the same password."""

_FOLDER: Final = BUILD / "homeserver"
_ENVIRONMENT: Final = _FOLDER / "venv"
PYTHON: Final = _ENVIRONMENT / "bin" / "python"
_DATA: Final = _FOLDER / "data"
_REQUIREMENTS: Final = ROOT / "src" / "tools" / "homeserver-requirements.txt"
_PROCESS: Final = ROOT / "src" / "tools" / "homeserver_process.py"
_START_SECONDS: Final = 90
_END_SECONDS: Final = 20
_LAST_LINES: Final = 15
_NO_PROXY: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def run_homeserver(port: int, *, fresh: bool) -> int:
    """Runs the homeserver until Ctrl+C or SIGTERM; returns the exit status.

    Args:
        port: The port to listen at.
        fresh: Whether to delete first what it kept from earlier runs.

    Raises:
        ToolError: It cannot be had here, or does not start.
    """
    set_up_homeserver()

    def begin(stack: contextlib.ExitStack) -> tuple[Homeserver, str]:
        server = stack.enter_context(Homeserver(_DATA, port))
        made = [server.register(name, PASSWORD) for name in ACCOUNTS]
        return server, _welcome(server, made)

    return run_until_stopped(_DATA, begin, fresh=fresh)


def run_until_stopped(
    folder: Path, begin: Callable[[contextlib.ExitStack], tuple["Homeserver", str]], *, fresh: bool
) -> int:
    """Runs what `begin` starts until Ctrl+C or SIGTERM; returns the exit status.

    Args:
        folder: Where it keeps its data.
        begin: Starts it; gives a homeserver to wait for, and what to tell.
        fresh: Whether to delete the data first.

    Raises:
        ToolError: It does not start, or ends by itself.
    """
    if fresh:
        with hold(folder):
            pass
        remove(folder)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        with contextlib.ExitStack() as stack:
            server, text = begin(stack)
            print(text, flush=True)
            server.wait()
    except KeyboardInterrupt:
        print("\nThe homeserver has stopped. Its data is kept.")
        return 0
    raise ToolError(f"The homeserver stopped unexpectedly.\n\n{server.last_lines()}")


def set_up_homeserver() -> None:
    """Installs Synapse into its own environment, unless it is installed already.

    Raises:
        ToolError: It cannot be had here.
    """
    if os.name != "posix":
        raise ToolError("The homeserver, Synapse, does not run on Windows. Run this inside WSL.")
    made_by = f"{sys.base_prefix} {sys.version_info[:2]}".encode()
    stamp = Stamp("homeserver", [_REQUIREMENTS.read_bytes(), made_by])
    # Another command may be installing it at this moment.
    with hold(_ENVIRONMENT.parent, wait=True):
        if not stamp.is_current() or not PYTHON.exists():
            stamp.clear()
            _install()
            stamp.write()


def _install() -> None:
    print("Installing Synapse, the homeserver, into .build/homeserver (120 MB) …", flush=True)
    make_venv(_ENVIRONMENT)
    rules = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--no-input"]
    run(
        [PYTHON, "-m", "pip", "install", *rules, "-r", _REQUIREMENTS],
        doing="install Synapse, the homeserver, which may have no package for this system",
    )


class Homeserver:
    """A running Synapse that listens on loopback only; a context manager that stops it.

    Call `set_up_homeserver` first. Two servers cannot share a folder.
    """

    def __init__(
        self, folder: Path, port: int = 0, *, settings: Mapping[str, Any] | None = None
    ) -> None:
        """Starts the server and waits until it answers.

        Args:
            folder: Where it keeps its data; created if missing.
            port: The port to listen at; 0 for any that is free.
            settings: Settings of Synapse beside those that are made here.

        Raises:
            ToolError: It does not start; the text says why.
        """
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.server_name: str = (settings or {}).get("server_name", SERVER_NAME)
        self._log = folder / "homeserver.log"
        with contextlib.ExitStack() as opened:
            opened.enter_context(hold(folder))
            if not _is_free(self.port):
                raise ToolError(
                    f"Port {self.port} is in use. Another homeserver may be running: stop it, or "
                    "choose another port, as in `PORT=8009 npm run homeserver`."
                )
            configuration = write_settings(folder, self.port, dict(settings or {}))
            self._secret = shared_secret(folder)
            log = opened.enter_context(self._log.open("ab"))
            self._process = subprocess.Popen(
                [PYTHON, _PROCESS, "--config-path", configuration],
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl+C goes to this process only; Synapse stops when its input ends.
                start_new_session=True,
            )
            opened.callback(self._end)
            self._wait_until_it_answers()
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops the server and waits for it."""
        self._opened.close()

    def wait(self) -> None:
        """Waits until the server ends by itself."""
        self._process.wait()

    def last_lines(self) -> str:
        """Returns the last lines of the server's log."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-_LAST_LINES:])

    def register(self, name: str, password: str, *, admin: bool = False) -> str:
        """Creates an account unless it exists; returns its user ID.

        Args:
            name: What stands before the colon in its id.
            password: Its password.
            admin: Whether it may ask what only administrators of the server may.

        Raises:
            ToolError: The server refuses it.
        """
        path = "/_synapse/admin/v1/register"
        nonce = self._ask(path)["nonce"]
        role = "admin" if admin else "notadmin"
        signed = f"{nonce}\0{name}\0{password}\0{role}".encode()
        body = {
            "nonce": nonce,
            "username": name,
            "displayname": name.capitalize(),
            "password": password,
            "admin": admin,
            "mac": hmac.new(self._secret.encode(), signed, hashlib.sha1).hexdigest(),
            "inhibit_login": True,
        }
        answer = self._ask(path, body)
        if answer.get("errcode") not in (None, "M_USER_IN_USE"):
            raise ToolError(f"The homeserver refuses the account {name!r}: {answer.get('error')}")
        return f"@{name}:{self.server_name}"

    def _ask(self, path: str, body: object = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        try:
            with _NO_PROXY.open(f"{self.url}{path}", data, timeout=30) as answer:
                given: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                given = json.load(error)
        return given

    def _wait_until_it_answers(self) -> None:
        until = time.monotonic() + _START_SECONDS
        while self._process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(OSError, ValueError):
                self._ask("/_matrix/client/versions")
                return
            time.sleep(0.1)
        raise ToolError(
            f"{self.last_lines()}\n\nThe homeserver does not start: the reason is above."
        )

    def _end(self) -> None:
        """Stops the process, and kills it if it does not stop in time."""
        stdin: IO[bytes] | None = self._process.stdin
        if stdin is not None:
            stdin.close()
        try:
            self._process.wait(_END_SECONDS)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def hold(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """Locks a folder: two servers on one database would corrupt it."""
    import fcntl  # It is not there on Windows, where this module is imported, too.

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError as error:
            raise ToolError(f"A homeserver is running on {folder}: stop it first.") from error
        yield


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Gives a port of this machine that nothing listens at."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
    return port


def _welcome(server: Homeserver, users: list[str]) -> str:
    width = max(len(user) for user in users)
    return "\n".join(
        (
            f"A homeserver (Synapse) is running at {server.url}, for this machine only.",
            "",
            *(f"    user {user:<{width}}   password {PASSWORD}" for user in users),
            "",
            "To check that it responds, run this in another terminal:",
            "",
            f"    curl {server.url}/_matrix/client/versions",
            "",
            "Next steps: docs/homeserver.md. Press Ctrl+C to stop. Data is kept between runs;",
            "`npm run homeserver -- --fresh` deletes it and starts over.",
        )
    )
