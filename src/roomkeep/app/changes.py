"""The records that a change carries. Pure: nothing is read here."""

from typing import Any

from roomkeep.persistence import Change

__all__ = ["records_by_key", "settings_by_key"]


def records_by_key(change: Change) -> dict[Any, Any] | None:
    """Return the records of a change as they are now, by their keys.

    Those that were deleted are None. Where the change itself is answered by None it does not carry
    its records: whoever shows them has to read them.
    """
    if change.action == "delete":
        return dict.fromkeys(change.keys)
    if change.action == "put" and len(change.records) == len(change.keys):
        return dict(zip(change.keys, change.records, strict=True))
    return None


def settings_by_key(change: Change) -> dict[str, object] | None:
    """Return the values of the settings that a change names, as `records_by_key` does."""
    records = records_by_key(change)
    if records is None:
        return None
    return {key: None if one is None else one.value for key, one in records.items()}
