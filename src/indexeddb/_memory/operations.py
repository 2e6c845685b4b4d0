"""What can be asked of stores and indexes in memory.

Each function checks at once what it is given, as the browser does, and returns what carries it out
in its turn. That may raise a `DOMException` too: the failure of the request.
"""

from bisect import bisect_left
from collections.abc import Callable
from typing import Any, Final, NamedTuple, get_args

from indexeddb._memory.records import (
    Record,
    Span,
    keep_value,
    place_of,
    read_keys,
    read_parts,
    read_query,
    read_value,
)
from indexeddb._memory.store import Index, Store, Undo
from indexeddb._platform import DOMException
from indexeddb._structured import parse, read_each
from indexeddb.keys import Direction, SortKey

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


def check_direction(direction: str) -> None:
    """Check that there is such a direction.

    Raises:
        DOMException: there is none.
    """
    if direction not in get_args(Direction):
        raise DOMException("TypeError", f"{direction!r} is not a direction")


def _range(source: Source, span: Span, direction: str, count: int | None, offset: int = 0) -> Any:
    start, end = source.select(span)
    entries: Any = source.entries
    if direction.endswith("unique") and isinstance(source, Index):
        entries = source.first_of_each_key(start, end)
        start, end = 0, len(entries)
    if direction.startswith("prev"):
        end -= offset
        start = start if count is None else max(start, end - count)
        return entries[start : max(start, end)][::-1]
    start += offset
    return entries[start : end if count is None else min(end, start + count)]


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


def _get_all(_undo: Undo, source: Source, query: Any, count: int | None, direction: str) -> Run:
    check_direction(direction)
    span = read_query(query)
    return lambda: _records(source, span, direction, count)


def _page(
    _undo: Undo,
    source: Source,
    query: Any,
    count: int | None,
    direction: str,
    offset: int,
    start: Any = None,
) -> Run:
    check_direction(direction)
    span = read_query(query)
    if start is None:
        return lambda: _records(source, span, direction, count, offset)
    (place,) = read_keys(start)

    def run() -> Any:
        found = _place_from(source, span, direction, place)
        if found is None:
            return Records()
        rest, before = found
        return _records(source, rest, direction, count, before + offset)

    return run


def _place_from(
    source: Source, span: Span, direction: str, place: SortKey
) -> tuple[Span, int] | None:
    """Return the part of a span from a record on, and how many come before the record in it."""
    store = source if isinstance(source, Store) else source.store
    record = store.rows.get(place)
    if record is None:
        return None
    key: Any = place
    entry: Any = place
    if isinstance(source, Index):
        entries = record.entries_of(source.number)
        if not entries:
            return None
        ((key, _),) = (entry,) = entries
    first, end = source.select(Span(key, key))
    if first not in range(*source.select(span)):
        return None
    if direction.startswith("prev"):
        rest = Span(span.lower, key, span.lower_open)
    else:
        rest = Span(key, span.upper, upper_open=span.upper_open)
    if direction.endswith("unique"):
        return rest, 0
    at = bisect_left(source.entries, entry, first, end)
    return rest, end - 1 - at if direction == "prev" else at - first


def _get_all_keys(
    _undo: Undo, source: Source, query: Any, count: int | None, direction: str
) -> Run:
    check_direction(direction)
    span = read_query(query)
    return lambda: [record.key for record in _records(source, span, direction, count)]


def _count(_undo: Undo, source: Source, query: Any) -> Run:
    span = read_query(query)

    def run() -> int:
        start, end = source.select(span)
        return end - start

    return run


def _get_many(_undo: Undo, store: Store, keys: Any) -> Run:
    places = read_keys(keys)
    return lambda: Records(map(store.rows.get, places))


def _get_many_of(_undo: Undo, index: Index, values: Any) -> Run:
    spans = [Span(place, place) for place in read_keys(values)]
    return lambda: Records(
        record for span in spans for record in _records(index, span, "next", None)
    )


def _existing(_undo: Undo, store: Store, keys: Any) -> Run:
    places = read_keys(keys)
    return lambda: [place in store.rows for place in places]


def _find_keys(_undo: Undo, index: Index, values: Any) -> Run:
    spans = [Span(place, place) for place in read_keys(values)]
    return lambda: [[one.key for one in _records(index, span, "next", None)] for span in spans]


def _write(*, is_new: bool) -> Callable[..., Run]:
    def write(undo: Undo, store: Store, text: str, objects: Any = None, key: Any = None) -> Run:
        undo.check_writable()
        given = None
        if key is not None:
            (given_key,) = read_parts(key)
            given = given_key, place_of(given_key)
        value, kept = read_value(text, objects)
        found = store.key_for(value, given)
        return lambda: store.write(value, kept, found, is_new=is_new, undo=undo)

    return write


def _patch_many(undo: Undo, store: Store, keys: Any, text: str) -> Run:
    places = read_keys(keys)
    fields = parse(text)
    if not isinstance(fields, dict):
        raise DOMException("SyntaxError", "The fields are not an object.")

    def read() -> Later:
        patched: list[Patched] = []
        failure = None
        records = filter(None, map(store.rows.get, places))
        try:
            for record in records:
                patched.append(_patch(store, record, fields, undo))  # noqa: PERF401 what comes before a failure stays
        except DOMException as error:
            failure = error
        return Later(lambda: write(patched), failure)

    def write(patched: list[Patched]) -> None:
        failure = None
        for value, kept, found in patched:
            try:
                store.write(value, kept, found, is_new=False, undo=undo)
            except DOMException as error:
                failure = failure or error
        if failure is not None:
            raise failure

    return read


Patched = tuple[Any, str | None, tuple[Any, SortKey] | None]
"""A value, its JSON text if any, and the key to store it under."""


def _patch(store: Store, record: Record, fields: dict[str, Any], undo: Undo) -> Patched:
    value = record.load()
    if not isinstance(value, dict):
        raise DOMException("TypeError", "A record to patch is not an object.")
    undo.check_writable()
    value, kept = keep_value({**value, **fields})
    given = None if store.key_path is not None else (record.key, record.place)
    return value, kept, store.key_for(value, given)


def put_many(undo: Undo, store: Store, texts: str, count: int) -> tuple[Run, DOMException | None]:
    """Put many records, given as the JSON text of an array, up to the first that cannot be put.

    Returns:
        what carries it out, and why it ends before the last record, if it does.
    """
    given = []
    failure = None
    records = list(read_each(texts))
    if len(records) != count:
        raise DOMException("SyntaxError", "A text is not the text of one record.")
    for n, (value, text) in enumerate(records):
        try:
            undo.check_writable()
            given.append((value, text, store.key_for(value, None)))
        except DOMException as error:
            failure = DOMException(error.name, f"records[{n}]: {error.message}")
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
    "getManyOf": _get_many_of,
    "page": _page,
    "patchMany": _patch_many,
    "put": _write(is_new=False),
}
