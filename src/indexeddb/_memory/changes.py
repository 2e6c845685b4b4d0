"""What a transaction in memory changes, told as `_script_changes.py` tells it."""

from typing import Final

from indexeddb._memory.records import Span, key_at
from indexeddb._text import encode
from indexeddb.keys import Key

MOST_CHANGES: Final = 100
"""Beyond so many keys and ranges, a change names the store as a whole."""
LONGEST_CHANGES: Final = 65_536
"""Beyond so many characters, it names all of its stores as wholes."""


class Changes:
    """What a transaction has written and deleted."""

    def __init__(self) -> None:
        self._stores: dict[str, list[Span] | None] = {}

    def add(self, store: str, span: Span | None) -> None:
        """Add the records of a span; None stands for all."""
        spans = self._stores.setdefault(store, [])
        if spans is None:
            return
        if span is None or len(spans) == MOST_CHANGES:
            self._stores[store] = None
        else:
            spans.append(span)

    def to_text(self) -> str:
        """Return the text of what has changed."""
        stores = {
            store: None if spans is None else [_query(span) for span in spans]
            for store, spans in self._stores.items()
        }
        text, objects = encode(stores)
        if not objects and len(text) <= LONGEST_CHANGES:
            return text
        # It holds a key that has no text, such as bytes, or is too long.
        return encode(dict.fromkeys(stores))[0]


def _query(span: Span) -> list[Key | None]:
    lower, upper = (None if place is None else key_at(place) for place in span[:2])
    if span.lower == span.upper is not None:
        return [lower]
    return [lower, upper, span.lower_open, span.upper_open]
