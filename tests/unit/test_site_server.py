"""The web server: which form of a file it sends, and what it says of it."""

import gzip
import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.server import SiteServer

PLAIN = b"print('hello')\n" * 200


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
