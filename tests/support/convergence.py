"""Random acts of several people in one room, and what each of them sees in the end.

It runs wherever Roomkeep does: in a browser's page, in the desktop's window, under CPython.
"""

import asyncio
import contextlib
import random
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from msgspec import Struct, structs

from roomkeep.models import Ban, Channel, Message, Reaction, ban_key
from roomkeep.persistence import DatabaseService
from roomkeep.storage.channel_settings import LAST_READ, setting_key
from roomkeep.sync.client import SyncClient
from roomkeep.sync.errors import HomeserverError
from roomkeep.sync.session import sign_in
from roomkeep.sync.turns import Tabs
from roomkeep.sync.wire import Transport

T = TypeVar("T")
View = dict[str, Any]

EMOJI = ("👍", "❤️", "🌱")
PASSING = "passing"
"""How the names of channels begin that are added and removed; nobody writes in them."""
MOST_CHANNELS = 7
FEW = 5
RETRY_S = 0.1
LOOK_AGAIN_S = 0.1


class Part(Struct, frozen=True, kw_only=True):
    """What one of the clients is to be.

    Attributes:
        server: the homeserver's address.
        room: the room in which all act.
        channel: the channel that this client alone renames.
        victim: the person whom this client alone bans.
    """

    name: str
    server: str
    user_id: str
    password: str
    room: str
    channel: str
    victim: str


class Director(Protocol):
    """Directs the clients: says what to do, and notes what was done."""

    async def ask(self, what: str, data: Any = None) -> Any:
        """Send what a client has to say, and return the answer.

        `"part"` asks for the `Part`; `"next"` for the next order, and says that the one before was
        carried out; `"intend"` announces a write, as the name of what it changes and the new value.
        """
        ...


class Client:
    """A client, from its start to its end.

    Args:
        database: not initialized yet.
        transport: the way to the network.
        director: says what to do.
        make_tabs: makes the tabs, for a user ID; None for a script.
    """

    def __init__(
        self,
        database: DatabaseService,
        transport: Transport,
        director: Director,
        make_tabs: Callable[[str], Tabs] | None = None,
    ) -> None:
        self._database = database
        self._transport = transport
        self._director = director
        self._make_tabs = make_tabs
        self._client: SyncClient | None = None

    async def run(self) -> None:
        """Go on from what is stored, and follow the director's orders."""
        part = Part(**await self._director.ask("part"))
        database = self._database
        await database.initialize()
        tabs = None if self._make_tabs is None else self._make_tabs(part.user_id)
        self._client = client = SyncClient(database, self._transport, tabs=tabs, retry_s=RETRY_S)
        if await database.get_sync_session() is None:
            # A browser that was killed may have forgotten which account was open.
            await patiently(
                lambda: sign_in(database, self._transport, part.server, part.user_id, part.password)
            )
        await client.start()
        if await database.get_room(part.room) is None:
            await patiently(lambda: client.join_room(part.room))
        acts = Acts(part, database, client, self._director)
        while True:
            order = await self._director.ask("next")
            if "act" in order:
                await acts.act(random.Random(order["act"]))  # noqa: S311 - a seed repeats it.
                await self._until(self._is_ready)
            elif "view" in order:
                client.wake()
                await self._until(self._is_sent)
                await self._director.ask("view", await view(database, client, part.room))
            else:
                return

    async def stop(self) -> None:
        """End at once; what is stored stays."""
        if self._client is not None:
            await self._client.stop()
        with contextlib.suppress(Exception):
            await self._database.close()

    async def _is_ready(self) -> bool:
        """Whether little is left to send: people write more slowly than programs."""
        assert self._client is not None
        return self._client.status() != "online" or len(await self._database.get_outbox()) <= FEW

    async def _is_sent(self) -> bool:
        waiting = await self._database.get_outbox()
        return all(entry.state == "failed" for entry in waiting)

    async def _until(self, look: Callable[[], Awaitable[bool]]) -> None:
        await until(self._database, look)


async def patiently(ask: Callable[[], Awaitable[object]]) -> None:
    """Ask until there is a connection."""
    while True:
        try:
            await ask()
        except HomeserverError as error:
            if not error.is_temporary:
                raise
            await asyncio.sleep(RETRY_S)
        else:
            return


