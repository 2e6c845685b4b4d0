"""Waiting in a page that stalls: a tab in the background, or a computer that sleeps."""

import asyncio
import itertools

import pytest

from roomkeep.sync.backoff import Backoff


@pytest.mark.parametrize("looks", range(4))
async def test_a_wait_ends_also_where_the_page_stalls_as_it_begins(
    monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    loop = asyncio.get_running_loop()
    time, count = loop.time, itertools.count()
    backoff = Backoff(0.1)
    # It stalls for a second after the clock was looked at so many times.
    monkeypatch.setattr(loop, "time", lambda: time() + (next(count) >= looks))
    await backoff.wait()
