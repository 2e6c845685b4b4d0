"""A server that plays an attacker: it answers as a test wants it to, well-formed or not."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

ME = "@ada:localhost"
MALLORY = "@mallory:localhost"
CLUB = "!club:localhost"
GENERAL = "!general:localhost"

Reply = Any
"""Bytes or JSON for a body, a `Raw`, or an iterator of a body's pieces."""


@dataclass
class Asked:
    """A request."""

    method: str
    path: str
    query: dict[str, str]
    at: float = field(default_factory=time.monotonic)


@dataclass
class Raw:
    """A reply that is not simply a body."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class HostileServer:
    """Answers on loopback: honestly to begin with, and then by `replies`, by what is asked for.

    Attributes:
        replies: what to reply, by the last part of the path; `view` is a sync of chosen rooms.
        asked: the requests so far.
    """

    def __init__(self) -> None:
        self.replies: dict[str, Callable[[Asked], Reply]] = {}
        self.asked: list[Asked] = []
        self._token = 0
        self._said: list[Reply] = []
        self._changed = asyncio.Condition()
        self._serving = set[asyncio.Task[None]]()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def say(self, reply: Reply) -> None:
        """Reply this to the sync that waits, or to the next one."""
        async with self._changed:
            self._said.append(reply)
            self._changed.notify_all()

    async def attack(self, name: str, reply: Callable[[Asked], Reply]) -> None:
        """Reply so from now on, also to what waits."""
        async with self._changed:
            self.replies[name] = reply
            self._changed.notify_all()

    def repent(self) -> None:
        """Be honest from now on."""
        self.replies.clear()

    async def until_asked(self, name: str, count: int) -> list[Asked]:
        """Wait for so many requests of a kind, from now on; return them."""
        before = len(self.asked)

        def found() -> list[Asked]:
            return [one for one in self.asked[before:] if _name(one) == name]

        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(lambda: len(found()) >= count)
        return found()[:count]

    def news(self, *events: Any, room: str = GENERAL, **more: Any) -> dict[str, Any]:
        """Return an honest answer to a sync: events in a room."""
        self._token += 1
        joined = {room: {"timeline": {"events": list(events)}, **more}}
        return {"next_batch": f"t{self._token}", "rooms": {"join": joined}}

    # How it works

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
        finally:
            self._serving.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target, *_ = head.split(" ", 2)
        length = next(
            (line[15:] for line in head.lower().splitlines() if line.startswith("content-length:")),
            "0",
        )
        await reader.readexactly(int(length))
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        asked = Asked(method, unquote(parts.path), query)
        async with self._changed:
            self.asked.append(asked)
            self._changed.notify_all()
        reply = await self._choose(asked)
        raw = reply if isinstance(reply, Raw) else Raw(body=_body(reply))
        headers = {"Connection": "close", "Content-Type": "application/json", **raw.headers}
        if not isinstance(reply, AsyncIterator):
            headers["Content-Length"] = str(len(raw.body))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {raw.status} x\r\n{lines}\r\n".encode() + raw.body)
        await writer.drain()
        if isinstance(reply, AsyncIterator):
            async for piece in reply:
                writer.write(piece)
                await writer.drain()

    async def _choose(self, asked: Asked) -> Reply:
        name = _name(asked)
        if name in self.replies:
            return self.replies[name](asked)
        if name == "sync" and "since" in asked.query:
            return await self._wait(asked)
        return _HONEST[name](asked)

    async def _wait(self, asked: Asked) -> Reply:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(int(asked.query["timeout"]) / 1000), self._changed:
                await self._changed.wait_for(lambda: self._said or "sync" in self.replies)
        if "sync" in self.replies:
            return self.replies["sync"](asked)
        return self._said.pop(0) if self._said else {"next_batch": asked.query["since"]}


def message(event_id: str, text: Any = "hello", **more: Any) -> dict[str, Any]:
    """Return an event with a message."""
    content = {"msgtype": "m.text", "body": text}
    return event("m.room.message", content, event_id=event_id, **more)


def event(type_: Any, content: Any, **more: Any) -> dict[str, Any]:
    """Return an event."""
    plain = {"type": type_, "content": content, "sender": MALLORY, "origin_server_ts": 2_000}
    return {**plain, **more}


def state(type_: str, content: Any, key: str = "", **more: Any) -> dict[str, Any]:
    """Return an event of a room's state."""
    return event(type_, content, state_key=key, event_id=f"${type_}{key}", **more)


def room_state(name: Any, *more: Any, is_space: bool = False) -> list[Any]:
    """Return the state of a room."""
    kind = {"type": "m.space"} if is_space else {}
    return [
        state("m.room.create", {"room_version": "10", **kind}),
        state("m.room.join_rules", {"join_rule": "public"}),
        state("m.room.name", {"name": name}),
        *more,
    ]


def joined(state_: list[Any], *timeline: Any) -> dict[str, Any]:
    """Return what a sync tells of a joined room."""
    count = {"m.joined_member_count": 2}
    return {"state": {"events": state_}, "timeline": {"events": [*timeline]}, "summary": count}


def honest_rooms() -> dict[str, Any]:
    """Return the room and the channel that are there before the attack."""
    child = state("m.space.child", {"via": ["localhost"]}, GENERAL)
    parent = state("m.space.parent", {"via": ["localhost"], "canonical": True}, CLUB)
    kept = message("$kept", "kept", origin_server_ts=1_000)
    return {
        CLUB: joined(room_state("Club", child, is_space=True)),
        GENERAL: joined(room_state("general", parent), kept),
    }


def _first(_: Asked) -> Reply:
    return {"next_batch": "t0", "rooms": {"join": honest_rooms()}}


def _members(_: Asked) -> Reply:
    people = [state("m.room.member", {"membership": "join"}, one) for one in (ME, MALLORY)]
    return {"chunk": people}


def _unknown(_: Asked) -> Reply:
    return Raw(404, body=json.dumps({"errcode": "M_NOT_FOUND"}).encode())


_HONEST: dict[str, Callable[[Asked], Reply]] = {
    "client": _unknown,
    "versions": lambda _: {"versions": ["v1.11"]},
    "login": lambda _: {"user_id": ME, "device_id": "d", "access_token": "t"},
    "logout": lambda _: {},
    "sync": _first,
    "view": _first,
    "members": _members,
    "messages": lambda _: {"chunk": []},
    "hierarchy": lambda _: {"rooms": []},
    "publicRooms": lambda _: {"chunk": []},
    "state": _unknown,
}


def _name(asked: Asked) -> str:
    name = asked.path.rstrip("/").split("/")[-1]
    if "/state" in asked.path:
        return "state"
    if name == "sync" and '"rooms"' in asked.query.get("filter", ""):
        return "view"
    return name


def _body(reply: Reply) -> bytes:
    if isinstance(reply, AsyncIterator):
        return b""
    return reply if isinstance(reply, bytes) else json.dumps(reply).encode()
