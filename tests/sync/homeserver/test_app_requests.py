"""Asking to join rooms, in the app without its views, on a real homeserver."""

import secrets

import pytest

from support.app_people import Person, device, people
from tools.homeserver import Homeserver

pytestmark = pytest.mark.homeserver


def asked(person: Person) -> list[str]:
    return [knock.name for knock in person.account.sync.knocks()]


def asking(person: Person, room_id: str) -> list[tuple[str, str | None]]:
    found = person.account.sync.requests().get(room_id, ())
    return [(request.user_id, request.reason) for request in found]


async def make_room(ada: Person) -> tuple[str, str]:
    name = f"Club {secrets.token_hex(4)}"
    await ada.chat.effects.homeserver.create(name, takes_requests=True)
    return ada.chat.room_id, name


async def find_and_ask(ben: Person, name: str, reason: str = "") -> str:
    ben.chat.effects.homeserver.open_find()
    await ben.chat.effects.homeserver.find(name)
    found = ben.account.sync.found()
    assert found is not None
    assert found.rooms is not None
    (preview,) = found.rooms
    assert preview.entry == "knock"
    ben.chat.effects.join_requests.ask(preview.id, preview.name)
    await ben.chat.effects.join_requests.send(reason)
    assert ben.account.dialog() == "find-rooms"
    return preview.id


async def test_who_asks_is_let_in(homeserver: Homeserver) -> None:
    async with people(homeserver, "ada", "ben") as (ada, ben):
        room_id, name = await make_room(ada)
        assert await find_and_ask(ben, name, "I grow beans") == room_id
        await ben.until(lambda: asked(ben) == [name])
        await ada.until(lambda: asking(ada, room_id) == [(ben.user_id, "I grow beans")])
        assert ada.chat.effects.join_requests.may_answer(room_id)
        # Both still know after a reload.
        for person in (ada, ben):
            await person.chat.effects.accounts.sign_out()
            await person.chat.effects.accounts.switch(person.user_id)
        await ben.until(lambda: asked(ben) == [name])
        await ada.until(lambda: asking(ada, room_id) == [(ben.user_id, "I grow beans")])
        await ada.until(lambda: ada.account.sync.connection() == "online")
        await ada.chat.effects.rooms.open(room_id)
        await ada.chat.effects.join_requests.accept(ben.user_id)
        await ben.until(ben.account.sync.invites)
        assert asked(ben) == []
        await ada.until(lambda: asking(ada, room_id) == [])
        await ben.chat.effects.homeserver.join(room_id)
        assert ben.account.room_id() == room_id
        # Who was let in may not let others in.
        assert not ben.chat.effects.join_requests.may_answer(room_id)


async def test_a_request_is_withdrawn_or_declined(homeserver: Homeserver) -> None:
    async with people(homeserver, "ada", "ben") as (ada, ben):
        room_id, name = await make_room(ada)
        for answer in ("withdraw", "decline"):
            await find_and_ask(ben, name)
            await ben.until(lambda: asked(ben) == [name])
            await ada.until(lambda: asking(ada, room_id) == [(ben.user_id, None)])
            if answer == "withdraw":
                await ben.chat.effects.join_requests.withdraw(room_id)
            else:
                await ada.chat.effects.join_requests.decline(ben.user_id)
            await ben.until(lambda: asked(ben) == [])
            await ada.until(lambda: asking(ada, room_id) == [])
        assert ben.account.rooms() == ()


async def test_requests_that_came_before_one_signed_in_are_shown(homeserver: Homeserver) -> None:
    async with people(homeserver, "ada", "ben") as (ada, ben):
        room_id, name = await make_room(ada)
        await find_and_ask(ben, name, "hello")
        await ada.until(lambda: asking(ada, room_id))
        async with device(homeserver, ada.name, ada.user_id) as again:
            await again.until(lambda: asking(again, room_id) == [(ben.user_id, "hello")])


async def test_joining_by_address_asks_where_one_has_to(homeserver: Homeserver) -> None:
    async with people(homeserver, "ada", "ben") as (ada, ben):
        room_id, _ = await make_room(ada)
        ben.chat.effects.homeserver.open_find()
        await ben.chat.effects.homeserver.join(room_id)
        assert ben.account.dialog() == "ask-to-join"
        await ben.chat.effects.join_requests.send("")
        await ada.until(lambda: asking(ada, room_id))
        # Where only an invitation helps, that is told.
        await ada.chat.effects.homeserver.create("Den", is_private=True)
        await ben.chat.effects.homeserver.join(ada.chat.room_id)
        assert "The room is by invitation only." in ben.chat.told[-1]
