"""The space that the platform grants."""

from msgspec import Struct


class Quota(Struct, frozen=True, kw_only=True):
    """The space on the device, as far as the platform tells.

    Attributes:
        usage: how much all accounts together take, in bytes; None where that is not known.
        quota: how much they may take, in bytes; None where that is not known.
        persisted: whether the browser promised to keep the data when the device runs out of space;
            None where it makes no such promise.
    """

    usage: int | None = None
    quota: int | None = None
    persisted: bool | None = None
