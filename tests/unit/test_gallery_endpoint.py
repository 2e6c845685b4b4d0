"""The small server of the gallery's form: it keeps each answer once, in order."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

GALLERY = Path(__file__).parents[2] / "docs" / "gallery"

Send = Callable[..., int]
"""Sends a text under an id, and returns the status."""


@pytest.fixture
def send(tmp_path: Path) -> Iterator[Send]:
    command = [sys.executable, str(GALLERY / "endpoint.py"), str(GALLERY), "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        address = urlsplit(process.stdout.readline().strip()).netloc

        def send(
            text: str, name: str = "a", path: str = "/form-queue/answers", size: int | None = None
        ) -> int:
            connection = HTTPConnection(address)
            headers = {"Idempotency-Key": name, "Content-Length": str(size or len(text))}
            connection.request("POST", path, text, headers)
            status = connection.getresponse().status
            connection.close()
            return status

        yield send
        process.terminate()


def kept(folder: Path) -> list[str]:
    lines = (folder / "answers.jsonl").read_text().splitlines()
    return [json.loads(line)["values"]["bird"] for line in lines]


def test_an_answer_that_is_sent_again_is_kept_once(send: Send, tmp_path: Path) -> None:
    for name, bird in (("a", "Robin"), ("b", "Wren"), ("a", "Robin"), ("b", "Wren")):
        assert send(json.dumps({"bird": bird}), name) == 204
    assert kept(tmp_path) == ["Robin", "Wren"]


def test_what_is_no_answer_is_refused(send: Send, tmp_path: Path) -> None:
    assert send("{", "a") == 422
    assert send("[]", "a") == 422
    assert send("{}", "") == 422
    assert send("{}", "a", "/elsewhere") == 404
    assert send("", size=100_001) == 413
    assert not (tmp_path / "answers.jsonl").exists()
