"""The statements, compiled once each, and the ranges of keys that they are about.

The driver is given text and tuples: what SQLAlchemy does for each run of a statement costs as much
as the statement.
"""

import functools
import itertools
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Boolean,
    Select,
    UpdateBase,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ColumnElement

from indexeddb.keys import Key, KeyRange, prefix_of
from roomkeep.storage.engines.sqlite import tables
from roomkeep.storage.engines.sqlite.key_order import text_after
from roomkeep.storage.engines.sqlite.row_mapping import LAYOUTS
from roomkeep.storage.schema import STORES
from roomkeep.storage.transaction import Direction

Columns = tuple[ColumnElement[Any], ...]


class Span(NamedTuple):
    """The form of a range of keys whose parts are columns.

    Attributes:
        fixed: how many leading columns have one value.
        lower: how the other columns, together, compare with the lower bound; `""` for no bound.
        upper: the same for the upper bound.
    """

    fixed: int = 0
    lower: str = ""
    upper: str = ""


def columns_of(store: str, index: str | None) -> Columns:
    """Return the columns of an index; those of the primary key where it is None."""
    if index is None:
        return tuple(LAYOUTS[store].table.primary_key)
    columns = {**LAYOUTS[store].columns, "channelId": tables.CHANNEL}
    return tuple(columns[name] for name in _path(store, index))


def span_of(store: str, index: str | None, query: KeyRange | None) -> tuple[Span, tuple[Any, ...]]:
    """Return a range as conditions on columns: their form, and what the columns compare with.

    Raises:
        NotImplementedError: it is no range that the rules use.
    """
    if query is None:
        return Span(), ()
    schema = STORES[store]
    bounds: list[tuple[Any, ...]]
    path = schema.key_path if index is None else schema.indexes[index]
    if isinstance(path, str):
        if (prefix := prefix_of(query)) is not None:
            return Span(0, ">=", "<"), (prefix, text_after(prefix))
        bounds = [() if one is None else (one,) for one in (query.lower, query.upper)]
    else:
        bounds = [_parts(store, index, one) for one in (query.lower, query.upper)]
    low, high = bounds
    pairs = zip(low, high, strict=False)
    fixed = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
    values, low, high = low[:fixed], low[fixed:], high[fixed:]
    if high == ((),):
        high = ()  # where the keys end that begin with the fixed parts
    if not {len(low), len(high)} <= {0, len(columns_of(store, index)) - fixed}:
        raise NotImplementedError("no rule asks for such a range")
    lower = (">" if query.lower_open else ">=") if low else ""
    upper = ("<" if query.upper_open else "<=") if high else ""
    return Span(fixed, lower, upper), (*values, *low, *high)


@functools.cache
def select_range(
    store: str, columns: Columns, index: str | None, span: Span, *, backwards: bool = False
) -> str:
    """Return the SQL for the rows of a range; it takes the values, a limit, an offset."""
    order = columns_of(store, index)[span.fixed :]
    if index is not None:
        order += (tables.messages.c.sort_id,) if store == "messages" else columns_of(store, None)
    statement = _within(select(*columns), store, index, span)
    statement = statement.order_by(*(one.desc() if backwards else one for one in order))
    return _compile(statement.limit(_value()).offset(_value()))


@functools.cache
def count_range(store: str, index: str | None, span: Span) -> str:
    """Return the SQL that counts a range; it takes the values."""
    counted = select(func.count()).select_from(LAYOUTS[store].table)
    return _compile(_within(counted, store, index, span))


def rest_of(query: KeyRange | None, key: Key, direction: Direction) -> KeyRange:
    """Return what of a range comes from one of its keys on, with that key."""
    query = query or KeyRange()
    if direction == "next":
        return KeyRange(key, query.upper, upper_open=query.upper_open)
    return KeyRange(query.lower, key, lower_open=query.lower_open)


@functools.cache
def select_with(columns: Columns, having: Columns, order: Columns = ()) -> str:
    """Return the SQL for the rows that have given values in some columns."""
    return _compile(select(*columns).where(*(one == _value() for one in having)).order_by(*order))


@functools.cache
def update_record(store: str, names: tuple[str, ...]) -> str:
    """Return the SQL that sets some columns of a record; it takes the values, then the key."""
    having = (one == _value() for one in LAYOUTS[store].key_columns)
    values: dict[str, Any] = {name: _value() for name in names}
    return _compile(update(LAYOUTS[store].table).where(*having).values(values))


@functools.cache
def delete_record(store: str) -> str:
    """Return the SQL that deletes a record; it takes the key."""
    layout = LAYOUTS[store]
    return _compile(delete(layout.table).where(*(one == _value() for one in layout.key_columns)))


def _parts(store: str, index: str | None, bound: Any) -> tuple[Any, ...]:
    """Return the parts of a bound of several parts, in the order of their columns."""
    if bound is None or index is not None:
        return tuple(bound or ())
    parts = dict(zip(LAYOUTS[store].key_columns, bound, strict=True))
    return tuple(parts[column] for column in LAYOUTS[store].table.primary_key)


def _within(statement: Select[Any], store: str, index: str | None, span: Span) -> Select[Any]:
    columns = columns_of(store, index)
    statement = statement.where(*(column == _value() for column in columns[: span.fixed]))
    others = columns[span.fixed :]
    for sign in filter(None, (span.lower, span.upper)):
        compare = tuple_(*others).op(sign, is_comparison=True)
        statement = statement.where(compare(tuple_(*(_value() for _ in others))))
    if index is not None and not (span.lower or span.upper):
        # A record without a field is in no index on it.
        for column, field in zip(others, _path(store, index)[span.fixed :], strict=True):
            is_there = column.is_not(None)
            statement = statement.where(is_there if span.fixed else or_(is_there, _beside(field)))
    return statement


def _beside(field: str) -> ColumnElement[bool]:
    """Return what tells whether a field is beside its column, of a kind that an index takes."""
    kind = f"CASE WHEN json_valid(extra) THEN json_type(extra, '$.{field}') END"
    return literal_column(f"({kind}) IN ('text', 'integer', 'real', 'array')", Boolean())


def _path(store: str, index: str) -> tuple[str, ...]:
    path = STORES[store].indexes[index]
    return (path,) if isinstance(path, str) else path


def _value() -> BindParameter[Any]:
    return bindparam("value", unique=True)


def _compile(statement: Select[Any] | UpdateBase) -> str:
    return str(statement.compile(dialect=sqlite.dialect()))
