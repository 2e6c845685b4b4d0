"""What can be asked of stores and indexes in memory.

Each function checks at once what it is given, as the browser does, and returns what carries it out
in its turn. That may raise a `DOMException` too: the failure of the request.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from indexeddb._memory.records import (
    Record,
    Span,
    place_of,
    read_keys,
    read_parts,
    read_query,
    read_texts,
    read_value,
)
from indexeddb._memory.store import Index, Store, Undo
from indexeddb._platform import DOMException

Source = Store | Index
Run = Callable[[], Any]


class Later(NamedTuple):
    """What a request has yet to do, after those that were made before.

    Attributes:
        run: does it.
        failure: why the request has failed already, if it has.
    """

    run: Run
    failure: DOMException | None


class Records(list[Record | None]):
    """The result of a request for many records; None for each that is missing."""


def _range(source: Source, span: Span, direction: str, count: int | None, offset: int = 0) -> Any:
    start, end = source.select(span)
    if direction == "prev":
        end -= offset
        start = start if count is None else max(start, end - count)
        return source.entries[start : max(start, end)][::-1]
    start += offset
    return source.entries[start : end if count is None else min(end, start + count)]


def _get(_undo: Undo, source: Source, query: Any) -> Run:
    span = read_query(query)

    def run() -> Record | None:
        return next(iter(_records(source, span, "next", 1)), None)

    return run


def _records(source: Source, span: Span, direction: str, count: int | None, *offset: int) -> Any:
    return Records(map(source.record, _range(source, span, direction, count, *offset)))


def _get_key(undo: Undo, source: Source, query: Any) -> Run:
    run = _get(undo, source, query)

    def key() -> Any:
        record = run()
        return None if record is None else record.key

    return key


def _get_all(
    _undo: Undo, source: Source, query: Any, count: int | None = None, direction: str = "next"
) -> Run:
    span = read_query(query)
    return lambda: _records(source, span, direction, count)


def _page(
    _undo: Undo, source: Source, query: Any, count: int | None, direction: str, offset: int
) -> Run:
    span = read_query(query)
    return lambda: _records(source, span, direction, count, offset)


def _get_all_keys(_undo: Undo, source: Source, query: Any, count: int | None = None) -> Run:
    span = read_query(query)
    return lambda: [record.key for record in _records(source, span, "next", count)]


def _count(_undo: Undo, source: Source, query: Any) -> Run:
    span = read_query(query)

    def run() -> int:
        start, end = source.select(span)
        return end - start

    return run


def _get_many(_undo: Undo, store: Store, keys: Any) -> Run:
    places = read_keys(keys)
    return lambda: Records(map(store.rows.get, places))


def _existing(_undo: Undo, store: Store, keys: Any) -> Run:
    places = read_keys(keys)
    return lambda: [place in store.rows for place in places]


def _find_keys(_undo: Undo, index: Index, values: Any) -> Run:
    spans = [Span(place, place) for place in read_keys(values)]
    return lambda: [[one.key for one in _records(index, span, "next", None)] for span in spans]


def _write(*, is_new: bool) -> Callable[..., Run]:
    def write(undo: Undo, store: Store, value: Any, is_text: bool, key: Any = None) -> Run:  # noqa: FBT001 as the kernel is called
        undo.check_writable()
        given = None
        if key is not None:
            (given_key,) = read_parts(key)
            given = given_key, place_of(given_key)
        cloned, text = read_value(value, is_text=is_text)
        found = store.key_for(cloned, given)
        return lambda: store.write(cloned, text, found, is_new=is_new, undo=undo)

    return write


def _patch_many(undo: Undo, store: Store, keys: Any, text: str) -> Run:
    places = read_keys(keys)
    fields, _ = read_value(text, is_text=True)

    def read() -> Later:
        patched = []
        failure = None
        for place in places:
            record = store.rows.get(place)
            if record is None:
                continue
            value = record.load()
            if isinstance(value, dict):
                value.update(fields)
            try:
                undo.check_writable()
                value, text = read_value(value, is_text=False)
                given = None if store.key_path is not None else (record.key, place)
                patched.append((value, text, store.key_for(value, given)))
            except DOMException as error:
                failure = error
                break

        def write() -> None:
            failure = None
            for value, text, found in patched:
                try:
                    store.write(value, text, found, is_new=False, undo=undo)
                except DOMException as error:
                    failure = failure or error
            if failure is not None:
                raise failure

        return Later(write, failure)

    return read


def put_many(undo: Undo, store: Store, texts: str) -> tuple[Run, DOMException | None]:
    """Put many records, given as the JSON text of an array, up to the first that cannot be put.

    Returns:
        what carries it out, and why it ends before the last record, if it does.
    """
    given = []
    failure = None
    for value, text in read_texts(texts):
        try:
            undo.check_writable()
            given.append((value, text, store.key_for(value, None)))
        except DOMException as error:
            failure = error
            break

    def run() -> None:
        for value, text, found in given:
            store.write(value, text, found, is_new=False, undo=undo)

    return run, failure


def delete_many(undo: Undo, store: Store, keys: Any) -> Run:
    """Delete many records by their keys."""
    spans = [Span(place, place) for place in read_keys(keys)]
    if spans:
        undo.check_writable()

    def run() -> None:
        for span in spans:
            store.delete(span, undo)

    return run


def _delete(undo: Undo, store: Store, query: Any) -> Run:
    undo.check_writable()
    span = read_query(query)
    return lambda: store.delete(span, undo)


def _clear(undo: Undo, store: Store) -> Run:
    undo.check_writable()
    return lambda: store.clear(undo)


OPERATIONS: Final[dict[str, Callable[..., Run]]] = {
    "add": _write(is_new=True),
    "clear": _clear,
    "count": _count,
    "delete": _delete,
    "existing": _existing,
    "findKeys": _find_keys,
    "get": _get,
    "getAll": _get_all,
    "getAllKeys": _get_all_keys,
    "getKey": _get_key,
    "getMany": _get_many,
    "page": _page,
    "patchMany": _patch_many,
    "put": _write(is_new=False),
}
