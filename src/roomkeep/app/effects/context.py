"""The context of all effects: it runs them and reports how they failed."""

import asyncio
import functools
import logging
import time
import uuid
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

from reaktiv import untracked

from roomkeep.app.eager import start_eagerly
from roomkeep.app.error_messages import InvalidInput, Refused, explain
from roomkeep.app.state import AccountState, Notice, PageState
from roomkeep.errors import RoomkeepError, ScopeChanged
from roomkeep.persistence import AppResumeStorage, Change, DatabaseService

__all__ = ["Context", "EffectGroup", "effect"]

P = ParamSpec("P")
G = TypeVar("G", bound="EffectGroup")

MAX_NOTICES = 3
SHORTEST_NEWS = 2.0
"""How long good news shows at least, in seconds."""
READING = 0.1
"""How long somebody who reads slowly takes for a character, in seconds."""

logger = logging.getLogger(__name__)


class Context:
    """The context that all effects share.

    Attributes:
        page: the state of the page.
        resume: where one left off.
        device: the database, for what concerns no account.
    """

    def __init__(self, device: DatabaseService, resume: AppResumeStorage, page: PageState) -> None:
        self.device = device
        self.resume = resume
        self.page = page
        self._tasks: set[asyncio.Task[None]] = set()
        self._writing: dict[str, asyncio.Future[None]] = {}
        self._notices = 0
        self._last_time = 0

    def database(self, account: AccountState) -> DatabaseService:
        """Return the database, as long as the account is signed in.

        An effect that takes several steps asks before each one, so none lands in another account.

        Raises:
            ScopeChanged: it is not signed in any more.
        """
        if self.page.account() is not account or self.page.is_switching():
            raise ScopeChanged("the account was switched")
        return self.device

    def follow(self, take: Callable[[AccountState, Change], object], *stores: str) -> None:
        """Call `take` with every change of some stores while an account is open."""

        def hear(change: Change) -> None:
            account = self.page.account()
            if account is not None and change.store in stores:
                take(account, change)

        self.device.subscribe(hear)

    @contextmanager
    def overhear(self) -> Iterator[list[Change]]:
        """Collect the changes that arrive during a read, whose result may not include them."""
        changes: list[Change] = []
        stop = self.device.subscribe(changes.append)
        try:
            yield changes
        finally:
            stop()

    @contextmanager
    def writing(self, record_id: str) -> Iterator[None]:
        """Mark a record as being written, for `wait_until_written`."""
        done = self._writing[record_id] = asyncio.get_running_loop().create_future()
        try:
            yield
        finally:
            del self._writing[record_id]
            done.set_result(None)

    async def wait_until_written(self, record_id: str) -> None:
        """Wait for a record that is being written, whether that succeeds or fails."""
        done = self._writing.get(record_id)
        if done is not None:
            await asyncio.shield(done)

    def now(self) -> int:
        """Return the time in ms, later at each call, so that messages keep their order."""
        self._last_time = max(self._last_time + 1, time.time_ns() // 1_000_000)
        return self._last_time

    def time(self) -> int:
        """Return the time in ms by the clock."""
        return time.time_ns() // 1_000_000

    def new_id(self) -> str:
        """Return a new unique id."""
        return str(uuid.uuid4())

    def start(
        self, work: Coroutine[Any, Any, None], failure: str, *, of_device: bool = False
    ) -> asyncio.Task[None]:
        """Run an effect, up to its first `await` at once; an error becomes a notice.

        Args:
            work: the effect.
            failure: the id of the text that says that it failed.
            of_device: it is about no account, so its notices show also when the account changed.
        """
        # What an effect reads is not what its caller follows.
        with untracked():
            task = start_eagerly(self._run(work, failure, of_device=of_device))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def tell(
        self, kind: Literal["error", "success"], text: str, advice: str = "", *, about: str = ""
    ) -> None:
        """Show a notice. Notices of success disappear by themselves."""
        self._notices += 1
        notice = Notice(number=self._notices, kind=kind, text=text, advice=advice, about=about)
        others = (n for n in self.page.notices() if (n.text, n.advice) != (text, advice))
        self.page.notices.set((*others, notice)[-MAX_NOTICES:])
        if kind == "success":
            loop = asyncio.get_running_loop()
            shows = max(SHORTEST_NEWS, READING * len(f"{text} {advice}"))
            loop.call_later(shows, self.dismiss, notice.number)

    def report(self, error: BaseException, failure: str, *, show: bool = True) -> None:
        """Log an error and show it as a notice.

        Args:
            error: what was raised.
            failure: the id of the text that says what failed.
            show: false for what is no business of the account that is signed in now.
        """
        if isinstance(error, ScopeChanged):
            logger.info("dropped, because the account was switched: %s", failure)
            return
        # What a person mistyped or may not do is for the person alone; the rest is for developers,
        # too.
        if not isinstance(error, InvalidInput | Refused):
            trace = None if isinstance(error, RoomkeepError) else error
            level = logging.WARNING if trace is None else logging.ERROR
            logger.log(level, "%s: %s", failure, error, exc_info=trace)
        if not show:
            return
        # Not at once: where it was raised, something may be half done.
        tell = functools.partial(self.tell, "error", *explain(error, failure), about=failure)
        asyncio.get_running_loop().call_soon(tell)

    def dismiss(self, number: int) -> None:
        """Dismiss a notice."""
        kept = tuple(notice for notice in self.page.notices() if notice.number != number)
        self.page.notices.set(kept)

    async def _run(self, work: Coroutine[Any, Any, None], failure: str, *, of_device: bool) -> None:
        account = self.page.account()
        # Who tries again has read what went wrong.
        self.page.notices.set(tuple(n for n in self.page.notices() if n.about != failure))
        try:
            await work
        except Exception as error:  # noqa: BLE001 an effect is where an exception ends, and is told
            is_here = of_device or self.page.account() is account
            self.report(error, failure, show=is_here)
            await asyncio.sleep(0)  # until it shows


class EffectGroup:
    """Effects on one subject."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.page = context.page

    @property
    def account(self) -> AccountState:
        """The signed-in account.

        Raises:
            ScopeChanged: nobody is signed in.
        """
        account = self.page.account()
        if account is None:
            raise ScopeChanged("nobody is signed in")
        return account


def effect(
    failure: str,
    *,
    of_device: bool = False,
) -> Callable[
    [Callable[Concatenate[G, P], Coroutine[Any, Any, None]]],
    Callable[Concatenate[G, P], asyncio.Task[None]],
]:
    """Make a method an effect: calling it starts a task.

    Args:
        failure: the id of the text that says that it failed.
        of_device: it is about no account, so its notices show also when the account changed.
    """

    def wrap(
        method: Callable[Concatenate[G, P], Coroutine[Any, Any, None]],
    ) -> Callable[Concatenate[G, P], asyncio.Task[None]]:
        @functools.wraps(method)
        def start(group: G, /, *args: P.args, **kwargs: P.kwargs) -> asyncio.Task[None]:
            work = method(group, *args, **kwargs)
            return group.context.start(work, failure, of_device=of_device)

        return start

    return wrap
