"""The web server: what it sends, in which form, what it says of it, and what it refuses."""

import gzip
import http.client
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.server import SiteServer

PLAIN = b"print('hello')\n" * 200
TYPES = {
    "/": "text/html; charset=utf-8",
    "/vendor/pyodide/pyodide.asm.wasm": "application/wasm",
    "/vendor/pyodide/pyodide.mjs": "text/javascript; charset=utf-8",
    "/vendor/pyodide/pyodide-lock.json": "application/json",
    "/static/icon.svg": "image/svg+xml",
    "/pyscript.toml": "text/plain; charset=utf-8",
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SiteServer]:
    """A server of a script that was compressed, and of a picture that was not."""
    (tmp_path / "script.js").write_bytes(PLAIN)
    (tmp_path / "script.js.br").write_bytes(b"brotli")
    (tmp_path / "script.js.gz").write_bytes(gzip.compress(PLAIN))
    (tmp_path / "picture.png").write_bytes(b"png")
    with SiteServer({"/": tmp_path}) as server:
        server.start()
        yield server
        server.shutdown()


def ask(
    server: SiteServer, path: str, method: str = "GET", **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(*server.server_address[:2])  # type: ignore[arg-type]
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=named)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("BR", "br"),
        ("*", "br"),
        ("*, br; q=0", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
def test_sends_the_best_form_that_the_client_takes(
    server: SiteServer, accepted: str, encoding: str | None
) -> None:
    response, body = ask(server, "/script.js", Accept_Encoding=accepted)
    assert response.headers["Content-Encoding"] == encoding
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Vary"] == "Accept-Encoding"
    expected = {"br": b"brotli", "gzip": gzip.compress(PLAIN), None: PLAIN}[encoding]
    assert len(body) == len(expected) == int(response.headers["Content-Length"])


def test_says_of_a_form_the_same_without_sending_it(server: SiteServer) -> None:
    got, _ = ask(server, "/script.js", Accept_Encoding="br")
    told, body = ask(server, "/script.js", "HEAD", Accept_Encoding="br")
    assert body == b""
    assert dict(told.headers) == dict(got.headers)


def test_each_form_has_its_own_etag(server: SiteServer) -> None:
    forms = ["br", "gzip", "identity"]
    answers = {form: ask(server, "/script.js", Accept_Encoding=form)[0] for form in forms}
    etags = {form: str(answer.headers["ETag"]) for form, answer in answers.items()}
    assert len(set(etags.values())) == len(forms)
    again, body = ask(server, "/script.js", Accept_Encoding="br", If_None_Match=etags["br"])
    assert (again.status, body) == (304, b"")
    assert (again.headers["ETag"], again.headers["Vary"]) == (etags["br"], "Accept-Encoding")
    other, _ = ask(server, "/script.js", Accept_Encoding="br", If_None_Match=etags["gzip"])
    assert other.status == 200


def test_a_file_without_other_forms_does_not_vary(server: SiteServer) -> None:
    response, body = ask(server, "/picture.png", Accept_Encoding="br, gzip")
    assert body == b"png"
    assert response.headers["Vary"] is response.headers["Content-Encoding"] is None


def test_a_part_of_a_file_is_never_taken_from_a_compressed_form(server: SiteServer) -> None:
    """The server sends the whole, as HTTP allows, and says so by its status."""
    response, body = ask(server, "/script.js", Range="bytes=0-9")
    assert response.status == 200
    assert body == PLAIN


def ask_exactly(server: SiteServer, method: str, path: str) -> int:
    """Ask for a path as it is written, which clients would tidy up; give the status."""
    with socket.create_connection(("127.0.0.1", server.server_port)) as connection:
        request = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode("latin-1"))
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    return int(answer.split(b" ")[1])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteServer]:
    """A server of a site, beside which there are other files."""
    root = tmp_path_factory.mktemp("root")
    (root / "pyproject.toml").write_text("secret")
    directory = root / "build" / "site"
    for path in TYPES:
        file = directory / ("index.html" if path == "/" else path.removeprefix("/"))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("here")
    with SiteServer({"/": directory}) as server:
        server.start()
        yield server
        server.shutdown()


def test_serves_the_types_that_browsers_ask_for(site: SiteServer) -> None:
    told = {path: ask(site, path, "HEAD")[0].headers["Content-Type"] for path in TYPES}
    assert told == TYPES


def test_lets_a_browser_keep_a_file_and_ask_whether_it_changed(site: SiteServer) -> None:
    first, _ = ask(site, "/static/icon.svg")
    assert first.headers["Cache-Control"] == "no-cache"
    again, body = ask(site, "/static/icon.svg", If_None_Match=str(first.headers["ETag"]))
    assert (again.status, body) == (304, b"")
    other, _ = ask(site, "/static/icon.svg", If_None_Match='"another"')
    assert other.status == 200


def test_forbids_what_the_page_does_not_need(site: SiteServer) -> None:
    headers = ask(site, "/")[0].headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    # The network is for homeservers, and for data alone.
    assert set(re.findall(r"([\w-]+) [^;]*?(?:https?:|\*)", policy)) == {"connect-src"}
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    [
        *("/../../pyproject.toml", "/%2e%2e/%2e%2e/pyproject.toml", "/..%2f..%2fpyproject.toml"),
        *("/static/../../../pyproject.toml", "//etc/passwd", "/%2fetc/passwd"),
        *("/..%5c..%5cpyproject.toml", "/static/", "/static", "/vendor/pyodide/", "/index.html/"),
        *("/%00", "/.writing-"),
    ],
)
def test_gives_nothing_from_outside_the_site_and_lists_no_directory(
    site: SiteServer, path: str
) -> None:
    assert ask_exactly(site, "GET", path) == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_takes_nothing_in(site: SiteServer, method: str) -> None:
    assert ask_exactly(site, method, "/") == 501