async def until(database: DatabaseService, look: Callable[[], Awaitable[T]]) -> T:
    """Look again after each change, until there is something to see."""
    changed = asyncio.Event()
    unsubscribe = database.subscribe(lambda _: changed.set())
    try:
        while not (found := await look()):
            changed.clear()
            # The status is no change of the database.
            # As in `Backoff`: other ways to wait may lose a cancellation, or fail in a page.
            timer = asyncio.get_running_loop().call_later(LOOK_AGAIN_S, changed.set)
            try:
                await changed.wait()
            finally:
                timer.cancel()
        return found
    finally:
        unsubscribe()


class Acts:
    """What one client does. Each announces what it changes, and has done so when it returns."""

    def __init__(
        self, part: Part, database: DatabaseService, client: SyncClient, director: Director
    ) -> None:
        self._part = part
        self._database = database
        self._client = client
        self._director = director
        self._random = random.Random(0)  # noqa: S311 - a seed repeats it.

    async def act(self, chance: random.Random) -> None:
        """Do one thing, if there is anything to do it to."""
        self._random = chance
        acts: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (40, self._say),
            (10, self._reply),
            (10, self._edit),
            (6, self._delete),
            (14, self._react),
            (6, self._take_back),
            (8, self._mark_read),
            (2, self._rename),
            (1, self._add_channel),
            (1, self._remove_channel),
            (1, self._order),
            (1, self._ban),
        ]
        ((_, act),) = chance.choices(acts, [weight for weight, _ in acts])
        await act()

    async def _intend(self, name: str, value: object) -> None:
        await self._director.ask("intend", [name, value])

    def _word(self) -> str:
        return f"{self._random.getrandbits(48):012x}"

    async def _all_channels(self) -> list[Channel]:
        room = await self._database.get_room(self._part.room)
        assert room is not None
        return [*room.channels]

    async def _channel(self) -> Channel:
        lasting = [one for one in await self._all_channels() if not is_passing(one.name)]
        return self._random.choice(lasting)

    async def _messages(self) -> list[Message]:
        channel = await self._channel()
        listed = await self._database.get_latest_messages(self._part.room, 20, None, channel.id)
        return [message for message in listed if not message.is_deleted]

    async def _mine(self) -> list[Message]:
        return [one for one in await self._messages() if one.sender_id == self._part.user_id]

    async def _say(self) -> None:
        await self._send((await self._channel()).id)

    async def _reply(self) -> None:
        if found := await self._messages():
            to = self._random.choice(found)
            await self._send(to.channel_id, reply_to_id=to.id)

    async def _send(self, channel_id: str, **more: Any) -> None:
        text = f"{self._part.name} {self._word()}"
        message = Message(
            id=uuid.uuid4().hex,
            room_id=self._part.room,
            channel_id=channel_id,
            sender_id=self._part.user_id,
            sender_name=self._part.name,
            content=text,
            timestamp=now(),
            **more,
        )
        await self._intend(text, text)
        await self._database.send_message(message)

    async def _edit(self) -> None:
        if found := await self._mine():
            message = self._random.choice(found)
            name = message_name(message.content)
            text = f"{name} edited {self._word()}"
            await self._intend(name, text)
            await self._database.update_message(message.id, content=text, edited_at=now())

    async def _delete(self) -> None:
        if found := await self._mine():
            message = self._random.choice(found)
            await self._intend(message_name(message.content), None)
            await self._database.delete_message(message.id)

    async def _react(self) -> None:
        if found := await self._messages():
            message, emoji = self._random.choice(found), self._random.choice(EMOJI)
            me = self._part.user_id
            await self._intend(reaction_name(me, emoji, message_name(message.content)), value=True)
            reaction = Reaction(message_id=message.id, oder_id=me, emoji=emoji, timestamp=now())
            await self._database.send_reaction(reaction)

    async def _take_back(self) -> None:
        me = self._part.user_id
        mine = [
            (message, one)
            for message in await self._messages()
            for one in message.reactions
            if one.oder_id == me
        ]
        if mine:
            message, one = self._random.choice(mine)
            name = reaction_name(me, one.emoji, message_name(message.content))
            await self._intend(name, None)
            await self._database.remove_reaction(one.message_id, me, one.emoji)

    async def _mark_read(self) -> None:
        channel = await self._channel()
        listed = await self._database.get_latest_messages(self._part.room, 1, None, channel.id)
        key = setting_key(LAST_READ, (self._part.room, channel.id))
        before: Any = await self._database.get_setting(key)
        if listed and (before or 0) < listed[0].timestamp:
            await self._intend(f"{self._part.name} {key}", listed[0].timestamp)
            await self._database.save_setting(key, listed[0].timestamp)

    async def _rename(self) -> None:
        name = f"{self._part.name} {self._word()}"
        await self._intend(f"channel {self._part.channel}", name)
        await self._save(
            structs.replace(one, name=name) if one.id == self._part.channel else one
            for one in await self._all_channels()
        )

    async def _add_channel(self) -> None:
        channels = await self._all_channels()
        is_lasting = sum(not is_passing(one.name) for one in channels) < MOST_CHANNELS
        if not is_lasting and any(one.name == self._passing for one in channels):
            return
        name = f"{self._part.name} {self._word()}" if is_lasting else self._passing
        await self._intend(f"channel named {name}", value=True)
        new = Channel(id=uuid.uuid4().hex, name=name, type="text", position=len(channels))
        await self._save([*channels, new])

    async def _remove_channel(self) -> None:
        channels = await self._all_channels()
        if any(one.name == self._passing for one in channels):
            await self._intend(f"channel named {self._passing}", None)
            await self._save(one for one in channels if one.name != self._passing)

    @property
    def _passing(self) -> str:
        return f"{PASSING} {self._part.name}"

    async def _order(self) -> None:
        channels = await self._all_channels()
        self._random.shuffle(channels)
        await self._save(channels)

    async def _save(self, channels: Any) -> None:
        numbered = tuple(structs.replace(one, position=at) for at, one in enumerate(channels))
        await self._database.update_room(self._part.room, channels=numbered)

    async def _ban(self) -> None:
        room, victim = self._part.room, self._part.victim
        is_banned = await self._database.is_user_banned(victim, room)
        await self._intend(f"ban {victim}", None if is_banned else True)
        if is_banned:
            await self._database.remove_ban(ban_key(room, victim))
        else:
            ban = Ban(room_id=room, user_id=victim, banned_by=self._part.user_id, timestamp=now())
            await self._database.save_ban(ban)


