"""The channel between the `Database` objects of one name, in this page and in others."""

import json
import time
from collections.abc import Callable
from typing import Any, Final

from indexeddb._changes import NOTHING_CHANGED, check_note, everything_in, stores_in
from indexeddb._engines import DEFAULT, Engine, Memory

MOST_KEPT: Final = 20
"""How many changes are kept one by one where nobody is known to listen."""


_Entry = tuple[float, str, str | None]
"""When something was changed, in seconds since 1970; what, as text; and the note."""


class Channel:
    """A BroadcastChannel that sends nothing where nobody listens.

    A message costs a tenth of a small write, and mostly there is no other tab. So whoever begins to
    listen says so, and whoever comes asks who listens. Until somebody is known to listen,
    changes are kept. Then they are sent, and who listens takes those that were made since it does.
    So nothing is missed, however long these messages are on their way. (All pages of an origin have
    one clock.)

    Args:
        engine: what keeps the database.
        name: the database's name.
        receive: called with what others have changed, as text, and the note.
    """

    def __init__(
        self, engine: Engine, name: str, receive: Callable[[str, str | None], None]
    ) -> None:
        self._engine = engine
        self._name = name
        self._receive = receive
        self._js: Any = None
        self._handler: Any = None
        self._listening_since: float | None = None
        self._has_listeners = False
        self._kept: list[_Entry] = []

    def listen(self) -> None:
        """Receive from now on."""
        if self._listening_since is None:
            self._listening_since = time.time()
            self._open()
            self._post("listening")

    def send(self, changes: str, note: str | None) -> None:
        """Send a change to those who listen."""
        self._open()
        entry = (time.time(), changes, note)
        if self._has_listeners:
            self._post([entry])
            return
        self._kept.append(entry)
        if len(self._kept) > MOST_KEPT:
            stores = {store: None for _, text, _ in self._kept for store in stores_in(text)}
            self._kept = [(entry[0], everything_in(stores), None)]

    def send_kept(self) -> None:
        """Send what is kept: somebody may listen of whom nothing is known yet."""
        if self._kept:
            self._post(self._kept)
            self._kept = []

    def close(self) -> None:
        """Send what is kept, and receive nothing more until it is used again."""
        if self._js is not None:
            self.send_kept()
            self._js.close()
            self._handler.destroy()
            self._js = None
        self._listening_since = None

    def _open(self) -> None:
        if self._js is None:
            self._js = _open(self._engine, self._name)
            self._handler = self._js.onmessage = self._engine.create_handler(self._handle)
            self._post("asking")

    def _handle(self, event: Any) -> None:
        message = json.loads(event.data)
        since = self._listening_since
        if message == "listening":
            self._has_listeners = True
            self.send_kept()
        elif since is None:
            return
        elif message == "asking":
            self._post("listening")
        else:
            for at, changes, note in message:
                if at >= since:
                    self._receive(changes, note)

    def _post(self, message: object) -> None:
        self._js.postMessage(json.dumps(message))


def post(engine: Engine, name: str, changes: str, note: str | None) -> None:
    """Send one change to whoever listens."""
    channel = _open(engine, name)
    entry: _Entry = (time.time(), changes, note)
    channel.postMessage(json.dumps([entry]))
    channel.close()


def publish(name: str, note: str, *, memory: Memory | None = None) -> None:
    """Publish a change that no transaction makes: a note to whoever has the database open.

    Subscribers in this page and in others get it as a change of no store, in `Change.note`.

    Args:
        name: the name of the database, which need not exist.
        note: what to tell.
        memory: where the database is, if not in the browser.

    Raises:
        InvalidValue: the note is not a string.
    """
    post(memory or DEFAULT, name, NOTHING_CHANGED, check_note(note))


def _open(engine: Engine, name: str) -> Any:
    return engine.open_channel(f"indexeddb:{name}")
