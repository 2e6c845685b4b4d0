"""Stored records that cannot be decoded, and why, in plain sentences."""

import re

from msgspec import Struct

from indexeddb.keys import Key

Suspects = dict[str, dict[Key, None]]
"""The keys of records that could not be decoded when they were last read, by store."""

_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "yes or no",
    "array": "a list",
    "object": "a record",
    "null": "empty",
}


class UnreadableRecord(Struct, frozen=True, kw_only=True):
    """A stored record that cannot be decoded: foreign, or corrupt. It is left as it is.

    Attributes:
        store: the store that holds it.
        key: its key, as text.
        reason: what is wrong with it, in a plain sentence.
        field: the stored name of the field that is wrong, such as `"reactions[0].emoji"`; None
            where it is the record as a whole.
    """

    store: str
    key: str
    reason: str
    field: str | None = None


def split_error(error: Exception) -> tuple[str, str]:
    """Return what one of msgspec's errors says, and the path of the field that it is about."""
    # msgspec says: Expected `str`, got `int` - at `$.reactions[0].oderId`
    message, _, path = str(error).partition(" - at `$")
    path = path.removesuffix("`").lstrip(".")
    if missing := re.fullmatch(r"Object missing required field `(\w+)`", message):
        return "is missing", f"{path}.{missing[1]}".lstrip(".")
    return message, path


def describe(store: str, key: Key, error: Exception) -> UnreadableRecord:
    """Describe a record that could not be decoded.

    Args:
        store: the store that holds it.
        key: its key.
        error: what was raised: by msgspec, or by a browser that could not make JSON of it.
    """
    message, path = split_error(error)
    field = path or None
    if message == "is missing":
        reason = message
    elif wrong := re.fullmatch(r"Expected `([^`]+)`, got `(\w+)`", message):
        reason = f"should be {_kinds(wrong[1])}, but is {_KINDS.get(wrong[2], wrong[2])}"
    elif re.fullmatch(r"Expected `str` of length >= 1", message):
        reason = "is empty"
    elif bound := re.fullmatch(r"Expected `\w+` ([<>]=?) ([-\d.]+)", message):
        reason = f"is too {'small' if bound[1].startswith('>') else 'large'}"
    elif value := re.fullmatch(r"Invalid enum value (.+)", message):
        reason = f"has a value that is not known: {value[1]}"
    elif "surrogate" in message or "hex escape" in message:
        reason = "holds half of a character, which is not text"
    else:
        reason = f"cannot be read ({message})"
    named = "The record" if field is None else f"“{field}”"
    return UnreadableRecord(
        store=store, key=key_text(key), reason=f"{named} {reason}.", field=field
    )


def _kinds(expected: str) -> str:
    """Return what msgspec expects, such as `str | null`, in plain words."""
    kinds = [kind for kind in expected.split(" | ") if kind != "null"]
    return " or ".join(_KINDS.get(kind, kind) for kind in kinds)


def key_text(key: object) -> str:
    """Return a key as text."""
    return ", ".join(map(str, key)) if isinstance(key, tuple | list) else str(key)
