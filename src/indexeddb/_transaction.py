"""Transactions, as their bodies see them."""

import json
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Literal, NoReturn, TypeVar, overload

from indexeddb._changes import check_note
from indexeddb._request import issue
from indexeddb._store import Schema, Store, check_key_path
from indexeddb._typed import TypedStore
from indexeddb.errors import NotFound, TransactionAborted

T = TypeVar("T")
R = TypeVar("R")
Mode = Literal["readonly", "readwrite", "versionchange"]
"""What a transaction may do: read; write too; change stores and indexes too."""

Durability = Literal["default", "relaxed", "strict"]
"""How safe a write is when it has completed.

`"relaxed"` is safe when the browser or its tab is killed; `"strict"` also waits for the disk, and
is safe when the power fails. https://www.w3.org/TR/IndexedDB-3/#transaction-durability-hint
"""


class Transaction:
    """A transaction, as its body sees it.

    Attributes:
        kernel: the functions of its kernel.
        id: the number that the kernel gave it.
        last: the request that was issued last.
        mode: what it may do.
        durability: how safe its changes are when it has completed, as was asked for.
        reason: what `abort` undid it for; None where it was not called.
        note: the text that `attach` was given.
    """

    def __init__(
        self,
        kernel: Any,
        id: int,  # noqa: A002
        stores: Sequence[str],
        schema: Schema,
        mode: Mode,
        durability: Durability = "default",
    ) -> None:
        self.kernel = kernel
        self.id = id
        self.last = 0
        self.mode = mode
        self.durability = durability
        self.reason: BaseException | None = None
        self.note: str | None = None
        self._stores = stores
        self._schema = schema

    @property
    def store_names(self) -> list[str]:
        """The names of the stores that the transaction may use."""
        return sorted(set(self._stores))

    @overload
    def store(self, name: str) -> Store: ...
    @overload
    def store(self, name: str, kind: type[R]) -> TypedStore[R]: ...
    def store(self, name: str, kind: type[Any] | None = None) -> Store:
        """Return one of the transaction's stores.

        Args:
            name: its name.
            kind: the type of its records: a dataclass, a msgspec Struct or a TypedDict.

        Raises:
            NotFound: the transaction has no such store.
            UsageError: records cannot be of that type.
        """
        if name not in self._stores:
            msg = f"the transaction has no store {name!r}"
            raise NotFound(msg, name="NotFoundError")
        store = Store(self, name, self._schema)
        return store if kind is None else TypedStore(store, kind)

    def attach(self, note: str) -> None:
        """Send a text along with the change that is published when the transaction is committed.

        Subscribers find it in `Change.note`. Of several texts, the last counts.

        Raises:
            InvalidValue: it is not a string.
        """
        self.note = check_note(note)

    def abort(self, error: BaseException | None = None) -> NoReturn:
        """Undo the transaction, and raise `error`: here, and to who began the transaction.

        Raising an exception undoes it too, unless something in the body catches it. This undoes it
        even then.

        Args:
            error: the reason; `TransactionAborted` unless given.
        """
        if self.reason is None:
            self.reason = error or TransactionAborted("the body has undone the transaction")
        self.kernel.abort(self.id)
        raise self.reason


class UpgradeTransaction(Transaction):
    """The transaction of an upgrade, which may change stores and indexes too.

    Attributes:
        old_version: the version that the database had: 0 when it is new.
    """

    def __init__(self, kernel: Any, id: int, old_version: int) -> None:  # noqa: A002
        super().__init__(kernel, id, json.loads(kernel.names(id)), {}, "versionchange")
        self.old_version = old_version

    def create_store(
        self, name: str, *, key_path: str | list[str] | None = None, auto_increment: bool = False
    ) -> Store:
        """Create a store. Its keys are given with each record unless a key path names them.

        Raises:
            ConstraintViolated: there is one of that name.
            UsageError: the key path is none, or cannot be had together with `auto_increment`.
        """
        if key_path is not None:
            check_key_path(key_path)
        options = json.dumps({"keyPath": key_path, "autoIncrement": auto_increment})
        self._change(self.kernel.createStore, name, options)
        return self.store(name)

    def delete_store(self, name: str) -> None:
        """Delete a store with all its records.

        Raises:
            NotFound: there is none of that name.
        """
        self._change(self.kernel.deleteStore, name)

    def rename_store(self, name: str, new_name: str) -> Store:
        """Give a store another name; its records and indexes stay.

        Raises:
            NotFound: there is none of that name.
            ConstraintViolated: there is one of the new name.
        """
        self._change(self.kernel.renameStore, name, new_name)
        return self.store(new_name)

    def _change(self, change: Callable[..., Any], *given: Any) -> None:
        issue(change, self.id, *given)
        self._schema.clear()
        self._stores = json.loads(self.kernel.names(self.id))


Body = Callable[[Transaction], Coroutine[Any, Any, T]]
"""What a transaction does."""

Upgrade = Callable[[UpgradeTransaction, int], Coroutine[Any, Any, None]]
"""What an upgrade does, given the version that the database had: 0 when it is new."""
