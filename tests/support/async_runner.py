"""Runs pytest's tests where Python cannot wait in the midst of a call, as it does by JSPI.

pytest is synchronous, and a test on IndexedDB is not: pytest-asyncio bridges that by blocking.
Where nothing can block, pytest collects, makes the fixtures and writes the reports as always; what
is asynchronous is awaited between those steps. Hypothesis, which drives its examples by itself, is
let make them first, and each is run after: they are as many, but it learns nothing from their
outcome, and makes none smaller.
"""

import contextlib
import functools
import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Literal

import pytest

__all__ = ["AsyncRunner"]


class Due(BaseException):
    """A fixture is to be awaited before pytest can go on. No error, but it takes their way out."""

    def __init__(self, fixture: object, function: Callable[[], Any]) -> None:
        self.fixture = fixture
        self.function = function


class AsyncRunner:
    """The plugin: pytest collects; `run` then runs what it has found."""

    def __init__(self) -> None:
        self._items: list[Any] = []
        # What was made of each fixture that was due, and the generator to go on with at its end.
        self._made: dict[object, tuple[Any, AsyncIterator[Any] | None]] = {}
        self._ending: list[AsyncIterator[Any]] = []

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        """Know the settings of pytest-asyncio, which is not there."""
        for name in ("asyncio_mode", "asyncio_default_fixture_loop_scope"):
            parser.addini(name, "a setting of pytest-asyncio")

    def pytest_configure(self) -> None:
        """Have `note`, which may not be called outside of Hypothesis' own run, do nothing."""
        # Not sooner: pytest is to load Hypothesis, which has a plugin.
        import hypothesis

        setattr(hypothesis, "note", lambda _value: None)  # noqa: B010 tests import it from there

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Keep the tests, for `run` to run."""
        self._items = session.items
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> bool | None:
        """Have an asynchronous fixture awaited; at the second try, give what was made of it."""
        function = fixturedef.func
        if fixturedef in self._made:
            value, generator = self._made.pop(fixturedef)
            if generator is not None:
                request.addfinalizer(functools.partial(self._ending.append, generator))
            fixturedef.cached_result = (value, fixturedef.cache_key(request), None)
            return True
        if not (inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)):
            return None
        given = {name: request.getfixturevalue(name) for name in fixturedef.argnames}
        raise Due(fixturedef, functools.partial(function, **given))

    async def run(self) -> None:
        """Run the tests, one after the other."""
        for item, following in zip(self._items, [*self._items[1:], None], strict=True):
            hook = item.ihook
            hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
            if await _report(item, "setup", functools.partial(self._set_up, item)):
                await _report(item, "call", functools.partial(_call, item))
            await _report(item, "teardown", functools.partial(self._tear_down, item, following))
            hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)

    async def _set_up(self, item: Any) -> None:
        set_up = functools.partial(item.session._setupstate.setup, item)
        while True:
            try:
                set_up()
            except Due as due:
                made = due.function()
                if inspect.isasyncgen(made):
                    self._made[due.fixture] = await anext(made), made
                else:
                    self._made[due.fixture] = await made, None
                # As if it had not been tried. The fixtures that are made by now are kept.
                due.fixture._finalizers.clear()  # type: ignore[attr-defined]
                set_up = item.setup
            else:
                return

    async def _tear_down(self, item: Any, following: Any) -> None:
        try:
            item.session._setupstate.teardown_exact(following)
        finally:
            while self._ending:
                async for _ in self._ending.pop(0):
                    pytest.fail("a fixture yields once")


async def _report(
    item: Any, phase: Literal["setup", "call", "teardown"], run: Callable[[], Awaitable[None]]
) -> bool:
    """Run one phase of a test, and report it; tell whether it has passed."""
    error: BaseException | None = None
    # What makes `caplog` hears what is logged between its two halves.
    logging = item.config.pluginmanager.get_plugin("logging-plugin")
    hearing = contextlib.contextmanager(getattr(logging, f"pytest_runtest_{phase}"))
    start = time.time()
    try:
        with hearing(item):
            await run()
    except BaseException as raised:  # noqa: BLE001 whatever it is, it is what came of the test
        error = raised

    def repeat() -> None:
        if error is not None:
            raise error

    call = pytest.CallInfo.from_call(repeat, phase)
    call.start, call.duration = start, time.time() - start
    report = item.ihook.pytest_runtest_makereport(item=item, call=call)
    item.ihook.pytest_runtest_logreport(report=report)
    passed: bool = report.passed
    return passed


async def _call(item: Any) -> None:
    given = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}
    if not hasattr(item.obj, "hypothesis"):
        running = item.obj(**given)
        if inspect.isawaitable(running):
            await running
        return
    for example in _examples(item.obj, given):
        try:
            await item.obj.hypothesis.inner_test(**example)
        except BaseException as error:
            error.add_note(f"The example: {example!r}")
            raise


def _examples(law: Any, given: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the arguments that Hypothesis calls a test with."""
    examples: list[dict[str, Any]] = []
    test = law.hypothesis.inner_test
    law.hypothesis.inner_test = functools.wraps(test)(lambda **example: examples.append(example))
    try:
        law(**given)
    finally:
        law.hypothesis.inner_test = test
    assert examples
    return examples
