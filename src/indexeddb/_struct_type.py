"""Records as msgspec's Structs. It is imported only where a Struct is used."""

import contextlib
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec

from indexeddb._blob import Blob
from indexeddb._record_type import RecordType, Unfit
from indexeddb._text import is_json, name_of
from indexeddb.errors import InvalidValue

T = TypeVar("T")
_STORED: Final = (bytes, bytearray, datetime, Blob)


class StructType(RecordType[T]):
    """A Struct. Where JSON says all of a record, msgspec decodes that."""

    def __init__(self, kind: type[T]) -> None:
        super().__init__(kind)
        self._decoder = msgspec.json.Decoder(kind)
        self._list_decoder = msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]

    def decode(self, crossed: Any) -> T | None:
        """Make a value of a record that came in the kernel's lane `VALUE`; None if none came."""
        # What msgspec refuses is refused below, by its place; or taken, as half a surrogate pair.
        with contextlib.suppress(msgspec.DecodeError):
            if is_json(crossed):
                return self._decoder.decode(crossed)
        return super().decode(crossed)

    def decode_all(self, crossed: Any) -> list[T]:
        """Make values of a list of records that came in the kernel's lane `VALUE`."""
        with contextlib.suppress(msgspec.DecodeError):
            if is_json(crossed):
                return self._list_decoder.decode(crossed)
        return super().decode_all(crossed)

    def from_record(self, record: Any) -> T:
        """Make a value of a stored record, or raise `Unfit`."""
        try:
            return msgspec.convert(record, self.kind, str_keys=True)
        except msgspec.ValidationError as error:
            reason, _, path = str(error).partition(" - at `$")
            raise Unfit(reason, path.removesuffix("`")) from error

    def to_record(self, value: T) -> Any:
        """Make a record of a value.

        Raises:
            InvalidValue: it does not fit the type.
        """
        if not isinstance(value, self.kind):
            msg = f"a {self.kind.__name__} is expected, not {name_of(value)}"
            raise InvalidValue(msg)
        try:
            record = msgspec.to_builtins(value, builtin_types=_STORED, str_keys=True)
            self.from_record(record)
        except Unfit as unfit:
            raise unfit.of("") from unfit
        except (TypeError, RecursionError) as error:  # something that msgspec cannot write
            raise InvalidValue(str(error)) from error
        return record
