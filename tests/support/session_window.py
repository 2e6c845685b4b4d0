"""A window without a window: a session of the main process, asked with Python values."""

import json
from typing import Any, Literal

from roomkeep.desktop.main_process import MainProcess, Session

__all__ = ["Window"]


class Window:
    """A session, with requests as Python values."""

    def __init__(self, main: MainProcess) -> None:
        self.told: list[dict[str, Any]] = []
        self.session: Session = main.open_session(lambda text: self.told.append(json.loads(text)))

    def ask(
        self,
        kind: Literal["command", "query"],
        name: str,
        account: int | None = None,
        **payload: object,
    ) -> dict[str, Any]:
        """Send a request, and return the answer."""
        request: dict[str, Any] = {"type": name, "payload": payload}
        if account is not None:
            request["account"] = account
        answer: dict[str, Any] = json.loads(self.session.handle(kind, json.dumps(request)))
        return answer

    def command(self, name: str, account: int | None = None, **payload: object) -> Any:
        """Send a command that is carried out, and return its result."""
        answer = self.ask("command", name, account, **payload)
        assert "error" not in answer, answer
        return answer["result"]

    def query(self, name: str, account: int | None = None, **payload: object) -> Any:
        """Send a query that is carried out, and return its result."""
        answer = self.ask("query", name, account, **payload)
        assert "error" not in answer, answer
        return answer["result"]

    def open(self, user_id: str | None = None) -> int:
        """Open an account, and return its handle."""
        handle: int = self.command("open-account", userId=user_id)
        return handle
