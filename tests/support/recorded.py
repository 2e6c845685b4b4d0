"""What a real homeserver sent: see `tests/sync/record.py`."""

import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from roomkeep.sync.wire import Request, Response, Wire

T = TypeVar("T")

FOLDER = Path(__file__).parents[1] / "sync" / "recorded"


def recorded(name: str) -> bytes:
    return (FOLDER / f"{name}.json").read_bytes()


class Answers:
    """A transport that gives prepared answers, and keeps what was asked."""

    def __init__(self, *answers: Response | Exception) -> None:
        self._answers = list(answers)
        self.requests: list[Request] = []

    async def send(self, request: Request) -> Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def json_answer(value: Any, status: int = 200, **headers: str) -> Response:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(status=status, headers=named, body=body)


def ask(answer: Any, call: Callable[[Wire], Coroutine[Any, Any, T]], status: int = 200) -> T:
    """Make a call of a homeserver that gives one answer, at once: it needs no event loop."""
    calling = call(Wire(Answers(json_answer(answer, status)), "https://matrix.test"))
    try:
        calling.send(None)
    except StopIteration as ended:
        given: T = ended.value
        return given
    raise AssertionError("the call waits for something else")
