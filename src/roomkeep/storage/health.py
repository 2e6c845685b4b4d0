"""What a check of an account's database finds."""

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct


class Problem(Struct, frozen=True, kw_only=True, rename="camel"):
    """Something that a check of the database found.

    Attributes:
        store: the store that holds the record; `"database"` for the database as a whole.
        key: the record's key, as text; empty where it is about no single record.
        kind: what is wrong.
            `"reactions"`: a message does not name the reactions that are stored for it.
            `"tombstone"`: a deleted message has something left that should be gone.
            `"unreadable"`: the record cannot be decoded.
            `"unindexed"`: the record lacks a field that an index needs, so no list shows it.
            `"index"`: an index and its store do not agree.
            `"file"`: the file of an attachment is gone, or is not as long as it should be.
            `"database"`: the database file itself is damaged.
            `"waiting"`: a reaction or a file whose message is not there. It may come: no fault.
        sentence: what is wrong, in a plain sentence.
    """

    store: str
    key: str
    kind: Literal[
        "reactions",
        "tombstone",
        "unreadable",
        "unindexed",
        "index",
        "file",
        "database",
        "waiting",
    ]
    sentence: str

    @property
    def is_fault(self) -> bool:
        """Whether something is wrong. What is no fault is reported for completeness."""
        return self.kind != "waiting"

    @property
    def can_be_repaired(self) -> bool:
        """Whether `repair` mends it, without losing anything that a person wrote."""
        return self.kind in ("reactions", "tombstone")


class Position(Struct, frozen=True, kw_only=True, rename="camel"):
    """Where a step of a long job begins: in a part of the job, after a key.

    Attributes:
        part: the part, such as the name of a store.
        after: the last key that the step before has looked at; None at the start of the part.
    """

    part: str
    after: str | tuple[str, ...] | None = None


def next_page(part: str, keys: Sequence[Any], size: int) -> Position | None:
    """Return where the next step begins after a page of a part; None after the last page."""
    return Position(part=part, after=keys[-1]) if len(keys) == size else None


class Findings(Struct, frozen=True, kw_only=True, rename="camel"):
    """What one step of a check or a repair found.

    Attributes:
        problems: what is wrong, or what was mended.
        next: where the next step begins; None after the last one.
    """

    problems: tuple[Problem, ...] = ()
    next: Position | None = None
