"""The messages to measure with: JSON lines, each a message."""

import gzip
import json
import random
from collections.abc import Iterable, Mapping
from pathlib import Path

_WORDS = 50_000


def read_lines(archive: Path) -> bytes:
    """Returns the lines of an archive, gzipped or not."""
    data = archive.read_bytes()
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def as_lines(messages: Iterable[Mapping[str, object]]) -> bytes:
    """Returns messages as JSON lines."""
    return "\n".join(map(json.dumps, messages)).encode()


def make_words(chance: random.Random) -> str:
    """Returns a made-up text of 1 to 18 words, each as often as a word of a language."""
    places = [int(_WORDS ** chance.random()) for _ in range(chance.randint(1, 18))]
    return " ".join(f"w{place:x}" for place in places)
