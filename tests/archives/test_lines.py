"""Archives: what is read, in which pieces, and what is said of a broken file."""

import gzip
import json

import pytest

from roomkeep.archives import lines as archive
from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.lines import ArchivedMessage, Reader, decode, unknown_fields
from roomkeep.errors import InvalidRecord
from roomkeep.persistence import check_record
from support.archives import line, text


def read(data: bytes, size: int = 1_000) -> list[ArchivedMessage]:
    reader = Reader()
    found = []
    for start in range(0, len(data), size):
        for block in reader.feed(data[start : start + size]):
            found += decode(block)
    for block in reader.finish():
        found += decode(block)
    return found


def failure(data: bytes) -> str:
    with pytest.raises(ArchiveError) as caught:
        read(data)
    return str(caught.value)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100, 100_000])
@pytest.mark.parametrize("packed", [False, True])
def test_reads_the_same_in_pieces_of_any_size(size: int, packed: bool) -> None:
    lines = [line(id=f"m{n}", content="é" * n) for n in range(40)]
    data = text(*lines)
    found = read(gzip.compress(data) if packed else data, size)
    assert [message.id for message in found] == [f"m{n}" for n in range(40)]
    assert found[-1].content == "é" * 39


def test_reads_what_is_not_tidy() -> None:
    one = json.dumps(line()).encode()
    assert len(read(b"\xef\xbb\xbf" + one + b"\r\n\r\n  \n" + one)) == 2


def test_reads_gzip_files_in_a_row_and_padding_after_them() -> None:
    data = gzip.compress(text(line(id="a"))) + gzip.compress(text(line(id="b"))) + bytes(9)
    assert [message.id for message in read(data)] == ["a", "b"]


def test_a_message_needs_no_channel_and_answers_none() -> None:
    short = line()
    del short["channelId"], short["replyToId"]
    (message,) = read(text(short))
    assert (message.to_message().channel_id, message.to_message().reply_to_id) == ("general", None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": ""}, "id isn't valid (it's empty)"),
        ({"roomId": ""}, "roomId isn't valid (it's empty)"),
        ({"roomId": 5}, "roomId isn't valid (expected str, got int)"),
        ({"content": None}, "content isn't valid (expected str, got null)"),
        ({"timestamp": "now"}, "timestamp isn't valid (expected int, got str)"),
        ({"timestamp": 1.5}, "timestamp isn't valid (expected int, got float)"),
        ({"timestamp": 10**18}, "timestamp isn't valid (no calendar goes that far)"),
        ({"timestamp": 10**30}, "timestamp isn't valid (no calendar goes that far)"),
        ({"replyToId": ""}, "replyToId isn't valid"),
        ({"content": "x" * 65_537}, "content isn't valid (it's longer than 65,536 characters)"),
        ({"senderId": "x" * 1_025}, "senderId isn't valid (it's longer than 1,024 characters)"),
    ],
)
def test_names_the_line_and_the_field(changes: dict[str, object], said: str) -> None:
    assert failure(text(line(), line(), line(**changes))).startswith(f"Line 3: {said}")


def test_names_a_field_that_is_missing() -> None:
    short = line()
    del short["roomId"]
    assert failure(text(line(), short)) == "Line 2: roomId is missing."


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty."),
        (b"x", "Line 1 isn't valid JSON"),
        (b"[]", "Line 1 isn't a JSON object."),
        (b"null", "Line 1 isn't a JSON object"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "Line 1 isn't valid JSON"),
        (b'{"id":"\xff"}', "Line 1 isn't UTF-8 text."),
        (b'{"id":"\\ud800"}', "Line 1 isn't valid JSON"),
        (b"[" * 100_000, "Line 1 is nested too deeply."),
        (b'{"x":' + b"[" * 101 + b"]" * 101 + b"}", "Line 1 is nested too deeply."),
        (b"\x1f\x8b", "The file is incomplete"),
        (b"\x1f\x8bnonsense, really", "The file is damaged"),
        (gzip.compress(text(line()))[:-4], "The file is incomplete"),
        (gzip.compress(text(line())) + b"more", "The file is damaged"),
        (gzip.compress(text(line()))[:-8] + bytes(8), "The file is damaged"),
    ],
)
def test_says_what_is_wrong_with_a_broken_file(data: bytes, said: str) -> None:
    assert failure(data).startswith(said)


def test_a_line_may_be_long_but_not_without_end() -> None:
    assert failure(b" " * (archive.MAX_LINE + 1)) == "Line 1 is longer than 1,024 kB."
    assert failure(text(line()) + b"x" * (archive.MAX_LINE + 1)).startswith("Line 2 is longer")


def test_a_small_file_may_not_unpack_to_one_that_never_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archive, "MAX_LINES", 100_000)
    bomb = gzip.compress(bytes([10]) * 5_000_000)
    assert len(bomb) < 10_000
    assert failure(bomb) == "The file has more than 100,000 lines."
    monkeypatch.setattr(archive, "MAX_SIZE", 2**20)
    monkeypatch.setattr(archive, "MAX_LINES", 2**40)
    assert failure(bomb).startswith("The file contains more than")


def test_a_bomb_is_unpacked_a_piece_at_a_time() -> None:
    bomb = gzip.compress(b" \n" * 20_000_000)
    first = next(Reader().feed(bomb))
    assert len(first.data) <= 2 * 65_536


def test_counts_what_it_does_not_know() -> None:
    reader = Reader()
    data = text(line(), line(color="red"), line(color="red", size=[1, {"a": 2}]))
    (block,) = reader.feed(data)
    assert unknown_fields(block) == (2, {"color", "size"})
    assert len(decode(block)) == 3


def test_the_name_of_an_unknown_field_that_is_no_text_is_refused_with_its_line() -> None:
    wrong = text(line(id="m2", color=1)).replace(b"color", b"c\xffl")
    (block,) = Reader().feed(text(line()) + wrong)
    assert len(decode(block)) == 2
    with pytest.raises(ArchiveError, match=r"Line 2 isn't UTF-8 text\."):
        unknown_fields(block)


def test_its_bounds_are_the_databases() -> None:
    widest = line(
        id="i" * 1_024,
        roomId="r" * 1_024,
        channelId="c" * 1_024,
        senderId="s" * 1_024,
        senderName="n" * 1_024,
        content="x" * 65_536,
        timestamp=8_640_000_000_000_000,
        replyToId="p" * 1_024,
    )
    (message,) = read(text(widest))
    check_record(message.to_message())
    for field in ("id", "roomId", "channelId", "senderId", "replyToId", "content"):
        wider = line(**{field: widest[field] + "x"})
        assert field in failure(text(wider))
        made = {snake(key): value for key, value in wider.items()}
        with pytest.raises(InvalidRecord, match=snake(field)):
            check_record(ArchivedMessage(**made).to_message())


def snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
