"""The states of rooms that a server tells of, which is played here."""

from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from roomkeep.sync.room_states import RoomStates
from roomkeep.sync.wire import Request, Response, Wire
from roomkeep.sync.wire.types import Event, JoinedRoom
from support.recorded import Answers, json_answer

ROOM = "!space"
NAME = "m.room.name"


def named(event_id: str, name: str) -> dict[str, Any]:
    return {
        "type": NAME,
        "state_key": "",
        "event_id": event_id,
        "sender": "@ann:x",
        "origin_server_ts": 1,
        "content": {"name": name},
    }


class Server(Answers):
    """Tells of the end of one branch in a sync, and of all of them where one state is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.on_branch = named("$1", "old")
        self.current = named("$2", "new")
        self.asked = 0

    async def send(self, request: Request) -> Response:
        path = unquote(urlsplit(request.url).path)
        if path.endswith(f"/state/{NAME}/"):
            self.asked += 1
            return json_answer(self.current)
        assert path.endswith("/sync")
        made = {**named("$0", ""), "type": "m.room.create"}
        room = {"state": {"events": [made, self.on_branch]}, "timeline": {"events": []}}
        return json_answer({"next_batch": "t", "rooms": {"join": {ROOM: room}}})


async def test_what_changed_on_another_branch_is_seen_until_the_branches_are_joined() -> None:
    server, now = Server(), 0.0
    states = RoomStates(Wire(server, "https://m.test"), clock=lambda: now)

    async def name() -> str:
        found = (await states.ask([ROOM]))[ROOM]
        return str(found.content(NAME)["name"])

    assert (await name(), server.asked) == ("old", 0)
    told = msgspec.convert(server.current, Event)
    said = JoinedRoom(
        timeline=(told,),
        limited=False,
        prev_batch=None,
        state=(),
        ephemeral=(),
        account_data=(),
        members=None,
    )
    states.note_changes({ROOM: said})
    assert (await name(), server.asked) == ("new", 1)
    # For however long that takes.
    now = 3_600.0
    assert (await name(), server.asked) == ("new", 2)
    server.on_branch = server.current
    assert [await name(), await name()] == ["new", "new"]
    assert server.asked == 3
    # What has just changed may be about to branch.
    states.note_changes({ROOM: said})
    assert [await name(), await name()] == ["new", "new"]
    assert server.asked == 5
