"""A room that is merged stays within the bounds of one that is saved."""

import pytest

from roomkeep.errors import InvalidRecord
from roomkeep.persistence import DatabaseService
from roomkeep.storage.operations import rooms
from support.make import member, room


async def test_what_is_added_does_not_make_a_room_larger_than_can_be_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rooms, "MAX_ITEMS", 2)
    db = DatabaseService()
    await db.initialize()
    here = room(members=(member("ann"), member("bob")))
    await db.save_room(here)
    await db.add_room(here)
    with pytest.raises(InvalidRecord, match="would have 3 items; 2 is the most") as caught:
        await db.add_room(room(members=(member("cat"),)))
    assert caught.value.field == "members"
    assert await db.get_room("r1") == here
    await db.close()
