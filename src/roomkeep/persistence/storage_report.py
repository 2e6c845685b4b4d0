"""What there is to know of an account's storage, for people who want to look."""

from msgspec import Struct

__all__ = ["Space", "StorageReport"]


class Space(Struct, frozen=True, kw_only=True):
    """The room on the device, as far as the platform tells.

    Attributes:
        usage: how much all accounts together take, in bytes; None where that is not known.
        quota: how much they may take, in bytes; None where that is not known.
        persisted: whether the browser promised to keep the data when the device runs out of room;
            None where it makes no such promise.
    """

    usage: int | None = None
    quota: int | None = None
    persisted: bool | None = None


class StorageReport(Struct, frozen=True, kw_only=True):
    """An account's storage at one moment.

    Attributes:
        backend: where the data are kept: `"indexeddb"` or `"memory"`.
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
