"""Three people act at random, their connections are cut, their programs crash; all see the same."""

import asyncio
import os
import time
from collections.abc import Callable

import pytest

from roomkeep.sync.directory import NewChannel, NewRoom
from roomkeep.sync.wire import events
from support import long_run
from support.convergence import Acts, view
from support.sync_people import synced_people
from tools.homeserver import Homeserver

pytestmark = pytest.mark.homeserver

SECONDS = float(os.environ.get("ROOMKEEP_SYNC_SECONDS", "12"))
"""For how long they act: shortly, or as `npm run test:sync` says."""


async def test_everyone_sees_the_same_in_the_end(
    homeserver: Homeserver, operations: Callable[[int], None]
) -> None:
    async with synced_people(homeserver, "ada", "ben", "cat") as people:
        ada, *others = people
        made = await ada.client.create_room(
            NewRoom(name="Club", channels=(NewChannel(name="general"),))
        )
        room = made.room.id
        for person in others:
            await person.client.join_room(room)
        # Everyone may change the channels.
        wire = ada.client._connected.wire
        for place in (room, made.room.channels[0].id):
            levels = await events.get_state_content(wire, place, "m.room.power_levels")
            assert levels is not None
            levels["users"].update({person.user_id: 90 for person in others})
            await events.put_state(wire, place, "m.room.power_levels", "", levels)

        acts = [
            Acts(person, room, long_run.SEED * 10 + number) for number, person in enumerate(people)
        ]
        until = time.monotonic() + SECONDS

        async def act_on(one: Acts) -> None:
            one.person.transport.chance = 0.03
            while time.monotonic() < until:
                await one.act()
                await one.person.until_few_wait()

        await asyncio.gather(*map(act_on, acts))
        for person in people:
            person.transport.chance = 0
            person.transport.mend()
            person.client.wake()
        for person in people:
            await person.until_online()
            await person.until_sent()

        async def is_same() -> bool:
            first, *rest = [await view(person, room) for person in people]
            return all(other == first for other in rest)

        await ada.until(is_same)
        seen = await view(ada, room)
        texts = sorted(
            one[2] for listed in seen["messages"].values() for one in listed if not one[3]
        )
        assert texts == sorted(text for one in acts for text in one.written.values())
        operations(sum(one.count for one in acts))
