"""Archives that are damaged or made to do harm are refused with a sentence."""

import gzip
import io
import struct
import tracemalloc
import zipfile

import pytest

from roomkeep.archives import source as source_module
from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.json_stream import MAX_VALUE, walk_json
from roomkeep.archives.recognition import open_archive
from roomkeep.archives.source import MAX_MEMBERS, Source
from support.archive_files import UTC_ANSWERS, Found, opened, zipped

CHAT = b"31.12.20, 23:59 - Ann: hi\n"


def refused(content: bytes, name: str = "chat.zip") -> str:
    with pytest.raises(ArchiveError) as caught:
        Found(opened(content, name))
    return str(caught.value)


@pytest.mark.parametrize("name", ["../evil.txt", "a/../../b.txt", "/etc/passwd", "C:/x", "..\\x"])
def test_paths_that_lead_out_are_refused(name: str) -> None:
    assert "leads out of it" in refused(zipped({"_chat.txt": CHAT, name: b""}))


def test_a_member_that_unpacks_to_far_more_is_refused() -> None:
    bomb = zipped({"_chat.txt": CHAT, "bomb.bin": bytes(20_000_000)})
    assert refused(bomb).startswith("“bomb.bin” would take far more space")


def test_members_that_share_their_bytes_are_refused() -> None:
    """As in David Fifield's zip bomb: many entries of the directory name the same bytes."""
    content = bytearray(zipped({"a": bytes(3_000_000)}))
    at = content.index(b"PK\1\2")
    end = content.index(b"PK\5\6")
    entries = b"".join(
        bytes(content[at:end]).replace(b"a", bytes([code]), 1) for code in range(97, 123)
    )
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 26, 26, len(entries), at, 0)
    assert "would take far more space" in refused(bytes(content[:at]) + entries + tail)


def test_ten_million_members_are_refused_before_each_becomes_an_object(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = struct.pack("<4s24x3H12xc", b"PK\1\2", 1, 0, 0, b"x")
    directory = entry * (MAX_MEMBERS + 1)
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65_535, 65_535, len(directory), 4, 0)
    content = io.BytesIO(b"PK\3\4" + directory + tail)
    monkeypatch.delattr(zipfile, "ZipFile")
    with pytest.raises(ArchiveError, match="more than 200,000 files"):
        Source(content, "many.zip")


def test_a_locked_zip_is_refused() -> None:
    content = bytearray(zipped({"_chat.txt": CHAT}))
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    assert "protected by a password" in refused(bytes(content))


def test_damage_is_told_with_the_name() -> None:
    content = bytearray(zipped({"_chat.txt": CHAT * 9}, zipfile.ZIP_STORED))
    content[60] ^= 255
    assert refused(bytes(content)) == "“_chat.txt” is damaged and can't be unpacked."
    assert "damaged" in refused(b"PK\3\4 and no more")
    assert "damaged" in refused(gzip.compress(CHAT * 99)[:-20], "chat.txt.gz")
    assert refused(b"", "chat.txt") == "The file is empty."
    assert "isn't a chat archive" in refused(b"\0\1\2", "chat.bin")


def test_a_gzip_that_goes_on_and_on_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "MAX_UNPACKED", 1_000_000)
    content = gzip.compress(CHAT * 100_000)
    assert refused(content, "chat.txt.gz").startswith("“chat.txt” contains more than")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{"messages": [' + b"[" * 10_000, "nested too deeply at byte 114"),
        (b'{"messages": [{"a": "' + b"x" * (MAX_VALUE + 1_000_000), "larger than 16 MB at byte 14"),
        (b'{"messages": [{"a": 1}', "is incomplete"),
        (b'{"messages": [{"a": 1}}', "isn't valid JSON at byte 22"),
        (b'{"messages": [] x', "isn't valid JSON at byte 16"),
        (b'{"messages" []}', "isn't valid JSON at byte 12"),
        (b'{"messages": []} []', "isn't valid JSON at byte 17"),
        ('{"messages": []}'.encode("utf-16"), "isn't valid JSON at byte 0"),
        (b"", "is incomplete"),
    ],
)
def test_json_that_is_wrong_is_refused_with_the_place(text: bytes, said: str) -> None:
    member = next(iter(Source(io.BytesIO(zipped({"x.json": text}, 0)), "x").members.values()))
    with pytest.raises(ArchiveError, match=said):
        list(walk_json(member, [(), ("messages",)]))


def test_json_is_read_a_value_at_a_time_at_any_size_of_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = b'\xef\xbb\xbf {"name":"a\\"]}","messages" : '
    text += b'[ {"x":"[\\\\"},"s",-1.5e3 ,true,[],{} ],"z":{}}'
    expected = [
        ((), None),
        (("name",), b'"a\\"]}"'),
        (("messages",), None),
        *((("messages", "*"), one) for one in [b'{"x":"[\\\\"}', b'"s"', b"-1.5e3", b"true"]),
        *((("messages", "*"), one) for one in [b"[]", b"{}"]),
        (("z",), b"{}"),
    ]
    member = next(iter(Source(io.BytesIO(zipped({"x.json": text}, 0)), "x").members.values()))
    for size in (3, 4, 7, 1_000):
        monkeypatch.setattr("roomkeep.archives.json_stream._READ", size)
        assert list(walk_json(member, [(), ("messages",)])) == expected


def test_a_large_zip_takes_little_memory() -> None:
    message = (
        b'{"id": %d, "type": "message", "date_unixtime": "1700000000", "from_id": "u", "text": "'
    )
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive,
        archive.open("result.json", "w") as stream,
    ):
        stream.write(b'{"id": 1, "type": "x", "messages": [')
        for number in range(5_000):
            stream.write(message % number + b"x" * 1_000 + b'"},')
        stream.write(message % 0 + b'"}]}')
    content = io.BytesIO(made.getvalue())
    tracemalloc.start()
    count = sum(1 for _ in open_archive(content, "x.zip").read(UTC_ANSWERS))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count > 5_000
    assert peak < 3_000_000


def test_a_small_file_of_very_many_empty_lines_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = "isn't a chat archive that can be imported"
    assert said in refused(gzip.compress(b"\n" * 60_000_000), "log.gz")
    monkeypatch.setattr("roomkeep.archives.text_lines.MAX_LINES", 1_000)
    assert refused(CHAT + b"\n" * 1_001, "WhatsApp Chat.txt") == (
        "The file has more than 1,000 lines."
    )


def test_the_first_line_of_our_own_may_be_long_and_come_after_blank_ones() -> None:
    line = b'{"id":"1","roomId":"r","senderId":"s","senderName":"S","timestamp":1,"content":"'
    long = line + rb"\u00e4" * 60_000 + b'"}'
    found = Found(opened(b"\xef\xbb\xbf\n" + long, "a.jsonl"))
    assert [len(message.content) for message in found.messages] == [60_000]
