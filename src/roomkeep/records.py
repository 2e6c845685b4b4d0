"""Records on their way in and out: checked, encoded, decoded."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from roomkeep.errors import InvalidRecord

__all__ = [
    "check",
    "check_json",
    "check_number",
    "check_sizes",
    "check_value",
    "decode",
    "decode_all",
    "encode",
    "invalid",
    "stored_fields",
]

R = TypeVar("R", bound=Struct)

# A record holds what a person can look at. These bounds are far above that, and far below what
# makes a browser's database fail. They hold for writing only: what is stored stays readable.
MAX_TEXT = 65_536
"""The most characters of a text, such as a message's content."""
MAX_ID = 1_024
"""The most characters of an id."""
MAX_PICTURE = 1_048_576
"""The most characters of a picture's address, which may be a `data:` URL."""
MAX_ITEMS = 100_000
"""The most items of a list, such as a room's members, or the messages of one call."""
_MAX_INTEGER = 2**53 - 1
"""The largest whole number that is exact in a browser, where a number is a double."""
_NOT_TEXT = (bytes, bytearray, date, datetime, time, timedelta, Decimal, UUID)
"""What msgspec would otherwise turn into text, so that it came back as something else."""
_IDS = re.compile(r"(^|_)(id|key|emoji)$")
_PICTURES = frozenset({"avatar_url", "icon"})


def encode(record: object) -> str:
    """Encode a checked record as JSON."""
    return msgspec.json.encode(record).decode()


def decode(text: str | bytes, kind: type[R]) -> R:
    """Decode one record.

    Raises:
        ValueError: it cannot be; the message says why.
    """
    return msgspec.json.decode(text, type=kind)


def decode_all(text: str, kind: type[R]) -> list[R]:
    """Decode a list of records.

    Raises:
        ValueError: one of them cannot be.
    """
    return msgspec.json.decode(text, type=list[kind])  # type: ignore[valid-type]


def check(record: R, kind: type[R], field: str, *, prefix: str = "") -> R:
    """Return the record, made sure to be one that can be kept.

    Args:
        record: what was given.
        kind: what it must be.
        field: the argument's name.
        prefix: what goes before the record's own fields when one is named.

    Raises:
        InvalidRecord: it is not; it names the field.
    """
    if not isinstance(record, kind):
        msg = f"must be a {kind.__name__}, not {_article(record)}"
        raise InvalidRecord(msg, field=field)
    try:
        plain = msgspec.to_builtins(record, builtin_types=_NOT_TEXT)
        checked = msgspec.convert(plain, kind)
        msgspec.json.encode(checked)
    except msgspec.ValidationError as error:
        raise invalid(error, prefix) from error
    except (UnicodeEncodeError, TypeError, ValueError, RecursionError) as error:
        raise InvalidRecord(_reason(error), field=prefix + (_culprit(record) or "")) from error
    check_sizes(checked, prefix)
    return checked


def check_value(value: object, kind: Any, field: str) -> Any:
    """Return a plain argument, such as an id or a count, made sure to be of its declared kind.

    Raises:
        InvalidRecord: it is not; it names the argument.
    """
    try:
        checked = msgspec.convert(value, kind, strict=True)
    except (UnicodeEncodeError, msgspec.ValidationError) as error:
        # What is wrong may be quoted, and half of a surrogate pair cannot be.
        raise InvalidRecord(_reason(error), field=field) from error
    if isinstance(checked, str):
        # One of a type of its own, such as an enum's, cannot be sent to the main process.
        checked = str.__str__(checked)
        _check_text(checked, field)
    elif isinstance(checked, tuple):
        check_sizes(checked, field)
        for place, item in enumerate(checked):
            _check_text(item, f"{field}[{place}]")
    return checked


def check_sizes(value: object, prefix: str = "") -> None:
    """Make sure that nothing in a record, whose types are right, is too long to be kept.

    Raises:
        InvalidRecord: something is; it names the field.
    """
    if isinstance(value, str):
        _check_length(value, prefix)
    elif isinstance(value, Struct):
        # What is short as a whole has nothing in it that is too long.
        if len(msgspec.json.encode(value)) <= MAX_ID:
            return
        prefix = f"{prefix}." if prefix and not prefix.endswith(".") else prefix
        for name in value.__struct_fields__:
            field = getattr(value, name)
            if isinstance(field, str | tuple | list | Struct):
                check_sizes(field, prefix + name)
    elif isinstance(value, tuple | list):
        check_number(value, prefix)
        for place, item in enumerate(value):
            check_sizes(item, f"{prefix}[{place}]")


def check_number(items: Sequence[object], field: str) -> None:
    """Make sure that there are not too many items in a list.

    Raises:
        InvalidRecord: there are; it names the field.
    """
    if len(items) > MAX_ITEMS:
        msg = f"has {len(items):,} items; {MAX_ITEMS:,} is the most"
        raise InvalidRecord(msg, field=field)


def check_json(value: object, field: str) -> object:
    """Return a value, made sure to be JSON that can be kept: dicts, lists, text, numbers, booleans.

    Whole numbers must be exact in a double, which is what they become in a browser.

    Raises:
        InvalidRecord: it is not.
    """
    try:
        plain = msgspec.to_builtins(value, builtin_types=_NOT_TEXT, str_keys=True)
        text = msgspec.json.encode(plain)
        same = msgspec.json.decode(text) == plain
        is_exact = _is_exact(plain)
    except (UnicodeEncodeError, TypeError, ValueError, RecursionError) as error:
        raise InvalidRecord(_reason(error), field=field) from error
    if not same:
        raise InvalidRecord("holds what JSON cannot carry", field=field)
    if not is_exact:
        msg = f"holds a whole number beyond ±{_MAX_INTEGER:,}, which a browser would round"
        raise InvalidRecord(msg, field=field)
    if len(text) > MAX_PICTURE:
        raise InvalidRecord(f"takes {len(text):,} bytes; {MAX_PICTURE:,} are the most", field=field)
    return plain


def stored_fields(record: Struct, names: Iterable[str]) -> dict[str, object]:
    """Return some fields of a record, under the names that they are stored by."""
    stored = {field.name: field.encode_name for field in structs.fields(record)}
    return {stored[name]: getattr(record, name) for name in names}


def invalid(error: msgspec.ValidationError, prefix: str = "") -> InvalidRecord:
    """Return our error for one of msgspec's, with the field that it names."""
    # msgspec says: Expected `str`, got `int` - at `$.reactions[0].oderId`
    message, _, path = str(error).partition(" - at `$.")
    if missing := re.fullmatch(r"Object missing required field `(\w+)`", message):
        path, message = f"{path.removesuffix('`')}.{missing[1]}".lstrip("."), "is missing"
    return InvalidRecord(message, field=prefix + _snake(path.removesuffix("`")))


def _is_exact(value: object) -> bool:
    """Tell whether a browser keeps all the whole numbers in a JSON value as they are."""
    if isinstance(value, dict):
        return all(map(_is_exact, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_is_exact, value))
    return not isinstance(value, int) or abs(value) <= _MAX_INTEGER


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


def _article(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"


def _check_text(text: str, field: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidRecord(_reason(error), field=field) from error
    _check_length(text, field)


def _check_length(text: str, field: str) -> None:
    name = field.rpartition(".")[2]
    limit = MAX_PICTURE if name in _PICTURES else MAX_ID if _IDS.search(name) else MAX_TEXT
    if len(text) > limit:
        msg = f"is {len(text):,} characters long; {limit:,} is the most"
        raise InvalidRecord(msg, field=field)
