"""Checks of what is to be written: types, sizes, and what JSON can carry.

What fails a check raises `InvalidRecord`, which names the field.
"""

import functools
import re
import types
import typing
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta, Struct, structs

from roomkeep.errors import InvalidRecord
from roomkeep.json_depth import MAX_VALUE_DEPTH
from roomkeep.models import MAX_LENGTH
from roomkeep.storage.decode_errors import split_error

R = TypeVar("R", bound=Struct)
T = TypeVar("T")

# A record holds what a person can look at. These bounds are far above that, and far below what
# makes a browser's database fail. They hold for writing only: what is stored stays readable.
MAX_TEXT = 65_536
"""The most characters of a text, such as a message's content, where its type names no other."""
MAX_ITEMS = 100_000
"""The most items of a list inside a record, such as a room's members."""
MAX_JSON = 1_048_576
"""The most bytes of a JSON value."""
_MAX_INTEGER = 2**53 - 1
"""The largest integer that is exact in a browser, where a number is a double."""
_SHORT = 1_024
"""A record whose JSON is at most this long holds nothing that is too long."""
_NOT_TEXT = (bytes, bytearray, date, datetime, time, timedelta, Decimal, UUID)
"""What msgspec would turn into text, so that it came back as something else."""


def check_record(
    record: R, kind: type[R] | None = None, field: str = "record", *, prefix: str = ""
) -> R:
    """Return a record, checked to be one that can be kept.

    Args:
        record: what was given.
        kind: what it must be; None for what it is.
        field: the argument's name.
        prefix: what goes before the names of the record's own fields.
    """
    kind = kind or type(record)
    if not isinstance(record, kind):
        msg = f"must be a {kind.__name__}, not {_name_type(record)}"
        raise InvalidRecord(msg, field=field)
    try:
        plain = msgspec.to_builtins(record, builtin_types=_NOT_TEXT)
        checked = msgspec.convert(plain, kind)
        length = len(msgspec.json.encode(checked))
    except msgspec.ValidationError as error:
        raise invalid_record(error, prefix) from error
    except (UnicodeEncodeError, TypeError, ValueError, RecursionError) as error:
        raise InvalidRecord(_reason(error), field=prefix + (_culprit(record) or "")) from error
    if length > _SHORT:
        _check_struct(checked, prefix)
    return checked


def check_value(value: object, kind: Any, field: str) -> Any:
    """Return a plain argument, such as an id or a count, checked to be of its declared type."""
    try:
        checked = msgspec.convert(value, kind, strict=True)
    except (UnicodeEncodeError, msgspec.ValidationError) as error:
        # The message may quote the value, and half of a surrogate pair cannot be encoded.
        raise InvalidRecord(_reason(error), field=field) from error
    if isinstance(checked, str):
        # An instance of a subclass, such as an enum's member, cannot be sent to another process.
        checked = str.__str__(checked)
    check_bounds(checked, kind, field)
    return checked


