"""The pictures of people and rooms that were downloaded from a server, and are kept."""

import pytest

from roomkeep.errors import InvalidRecord
from roomkeep.persistence import DatabaseService
from roomkeep.storage.operations.avatars import MOST_AVATARS
from support.worlds import World

PICTURE = "data:image/png;base64,AAAA"


def address(number: int) -> str:
    return f"mxc://x/{number}"


async def test_a_picture_is_kept(world: World, db: DatabaseService) -> None:
    assert await db.get_avatars([address(1)]) == {}
    await db.save_avatar(address(1), PICTURE)
    await db.save_avatar(address(1), PICTURE + "BBBB")
    again = await world.service()
    assert await again.get_avatars([address(2), address(1)]) == {address(1): PICTURE + "BBBB"}
    # It is no setting of the app's, which would be loaded at each start, and exported.
    assert await db.get_settings() == {}
    await db.clear_all_data()
    assert await db.get_avatars([address(1)]) == {}


async def test_of_too_many_those_not_used_for_longest_go(db: DatabaseService) -> None:
    for number in range(MOST_AVATARS):
        await db.save_avatar(address(number), PICTURE)
    assert len(await db.get_avatars([address(0), address(1)])) == 2
    for number in range(3):
        await db.save_avatar(address(MOST_AVATARS + number), PICTURE)
    asked = [address(number) for number in range(MOST_AVATARS + 3)]
    kept = await db.get_avatars(asked)
    assert [one for one in asked if one not in kept] == [address(n) for n in (2, 3, 4)]


async def test_a_large_picture_is_refused(db: DatabaseService) -> None:
    with pytest.raises(InvalidRecord) as caught:
        await db.save_avatar(address(1), "x" * 65_537)
    assert caught.value.field == "url"
    assert await db.get_avatars([address(1)]) == {}
