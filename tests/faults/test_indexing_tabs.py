"""Two tabs of one browser that index an account at the same time."""

import json
from pathlib import Path

from support.driven_page import drive_page


def test_one_tab_indexes_at_a_time_and_the_other_goes_on_when_it_is_closed(tmp_path: Path) -> None:
    page = Path(__file__).with_name("tab_page.py")
    told = json.loads(drive_page(page, "index-in-tabs.mjs", tmp_path))

    meanwhile = told["whileOneWorks"]
    assert (meanwhile["one"]["held"], meanwhile["one"]["pending"]) == (1, 1)
    assert meanwhile["two"]["reports"] == 0
    # The index is behind: the search looks through the messages, and says so.
    assert meanwhile["found"]["wrong"]
    assert all(
        found == expected and not is_indexed
        for _, found, expected, is_indexed in meanwhile["found"]["wrong"]
    )

    afterwards = told["afterOneIsClosed"]
    assert afterwards["two"]["reports"] > 0
    assert (afterwards["two"]["held"], afterwards["two"]["pending"]) == (0, 0)
    assert afterwards["found"]["messages"] == 2 * 25 * 39
    assert afterwards["found"]["wrong"] == []

    for tab in ("two", "three"):
        assert told["inTheEnd"][tab]["messages"] == (2 * 25 + 2 * 20) * 39
        assert told["inTheEnd"][tab]["wrong"] == []
