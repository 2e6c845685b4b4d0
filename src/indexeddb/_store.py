"""Stores and indexes, as seen from inside a transaction."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from indexeddb._kernel import RAW, TEXT, VALUE
from indexeddb._request import Request, issue
from indexeddb._source import Owner, Source, nothing
from indexeddb._values import (
    encode_keys,
    encode_query,
    encode_record,
    from_lane,
    key_from_lane,
)
from indexeddb.errors import NotFound
from indexeddb.keys import Key, KeyRange


@dataclass(frozen=True, slots=True)
class Description:
    """What a store is like.

    Attributes:
        key_path: where in its records the keys are; None where keys are given beside them.
        indexes: the key paths of its indexes, by their names.
    """

    key_path: str | list[str] | None
    indexes: dict[str, str | list[str]]


Schema = dict[str, Description]
"""The stores that were looked at, by their names. It changes in an upgrade only."""


class Index(Source):
    """An index: a store's records in the order of another key."""

    def __init__(self, owner: Owner, store: str, name: str, key_path: str | list[str]) -> None:
        super().__init__(owner, store, name)
        self.name = name
        self.key_path = key_path

    def find_keys(self, values: Iterable[Key]) -> Request[list[list[Any]]]:
        """Ask for the primary keys of the records that have one of many values in this index.

        The result has a list for each value, in the order of the values. It takes as many steps as
        there are values or records, whichever are fewer.
        """
        return self._ask_many(values, [], VALUE, key_from_lane, "findKeys")


class Store(Source):
    """An object store inside a transaction."""

    def __init__(self, owner: Owner, name: str, schema: Schema) -> None:
        super().__init__(owner, name, None)
        self.name = name
        self._schema = schema

    @property
    def key_path(self) -> str | list[str] | None:
        """Where in a record the key is: a name or a list of names; None where it is beside it."""
        return self._describe().key_path

    @property
    def index_names(self) -> list[str]:
        """The names of the store's indexes."""
        return list(self._describe().indexes)

    def index(self, name: str) -> Index:
        """Return one of the store's indexes.

        Raises:
            NotFound: the store has no such index.
        """
        path = self._describe().indexes.get(name)
        if path is None:
            msg = f"the store {self.name!r} has no index {name!r}"
            raise NotFound(msg, name="NotFoundError")
        return Index(self._owner, self.name, name, path)

    def _describe(self) -> Description:
        known = self._schema.get(self.name)
        if known is None:
            found = json.loads(issue(self._owner.kernel.describe, self._owner.id, self.name))
            known = self._schema[self.name] = Description(found["keyPath"], found["indexes"])
        return known

    def get_many_json(self, keys: Iterable[Key]) -> Request[str]:
        """Ask for many records by their keys, as the JSON text of an array in the keys' order.

        It has null for those that are missing. Where one of them holds what JSON cannot say (a
        BigInt, a circle), awaiting this raises InvalidValue, and the transaction goes on.
        """
        return self._ask_many(keys, "[]", TEXT, str, "getMany")

    def existing(self, keys: Iterable[Key]) -> Request[list[bool]]:
        """Ask which of many keys have a record."""
        return self._ask_many(keys, [], VALUE, from_lane, "existing")

    def put(self, value: object, key: Key | None = None) -> Request[Any]:
        """Write a record in place of the one with its key, if any. The result is the key.

        Raises:
            InvalidKey: what is given or found as the key is not a key.
            InvalidValue: the value cannot be stored.
        """
        return self._write("put", value, key)

    def add(self, value: object, key: Key | None = None) -> Request[Any]:
        """Write a new record. The result is its key.

        Awaiting it raises ConstraintViolated when the key is taken.

        Raises:
            InvalidKey: what is given or found as the key is not a key.
            InvalidValue: the value cannot be stored.
        """
        return self._write("add", value, key)

    def _write(self, method: str, value: object, key: Key | None) -> Request[Any]:
        return self._ask(VALUE, key_from_lane, method, *encode_record(value, key))

    def delete(self, query: Key | KeyRange) -> Request[None]:
        """Delete the records with this key or in this range."""
        return self._ask(RAW, nothing, "delete", encode_query(query))

    def clear(self) -> Request[None]:
        """Delete all records of the store."""
        return self._ask(RAW, nothing, "clear")

    def put_many_json(self, records: Iterable[str]) -> None:
        """Put many records, each given as JSON text, in a store whose keys are inside them.

        There is nothing to await: should one fail, the whole transaction is undone.

        Raises:
            InvalidKey: a record has no key.
            UsageError: a text is not JSON.
        """
        issue(self._owner.kernel.putMany, self._owner.id, self.name, f"[{','.join(records)}]")

    def patch_many_json(self, keys: Iterable[Key], fields: str) -> Request[None]:
        """Lay fields, given as JSON text, over the stored records with these keys.

        What else is in a record stays, also what JSON cannot carry. A key without a record is
        passed over. Should one record fail after others were written, awaiting this raises, and
        what was written is undone unless the error is caught.

        Raises:
            InvalidKey: one of the keys is not a key.
            UsageError: the text is not JSON.
        """
        return self._ask_many(keys, None, RAW, nothing, "patchMany", fields)

    def delete_many(self, keys: Iterable[Key]) -> None:
        """Delete many records by their keys.

        There is nothing to await: should one fail, the whole transaction is undone.
        """
        issue(self._owner.kernel.deleteMany, self._owner.id, self.name, encode_keys(list(keys)))

    def create_index(
        self,
        name: str,
        key_path: str | list[str],
        *,
        unique: bool = False,
        multi_entry: bool = False,
    ) -> Index:
        """Create an index; in an upgrade only.

        Raises:
            ConstraintViolated: there is one of that name.
            UsageError: the key path is none, or cannot be had together with `multi_entry`.
        """
        options = json.dumps({"unique": unique, "multiEntry": multi_entry})
        path = json.dumps(key_path)
        issue(self._owner.kernel.createIndex, self._owner.id, self.name, name, path, options)
        self._schema.clear()
        return Index(self._owner, self.name, name, key_path)

    def delete_index(self, name: str) -> None:
        """Delete an index; in an upgrade only.

        Raises:
            NotFound: there is none of that name.
        """
        issue(self._owner.kernel.deleteIndex, self._owner.id, self.name, name)
        self._schema.clear()
