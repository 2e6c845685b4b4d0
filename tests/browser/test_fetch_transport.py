"""The transport of a page, in the browser."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from roomkeep.errors import InvalidRecord
from roomkeep.persistence.server_access import ServerAccess
from roomkeep.sync.errors import NotReachable, RedirectRefused, ResponseTooLarge
from roomkeep.sync.fetch_transport import FetchTransport
from roomkeep.sync.wire import Request
from support.js import run_js

FILE = "/tests/plan.json"


def page_url(path: str) -> str:
    return str(run_js(f"new URL({path!r}, location.href).href"))


def ask(
    url: str = FILE, *, method: str = "GET", max_bytes: int = 1_000_000, timeout_s: float = 30
) -> Request:
    return Request(
        method=method,
        url=page_url(url),
        headers={"authorization": "Bearer secret"},
        body=b"{}" if method == "POST" else None,
        timeout_s=timeout_s,
        max_bytes=max_bytes,
    )


@pytest.fixture
def put_in_place() -> Iterator[Any]:
    """Put another function in the place of the browser's `fetch`."""
    run_js("globalThis.realFetch = fetch")
    yield lambda code: run_js(f"globalThis.fetch = {code}")
    run_js("globalThis.fetch = realFetch; delete globalThis.realFetch; delete globalThis.asked")


async def test_an_answer_has_its_status_its_headers_and_its_body() -> None:
    answer = await FetchTransport().send(ask())
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert b"node_ids" in answer.body
    assert (await FetchTransport().send(ask("/no-such-file"))).status == 404


async def test_a_body_is_read_up_to_its_limit() -> None:
    size = len((await FetchTransport().send(ask())).body)
    assert len((await FetchTransport().send(ask(max_bytes=size))).body) == size
    with pytest.raises(ResponseTooLarge):
        await FetchTransport().send(ask(max_bytes=size - 1))


async def test_nobody_who_answers_is_told_without_the_token() -> None:
    # No browser asks this port: https://fetch.spec.whatwg.org/#port-blocking
    with pytest.raises(NotReachable) as caught:
        await FetchTransport().send(ask("https://localhost:1/?access_token=secret"))
    assert "secret" not in f"{caught.value!r}"
    assert caught.value.__cause__ is None


async def test_a_request_carries_nothing_of_the_page(put_in_place: Any) -> None:
    put_in_place("(url, options) => { asked = options; return Promise.resolve(new Response('')) }")
    answer = await FetchTransport().send(ask(method="POST"))
    assert (answer.status, answer.body) == (200, b"")
    asked = run_js("({...asked, signal: 0, body: asked.body.length})").to_py()
    assert asked == {
        "method": "POST",
        "mode": "cors",
        "cache": "no-store",
        "credentials": "omit",
        "referrerPolicy": "no-referrer",
        "redirect": "manual",
        "headers": {"authorization": "Bearer secret"},
        "body": 2,
        "signal": 0,
    }


async def test_a_redirect_is_refused(put_in_place: Any) -> None:
    put_in_place("() => Promise.resolve({type: 'opaqueredirect', status: 0})")
    with pytest.raises(RedirectRefused):
        await FetchTransport().send(ask())


WAITS = """(url, {signal}) => new Promise((_, reject) => {
    asked = 'waits';
    signal.onabort = () => { asked = 'ended'; reject(signal.reason) };
})"""


async def test_a_server_that_says_nothing_is_given_up(put_in_place: Any) -> None:
    put_in_place(WAITS)
    with pytest.raises(NotReachable, match="AbortError"):
        await FetchTransport().send(ask(timeout_s=0.01))
    assert run_js("asked") == "ended"


async def test_a_request_ends_with_the_task_that_waits_for_it(put_in_place: Any) -> None:
    put_in_place(WAITS)
    task = asyncio.ensure_future(FetchTransport().send(ask()))
    # Everything up to `fetch` runs in the task's first step.
    await asyncio.sleep(0)
    assert run_js("asked") == "waits"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert run_js("asked") == "ended"


async def test_a_slow_drip_is_no_answer(put_in_place: Any) -> None:
    put_in_place("""async (url, options) => new Response(new ReadableStream({
        start(controller) {
            const timer = setInterval(() => controller.enqueue(new Uint8Array(1)), 20)
            options.signal.addEventListener("abort", () => {
                clearInterval(timer)
                controller.error(new DOMException("", "AbortError"))
            })
        }
    }))""")
    async with asyncio.timeout(20):
        with pytest.raises(NotReachable):
            await FetchTransport().send(ask(timeout_s=0.3))


class MainProcess:
    """Answers as the desktop's main process does, and notes which servers can be reached."""

    def __init__(self) -> None:
        self.servers: list[list[str]] = []
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def command(self, text: str) -> str:
        await self.goes_on.wait()
        request = json.loads(text)
        assert request["type"] == "reach-servers"
        self.servers.append(request["payload"]["servers"])
        if "https://refused.test" in self.servers[-1]:
            return '{"error": {"name": "InvalidRecord", "sentence": "No", "field": "servers"}}'
        return '{"result": null}'

    query = command

    def listen(self, _listener: Any) -> None:
        raise AssertionError("nothing to hear")


async def test_in_the_window_a_server_is_named_before_it_is_asked(put_in_place: Any) -> None:
    put_in_place("async () => new Response('{}')")
    main = MainProcess()
    access = ServerAccess(main)
    main.goes_on.clear()
    async with FetchTransport(access) as one:
        first = asyncio.ensure_future(one.send(ask("https://a.test/x")))
        second = asyncio.ensure_future(one.send(ask("https://a.test/y")))
        await asyncio.sleep(0)
        assert not first.done()
        assert not second.done()
        main.goes_on.set()
        await first
        await second
        assert main.servers == [["https://a.test"]]
        async with FetchTransport(access) as other:
            await other.send(ask("https://a.test/z"))
            await other.send(ask("https://b.test:8448/"))
            assert main.servers[-1] == ["https://a.test", "https://b.test:8448"]
            with pytest.raises(InvalidRecord):
                await other.send(ask("https://refused.test/"))
        assert main.servers[-1] == ["https://a.test"]
    assert main.servers[-1] == []
