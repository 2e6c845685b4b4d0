"""The order of ids in SQLite is that of the other engines: by UTF-16 code unit."""

from hypothesis import given
from hypothesis import strategies as st

from indexeddb.keys import sort_key
from roomkeep.storage.engines.sqlite.key_order import sort_id
from support.laws import law

EDGES = "a0\ud7ff\ue000\uff5e\uffff\U00010000😀\U0010fffe\U0010ffff"


@law
@given(ids=st.lists(st.text(EDGES, max_size=4) | st.text(max_size=4), max_size=12))
def test_law_both_orders_are_one(ids: list[str]) -> None:
    # SQLite compares text by its bytes in UTF-8.
    by_sqlite = sorted(ids, key=lambda text: sort_id(text).encode())
    assert by_sqlite == sorted(ids, key=sort_key)
    assert len({sort_id(text) for text in ids}) == len(set(ids))
