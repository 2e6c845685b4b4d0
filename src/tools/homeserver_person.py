"""Someone who is signed in to the homeserver of this machine, for what fills it."""

import json
import secrets
import time
import urllib.request
from typing import Any, Final
from urllib.parse import quote

from tools.homeserver import PASSWORD, Homeserver
from tools.paths import ToolError

_NO_PROXY: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_ARRIVAL_SECONDS: Final = 60


class Person:
    """Someone who is signed in to a homeserver."""

    def __init__(self, server: Homeserver, name: str) -> None:
        self.user_id = server.register(name, PASSWORD)
        self.server = server
        self._token = ""
        who = {"type": "m.id.user", "user": self.user_id}
        body = {"type": "m.login.password", "identifier": who, "password": PASSWORD}
        self._token = self.ask("POST", "login", body)["access_token"]

    def ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Asks the homeserver; gives its answer."""
        request = urllib.request.Request(  # noqa: S310 - the address is a homeserver's of ours.
            f"{self.server.url}/_matrix/client/v3/{path}",
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {self._token}"} if self._token else {},
            method=method,
        )
        with _NO_PROXY.open(request, timeout=60) as answer:
            given: dict[str, Any] = json.load(answer)
        return given

    def say(self, room_id: str, text: str) -> None:
        """Writes a message."""
        where = f"rooms/{quote(room_id)}/send/m.room.message/{secrets.token_hex(8)}"
        self.ask("PUT", where, {"msgtype": "m.text", "body": text})

    def wait_for(self, room_id: str, text: str) -> None:
        """Waits until a message has arrived.

        Raises:
            ToolError: It does not.
        """
        until = time.monotonic() + _ARRIVAL_SECONDS
        while time.monotonic() < until:
            found = self.ask("GET", f"rooms/{quote(room_id)}/messages?dir=b&limit=10")["chunk"]
            if any(one["content"].get("body") == text for one in found):
                return
            time.sleep(0.1)
        raise ToolError(f"The message {text!r} did not reach {self.user_id}.")
