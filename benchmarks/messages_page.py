"""The messages that pages measure with, as the host serves them."""

from collections.abc import Iterator

import msgspec
from msgspec import structs
from pyodide.http import pyfetch

from roomkeep.models import Message


async def read_archive() -> list[Message]:
    """Return the archive's messages."""
    text = await (await pyfetch("archive.jsonl")).bytes()
    decode = msgspec.json.Decoder(Message).decode
    return [decode(line) for line in text.splitlines()]


def repeated(archive: list[Message], count: int) -> Iterator[Message]:
    """Yield the archive's messages, again and again, each time later and under other ids.

    All of them are within the time of the archive, so that none is of the future.
    """
    first = min(one.timestamp for one in archive)
    span = max(one.timestamp for one in archive) - first + 1
    turns = -(-count // len(archive))
    for number in range(count):
        turn, place = divmod(number, len(archive))
        one = archive[place]
        time = first + (turn * span + one.timestamp - first) // turns
        yield structs.replace(one, id=f"{turn}-{one.id}", timestamp=time)
