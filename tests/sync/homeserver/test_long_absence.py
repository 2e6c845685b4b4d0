"""A server that is gone for long, and a person who is."""

from pathlib import Path

import pytest

from roomkeep.models import Reaction
from roomkeep.sync.directory import NewChannel, NewRoom
from support.homeserver import running_homeserver
from support.sync_people import SyncedPerson, synced_people
from tools.homeserver import Homeserver

pytestmark = pytest.mark.homeserver


async def make_club(ada: SyncedPerson, ben: SyncedPerson) -> tuple[str, str]:
    new = NewRoom(name="Club", channels=(NewChannel(name="general"),))
    made = await ada.client.create_room(new)
    await ben.client.join_room(made.room.id)
    return made.room.id, made.room.channels[0].id


async def test_a_server_that_is_gone_for_a_week_is_found_again(
    homeserver: Homeserver, tmp_path: Path
) -> None:
    with running_homeserver(tmp_path) as server:
        port = server.port
        async with synced_people(server, "ada", "ben") as (ada, ben):
            where = await make_club(ada, ben)
            await ada.say(*where, "before")
            await ben.until_text(where[0], "before")
            server.close()
            for person in (ada, ben):
                await person.until(lambda person=person: _is(person, "offline"))  # type: ignore[misc]
            # Everything goes on here, also after the program was started again.
            await ada.say(*where, "first")
            await ada.restart()
            await ada.say(*where, "second")
            await ben.say(*where, "third")
            assert await ada.texts(*where) == ["before", "first", "second"]
            with Homeserver(tmp_path, port):
                for person in (ada, ben):
                    person.client.wake()
                for person in (ada, ben):
                    await person.until_sent()
                    for text in ("first", "second", "third"):
                        await person.until_text(where[0], text)
                assert await ada.texts(*where) == await ben.texts(*where)
                for person in (ada, ben):
                    await person.client.stop()


async def test_what_happened_in_a_long_absence_is_all_there(homeserver: Homeserver) -> None:
    async with synced_people(homeserver, "ada", "ben") as (ada, ben):
        where = await make_club(ada, ben)
        room = where[0]
        for text in ("to edit", "to delete", "to like", "to keep"):
            await ada.say(*where, text)
        await ben.until_text(room, "to keep")
        await ada.until_sent()
        await ben.client.stop()
        mine = {one.content: one.id for one in await ada.database.get_messages(room)}
        now = await ada.now()
        await ada.database.update_message(mine["to edit"], content="edited", edited_at=now)
        await ada.database.delete_message(mine["to delete"])
        await ada.database.send_reaction(
            Reaction(message_id=mine["to like"], oder_id=ada.user_id, emoji="🌱", timestamp=now)
        )
        for number in range(250):
            await ada.say(*where, f"{number:03}")
        await ada.until_sent()
        await ben.client.start()
        await ben.until_text(room, "249")
        # The newest are there at once; a page ends where others are missing.
        seen = await ben.texts(*where)
        assert seen == [f"{number:03}" for number in range(250)][-len(seen) :]
        assert len(seen) < 250
        while gaps := await ben.database.get_gaps(*where):
            assert await ben.client.fill(gaps[-1])
        views = [
            [
                (one.content, one.timestamp, one.is_deleted, [*map(_look, one.reactions)])
                for one in await person.database.get_messages(room, 1_000)
            ]
            for person in (ada, ben)
        ]
        assert views[0] == views[1]
        assert len(views[1]) == 254


def _look(reaction: Reaction) -> tuple[str, str]:
    return reaction.oder_id, reaction.emoji


async def _is(person: SyncedPerson, status: str) -> bool:
    return person.client.status() == status
