"""Functions that convert a stored value to what an annotation says, or raise `Unfit`."""

import types
from collections.abc import Callable
from typing import Any

from indexeddb._record_type import Unfit
from indexeddb._text import name_of

Convert = Callable[[Any], Any]


def convert_fields(
    fields: dict[str, Convert],
    required: set[str],
    finish: Callable[[dict[str, Any], dict[str, Any]], Any],
) -> Convert:
    """Return what converts a dict: its fields, of which some must be there."""

    def convert(value: Any) -> Any:
        expect(value, dict)
        if missing := required - value.keys():
            reason = "is missing"
            raise Unfit(reason).within(min(missing))
        converted = {
            name: convert_inner(inner, name, value[name])
            for name, inner in fields.items()
            if name in value
        }
        return finish(value, converted)

    return convert


def convert_union(members: list[Convert], hint: Any) -> Convert:
    """Return what converts by the first that can."""

    def convert(value: Any) -> Any:
        deepest = Unfit(f"{title(hint)} is expected, not {name_of(value)}")
        for member in members:
            try:
                return member(value)
            except Unfit as unfit:
                if len(unfit.place) > len(deepest.place):
                    deepest = unfit
        raise deepest

    return convert


def convert_optional(member: Convert) -> Convert:
    """Return what passes None, and converts other values."""
    return lambda value: None if value is None else member(value)


def convert_choice(choices: dict[tuple[type, Any], Any], hint: Any) -> Convert:
    """Return what replaces a value by what it stands for."""

    def convert(value: Any) -> Any:
        try:
            return choices[type(value), value]
        except (KeyError, TypeError):
            pass
        reason = f"{title(hint)} is expected, not {value!r}"
        raise Unfit(reason)

    return convert


def convert_tuple(items: list[Convert], make: Callable[[list[Any]], Any]) -> Convert:
    """Return what converts a list item by item."""

    def convert(value: Any) -> Any:
        if len(expect(value, list)) != len(items):
            reason = f"{len(items)} items are expected, not {len(value)}"
            raise Unfit(reason)
        pairs = zip(items, value, strict=True)
        return make([convert_inner(item, n, one) for n, (item, one) in enumerate(pairs)])

    return convert


def convert_dict(item: Convert) -> Convert:
    """Return what converts a dict's values."""

    def convert(value: Any) -> Any:
        return {name: convert_inner(item, name, one) for name, one in expect(value, dict).items()}

    return convert


def convert_scalar(kind: Any) -> Convert:
    """Return what passes the values of a class that is stored as it is."""

    def convert(value: Any) -> Any:
        # To JavaScript, 1.0 and 1 are the same number.
        if kind is float and type(value) is int:
            return float(value)
        return expect(value, kind)

    return convert


def expect(value: Any, kind: type) -> Any:
    """Return a value that is of a class."""
    if isinstance(value, kind) and (kind is not int or not isinstance(value, bool)):
        return value
    reason = f"{title(kind)} is expected, not {name_of(value)}"
    raise Unfit(reason)


def convert_inner(convert: Convert, name: str | int, value: Any) -> Any:
    """Convert an inner value, which has a name in the outer one."""
    try:
        return convert(value)
    except Unfit as unfit:
        unfit.within(name)
        raise


def title(hint: Any) -> str:
    """Return what to call an annotation in a message."""
    if hint is types.NoneType:
        return "None"
    name = hint.__name__ if isinstance(hint, type) else str(hint).replace("typing.", "")
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def unchanged(value: Any) -> Any:
    """Return the value."""
    return value
