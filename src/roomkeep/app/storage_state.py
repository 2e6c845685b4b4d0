"""What the page knows of an account's storage, and how to say it."""

import operator
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal, TypeVar

from reaktiv import Signal

from roomkeep.models import Attachment
from roomkeep.persistence import Quota, StorageReport, UnreadableRecord

__all__ = [
    "BACKENDS",
    "STORES",
    "StorageState",
    "oldest",
    "say_bytes",
    "say_contents",
    "say_files",
    "split_usage",
]

T = TypeVar("T")

BACKENDS: Mapping[str, str] = MappingProxyType(
    {
        "indexeddb": "IndexedDB: in this browser, on this device",
        "memory": "Memory: gone when you close this page",
        "desktop": "SQLite: in a file on this computer",
    }
)
"""Where the data are kept, in plain words."""

STORES: Mapping[str, str] = MappingProxyType(
    {
        "messages": "Messages",
        "users": "People",
        "rooms": "Rooms",
        "reactions": "Reactions",
        "bans": "Bans",
        "attachments": "Attachments",
        "meta": "Settings and drafts",
    }
)
"""What the stores hold, in plain words."""

_ONE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "rooms": ("room", "rooms"),
        "messages": ("message", "messages"),
        "attachments": ("attachment", "attachments"),
    }
)


class StorageState:
    """The storage of one account, as the page shows it.

    Attributes:
        report: what was found last; None until something was.
        app_files: what the app's own files take, in bytes; None until that is known.
        unreadable: the records that were passed over because they cannot be decoded.
        is_loading: it is being looked at.
        keeping: whether the browser is being asked to keep the data, or said no.
        is_clearing: everything is to be deleted, if the person says so.
        files: the files that are on this device, the oldest first; None until they are known.
        removing: those of them that are to be removed, if the person says so.
    """

    def __init__(self) -> None:
        self.report: Signal[StorageReport | None] = _signal(None)
        self.app_files: Signal[int | None] = _signal(None)
        self.unreadable: Signal[tuple[UnreadableRecord, ...]] = _signal(())
        self.is_loading: Signal[bool] = _signal(value=False)
        self.keeping: Signal[Literal["idle", "asking", "refused"]] = _signal("idle")
        self.is_clearing: Signal[bool] = _signal(value=False)
        self.files: Signal[tuple[Attachment, ...] | None] = _signal(None)
        self.removing: Signal[tuple[Attachment, ...]] = _signal(())


def say_bytes(size: float) -> str:
    """Return a size, with the unit that suits it; a kB is 1,000 bytes, as for disks."""
    unit = "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        # The next unit is a thousand times as large; 999.96 kB would read 1,000.0 kB.
        if size < 999.95:  # noqa: PLR2004
            break
        size, unit = size / 1_000, larger
    if unit == "bytes":
        return "1 byte" if size == 1 else f"{size:,.0f} bytes"
    return f"{size:,.1f} {unit}"


def split_usage(quota: Quota, app_files: int | None) -> tuple[int, int] | None:
    """Return what accounts take and what the app's own files take, in bytes.

    None where that cannot be told apart, or nothing is kept of the app.
    """
    if quota.usage is None or not app_files:
        return None
    # The two were measured one after the other.
    own = min(app_files, quota.usage)
    return quota.usage - own, own


def say_contents(rows: Mapping[str, int]) -> str:
    """Return what goes when an account goes, such as "3 rooms, 1,204 messages and 1 attachment"."""
    parts = [
        f"{rows.get(store, 0):,} {one if rows.get(store, 0) == 1 else many}"
        for store, (one, many) in _ONE.items()
    ]
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def say_files(files: Sequence[Attachment]) -> str:
    """Return how many files there are and what they take, such as "12 files, 18.2 MB"."""
    size = say_bytes(sum(file.size for file in files))
    return f"{len(files):,} {'file' if len(files) == 1 else 'files'}, {size}"


def oldest(files: Sequence[Attachment], share: float) -> tuple[Attachment, ...]:
    """Return the first files, so many that they take at least this share of what all take."""
    wanted = share * sum(file.size for file in files)
    taken = 0
    for place, file in enumerate(files, 1):
        taken += file.size
        if taken >= wanted:
            return tuple(files[:place])
    return tuple(files)


def _signal(value: T) -> Signal[T]:
    # What equals the old value changes nothing, so nothing is drawn again.
    return Signal(value, equal=operator.eq)
