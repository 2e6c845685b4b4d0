"""The messages to measure with: JSON lines, each a message."""

import gzip
import json
import random
from collections.abc import Iterable, Mapping
from pathlib import Path

_MADE_UP = 100_000
_WORDS = 50_000


def read_lines(archive: Path) -> bytes:
    """Returns the lines of an archive, gzipped or not."""
    data = archive.read_bytes()
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def as_lines(messages: Iterable[Mapping[str, object]]) -> bytes:
    """Returns messages as JSON lines."""
    return "\n".join(map(json.dumps, messages)).encode()


def read_or_make(archive: Path | None, *, rooms: int) -> bytes:
    """Returns the lines of an archive, or of one that is made up.

    Args:
        archive: The archive; None makes one of 100,000 messages, the same each time.
        rooms: How many rooms it is made with. Its words are as often as those of a language.
    """
    if archive is not None:
        return read_lines(archive)
    chance = random.Random(1)  # noqa: S311 the same archive each time
    return as_lines(
        {
            "id": f"m{number}",
            "roomId": f"room {number % rooms}",
            "channelId": "general",
            "senderId": f"s{number % 2_000}",
            "senderName": f"Sender {number % 2_000}",
            "content": _make_text(chance),
            "timestamp": 1_100_000_000_000 + number * 1_000,
        }
        for number in range(_MADE_UP)
    )


def _make_text(chance: random.Random) -> str:
    places = [int(_WORDS ** chance.random()) for _ in range(chance.randint(1, 18))]
    return " ".join(f"w{place:x}" for place in places)
