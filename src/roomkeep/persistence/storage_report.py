"""A report on an account's storage."""

from msgspec import Struct

from roomkeep.storage.quota import Quota


class StorageReport(Struct, frozen=True, kw_only=True):
    """An account's storage at one moment.

    Attributes:
        backend: where the data are kept: `"indexeddb"`, `"desktop"` or `"memory"`.
        database_name: the name of the account's database.
        version: the version of its schema.
        rows: how many records each store holds.
        problems: what is wrong with the schema, in sentences; empty where nothing is.
        quota: the space on the device.
    """

    backend: str
    database_name: str
    version: int
    rows: dict[str, int]
    problems: tuple[str, ...]
    quota: Quota