def check_bounds(value: object, kind: Any, field: str) -> None:
    """Check that nothing in a value of the right type is too long to be kept."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise InvalidRecord(_reason(error), field=field) from error
        most = _max_length(kind)
        if len(value) > most:
            msg = f"is {len(value):,} characters long; {most:,} is the most"
            raise InvalidRecord(msg, field=field)
    elif isinstance(value, Struct):
        if len(msgspec.json.encode(value)) > _SHORT:
            _check_struct(value, f"{field}." if field else "")
    elif isinstance(value, tuple | list):
        item_kind = _item_type(kind)
        for index, item in enumerate(value):
            check_bounds(item, item_kind, f"{field}[{index}]")


def _check_struct(value: Struct, prefix: str) -> None:
    for field in structs.fields(value):
        inner = getattr(value, field.name)
        if isinstance(inner, tuple | list) and len(inner) > MAX_ITEMS:
            msg = f"has {len(inner):,} items; {MAX_ITEMS:,} is the most"
            raise InvalidRecord(msg, field=prefix + field.name)
        check_bounds(inner, field.type, prefix + field.name)


def check_json(value: object, field: str) -> object:
    """Return a value, checked to be JSON: dicts with text keys, lists, text, numbers, booleans.

    It has at most `MAX_VALUE_DEPTH` levels. Integers must be exact in a double, which is what they
    become in a browser. A tuple counts as a list.
    """
    try:
        _check_json_types(value, field, MAX_VALUE_DEPTH)
        text = msgspec.json.encode(value)
        plain: object = msgspec.json.decode(text)
    except (UnicodeEncodeError, TypeError, ValueError, RecursionError) as error:
        if isinstance(error, InvalidRecord):
            raise
        raise InvalidRecord(_reason(error), field=field) from error
    if len(text) > MAX_JSON:
        raise InvalidRecord(f"takes {len(text):,} bytes; {MAX_JSON:,} is the most", field=field)
    return plain


def _check_json_types(value: object, field: str, levels: int) -> None:
    if levels == 0 and isinstance(value, dict | list | tuple):
        msg = f"has more than {MAX_VALUE_DEPTH} levels of lists and objects"
        raise InvalidRecord(msg, field=field)
    if isinstance(value, dict):
        for key, item in value.items():
            if type(key) is not str:
                msg = f"has a key that is {_name_type(key)}; JSON has only text for keys"
                raise InvalidRecord(msg, field=field)
            _check_json_types(item, field, levels - 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_json_types(item, field, levels - 1)
    elif problem := _json_problem(value):
        raise InvalidRecord(problem, field=field)


def _json_problem(value: object) -> str | None:
    if isinstance(value, float):
        is_finite = value - value == 0
        return None if is_finite else f"holds {value}, which JSON cannot carry"
    if isinstance(value, int):
        is_exact = abs(value) <= _MAX_INTEGER
        bound = f"±{_MAX_INTEGER:,}"
        return None if is_exact else f"holds an integer beyond {bound}, which a browser would round"
    if type(value) is str or value is None:
        return None
    return f"holds {_name_type(value)}, which JSON cannot carry"


def decode_json(text: str | bytes | msgspec.Raw, kind: type[T]) -> T:
    """Decode JSON that someone else sent."""
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError as error:
        raise invalid_record(error) from error
    except (ValueError, RecursionError) as error:
        raise InvalidRecord("is not JSON that can be read") from error


def invalid_record(error: msgspec.ValidationError, prefix: str = "") -> InvalidRecord:
    """Return the `InvalidRecord` for one of msgspec's errors, with the field that it names."""
    message, path = split_error(error)
    return InvalidRecord(message, field=prefix + _snake(path))


@functools.cache
def _max_length(kind: Any) -> int:
    """Return the most characters of a text of a type, which may name it in its `Meta`."""
    if typing.get_origin(kind) is Annotated:
        for note in kind.__metadata__:
            if isinstance(note, Meta) and note.extra and MAX_LENGTH in note.extra:
                return int(note.extra[MAX_LENGTH])
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        options = [one for one in typing.get_args(kind) if one is not types.NoneType]
        return max(map(_max_length, options))
    return MAX_TEXT


@functools.cache
def _item_type(kind: Any) -> Any:
    """Return the type of a list's items."""
    options = typing.get_args(kind)
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return next((_item_type(one) for one in options if typing.get_args(one)), object)
    if typing.get_origin(kind) in (tuple, list, Sequence) and options:
        return options[0]
    return object


def _snake(path: str) -> str:
    return re.sub(r"(?<=[a-z])[A-Z]", lambda capital: "_" + capital[0].lower(), path)


def _culprit(record: Struct) -> str | None:
    """Find the field that cannot be encoded."""
    for field in record.__struct_fields__:
        if (value := getattr(record, field)) is msgspec.UNSET:
            continue
        try:
            msgspec.json.encode(value)
        except (UnicodeEncodeError, TypeError, ValueError, RecursionError):
            return field
    return None


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeEncodeError):
        return "holds half of a surrogate pair, which is not text"
    return str(error)


def _name_type(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"
