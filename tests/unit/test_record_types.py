"""Python types of records: what fits them comes in and goes out, the rest is named by its place."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, NewType, NotRequired, TypedDict

import msgspec
import pytest

from indexeddb import Blob, InvalidValue, UsageError
from indexeddb._record_type import Unfit
from indexeddb._text import encode
from indexeddb._typed import record_type

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
Id = NewType("Id", str)


class Color(Enum):
    GREEN = "green"
    RED = "red"


class Size(IntEnum):
    SMALL = 1
    LARGE = 2


@dataclass(frozen=True)
class Line:
    text: str
    done: bool = False


@dataclass
class Note:
    id: Id
    lines: list[Line]
    at: datetime | None = None
    weight: float = 0.0
    color: Color = Color.GREEN
    size: Size = Size.SMALL
    kind: Literal["a", "b", 1] = "a"
    tags: frozenset[str] = frozenset()
    pair: tuple[int, str] | None = None
    many: tuple[int, ...] = ()
    data: Annotated[bytes, "scan"] = b""
    counts: dict[str, int] = field(default_factory=dict)
    inner: Mapping[str, Sequence[Line]] = field(default_factory=dict)
    any: Any = None
    parent: "Note | None" = None


class Place(TypedDict):
    id: str
    rows: list[int]
    note: NotRequired[Line]


class Plant(msgspec.Struct):
    id: str
    sown_at: datetime | None = None
    weight: float | None = None


class Struct(msgspec.Struct, rename="camel"):
    id: str
    sown_at: datetime | None = None
    lines: list[str] = []
    weight: float | None = None
    data: bytes = b""
    photo: Blob | None = None


NOTES = [
    Note(Id("a"), []),
    Note(
        Id("b"),
        [Line("x"), Line("y", done=True)],
        at=NOON,
        weight=1.5,
        color=Color.RED,
        size=Size.LARGE,
        kind=1,
        tags=frozenset({"t"}),
        pair=(1, "x"),
        many=(1, 2, 3),
        data=b"\0",
        counts={"n": 1},
        inner={"k": [Line("z")]},
        any={"what": [1, None]},
        parent=Note(Id("c"), [Line("deep")]),
    ),
]
STRUCTS = [
    Struct("a"),
    Struct("b", sown_at=NOON, lines=["x"], weight=math.inf, data=b"\0\1", photo=Blob(b"x")),
]


@pytest.mark.parametrize("note", NOTES, ids=["few", "all"])
def test_a_dataclass_comes_back(note: Note) -> None:
    kind = record_type(Note)
    record = kind.to_record(note)
    encode(record)  # all of it can be stored
    assert kind.from_record(record) == note


@pytest.mark.parametrize("struct", STRUCTS, ids=["few", "all"])
def test_a_struct_comes_back(struct: Struct) -> None:
    kind = record_type(Struct)
    record = kind.to_record(struct)
    assert set(record) == {"id", "sownAt", "lines", "weight", "data", "photo"}
    encode(record, (Blob,))
    assert kind.from_record(record) == struct


def test_a_struct_is_decoded_from_json_and_from_noted_text() -> None:
    kind = record_type(Plant)
    assert kind.decode(None) is None
    assert kind.decode('{"id":"a"}') == Plant("a")
    assert kind.decode_all('[{"id":"a"},{"id":"b"}]') == [Plant("a"), Plant("b")]
    plants = [Plant("a", sown_at=NOON, weight=math.inf), Plant("b", weight=-0.0)]
    text, _ = encode([kind.to_record(plant) for plant in plants])
    assert text.startswith("*")
    assert kind.decode_all(text) == plants
    assert kind.decode('{"id":"\\ud83d"}') == Plant("\ud83d")


def test_a_typed_dict_keeps_the_fields_that_it_does_not_name() -> None:
    kind = record_type(Place)
    record = {"id": "a", "rows": [1], "note": {"text": "x", "done": False}, "more": {"x": 1}}
    found = kind.from_record(record)
    assert found == {**record, "note": Line("x")}
    assert kind.to_record(found) == record
    assert kind.from_record({"id": "a", "rows": []}) == {"id": "a", "rows": []}


def test_fields_that_are_not_stored_have_their_defaults() -> None:
    kind = record_type(Note)
    assert kind.from_record({"id": "a", "lines": [{"text": "x"}], "unknown": 1}) == Note(
        Id("a"), [Line("x")]
    )


def test_javascript_has_one_kind_of_number() -> None:
    found = record_type(Note).from_record({"id": "a", "lines": [], "weight": 2})
    assert type(found.weight) is float


@pytest.mark.parametrize(
    ("kind", "record", "place", "reason"),
    [
        (Note, {"id": "a"}, ".lines", "is missing"),
        (Note, [], "", "a dict is expected, not a list"),
        (Note, {"id": 1, "lines": []}, ".id", "a str is expected, not an int"),
        (Note, {"id": "a", "lines": {}}, ".lines", "a list is expected, not a dict"),
        (Note, {"id": "a", "lines": [{"text": "x"}, {}]}, ".lines[1].text", "is missing"),
        (Note, {"id": "a", "lines": [], "at": 5}, ".at", r"a datetime.* is expected, not an int"),
        (Note, {"id": "a", "lines": [], "weight": True}, ".weight", "a float is expected"),
        (Note, {"id": "a", "lines": [], "counts": {"a b": True}}, ".counts['a b']", "an int"),
        (Note, {"id": "a", "lines": [], "color": "blue"}, ".color", "a Color is .*, not 'blue'"),
        (Note, {"id": "a", "lines": [], "kind": True}, ".kind", "Literal.*, not True"),
        (Note, {"id": "a", "lines": [], "kind": []}, ".kind", "Literal"),
        (Note, {"id": "a", "lines": [], "pair": [1]}, ".pair", "2 items are expected, not 1"),
        (Note, {"id": "a", "lines": [], "pair": [1, 2]}, ".pair[1]", "a str is expected"),
        (Note, {"id": "a", "lines": [], "parent": {"id": "b"}}, ".parent.lines", "is missing"),
        (Place, {"id": "a", "rows": [1, "2"]}, ".rows[1]", "an int is expected, not a str"),
        (Place, {"rows": []}, ".id", "is missing"),
        (Struct, {"id": "a", "lines": ["x", 1]}, ".lines[1]", "Expected `str`, got `int`"),
        (Struct, {}, "", "missing required field `id`"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place(
    kind: type, record: object, place: str, reason: str
) -> None:
    with pytest.raises(Unfit, match=reason) as caught:
        record_type(kind).from_record(record)
    assert caught.value.place == place


def test_the_record_that_does_not_fit_is_known_by_its_position() -> None:
    for kind, bad in ((Line, '{"text":1}'), (Struct, '{"id":1}')):
        good = '{"text":"x","id":"x"}'
        with pytest.raises(Unfit) as caught:
            record_type(kind).decode_all(f"[{good},{bad},{good}]")
        assert caught.value.position == 1
        assert caught.value.record in ({"text": 1}, {"id": 1})


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (Note, {"id": "a"}, "^a Note is expected, not a dict$"),
        (Note, Note(Id("a"), [Line(1)]), r"^lines\[0\]\.text: a str is expected, not an int$"),  # type: ignore[arg-type]
        (Note, Note(Id("a"), None), "^lines: a list is expected, not None$"),  # type: ignore[arg-type]
        (Place, {"id": "a"}, "^rows: is missing$"),
        (Struct, Line("x"), "^a Struct is expected, not a Line$"),
        (Struct, Struct("a", lines=[1]), r"^lines\[0\]: Expected `str`, got `int`$"),  # type: ignore[list-item]
    ],
)
def test_what_is_written_fits_the_type(kind: type, value: object, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        record_type(kind).to_record(value)


def test_what_a_dataclass_refuses_itself_does_not_fit() -> None:
    @dataclass
    class Positive:
        n: int
        double: int = field(init=False)

        def __post_init__(self) -> None:
            if self.n < 0:
                msg = "n is negative"
                raise ValueError(msg)
            self.double = 2 * self.n

    kind = record_type(Positive)
    assert kind.to_record(Positive(2)) == {"n": 2, "double": 4}
    assert kind.from_record({"n": 2, "double": 5}) == Positive(2)
    with pytest.raises(Unfit, match="n is negative"):
        kind.from_record({"n": -1})


def test_a_type_of_which_no_record_can_be_is_refused_at_once() -> None:
    @dataclass
    class Impossible:
        values: list[complex]

    @dataclass
    class NumberedKeys:
        values: dict[int, str]

    @dataclass
    class Unknown:
        value: "Nowhere"  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(UsageError, match=r"^Impossible\.values: a record cannot hold a complex$"):
        record_type(Impossible)
    with pytest.raises(UsageError, match=r"^NumberedKeys\.values: a record cannot hold"):
        record_type(NumberedKeys)
    with pytest.raises(UsageError, match="annotations of Unknown cannot be resolved"):
        record_type(Unknown)
    for kind in (int, list[Line], None, "Note"):
        with pytest.raises(UsageError, match="is not a dataclass, a msgspec Struct or a TypedDict"):
            record_type(kind)
