"""The transport under CPython, against a server that does as it likes."""

import gzip
import logging
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest

from roomkeep.sync.errors import NotReachable, RedirectRefused, ResponseTooLarge
from roomkeep.sync.httpx_transport import HttpxTransport
from roomkeep.sync.wire import Request

TOKEN = "syt_secret_token"  # noqa: S105 - it opens nothing.


class Handler(BaseHTTPRequestHandler):
    seen: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        Handler.seen.append((self.path, self.headers["Authorization"]))
        step = self.path.strip("/").partition("/")
        if step[0] == "loop":
            self.answer(302, b"", Location="/loop")
        elif step[0] == "near":
            self.answer(307, b"", Location="/end")
        elif step[0] == "far":
            port = self.headers["Host"].partition(":")[2]
            self.answer(307, b"", Location=f"http://localhost:{port}/end")
        elif step[0] == "odd":
            self.answer(302, b"", Location="javascript:alert(1)")
        elif step[0] == "bomb":
            self.answer(200, gzip.compress(b"0" * 10_000_000), Content_Encoding="gzip")
        elif step[0] == "cookie":
            self.answer(200, str(self.headers["Cookie"]).encode(), Set_Cookie="a=b")
        elif step[0] == "half":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"half")
        else:
            self.answer(200, b"x" * int(step[2] or 3))

    def do_POST(self) -> None:
        self.do_GET()

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Handler.seen.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def request(url: str, method: str = "GET", max_bytes: int = 1000, timeout_s: float = 5) -> Request:
    headers = {"authorization": f"Bearer {TOKEN}"}
    return Request(
        method=method, url=url, headers=headers, timeout_s=timeout_s, max_bytes=max_bytes
    )


async def test_an_answer_up_to_its_limit(server: str) -> None:
    async with HttpxTransport() as transport:
        answer = await transport.send(request(f"{server}/size/1000"))
        assert (answer.status, len(answer.body)) == (200, 1000)
        assert answer.headers["content-length"] == "1000"
        with pytest.raises(ResponseTooLarge):
            await transport.send(request(f"{server}/size/1001"))
        with pytest.raises(ResponseTooLarge):
            await transport.send(request(f"{server}/bomb", max_bytes=100_000))


async def test_only_its_own_origin_is_followed(server: str) -> None:
    async with HttpxTransport() as transport:
        assert (await transport.send(request(f"{server}/near"))).body == b"xxx"
        Handler.seen.clear()
        for way in ("far", "odd", "loop"):
            with pytest.raises(RedirectRefused):
                await transport.send(request(f"{server}/{way}"))
        with pytest.raises(RedirectRefused):
            await transport.send(request(f"{server}/near", "POST"))
        assert [path for path, _ in Handler.seen] == ["/far", "/odd", *["/loop"] * 4, "/near"]


async def test_no_answer_is_not_reachable() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        async with HttpxTransport() as transport:
            with pytest.raises(NotReachable):
                await transport.send(request(url))
            silent.listen()
            with pytest.raises(NotReachable):
                await transport.send(request(url, timeout_s=0.2))


async def test_half_an_answer_is_none(server: str) -> None:
    async with HttpxTransport() as transport:
        with pytest.raises(NotReachable):
            await transport.send(request(f"{server}/half"))


async def test_no_cookie_is_kept(server: str) -> None:
    async with HttpxTransport() as transport:
        await transport.send(request(f"{server}/cookie"))
        assert (await transport.send(request(f"{server}/cookie"))).body == b"None"


async def test_no_token_reaches_a_log_or_an_error(
    server: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with HttpxTransport() as transport:
            await transport.send(request(f"{server}/near"))
            with pytest.raises(RedirectRefused) as refused:
                await transport.send(request(f"{server}/far"))
            with pytest.raises(NotReachable) as lost:
                await transport.send(request(f"{server}/half"))
    assert Handler.seen[0][1] == f"Bearer {TOKEN}"
    assert TOKEN not in caplog.text
    assert TOKEN not in f"{refused.value!r} {lost.value!r}"
    assert lost.value.__cause__ is None


async def test_no_line_can_be_put_into_a_header(server: str) -> None:
    wrong = Request(
        method="GET",
        url=f"{server}/near",
        headers={"authorization": f"Bearer {TOKEN}\r\nx: y"},
        timeout_s=5,
        max_bytes=10,
    )
    async with HttpxTransport() as transport:
        with pytest.raises(NotReachable) as lost:
            await transport.send(wrong)
    assert TOKEN not in str(lost.value)
