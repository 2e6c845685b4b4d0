"""Random acts of several people in one room, and what each of them sees in the end."""

import random
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from roomkeep.models import Channel, Message, Reaction
from support.sync_people import SyncedPerson

View = dict[str, Any]

EMOJI = ("👍", "❤️", "🌱")


class Acts:
    """What one person does in a room, at random.

    Attributes:
        written: the texts that are written and not taken back; each is written once.
        count: how many acts were done.
    """

    def __init__(self, person: SyncedPerson, room: str, seed: int) -> None:
        self.person = person
        self.room = room
        self.count = 0
        self.written: dict[str, str] = {}
        self._random = random.Random(seed)  # noqa: S311 - a seed repeats it.
        self._number = 0

    async def act(self) -> None:
        """Do one thing, if there is anything to do it to."""
        acts: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (40, self._say),
            (10, self._reply),
            (10, self._edit),
            (6, self._delete),
            (14, self._react),
            (6, self._take_back),
            (3, self._rename),
            (2, self._add_channel),
            (3, self._reorder),
            (3, self._cut),
            (3, self._restart),
        ]
        weights = [weight for weight, _ in acts]
        ((_, act),) = self._random.choices(acts, weights)
        await act()
        self.count += 1

    async def _channels(self) -> list[Channel]:
        room = await self.person.database.get_room(self.room)
        assert room is not None
        return [*room.channels]

    async def _messages(self) -> list[Message]:
        channel = self._random.choice(await self._channels())
        listed = await self.person.database.get_latest_messages(self.room, 20, None, channel.id)
        return [message for message in listed if not message.is_deleted]

    async def _mine(self) -> list[Message]:
        me = self.person.user_id
        return [message for message in await self._messages() if message.sender_id == me]

    def _text(self) -> str:
        self._number += 1
        return f"{self.person.name} {self._number}"

    async def _say(self) -> None:
        channel = self._random.choice(await self._channels())
        text = self._text()
        message = await self.person.say(self.room, channel.id, text)
        self.written[message.id] = text

    async def _reply(self) -> None:
        if found := await self._messages():
            to, text = self._random.choice(found), self._text()
            message = await self.person.say(self.room, to.channel_id, text, reply_to_id=to.id)
            self.written[message.id] = text

    async def _edit(self) -> None:
        if found := await self._mine():
            message, text = self._random.choice(found), self._text()
            now = await self.person.now()
            await self.person.database.update_message(message.id, content=text, edited_at=now)
            self.written[message.id] = text

    async def _delete(self) -> None:
        if found := await self._mine():
            message = self._random.choice(found)
            await self.person.database.delete_message(message.id)
            self.written.pop(message.id)

    async def _react(self) -> None:
        if found := await self._messages():
            reaction = Reaction(
                message_id=self._random.choice(found).id,
                oder_id=self.person.user_id,
                emoji=self._random.choice(EMOJI),
                timestamp=await self.person.now(),
            )
            await self.person.database.send_reaction(reaction)

    async def _take_back(self) -> None:
        me = self.person.user_id
        mine = [
            one
            for message in await self._messages()
            for one in message.reactions
            if one.oder_id == me
        ]
        if mine:
            one = self._random.choice(mine)
            await self.person.database.remove_reaction(one.message_id, me, one.emoji)

    async def _rename(self) -> None:
        channels = await self._channels()
        place = self._random.randrange(len(channels))
        await self._save(
            [
                Channel(
                    id=one.id,
                    name=self._text() if at == place else one.name,
                    type=one.type,
                    position=at,
                )
                for at, one in enumerate(channels)
            ]
        )

    async def _add_channel(self) -> None:
        channels = await self._channels()
        if len(channels) < 5:
            new = Channel(
                id=secrets.token_hex(4), name=self._text(), type="text", position=len(channels)
            )
            await self._save([*channels, new])

    async def _reorder(self) -> None:
        channels = await self._channels()
        self._random.shuffle(channels)
        await self._save(
            [
                Channel(id=one.id, name=one.name, type=one.type, position=at)
                for at, one in enumerate(channels)
            ]
        )

    async def _save(self, channels: list[Channel]) -> None:
        await self.person.database.update_room(self.room, channels=tuple(channels))

    async def _cut(self) -> None:
        if self.person.transport.is_cut:
            self.person.transport.mend()
        else:
            self.person.transport.cut()

    async def _restart(self) -> None:
        await self.person.restart()


async def view(person: SyncedPerson, room_id: str) -> View:
    """Return what a person sees of a room, in terms that mean the same to everyone."""
    room = await person.database.get_room(room_id)
    assert room is not None
    channels = {}
    for channel in room.channels:
        while gaps := await person.database.get_gaps(room_id, channel.id):
            assert await person.client.fill(gaps[-1])
        listed = await person.database.get_latest_messages(room_id, 100_000, None, channel.id)
        texts = {message.id: (message.sender_id, message.timestamp) for message in listed}
        channels[channel.id] = sorted(
            (
                message.timestamp,
                message.sender_id,
                message.content,
                message.is_deleted,
                # Of a message that was deleted before one came, nothing else is known.
                None if message.is_deleted else texts.get(message.reply_to_id or ""),
                sorted((one.oder_id, one.emoji) for one in message.reactions),
            )
            for message in listed
        )
    return {
        "channels": [(one.id, one.name, one.type) for one in room.channels],
        "members": [(one.oder_id, one.display_name, one.role) for one in room.members],
        "messages": channels,
    }
