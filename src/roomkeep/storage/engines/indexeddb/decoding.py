"""Records as JSON text, decoded; those that cannot be are described."""

import functools
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Raw

import indexeddb
from roomkeep.storage.decode_errors import Suspects, UnreadableRecord, describe
from roomkeep.storage.engines.indexeddb.blobs import field_of
from roomkeep.storage.schema import STORES

R = TypeVar("R")


class Decoder:
    """Decodes the records of one transaction.

    Args:
        suspects: takes note of the keys of those that could not be decoded.

    Attributes:
        unreadable: the records that could not be decoded.
    """

    def __init__(self, suspects: Suspects) -> None:
        self.unreadable: list[UnreadableRecord] = []
        self._suspects = suspects

    def decode_all(self, store: str, text: str, kind: type[R]) -> list[R | None]:
        """Decode a JSON list of records; None in the place of those that cannot be decoded."""
        try:
            found: list[R | None] = _decoder(cast("Any", kind)).decode(text)
        except ValueError:
            # One of them spoils it: find out which, one by one. Null stands for a missing one.
            return [
                None if one == b"null" else self.decode(store, one, kind)
                for one in split_records(text)
            ]
        return found

    def decode(self, store: str, text: bytes, kind: type[R]) -> R | None:
        """Decode one record; None where that cannot be done."""
        try:
            return msgspec.json.decode(text, type=kind)
        except ValueError as error:
            self._note(store, STORES[store].key_of(stored_fields(text)), error)
            return None

    async def read_json(
        self, store: str, asked: Awaitable[str], ask_values: Callable[[], Awaitable[list[Any]]]
    ) -> str:
        """Return records as a JSON list, without those that JSON cannot carry.

        Args:
            store: the store of the records.
            asked: gives the list, or fails because of one of them.
            ask_values: asks for the same records one by one, as JavaScript objects.
        """
        try:
            return await asked
        except indexeddb.InvalidValue:
            values = await ask_values()
        texts = []
        for value in values:
            try:
                texts.append(indexeddb.to_json(value) or "null")
            except indexeddb.InvalidValue as error:
                path = STORES[store].key_path
                parts = (path,) if isinstance(path, str) else path
                key = tuple(field_of(value, part) for part in parts)
                self._note(store, key[0] if isinstance(path, str) else key, error)
        return f"[{','.join(texts)}]"

    def _note(self, store: str, key: Any, error: Exception) -> None:
        self.unreadable.append(describe(store, key, error))
        self._suspects.setdefault(store, {})[key] = None


@functools.cache
def _decoder(kind: type[Any]) -> msgspec.json.Decoder[list[Any]]:
    """Return the decoder of a list of records; to make one takes as long as to decode a few."""
    return msgspec.json.Decoder(list[kind | None])  # type: ignore[valid-type]


def split_records(text: str) -> list[bytes]:
    """Return the records of a JSON list, each as JSON."""
    try:
        return [bytes(one) for one in msgspec.json.decode(text, type=list[Raw])]
    except ValueError:
        # Unlike msgspec, `json` takes half of a surrogate pair.
        return [json.dumps(one).encode() for one in json.loads(text)]


def stored_fields(text: bytes) -> dict[str, Any]:
    """Return the fields of a record, whatever they hold."""
    fields = json.loads(text)
    return fields if isinstance(fields, dict) else {}
