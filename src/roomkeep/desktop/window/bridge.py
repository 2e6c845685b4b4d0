"""The bridge: the one thing of the main process that a window's page can reach."""

import functools
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from typing import Final

import msgspec
from msgspec import Struct
from PySide6.QtCore import QObject, Qt, Signal, Slot

from roomkeep.desktop.main_process import MainProcess, Session
from roomkeep.desktop.turns import Kind, Turns
from roomkeep.protocol import MAX_REQUEST

__all__ = ["Bridge"]

PART: Final = 1 << 20
"""The most characters that are sent at once: a message of many megabytes stops the window."""
_KINDS: Final[dict[str, Kind]] = {"c": "command", "q": "query"}
_MORE: Final = "+"
_LAST: Final = "="

logger = logging.getLogger(__name__)


class _Mailbox(QObject):
    """Brings what other threads have to say into the window's own."""

    answered = Signal(str, str)
    changed = Signal(str)


class _Call:
    """A call of which the last part has not come yet."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._length = 0

    def add(self, text: str) -> None:
        # What is too long is cut short, yet still too long: the session says so.
        room = MAX_REQUEST + 1 - self._length
        if room > 0:
            self.parts.append(text[:room])
            self._length += min(len(text), room)


class _Visit:
    """The time from a page's load to its end, and to that of its last call."""

    def __init__(self, name: str, session: Session, turns: Turns) -> None:
        self.name = name
        self.session = session
        self.turns = turns
        self.calls: dict[str, _Call] = {}
        self.ended = threading.Event()

    def end(self) -> None:
        try:
            self.session.close()
        finally:
            self.ended.set()


class _Head(Struct):
    """What of a request says which account it is about."""

    account: int | None = None


class Bridge(QObject):
    """What the channel shows to the page: one slot, and the signals that answer it.

    Args:
        main: the main process.
        pool: the threads in which calls are carried out.
        is_trusted: tells whether the page that is in the window now may call.
    """

    reply = Signal(str, str)
    changed = Signal(str)

    def __init__(self, main: MainProcess, pool: Executor, is_trusted: Callable[[], bool]) -> None:
        super().__init__()
        self._is_trusted = is_trusted
        self._main = main
        self._mailbox = _Mailbox()
        queued = Qt.ConnectionType.QueuedConnection
        self._mailbox.answered.connect(self._answer, queued)
        self._mailbox.changed.connect(self.changed, queued)
        self._pool = pool
        self._visit: _Visit | None = None
        self._left: list[_Visit] = []

    @Slot(str, str)
    def invoke(self, call_id: str, part: str) -> None:
        """Take a part of a call; the last one has it carried out.

        Args:
            call_id: what the reply is to carry: the page's visit, `/`, and the call's number.
            part: what kind of part it is, in one sign, and then its text.
        """
        sign, text = part[:1], part[1:]
        if not self._is_trusted() or sign not in (_MORE, *_KINDS):
            logger.warning("refused a call from a page that is not ours, or of no kind that is")
            return
        visit = self._visit_of(call_id)
        call = visit.calls.setdefault(call_id, _Call())
        call.add(text)
        if sign in _KINDS:
            del visit.calls[call_id]
            kind, whole = _KINDS[sign], "".join(call.parts)
            work = functools.partial(self._carry_out, visit.session, call_id, kind, whole)
            visit.turns.take(_account_of(whole), kind, work)

    def close(self) -> None:
        """Finish what was asked for, and take no more."""
        self._leave()
        for visit in self._left:
            visit.ended.wait()

    def _visit_of(self, call_id: str) -> "_Visit":
        name = call_id.partition("/")[0]
        if self._visit is None or self._visit.name != name:
            self._leave()
            session = self._main.open_session(self._mailbox.changed.emit)
            self._visit = _Visit(name, session, Turns(self._pool))
        return self._visit

    def _leave(self) -> None:
        """End the visit of a page that was reloaded, when its last call is done."""
        self._left = [visit for visit in self._left if not visit.ended.is_set()]
        if self._visit is not None:
            self._left.append(self._visit)
            self._visit.turns.close(self._visit.end)
            self._visit = None

    def _carry_out(self, session: Session, call_id: str, kind: Kind, text: str) -> None:
        self._mailbox.answered.emit(call_id, session.handle(kind, text))

    def _answer(self, call_id: str, text: str) -> None:
        for part in _parts(text):
            self.reply.emit(call_id, part)


def _account_of(request: str) -> int | None:
    try:
        return msgspec.json.decode(request, type=_Head).account
    except (ValueError, RecursionError):  # it is the session that says so to the page
        return None


def _parts(text: str) -> Iterator[str]:
    last = max(0, len(text) - 1) // PART * PART
    for start in range(0, last, PART):
        yield _MORE + text[start : start + PART]
    yield _LAST + text[last:]
