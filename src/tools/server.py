"""The web server that runs the page on the user's own machine, and serves it to the tests."""

import errno
import hashlib
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from roomkeep.desktop.headers import HEADERS, content_type
from roomkeep.desktop.site_files import INDEX, find_file
from tools.compression import ENCODINGS
from tools.paths import ToolError

_REFUSED: Final = frozenset(("q=0", "q=0.0", "q=0.00", "q=0.000"))
"""What an Accept-Encoding header says of a way to compress that a client does not take."""


class SiteServer(ThreadingHTTPServer):
    """Serves the files of some directories over HTTP, to read only.

    Use `serve_forever` in this thread or `start` for one of its own; `shutdown` ends either.
    """

    daemon_threads = True

    def __init__(
        self,
        mounts: Mapping[str, Path],
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        before_index: Callable[[], None] | None = None,
    ) -> None:
        """Begins to listen.

        Args:
            mounts: Directories by the URL path that they are served under, such as "/" and
                "/tests/". The longest path that fits a request wins.
            host: The address to listen at.
            port: The port to listen at; 0 for any that is free.
            before_index: Called before the index page is answered. When it raises a ToolError,
                its text is the answer.

        Raises:
            ToolError: The port is in use or not allowed, or the address is not this machine's.
        """
        self.mounts = {
            prefix: directory.resolve()
            for prefix, directory in sorted(mounts.items(), key=lambda mount: -len(mount[0]))
        }
        self.before_index = before_index
        self._etags: dict[Path, tuple[int, int, str]] = {}
        try:
            super().__init__((host, port), _Handler)
        except (OSError, OverflowError) as error:
            raise ToolError(_why_not_listening(host, port, error)) from error

    @property
    def url(self) -> str:
        """The URL of the index page."""
        host = str(self.server_address[0])
        name = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1", "::") else host  # noqa: S104
        return f"http://{name}:{self.server_address[1]}/"

    def start(self) -> None:
        """Serves in a thread of its own."""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        """Shows an error of ours; a browser that hangs up, as by a reload, is none."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # any socket.

    def find(self, url_path: str) -> Path | None:
        """Gives the file that a URL's path stands for; None where there is none to be served."""
        for prefix, directory in self.mounts.items():
            if url_path.startswith(prefix):
                return find_file(directory, url_path.removeprefix(prefix))
        return None

    def etag(self, file: Path) -> str:
        """Gives a file's strong ETag, made from its content."""
        status = file.stat()
        known = self._etags.get(file)
        if known is None or known[:2] != (status.st_mtime_ns, status.st_size):
            digest = hashlib.sha256(file.read_bytes()).hexdigest()[:32]
            known = (status.st_mtime_ns, status.st_size, f'"{digest}"')
            self._etags[file] = known
        return known[2]


class _Handler(BaseHTTPRequestHandler):
    server: SiteServer
    protocol_version = "HTTP/1.1"
    # Headers and body leave in one piece where they fit: fewer, larger packets.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 60

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        path = urlsplit(self.path).path
        file = self.server.find(path)
        if file is None:
            self._answer_text(HTTPStatus.NOT_FOUND, "There is no such file.", with_body=with_body)
            return
        if file.name == INDEX and self.server.before_index:
            try:
                self.server.before_index()
            except ToolError as error:
                failed = HTTPStatus.INTERNAL_SERVER_ERROR
                self._answer_text(failed, str(error), with_body=with_body)
                return
        described: dict[str, str] = {"Content-Type": content_type(file.name)}
        if forms := _compressed_forms(file):
            described["Vary"] = "Accept-Encoding"
            encoding = _choose(self.headers.get("Accept-Encoding", ""), forms)
            if encoding:
                described["Content-Encoding"] = encoding
                file = forms[encoding]
        # Each form has an ETag of its own, made from what is sent.
        described["ETag"] = self.server.etag(file)
        if described["ETag"] in self.headers.get("If-None-Match", ""):
            kept = ("ETag", "Vary")
            kept_headers = {name: described[name] for name in kept if name in described}
            self._send_head(HTTPStatus.NOT_MODIFIED, kept_headers)
            return
        data = file.read_bytes()
        self._send_head(HTTPStatus.OK, described | {"Content-Length": str(len(data))})
        if with_body:
            self.wfile.write(data)

    def _answer_text(self, status: HTTPStatus, text: str, *, with_body: bool) -> None:
        data = f"{text}\n".encode()
        described = {
            "Content-Type": content_type(".txt"),
            "Content-Length": str(len(data)),
        }
        self._send_head(status, described)
        if with_body:
            self.wfile.write(data)

    def _send_head(self, status: HTTPStatus, headers: Mapping[str, str]) -> None:
        self.send_response_only(status)
        for name, value in {**HEADERS, **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answers a request that is not understood, or not allowed, and ends the connection."""
        del explain
        self.close_connection = True
        status = HTTPStatus(code)
        self._answer_text(status, message or status.phrase, with_body=self.command != "HEAD")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name.
        """Says nothing: the terminal is for what a user must know."""


def _compressed_forms(file: Path) -> dict[str, Path]:
    """Gives the compressed forms of a file that lie beside it, by HTTP's names, the best first."""
    forms = {name: file.with_name(f"{file.name}.{end}") for name, end in ENCODINGS.items()}
    return {name: form for name, form in forms.items() if form.is_file()}


def _choose(accepted: str, offered: Iterable[str]) -> str | None:
    """Gives the first of the offered encodings that an Accept-Encoding header allows."""
    weights = {}
    for part in accepted.lower().split(","):
        name, _, parameter = part.partition(";")
        weights[name.strip()] = parameter.replace(" ", "") not in _REFUSED
    return next((name for name in offered if weights.get(name, weights.get("*", False))), None)


def _why_not_listening(host: str, port: int, error: Exception) -> str:
    another = "choose another port, as in `PORT=8080 npm start`"
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is in use. Another copy of Roomkeep may be running: end it, or {another}."
        )
    return f"Cannot listen at {host}, port {port} ({error}). Correct HOST, or {another}."
