"""Scroll positions, kept over a reload."""

import pytest

from roomkeep.app.positions import Position, pack_positions, unpack_positions

POSITIONS = {
    ("tea", "general"): Position(message_id="m1", offset=-12.5),
    ("茶", "a/b"): Position(message_id='"', offset=0.0),
}


def test_positions_are_found_again() -> None:
    assert unpack_positions(pack_positions("ann", POSITIONS), "ann") == POSITIONS


def test_another_account_gets_none_of_them() -> None:
    assert unpack_positions(pack_positions("ann", POSITIONS), "bob") == {}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"userId": "ann"}', '{"userId": "ann", "positions": [1]}', "\ud800"]
)
def test_what_cannot_be_read_counts_as_absent(text: str) -> None:
    assert unpack_positions(text, "ann") == {}
