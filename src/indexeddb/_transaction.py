"""Transactions, as their bodies see them."""

import json
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from indexeddb._request import issue
from indexeddb._store import Schema, Store
from indexeddb.errors import NotFound

T = TypeVar("T")


class Transaction:
    """A transaction, as its body sees it.

    Attributes:
        kernel: the functions of its kernel.
        id: the number that the kernel gave it.
        last: the request that was issued last.
    """

    def __init__(self, kernel: Any, id: int, stores: Sequence[str], schema: Schema) -> None:  # noqa: A002
        self.kernel = kernel
        self.id = id
        self.last = 0
        self._stores = stores
        self._schema = schema

    @property
    def store_names(self) -> list[str]:
        """The names of the stores that the transaction may use."""
        return sorted(set(self._stores))

    def store(self, name: str) -> Store:
        """Return one of the transaction's stores.

        Raises:
            NotFound: the transaction has no such store.
        """
        if name not in self._stores:
            msg = f"the transaction has no store {name!r}"
            raise NotFound(msg, name="NotFoundError")
        return Store(self, name, self._schema)


class UpgradeTransaction(Transaction):
    """The transaction of an upgrade, which may change stores and indexes too."""

    def __init__(self, kernel: Any, id: int) -> None:  # noqa: A002
        super().__init__(kernel, id, json.loads(kernel.names(id)), {})

    def create_store(
        self, name: str, *, key_path: str | list[str] | None = None, auto_increment: bool = False
    ) -> Store:
        """Create a store. Its keys are given with each record unless a key path names them.

        Raises:
            ConstraintViolated: there is one of that name.
            UsageError: the key path is none, or cannot be had together with `auto_increment`.
        """
        options = json.dumps({"keyPath": key_path, "autoIncrement": auto_increment})
        self._change(self.kernel.createStore, name, options)
        return self.store(name)

    def delete_store(self, name: str) -> None:
        """Delete a store with all its records.

        Raises:
            NotFound: there is none of that name.
        """
        self._change(self.kernel.deleteStore, name)

    def _change(self, change: Callable[..., Any], *given: Any) -> None:
        issue(change, self.id, *given)
        self._schema.clear()
        self._stores = json.loads(self.kernel.names(self.id))


Body = Callable[[Transaction], Coroutine[Any, Any, T]]
"""What a transaction does."""

Upgrade = Callable[[UpgradeTransaction, int], Coroutine[Any, Any, None]]
"""What an upgrade does, given the version that the database had: 0 when it is new."""
