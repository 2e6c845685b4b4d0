"""The order in which the calls of a page run."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from roomkeep.desktop.call_scheduler import CallScheduler
from roomkeep.storage.device_requests import Kind

SOON = 0.05
"""Long enough, in s, for what must not happen to happen."""


class Calls:
    """Calls that end when they are let."""

    def __init__(self, scheduler: CallScheduler) -> None:
        self._scheduler = scheduler
        self.begun: list[str] = []
        self._events = threading.Condition()
        self._free: set[str] = set()

    def take(self, kind: Kind, name: str, lane: int = 1) -> None:
        assert self._scheduler.schedule(lane, kind, lambda: self._run(name))

    def let_end(self, *names: str) -> None:
        with self._events:
            self._free.update(names)
            self._events.notify_all()

    def until_begun(self, *names: str) -> None:
        with self._events:
            assert self._events.wait_for(lambda: set(names) <= set(self.begun), timeout=5)

    def never_begins(self, name: str) -> bool:
        with self._events:
            return not self._events.wait_for(lambda: name in self.begun, timeout=SOON)

    def _run(self, name: str) -> None:
        with self._events:
            self.begun.append(name)
            self._events.notify_all()
            assert self._events.wait_for(lambda: name in self._free, timeout=5)


@pytest.fixture
def scheduler() -> Iterator[CallScheduler]:
    with ThreadPoolExecutor(4) as pool:
        yield CallScheduler(pool)


@pytest.fixture
def calls(scheduler: CallScheduler) -> Calls:
    return Calls(scheduler)


def test_commands_are_carried_out_one_after_the_other(calls: Calls) -> None:
    for name in ("first", "second", "third"):
        calls.take("command", name)
    calls.until_begun("first")
    assert calls.never_begins("second")
    calls.let_end("second", "third", "first")
    calls.until_begun("third")
    assert calls.begun == ["first", "second", "third"]


def test_a_query_sees_the_commands_before_it(calls: Calls) -> None:
    calls.take("command", "write")
    calls.take("query", "read")
    calls.until_begun("write")
    assert calls.never_begins("read")
    calls.let_end("write", "read")
    calls.until_begun("read")


def test_queries_run_beside_each_other(calls: Calls) -> None:
    calls.take("query", "slow")
    calls.take("query", "fast")
    calls.until_begun("slow", "fast")
    calls.let_end("slow", "fast")


def test_a_command_waits_for_the_queries_before_it_and_holds_those_after(calls: Calls) -> None:
    calls.take("query", "before")
    calls.take("command", "write")
    calls.take("query", "after")
    calls.until_begun("before")
    assert calls.never_begins("write")
    assert calls.begun == ["before"]
    calls.let_end("before", "write", "after")
    calls.until_begun("after")
    assert calls.begun == ["before", "write", "after"]


def test_accounts_do_not_wait_for_each_other(calls: Calls) -> None:
    calls.take("command", "write", lane=1)
    calls.take("command", "write to another", lane=2)
    calls.until_begun("write", "write to another")
    calls.let_end("write", "write to another")


def test_closing_finishes_what_was_taken_and_takes_no_more(
    scheduler: CallScheduler, calls: Calls
) -> None:
    ended = threading.Event()
    calls.take("command", "first")
    calls.take("command", "second")
    scheduler.close(ended.set)
    assert not scheduler.schedule(1, "query", lambda: None)
    calls.let_end("first")
    calls.until_begun("second")
    assert not ended.is_set()
    calls.let_end("second")
    assert ended.wait(5)


def test_closing_what_is_idle_is_done_at_once(scheduler: CallScheduler, calls: Calls) -> None:
    ended = threading.Event()
    calls.take("query", "read")
    calls.let_end("read")
    scheduler.close(ended.set)
    assert ended.wait(5)
    ended = threading.Event()
    scheduler.close(ended.set)
    assert ended.is_set()
