"""The state of an account's storage, and its wording."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from reaktiv import Signal

from roomkeep.app.signals import signal
from roomkeep.localization import format_list, format_size, localize
from roomkeep.models import Attachment
from roomkeep.persistence import Quota, StorageReport, UnreadableRecord

__all__ = [
    "BACKENDS",
    "LAST_BACKUP",
    "STORES",
    "StorageState",
    "oldest",
    "say_contents",
    "say_files",
    "say_store",
    "split_usage",
]

BACKENDS: Mapping[str, str] = MappingProxyType(
    {
        "indexeddb": "storage.in_browser",
        "memory": "storage.in_memory",
        "desktop": "storage.in_file",
    }
)
"""The texts for where the data are kept."""

LAST_BACKUP = "lastBackup"
"""The setting that tells when the last backup was made, in ms."""

STORES: Mapping[str, str] = MappingProxyType(
    {
        "messages": "store.messages",
        "users": "store.users",
        "rooms": "store.rooms",
        "reactions": "store.reactions",
        "bans": "store.bans",
        "attachments": "store.attachments",
        "meta": "store.meta",
    }
)
"""The texts for what the stores hold."""

_CONTENTS: Mapping[str, str] = MappingProxyType(
    {
        "rooms": "count.rooms",
        "messages": "count.messages",
        "attachments": "count.attachments",
    }
)


class StorageState:
    """The storage of one account, as the page shows it.

    Attributes:
        report: the last report; None until there is one.
        app_files: the size of the app's own files, in bytes; None until it is known.
        unreadable: the records that were skipped because they cannot be decoded.
        is_loading: the report is being loaded.
        keeping: whether the browser is being asked to protect the data, or refused.
        is_clearing: the question whether to delete everything is open.
        last_backup: when the last backup was made, in ms; 0 for never, None until it is known.
        reminds: the person is reminded that nothing was ever backed up.
        files: the files on this device, oldest first; None until they are known.
        removing: the files in the question whether to remove them.
    """

    def __init__(self) -> None:
        self.report: Signal[StorageReport | None] = signal(None)
        self.app_files: Signal[int | None] = signal(None)
        self.unreadable: Signal[tuple[UnreadableRecord, ...]] = signal(())
        self.is_loading: Signal[bool] = signal(value=False)
        self.keeping: Signal[Literal["idle", "asking", "refused"]] = signal("idle")
        self.is_clearing: Signal[bool] = signal(value=False)
        self.last_backup: Signal[int | None] = signal(None)
        self.reminds: Signal[bool] = signal(value=False)
        self.files: Signal[tuple[Attachment, ...] | None] = signal(None)
        self.removing: Signal[tuple[Attachment, ...]] = signal(())


def say_store(store: str) -> str:
    """Return a store's name in words; an unknown name is returned as it is."""
    return localize(STORES[store]) if store in STORES else store


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
    """Return the contents of an account, such as "3 rooms, 1,204 messages, and 1 attachment"."""
    return format_list(
        localize(text, count=rows.get(store, 0)) for store, text in _CONTENTS.items()
    )


def say_files(files: Sequence[Attachment]) -> str:
    """Return how many files there are and what they take, such as "12 files, 18.2 MB"."""
    size = format_size(sum(file.size for file in files))
    return localize("storage.files_size", count=len(files), size=size)


def oldest(files: Sequence[Attachment], share: float) -> tuple[Attachment, ...]:
    """Return the oldest files that together take at least a share of the total size."""
    wanted = share * sum(file.size for file in files)
    taken = 0
    for place, file in enumerate(files, 1):
        taken += file.size
        if taken >= wanted:
            return tuple(files[:place])
    return tuple(files)
