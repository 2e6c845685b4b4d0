"""Users: profiles, who is signed in, and who is on a room's roster."""

import pytest

from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.persistence import Change, DatabaseService
from support.make import member, room, user


async def test_a_saved_user_is_read_back_whole(db: DatabaseService) -> None:
    full = user(avatar_url="data:image/png;base64,x", status="away", joined_at=1, bio="Hi")
    await db.save_user(full)
    assert await db.get_user("ann") == full
    assert await db.get_user("nobody") is None


async def test_only_users_who_are_not_there_yet_are_added(db: DatabaseService) -> None:
    await db.save_user(user("ann", bio="Hi"))
    await db.add_users([user("ann"), user("bob"), user("cat", bio="first"), user("cat")])
    await db.add_users([])
    assert await db.get_user("ann") == user("ann", bio="Hi")
    assert await db.get_user("bob") == user("bob")
    assert await db.get_user("cat") == user("cat")
    with pytest.raises(InvalidRecord) as caught:
        await db.add_users([user("dan"), user("")])
    assert caught.value.field == "users[1].oder_id"
    assert await db.get_user("dan") is None


async def test_a_restored_user_fills_in_only_what_is_empty(db: DatabaseService) -> None:
    await db.save_user(user("ann", display_name="Here", bio="", status="away"))
    await db.save_user(user("bob", avatar_url="here", bio="here"))
    given = [
        user("ann", display_name="There", avatar_url="there", bio="there", joined_at=7),
        user("bob", avatar_url="there", bio="there"),
        user("cat", bio="there"),
    ]
    heard: list[Change] = []
    stop = db.subscribe(heard.append)
    for _ in range(2):
        await db.restore_users(given)
    stop()
    ann = user("ann", display_name="Here", avatar_url="there", bio="there", status="away")
    assert await db.get_user("ann") == ann
    assert await db.get_user("bob") == user("bob", avatar_url="here", bio="here")
    assert await db.get_user("cat") == user("cat", bio="there")
    assert [(change.keys, change.records) for change in heard] == [
        (("cat",), (user("cat", bio="there"),)),
        (("ann",), (ann,)),
    ]


async def test_update_changes_what_it_names(db: DatabaseService) -> None:
    await db.save_user(user(bio="Hi"))
    await db.update_user("ann", status="busy")
    assert await db.get_user("ann") == user(bio="Hi", status="busy")
    with pytest.raises(RecordNotFound):
        await db.update_user("nobody", status="busy")


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"oder_id": "bob"}, "oder_id"), ({"status": "asleep"}, "status"), ({"age": 7}, "age")],
)
async def test_a_bad_update_names_the_field(
    db: DatabaseService, changes: dict[str, object], field: str
) -> None:
    await db.save_user(user())
    with pytest.raises(InvalidRecord) as caught:
        await db.update_user("ann", **changes)
    assert caught.value.field == field
    assert await db.get_user("ann") == user()


async def test_the_current_user_is_who_is_signed_in(db: DatabaseService) -> None:
    assert await db.get_current_user() is None
    await db.set_current_user_id("ann")
    assert await db.get_current_user() is None
    await db.save_user(user("ann"))
    await db.save_user(user("bob"))
    assert await db.get_current_user() == user("ann")
    await db.set_current_user_id(None)
    assert await db.get_current_user() is None


async def test_users_of_a_room_are_its_roster(db: DatabaseService) -> None:
    for oder_id in ["ann", "bob", "cat"]:
        await db.save_user(user(oder_id))
    await db.save_room(room(members=(member("cat"), member("ann"), member("unknown"))))
    assert [found.oder_id for found in await db.get_users_by_room("r1")] == ["cat", "ann"]
    assert await db.get_users_by_room("nowhere") == []


async def test_a_small_room_among_many_users(db: DatabaseService) -> None:
    await db.add_users([user(f"u{number}") for number in range(60)])
    await db.save_room(room(members=(member("u7"), member("gone"), member("u3"), member("u7"))))
    assert [found.oder_id for found in await db.get_users_by_room("r1")] == ["u7", "u3"]
