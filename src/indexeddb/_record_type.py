"""Types of records: what makes a Python value of a stored record, and a record of a value."""

from typing import Any, Generic, TypeVar

from indexeddb._text import place_of
from indexeddb._values import from_lane
from indexeddb.errors import InvalidValue

T = TypeVar("T")


class Unfit(InvalidValue):
    """A record does not fit its type.

    Attributes:
        place: where in the record, as Python would write it after the record's name.
        record: the record.
        position: its place among those that were read together, from 0.
    """

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason)
        self.place = place
        self.record: Any = None
        self.position = 0

    def within(self, name: str | int) -> "Unfit":
        """Say that the place is inside an outer value, under this name."""
        outer = place_of([name])
        self.place = (outer if outer.startswith("[") else f".{outer}") + self.place
        return self

    def of(self, record: str) -> InvalidValue:
        """Return the error to raise, given what the record is called."""
        place = f"{record}{self.place}".removeprefix(".")
        return InvalidValue(f"{place}: {self}" if place else str(self))


class RecordType(Generic[T]):
    """A type of records.

    Attributes:
        kind: the class.
    """

    def __init__(self, kind: type[T]) -> None:
        self.kind = kind

    def from_record(self, record: Any) -> T:
        """Make a value of a stored record, or raise `Unfit`."""
        raise NotImplementedError

    def to_record(self, value: T) -> Any:
        """Make a record of a value.

        Raises:
            InvalidValue: it does not fit the type.
        """
        raise NotImplementedError

    def decode(self, crossed: Any) -> T | None:
        """Make a value of a record that came in the kernel's lane `VALUE`; None if none came."""
        return None if crossed is None else self._fit(from_lane(crossed), 0)

    def decode_all(self, crossed: Any) -> list[T]:
        """Make values of a list of records that came in the kernel's lane `VALUE`."""
        return [self._fit(record, n) for n, record in enumerate(from_lane(crossed))]

    def _fit(self, record: Any, position: int) -> T:
        try:
            return self.from_record(record)
        except Unfit as unfit:
            unfit.record, unfit.position = record, position
            raise
