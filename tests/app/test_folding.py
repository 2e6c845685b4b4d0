"""Long messages show their beginning."""

import pytest
from msgspec.structs import replace

from roomkeep.app.folding import fold_of, is_long
from roomkeep.app.views.rows import make_rows
from roomkeep.models import Message

LONG = "line\n" * 40
MESSAGE = Message(
    id="m", room_id="r", sender_id="ada", sender_name="Ada", content=LONG, timestamp=0
)


@pytest.mark.parametrize(
    ("content", "columns", "expected"),
    [
        ("", 100, False),
        ("x" * 2_500, 100, False),
        ("x" * 2_700, 100, True),
        ("x" * 1_400, 50, True),
        ("x\n" * 25 + "x", 100, False),
        ("x\n" * 26 + "x", 100, True),
        ("\n" * 40, 100, True),
        (("x" * 150 + "\n") * 14, 100, True),
        (("x" * 150 + "\n") * 12, 100, False),
    ],
)
def test_what_takes_many_lines_is_long(content: str, columns: int, *, expected: bool) -> None:
    assert is_long(content, columns) is expected


def test_a_long_message_is_folded_until_it_is_unfolded() -> None:
    assert fold_of(MESSAGE, (), 100) == "folded"
    assert fold_of(MESSAGE, {"m"}, 100) == "open"
    assert fold_of(replace(MESSAGE, content="short"), {"m"}, 100) == "whole"
    assert fold_of(replace(MESSAGE, is_deleted=True), (), 100) == "whole"
    (row,) = make_rows((MESSAGE,), reader_id="bob", editing=None, day=str, unfolded={"m"}).values()
    assert row.fold == "open"