def now() -> int:
    return time.time_ns() // 1_000_000


def is_passing(name: str) -> bool:
    return name.startswith(PASSING)


def message_name(text: str) -> str:
    """Return what a message is called, in all its versions."""
    return " ".join(text.split()[:2])


def reaction_name(user_id: str, emoji: str, message: str) -> str:
    return f"{emoji} {user_id} on {message}"


async def view(database: DatabaseService, client: SyncClient, room_id: str) -> View:
    """Return what a client sees of a room, in terms that mean the same to everyone.

    `own` is what concerns nobody else: the read markers, and what could not be sent.
    """
    room = await database.get_room(room_id)
    assert room is not None
    messages, read = {}, {}
    for channel in room.channels:
        while gaps := await database.get_gaps(room_id, channel.id):
            await client.fill(gaps[-1])
        listed = await database.get_latest_messages(room_id, 100_000, None, channel.id)
        by_id = {message.id: message for message in listed}
        messages[channel.id] = sorted(
            (
                [
                    message.timestamp,
                    message.sender_id,
                    message.content,
                    message.is_deleted,
                    # Of a message that was deleted before one came, nothing else is known.
                    None if message.is_deleted else _reply(by_id.get(message.reply_to_id or "")),
                    sorted([one.oder_id, one.emoji] for one in message.reactions),
                ]
                for message in listed
            ),
            key=str,
        )
        key = setting_key(LAST_READ, (room_id, channel.id))
        read[key] = await database.get_setting(key)
    bans = await database.get_bans_for_room(room_id)
    failed = [
        [str(type(one.request).__name__), one.error]
        for one in await database.get_outbox()
        if one.state == "failed"
    ]
    return {
        "channels": [[one.id, one.name, one.type] for one in room.channels],
        "members": [[one.oder_id, one.display_name, one.role] for one in room.members],
        "bans": sorted([one.user_id, one.banned_by, one.reason] for one in bans),
        "messages": messages,
        "own": {"read": read, "failed": failed},
    }


def _reply(to: Message | None) -> list[Any] | None:
    return None if to is None else [to.sender_id, to.timestamp]
