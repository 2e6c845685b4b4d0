"""How often a rule that writes one record waits: in a browser each is a way to another process."""

import types
from collections.abc import AsyncIterator, Awaitable, Coroutine, Generator
from typing import Any

import pytest

from roomkeep.models import Message, Reaction, Room
from roomkeep.persistence import DatabaseService

READS = ("get", "get_many", "get_all", "get_page", "get_all_keys", "existing", "find", "find_keys")


class Waiting:
    """A request that answers only when it is awaited.

    Attributes:
        trip: how many others, at least, one had to wait for before it could be issued.
    """

    def __init__(self, inner: Awaitable[Any], trip: int) -> None:
        self._inner = inner
        self.trip = trip

    def __await__(self) -> Generator[Any, Any, Any]:
        yield self
        return (yield from self._inner.__await__())


class SlowTransaction:
    """A transaction whose reads are waited for, as in a browser."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._trip = 1
        self.trips = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name not in READS:
            return method

        def issue(*args: Any, **kwargs: Any) -> Awaitable[Any]:
            answer = method(*args, **kwargs)
            # With nothing to ask for, no engine asks.
            return answer if not args[1:] or args[-1] == [] else Waiting(answer, self._trip)

        return issue

    @types.coroutine
    def drive(self, body: Coroutine[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """Run a body, and pass on the requests of the engine that it waits for."""
        answer = None
        while True:
            try:
                request = body.send(answer)
            except StopIteration as end:
                return end.value
            answer = None
            if isinstance(request, Waiting):
                self.trips = max(self.trips, request.trip)
                self._trip = request.trip + 1
            else:
                answer = yield request


class SlowEngine:
    """An engine that counts the round trips of the last write."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.trips = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def write(self, stores: Any, body: Any) -> Any:
        async def slow_body(tx: Any) -> Any:
            slow = SlowTransaction(tx)
            result = await slow.drive(body(slow))
            self.trips = slow.trips
            return result

        return await self._inner.write(stores, slow_body)


MESSAGE = Message(
    id="m", room_id="r", sender_id="u", sender_name="U", content="tea", timestamp=1_000
)
REACTION = Reaction(message_id="m", oder_id="u", emoji="👍", timestamp=2_000)


@pytest.fixture
async def db() -> AsyncIterator[DatabaseService]:
    service = DatabaseService()
    await service.initialize()
    await service.save_room(Room(id="r", name="R", host_id="u", created_at=1))
    await service.save_message(MESSAGE)
    account: Any = service._scopes.current.account
    account._engine = SlowEngine(account._engine)
    yield service
    await service.close()


def trips(db: DatabaseService) -> int:
    account: Any = db._scopes.current.account
    return int(account._engine.trips)


async def test_what_changes_one_record_waits_once(db: DatabaseService) -> None:
    found = {}
    await db.save_message(MESSAGE)
    found["save_message"] = trips(db)
    await db.send_message(MESSAGE, settings={"draft": None})
    found["send_message"] = trips(db)
    await db.update_message("m", content="cake")
    found["update_message"] = trips(db)
    await db.save_reaction(REACTION)
    found["save_reaction"] = trips(db)
    await db.remove_reaction("m", "u", "👍")
    found["remove_reaction"] = trips(db)
    assert found == dict.fromkeys(found, 1)
    message = await db.get_message_by_id("m")
    assert message is not None
    assert (message.content, message.reactions) == ("cake", ())
