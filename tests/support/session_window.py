"""A window without a window: a session of the main process, asked with Python values."""

import json
from typing import Any, Literal

from roomkeep.desktop.main_process import MainProcess, Session

__all__ = ["Window"]


class Window:
    """A session, with requests as Python values.

    Attributes:
        notified: what it was notified of.
    """

    def __init__(self, main: MainProcess) -> None:
        self.notified: list[dict[str, Any]] = []
        self.session: Session = main.open_session(
            lambda text: self.notified.append(json.loads(text))
        )

    def ask(
        self,
        kind: Literal["command", "query"],
        name: str,
        account: int | None = None,
        **payload: object,
    ) -> dict[str, Any]:
        """Send a request, and return the reply."""
        request: dict[str, Any] = {"type": name, "payload": payload}
        if account is not None:
            request["account"] = account
        reply: dict[str, Any] = json.loads(self.session.handle(kind, json.dumps(request)))
        return {"result": None, "changes": [], "unreadable": []} | reply

    def command(self, name: str, account: int | None = None, **payload: object) -> Any:
        """Send a command that is carried out, and return its result."""
        reply = self.ask("command", name, account, **payload)
        assert "error" not in reply, reply
        return reply["result"]

    def query(self, name: str, account: int | None = None, **payload: object) -> Any:
        """Send a query that is carried out, and return its result."""
        reply = self.ask("query", name, account, **payload)
        assert "error" not in reply, reply
        return reply["result"]

    def open(self, user_id: str | None = None) -> int:
        """Open an account, and return its handle."""
        handle: int = self.command("open-account", userId=user_id)
        return handle
