"""What there is to know of an account's storage, for people who want to look."""

from msgspec import Struct

from roomkeep.reports import Space

__all__ = ["StorageReport"]


class StorageReport(Struct, frozen=True, kw_only=True):
    """An account's storage at one moment.

    Attributes:
        backend: where the data are kept: `"indexeddb"`, `"desktop"` or `"memory"`.
        database_name: the name of the account's database.
        version: the version of its schema.
        rows: how many records each store holds.
        problems: what is amiss with the schema, in plain sentences; empty where all is well.
        space: the room on the device.
    """

    backend: str
    database_name: str
    version: int
    rows: dict[str, int]
    problems: tuple[str, ...]
    space: Space
