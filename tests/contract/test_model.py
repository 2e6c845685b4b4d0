"""Any sequence of calls does what a few dictionaries say that it must.

It begins with nothing, or with what an older client left on the device.
"""

from collections.abc import Callable

import pytest
from hypothesis import given, note, seed, settings
from hypothesis import strategies as st

from roomkeep.persistence import DatabaseService
from roomkeep.persistence.archive_service import ArchiveService
from roomkeep.persistence.search_service import SearchService
from roomkeep.storage.search import plan
from support import long_run
from support.calls import (
    MESSAGE_IDS,
    QUERIES,
    ROOM_IDS,
    Call,
    StoredRecord,
    beginnings,
    databases,
    of_imports,
    steps,
)
from support.comparison import Subject, imported_ids, outcome
from support.laws import law
from support.model_imports import WholeModel
from support.worlds import World


@pytest.fixture
async def model_ids() -> dict[tuple[str, str], str]:
    return await imported_ids(ROOM_IDS, MESSAGE_IDS)


@pytest.fixture
def small_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a few messages make an index of several segments."""
    for name, size in {"SEGMENT": 4, "TAIL": 2, "SLICE": 2}.items():
        monkeypatch.setattr(plan, name, size)


def test_every_method_is_compared() -> None:
    services = (DatabaseService, ArchiveService, SearchService)
    public = {name for one in services for name in vars(one) if not name.startswith("_")}
    # A search is compared as a whole, and not page by page.
    assert public - {"search_messages"} <= set(dir(WholeModel))


@pytest.mark.usefixtures("small_index")
@seed(long_run.SEED)
@settings(law, max_examples=long_run.examples(25))
@given(
    old=databases,
    beginning=beginnings,
    rest=st.lists(steps, min_size=20, max_size=40) | st.lists(of_imports, min_size=20, max_size=40),
)
async def test_any_sequence_of_calls_does_what_the_model_does(
    world: World,
    model_ids: dict[tuple[str, str], str],
    old: tuple[tuple[str, ...], list[StoredRecord]] | None,
    beginning: tuple[Call, ...],
    rest: list[Call],
    operations: Callable[[int], None],
) -> None:
    await world.reset()
    model = WholeModel(model_ids)
    if old is not None:
        indexes, _ = old
        note(f"a database with {indexes}")
        await world.make_old_database(indexes=indexes)
    subject = Subject(world, await world.service())
    first: list[Call] = [] if old is None else [("visit_by_older_client", (old[1],), {})]
    for name, args, kwargs in (*first, *beginning, *rest):
        note(f"{name}(*{args!r}, **{kwargs!r})")
        expected = await outcome(getattr(model, name), args, kwargs)
        assert await outcome(subject.method(name), args, kwargs) == expected
    for name in ("count_rows", "unknown_fields"):
        assert await outcome(subject.method(name), (), {}) == getattr(model, name)()
    for query in QUERIES:
        assert await subject.find(query) == model.find(query)
    await subject.service.update_search_index()
    for query in QUERIES:
        assert await subject.find(query) == model.find(query)
    assert not subject.service.unreadable_records
    operations(len(first) + len(beginning) + len(rest))
