"""`python -m roomkeep.archives`: the preview, and the conversion to our own archive."""

import json
from pathlib import Path

import pytest

from roomkeep.archives.__main__ import main
from support.archive_files import DATA, Found, opened


def test_it_shows_what_an_archive_holds_and_converts_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.jsonl"
    file = DATA / "telegram" / "chat.json"
    assert main([str(file), "--time-zone", "Europe/Berlin", "--output", str(output)]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["format"], shown["messages"], shown["files"]) == ("telegram", 6, 0)
    (room,) = shown["rooms"]
    assert room["people"] == {"Ann": 3, "Bob": 2, "Deleted account": 1}
    assert shown["notes"]["file_missing"]["count"] == 2
    found = Found(opened(output.read_bytes(), output.name))
    assert [one.id for one in found.messages] == [f"telegram:4711:{n}" for n in range(2, 8)]
    assert found.messages[1].reply_to_id == "telegram:4711:2"


def test_a_file_that_is_none_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.bin"
    file.write_bytes(b"\0\1")
    assert main([str(file)]) == 1
    assert "isn't a chat archive" in capsys.readouterr().err
    assert main([str(tmp_path / "none")]) == 1
