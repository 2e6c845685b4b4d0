"""Many messages and members for a homeserver, written straight into its database: that is faster.

The homeserver must not be running. What is written reads as if it had been sent.
"""

import base64
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from tools.homeserver_settings import SERVER_NAME

_HASHED: Final = (
    "auth_events",
    "depth",
    "hashes",
    "origin_server_ts",
    "prev_events",
    "room_id",
    "sender",
    "state_key",
    "type",
)
"""What an event's ID is made from, beside a part of its content (since room version 11)."""


def add_messages(folder: Path, counts: Mapping[str, int], senders: Sequence[str] = ()) -> None:
    """Adds messages to rooms, one minute apart, after what is there.

    Args:
        folder: The data of a homeserver that does not run.
        counts: How many messages, by the IDs of the rooms.
        senders: Who sends them in turn; empty for whoever sent the last event.
    """
    with _open(folder) as data:
        for room_id, count in counts.items():
            room = _Room(data, room_id)
            people = senders or (room.sender,)
            for number in range(count):
                content = {"msgtype": "m.text", "body": f"message {number} " * (1 + number % 9)}
                sender = people[number % len(people)]
                room.add("m.room.message", content, sender, after_ms=60_000)
            room.finish()


def add_members(folder: Path, room_id: str, count: int) -> None:
    """Adds members to a room, who have no accounts.

    Args:
        folder: The data of a homeserver that does not run.
        room_id: The room.
        count: How many.
    """
    with _open(folder) as data:
        room = _Room(data, room_id)
        for number in range(count):
            user_id = f"@member-{number:05}:{SERVER_NAME}"
            name = f"Member {number}"
            content = {"membership": "join", "displayname": name}
            event_id = room.add("m.room.member", content, user_id, state_key=user_id)
            data.insert("state_events", event_id, room_id, "m.room.member", user_id, None)
            data.insert(
                "state_groups_state", room.group, room_id, "m.room.member", user_id, event_id
            )
            at = data.last
            data.insert(
                "current_state_events", event_id, room_id, "m.room.member", user_id, "join", at
            )
            data.insert(
                "room_memberships",
                *(event_id, user_id, user_id, room_id, "join", 0, name, None, at, 0),
            )
            data.insert("local_current_membership", room_id, user_id, event_id, "join", at)
        room.finish()


class _Data:
    """The database, and the number of the last event in it."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        self.last: int = self.one("SELECT max(stream_ordering) FROM events")[0]
        self._columns: dict[str, str] = {}

    def one(self, sql: str, *values: object) -> Any:
        return self.database.execute(sql, values).fetchone()

    def insert(self, table: str, *values: object) -> None:
        places = ", ".join("?" * len(values))
        self.database.execute(f"INSERT INTO {table} ({_COLUMNS[table]}) VALUES ({places})", values)  # noqa: S608 - all names are in this file.

    def finish(self) -> None:
        """Lets the homeserver go on after the last event, and not do anything about the others."""
        for table, where in _POSITIONS:
            column = "stream_ordering" if table == "appservice_stream_position" else "stream_id"
            self.database.execute(f"UPDATE {table} SET {column} = ?{where}", (self.last,))  # noqa: S608


_COLUMNS: Final = {
    "events": "stream_ordering, topological_ordering, event_id, type, room_id, processed, outlier,"
    " depth, origin_server_ts, received_ts, sender, contains_url, instance_name, state_key",
    "event_json": "event_id, room_id, internal_metadata, json, format_version",
    "event_edges": "event_id, prev_event_id, is_state",
    "event_to_state_groups": "event_id, state_group",
    "state_events": "event_id, room_id, type, state_key, prev_state",
    "state_groups_state": "state_group, room_id, type, state_key, event_id",
    "current_state_events": "event_id, room_id, type, state_key, membership, event_stream_ordering",
    "room_memberships": "event_id, user_id, sender, room_id, membership, forgotten, display_name,"
    " avatar_url, event_stream_ordering, participant",
    "local_current_membership": "room_id, user_id, event_id, membership, event_stream_ordering",
}
_POSITIONS: Final = (
    ("stream_positions", " WHERE stream_name = 'events'"),
    ("federation_stream_position", " WHERE type = 'events'"),
    ("user_directory_stream_pos", ""),
    ("room_forgetter_stream_pos", ""),
    ("delayed_events_stream_pos", ""),
    ("appservice_stream_position", ""),
)


class _Room:
    """A room that events are added to, each after the one before."""

    def __init__(self, data: _Data, room_id: str) -> None:
        self._data = data
        self._id = room_id
        self._last, last_json, self._format = data.one(
            "SELECT event_id, json, format_version FROM event_json JOIN events USING (event_id)"
            " WHERE events.room_id = ? ORDER BY stream_ordering DESC LIMIT 1",
            room_id,
        )
        self._event: dict[str, Any] = json.loads(last_json)
        self.sender: str = self._event["sender"]
        self.group: int = data.one(
            "SELECT state_group FROM event_to_state_groups WHERE event_id = ?", self._last
        )[0]

    def add(
        self,
        type_: str,
        content: Mapping[str, Any],
        sender: str,
        *,
        state_key: str | None = None,
        after_ms: int = 1,
    ) -> str:
        """Adds an event; returns its ID."""
        data, before = self._data, self._event
        event = {
            "type": type_,
            "content": content,
            "sender": sender,
            "room_id": self._id,
            "origin_server_ts": before["origin_server_ts"] + after_ms,
            "depth": before["depth"] + 1,
            "prev_events": [self._last],
            "auth_events": before["auth_events"],
            **({} if state_key is None else {"state_key": state_key}),
        }
        event["hashes"] = {"sha256": _hash(event)}
        event_id = "$" + _hash(_redacted(event)).replace("+", "-").replace("/", "_")
        data.last += 1
        at, depth = event["origin_server_ts"], event["depth"]
        values = (data.last, depth, event_id, type_, self._id, 1, 0, depth, at, at, sender, 0)
        data.insert("events", *values, "master", state_key)
        text = json.dumps({**event, "signatures": {}, "unsigned": {}})
        data.insert("event_json", event_id, self._id, "{}", text, self._format)
        data.insert("event_edges", event_id, self._last, 0)
        data.insert("event_to_state_groups", event_id, self.group)
        self._last, self._event = event_id, event
        return event_id

    def finish(self) -> None:
        """Lets the next event come after the last one."""
        self._data.database.execute(
            "UPDATE event_forward_extremities SET event_id = ? WHERE room_id = ?",
            (self._last, self._id),
        )


@contextmanager
def _open(folder: Path) -> Iterator[_Data]:
    with closing(sqlite3.connect(folder / "homeserver.db")) as database, database:
        data = _Data(database)
        yield data
        data.finish()


def _redacted(event: Mapping[str, Any]) -> dict[str, Any]:
    kept: Iterable[str] = ("membership",) if event["type"] == "m.room.member" else ()
    content = {name: event["content"][name] for name in kept}
    return {name: event[name] for name in _HASHED if name in event} | {"content": content}


def _hash(event: Mapping[str, Any]) -> str:
    text = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
