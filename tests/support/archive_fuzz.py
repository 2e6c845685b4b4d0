"""Archives that are damaged at random, each the same from the same seed."""

import random
from collections.abc import Mapping

from support.archive_files import DATA, zipped

__all__ = ["FOLDERS", "damaged"]

FOLDERS: Mapping[str, tuple[str, ...]] = {
    "whatsapp": ("whatsapp/*.txt",),
    "telegram": ("telegram/*.json",),
    "slack": ("slack/**/*",),
    "discord": ("discord/**/*",),
    "signal": ("signal/**/*",),
    "matrix": ("element/**/*",),
    "irc": ("irc/*/**/*",),
    "mbox": ("mbox/*",),
    "roomkeep": (),
}
"""The files that each format's archives are made of."""

_OWN = b'{"id":"1","roomId":"r","senderId":"a","senderName":"A","content":"x","timestamp":5}\n'
_PIECES = (
    *(b"[", b"]", b"{", b"}", b'"', b",", b":", b"\\", b"null", b"true", b"-1", b"1e999"),
    *(b"99999999999999999999", b"0", b"[" * 200, b'{"a":' * 200, b"\n", b"\r", b"\0", b"\t"),
    *(b"\xff\xfe", b"\xef\xbb\xbf", b"\\ud800", b"../", b"\xe2\x80\x8e", b" - ", b": ", b"> "),
    *(
        b"From ",
        b"boundary",
        b"<",
        b">",
        b"(- ",
        b"--- Day changed",
        b"x" * 70_000,
        b"",
        b"[31.12.20",
    ),
    *(b"PK\1\2", b"PK\5\6", b"=?utf-8?q?", b"charset=x", b"12/31/99", b"9999-12-31", b"24:61"),
)


def damaged(format_name: str, seed: int) -> tuple[bytes, str]:
    """Make a damaged archive of a format; return it and the name of its file."""
    chance = random.Random(f"{format_name} {seed}")  # noqa: S311 it need not be secret
    files = _files(format_name)
    if format_name in ("whatsapp", "telegram", "mbox", "roomkeep") or chance.random() < 0.3:
        name = chance.choice(sorted(files))
        content, name = files[name], name.rpartition("/")[2]
        content = _damage(content, chance)
        if chance.random() < 0.7:
            return content, name
        files = {name: content}
    else:
        for name in sorted(files):
            if chance.random() < 0.2:
                files[name] = _damage(files[name], chance)
        if chance.random() < 0.2:
            files.pop(chance.choice(sorted(files)))
    content = zipped(files, chance.choice((0, 8)))
    if chance.random() < 0.3:
        content = _damage(content, chance)
    return content, f"{format_name}.zip"


def _files(format_name: str) -> dict[str, bytes]:
    if format_name == "roomkeep":
        return {"archive.jsonl": _OWN * 5}
    root = DATA / FOLDERS[format_name][0].partition("/")[0]
    found = (path for pattern in FOLDERS[format_name] for path in DATA.glob(pattern))
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in found if path.is_file()
    }


def _damage(content: bytes, chance: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(chance.choice((0, 1, 1, 2, 5, 20))):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice((0, 1, 1, 4, 50)))
        kind = chance.randrange(6)
        if kind == 0:
            data[start:end] = chance.choice(_PIECES)
        elif kind == 1:
            data[start:end] = chance.randbytes(end - start)
        elif kind == 2:
            del data[start:end]
        elif kind == 3:
            data[start:start] = data[start:end] * chance.choice((1, 2, 30))
        elif kind == 4:
            other = chance.randrange(len(data) + 1)
            data[start:end] = data[other : other + chance.choice((1, 10, 100))]
        else:
            _change_number(data, start, chance)
    return bytes(data)


def _change_number(data: bytearray, start: int, chance: random.Random) -> None:
    """Replace the next digits: dates, sizes, ids and times are numbers."""
    digits = next((at for at in range(start, len(data)) if 48 <= data[at] < 58), None)
    if digits is not None:
        end = next((at for at in range(digits, len(data)) if not 48 <= data[at] < 58), len(data))
        data[digits:end] = chance.choice((b"0", b"13", b"32", b"99", b"-5", b"4e5", b"9" * 18))
