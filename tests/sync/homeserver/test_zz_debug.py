"""Three people act at random, their connections are cut, their programs crash; all see the same."""

import asyncio
import time
from collections.abc import Callable

import pytest

import support.sync_people as _sp
from roomkeep.sync.directory import NewChannel, NewRoom
from roomkeep.sync.wire import events
from support import long_run
from support.convergence import Acts, view
from support.sync_people import synced_people
from tools.homeserver import Homeserver

_sp.PATIENCE_S = 60
pytestmark = pytest.mark.homeserver

SECONDS = 25.0
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
        levels = await events.get_state_content(wire, room, "m.room.power_levels")
        assert levels is not None
        levels["users"].update({person.user_id: 90 for person in others})
        await events.put_state(wire, room, "m.room.power_levels", "", levels)

        acts = [
            Acts(person, room, long_run.SEED * 10 + number) for number, person in enumerate(people)
        ]
        until = time.monotonic() + SECONDS

        async def act_on(one: Acts) -> None:
            one.person.transport.chance = 0.1
            while time.monotonic() < until:
                await one.act()
                await asyncio.sleep(0.1)

        await asyncio.gather(*map(act_on, acts))
        for person in people:
            person.transport.chance = 0
            person.transport.mend()
            person.client.wake()
        for person in people:
            await person.until_online()
            try:
                async def ok(person=person): return not [e for e in await person.database.get_outbox() if e.state != "failed"]
                await person.until(ok)
            except TimeoutError:
                for other in people:
                    print("PERSON", other.user_id, other.client.status())
                    for e in await other.database.get_outbox():
                        print(
                            "  ", e.id[:16], e.channel_id, e.state, e.error, e.event_id, e.request
                        )
                    r = await other.database.get_room(room)
                    print("   channels", [(c.id, c.name) for c in r.channels])
                raise

        async def is_same() -> bool:
            first, *rest = [await view(person, room) for person in people]
            return all(other == first for other in rest)

        try:
            import support.sync_people as sp

            sp.PATIENCE_S = 20
            await ada.until(is_same)
        except TimeoutError:
            first, *rest = [await view(person, room) for person in people]
            for n, other in enumerate(rest):
                print(
                    "DIFF",
                    n,
                    other["channels"] == first["channels"],
                    other["members"] == first["members"],
                )
                if other["channels"] != first["channels"]:
                    print("   ", first["channels"], other["channels"])
                for cid in first["messages"]:
                    a, b = first["messages"][cid], other["messages"].get(cid, [])
                    for x in a:
                        if x not in b:
                            print("   only first", cid[:5], x)
                    for x in b:
                        if x not in a:
                            print("   only", n, cid[:5], x)
            raise
        seen = await view(ada, room)
        texts = sorted(
            one[2] for listed in seen["messages"].values() for one in listed if not one[3]
        )
        assert texts == sorted(text for one in acts for text in one.written.values())
        operations(sum(one.count for one in acts))
