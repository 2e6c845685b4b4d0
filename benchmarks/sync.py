"""How a large account begins to be synchronized, from signing in to the last room."""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from tools.commands import call
from tools.homeserver import PASSWORD, Homeserver, set_up_homeserver
from tools.homeserver_data import add_messages
from tools.homeserver_person import Person
from tools.paths import ROOT
from tools.setup import set_up_tests, venv_program

_SCRIPT: Final = ROOT / "benchmarks" / "sync_process" / "measure.py"
_AT_ONCE: Final = 8
_ONE_SPACE_IN: Final = 10
"""Every tenth room is a space with a channel; the others are rooms as most clients make them."""


def bench_sync(rooms: int, events: int) -> int:
    """Fills an account on a homeserver, measures signing in to it, and prints a table.

    Args:
        rooms: How many rooms the account is in.
        events: How many messages there are in all of them.

    Raises:
        ToolError: Something is missing that the user must install, or Synapse cannot be had.
    """
    set_up_tests()
    set_up_homeserver()
    with tempfile.TemporaryDirectory(prefix="roomkeep-bench-") as name:
        folder = Path(name)
        began = time.monotonic()
        print(f"Filling an account with {rooms:,} rooms and {events:,} messages …", flush=True)
        with Homeserver(folder) as server:
            user_id, senders, channels = _make_rooms(server, rooms)
        counts = {
            one: events // len(channels) + (place < events % len(channels))
            for place, one in enumerate(channels)
        }
        add_messages(folder, counts, senders)
        print(f"That took {time.monotonic() - began:.0f} s.\n", flush=True)
        with Homeserver(folder) as server:
            return call(
                [venv_program("python"), _SCRIPT, server.url, user_id, PASSWORD, str(rooms)],
                env={"PYTHONPATH": str(ROOT / "src")},
            )


def _make_rooms(server: Homeserver, count: int) -> tuple[str, list[str], list[str]]:
    """Has Ben make rooms and Ada join them; gives her ID, who is in them, and those with messages.

    Args:
        server: The homeserver.
        count: How many rooms.
    """
    ada, ben = Person(server, "ada"), Person(server, "ben")
    via = [server.server_name]

    def make(**settings: Any) -> str:
        room_id: str = ben.ask("POST", "createRoom", {"preset": "public_chat", **settings})[
            "room_id"
        ]
        ada.ask("POST", f"join/{quote(room_id)}", {})
        return room_id

    def make_one(number: int) -> str:
        name = f"Room {number}"
        if number % _ONE_SPACE_IN:
            return make(name=name)
        space = make(name=name, creation_content={"type": "m.space"})
        parent = {
            "type": "m.space.parent",
            "state_key": space,
            "content": {"via": via, "canonical": True},
        }
        channel = make(name="general", initial_state=[parent])
        where = f"rooms/{quote(space)}/state/m.space.child/{quote(channel)}"
        ben.ask("PUT", where, {"via": via})
        return channel

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        channels = list(pool.map(make_one, range(count)))
    return ada.user_id, [ben.user_id, ada.user_id], channels
