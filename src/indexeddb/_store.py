"""Stores and indexes, as seen from inside a transaction."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from indexeddb._cursor import Owner
from indexeddb._kernel import RAW, TEXT, VALUE
from indexeddb._request import Request, issue
from indexeddb._source import Source, nothing
from indexeddb._text import raise_named
from indexeddb._values import (
    encode_keys,
    encode_query,
    encode_record,
    from_lane,
)
from indexeddb.errors import NotFound, UsageError
from indexeddb.keys import Key, KeyRange


@dataclass(frozen=True, slots=True)
class IndexDescription:
    """What an index is like.

    Attributes:
        key_path: where in a record its key in this index is.
        unique: whether no two records may have the same key.
        multi_entry: whether a record with a list at the key path has each item for a key.
    """

    key_path: str | list[str]
    unique: bool
    multi_entry: bool


@dataclass(frozen=True, slots=True)
class Description:
    """What a store is like.

    Attributes:
        key_path: where in its records the keys are; None where keys are given beside them.
        auto_increment: whether a record without a key gets a number.
        indexes: its indexes, by their names.
    """

    key_path: str | list[str] | None
    auto_increment: bool
    indexes: dict[str, IndexDescription]


Schema = dict[str, Description]
"""The stores that were looked at, by their names. It changes in an upgrade only."""


class Index(Source):
    """An index: a store's records in the order of another key.

    Attributes:
        name: its name.
        key_path: where in a record its key is: a name or a list of names.
        unique: whether no two records may have the same key.
        multi_entry: whether a record with a list at the key path has each item for a key.
    """

    def __init__(self, owner: Owner, store: str, name: str, description: IndexDescription) -> None:
        super().__init__(owner, store, name)
        self.name = name
        self.key_path = description.key_path
        self.unique = description.unique
        self.multi_entry = description.multi_entry

    def get_many_json(self, values: Iterable[Key]) -> Request[str]:
        """Ask for the records that have one of many values in this index, as the JSON of an array.

        They are in the order of the values. Where one of them holds what JSON cannot say (a BigInt,
        a circle), awaiting this raises InvalidValue, and the transaction goes on.
        """
        return self._ask_many(values, "[]", TEXT, str, "getManyOf")

    def find_keys(self, values: Iterable[Key]) -> Request[list[list[Any]]]:
        """Ask for the primary keys of the records that have one of many values in this index.

        The result has a list for each value, in the order of the values. It takes as many steps as
        there are values or records, whichever are fewer.
        """
        return self._ask_many(values, [], VALUE, from_lane, "findKeys")

    def _check_start(self) -> None:
        if self.multi_entry:
            msg = f"in the index {self.name!r} a record can be at several places: it is no start"
            raise UsageError(msg)


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
    def auto_increment(self) -> bool:
        """Whether a record that is written without a key gets the next number for one."""
        return self._describe().auto_increment

    @property
    def index_names(self) -> list[str]:
        """The names of the store's indexes."""
        return list(self._describe().indexes)

    def index(self, name: str) -> Index:
        """Return one of the store's indexes.

        Raises:
            NotFound: the store has no such index.
        """
        description = self._describe().indexes.get(name)
        if description is None:
            msg = f"the store {self.name!r} has no index {name!r}"
            raise NotFound(msg, name="NotFoundError")
        return Index(self._owner, self.name, name, description)

    def _describe(self) -> Description:
        known = self._schema.get(self.name)
        if known is None:
            found = json.loads(issue(self._owner.kernel.describe, self._owner.id, self.name))
            indexes = {name: IndexDescription(*index) for name, index in found[2].items()}
            known = self._schema[self.name] = Description(found[0], found[1], indexes)
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
        return self._ask(VALUE, from_lane, method, *encode_record(value, key))

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
            InvalidValue: a text is not JSON. The message says which one, and nothing was put.
        """
        texts = list(records)
        text = f"[{','.join(texts)}]"
        try:
            issue(self._owner.kernel.putMany, self._owner.id, self.name, text, len(texts))
        except UsageError as error:
            raise_named(error, {f"records[{n}]": one for n, one in enumerate(texts)})

    def patch_many_json(self, keys: Iterable[Key], fields: str) -> Request[None]:
        """Lay fields, given as JSON text, over the stored records with these keys.

        What else is in a record stays, also what JSON cannot carry. A key without a record is
        passed over. Each record is read before it is written: await this before you write the same
        ones again. Should one record fail after others were written, awaiting this raises, and
        what was written is undone unless the error is caught.

        Raises:
            InvalidKey: one of the keys is not a key.
            InvalidValue: the text is not JSON, or not of an object; or a record is not an object.
        """
        try:
            return self._ask_many(keys, None, RAW, nothing, "patchMany", fields)
        except UsageError as error:
            raise_named(error, {"fields": fields})

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
            UsageError: this is no upgrade, or the key path is none, or cannot be had together with
                `multi_entry`.
        """
        self._check_upgrade()
        check_key_path(key_path)
        options = json.dumps({"unique": unique, "multiEntry": multi_entry})
        path = json.dumps(key_path)
        issue(self._owner.kernel.createIndex, self._owner.id, self.name, name, path, options)
        self._schema.clear()
        return self.index(name)

    def delete_index(self, name: str) -> None:
        """Delete an index; in an upgrade only.

        Raises:
            NotFound: there is none of that name.
        """
        self._check_upgrade()
        issue(self._owner.kernel.deleteIndex, self._owner.id, self.name, name)
        self._schema.clear()

    def rename_index(self, name: str, new_name: str) -> Index:
        """Give an index another name; in an upgrade only.

        Raises:
            NotFound: there is none of that name.
            ConstraintViolated: there is one of the new name.
        """
        self._check_upgrade()
        issue(self._owner.kernel.renameIndex, self._owner.id, self.name, name, new_name)
        self._schema.clear()
        return self.index(new_name)

    def _check_upgrade(self) -> None:
        # The browser's InvalidStateError could as well be that of a lost connection.
        if self._owner.mode != "versionchange":
            msg = "indexes are changed in an upgrade only"
            raise UsageError(msg)


def check_key_path(path: object) -> None:
    """Check that a key path is a name or a list of names: the browser makes text of all else."""
    parts = path if isinstance(path, list | tuple) else [path]
    if not parts or not all(isinstance(part, str) for part in parts):
        msg = f"{path!r} is not a key path: a name, or a list of names"
        raise UsageError(msg)
