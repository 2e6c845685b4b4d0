"""The bridge: the only part of the main process that a window's page can reach."""

import functools
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from typing import Final

import msgspec
from msgspec import Struct
from PySide6.QtCore import QObject, Qt, Signal, Slot

from roomkeep.desktop.call_scheduler import CallScheduler
from roomkeep.desktop.main_process import MainProcess, Session
from roomkeep.storage.device_requests import Kind
from roomkeep.storage.wire import MAX_REQUEST

PART: Final = 1 << 20
"""The most characters that are sent at once: a message of many megabytes freezes the window."""
_KINDS: Final[dict[str, Kind]] = {"c": "command", "q": "query"}
_MORE: Final = "+"
_LAST: Final = "="

logger = logging.getLogger(__name__)


class _Relay(QObject):
    """Carries signals from other threads to the window's own."""

    replied = Signal(str, str)
    changed = Signal(str)


class _Call:
    """A call whose last part has not arrived yet."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._length = 0

    def add(self, text: str) -> None:
        # A request that is too long is cut, but stays too long: the session refuses it.
        left = MAX_REQUEST + 1 - self._length
        if left > 0:
            self.parts.append(text[:left])
            self._length += min(len(text), left)


class _Visit:
    """A page from its load until it is left and its last call is done."""

    def __init__(self, name: str, session: Session, scheduler: CallScheduler) -> None:
        self.name = name
        self.session = session
        self.scheduler = scheduler
        self.calls: dict[str, _Call] = {}
        self.ended = threading.Event()

    def end(self) -> None:
        try:
            self.session.close()
        finally:
            self.ended.set()


class _AccountOf(Struct):
    """As much of a request as names its account."""

    account: int | None = None


class Bridge(QObject):
    """What the channel shows to the page: one slot, and the signals that reply.

    Args:
        main: the main process.
        pool: the threads in which calls run.
        is_trusted: returns whether the page that is in the window now may call.
    """

    reply = Signal(str, str)
    changed = Signal(str)

    def __init__(self, main: MainProcess, pool: Executor, is_trusted: Callable[[], bool]) -> None:
        super().__init__()
        self._is_trusted = is_trusted
        self._main = main
        self._relay = _Relay()
        queued = Qt.ConnectionType.QueuedConnection
        self._relay.replied.connect(self._send_reply, queued)
        self._relay.changed.connect(self.changed, queued)
        self._pool = pool
        self._visit: _Visit | None = None
        self._left: list[_Visit] = []

    @Slot(str, str)
    def invoke(self, call_id: str, part: str) -> None:
        """Receive a part of a call; the last part runs it.

        Args:
            call_id: what the reply carries: the page's visit, `/`, and the call's number.
            part: one character for the kind of part, then its text.
        """
        sign, text = part[:1], part[1:]
        if not self._is_trusted() or sign not in (_MORE, *_KINDS):
            logger.warning("refused a call from another page, or of an unknown kind")
            return
        visit = self._visit_of(call_id)
        call = visit.calls.setdefault(call_id, _Call())
        call.add(text)
        if sign in _KINDS:
            del visit.calls[call_id]
            kind, whole = _KINDS[sign], "".join(call.parts)
            work = functools.partial(self._run, visit.session, call_id, kind, whole)
            visit.scheduler.schedule(_account_of(whole), kind, work)

    def close(self) -> None:
        """Finish the calls that have arrived, and refuse others."""
        self._leave()
        for visit in self._left:
            visit.ended.wait()

    def _visit_of(self, call_id: str) -> "_Visit":
        name = call_id.partition("/")[0]
        if self._visit is None or self._visit.name != name:
            self._leave()
            session = self._main.open_session(self._relay.changed.emit)
            self._visit = _Visit(name, session, CallScheduler(self._pool))
        return self._visit

    def _leave(self) -> None:
        """End the visit of a page that was reloaded, once its last call is done."""
        self._left = [visit for visit in self._left if not visit.ended.is_set()]
        if self._visit is not None:
            self._left.append(self._visit)
            self._visit.scheduler.close(self._visit.end)
            self._visit = None

    def _run(self, session: Session, call_id: str, kind: Kind, text: str) -> None:
        self._relay.replied.emit(call_id, session.handle(kind, text))

    def _send_reply(self, call_id: str, text: str) -> None:
        for part in _parts(text):
            self.reply.emit(call_id, part)


def _account_of(request: str) -> int | None:
    try:
        return msgspec.json.decode(request, type=_AccountOf).account
    except (ValueError, RecursionError):  # the session refuses it
        return None


def _parts(text: str) -> Iterator[str]:
    last = max(0, len(text) - 1) // PART * PART
    for start in range(0, last, PART):
        yield _MORE + text[start : start + PART]
    yield _LAST + text[last:]
