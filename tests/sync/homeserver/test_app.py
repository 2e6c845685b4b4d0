"""The app without its views, signed in to a real homeserver."""

import secrets
from collections.abc import AsyncIterator

import pytest

from roomkeep.sync.httpx_transport import HttpxTransport
from roomkeep.sync.session import sign_in_again, wire_of
from roomkeep.sync.wire import account as wire_account
from support.app_people import Person, people
from tools.homeserver import PASSWORD, Homeserver

pytestmark = pytest.mark.homeserver


@pytest.fixture
async def two(homeserver: Homeserver) -> AsyncIterator[list[Person]]:
    """Ada and Ben, in a room of hers that all can find."""
    async with people(homeserver, "ada", "ben") as found:
        ada, ben = found
        name = f"Club {secrets.token_hex(4)}"
        await ada.chat.effects.homeserver.create(name, is_private=False)
        ben.chat.effects.homeserver.open_find()
        await ben.chat.effects.homeserver.find(name)
        searched = ben.account.sync.found()
        assert searched is not None
        assert searched.rooms is not None
        (preview,) = searched.rooms
        assert (preview.name, preview.member_count) == (name, 1)
        await ben.chat.effects.homeserver.join(preview.id)
        await ben.until(lambda: ben.account.room_id() == ada.account.room_id())
        yield found


async def test_two_people_talk(two: list[Person]) -> None:
    ada, ben = two
    assert (ada.account.user_id, ada.account.sync.server()) == (
        ada.user_id,
        f"localhost:{ada.account.sync.server().split(':')[1]}",
    )
    await ada.chat.write("hello")
    await ben.until_shown("hello")
    await ben.chat.write("hello too")
    await ada.until_shown("hello", "hello too")
    await ada.until_sent()
    assert ada.account.sync.outbox().by_message == {}


async def test_what_is_written_offline_is_sent_later(two: list[Person]) -> None:
    ada, ben = two
    ada.transport.cut()
    await ada.until(lambda: ada.account.sync.connection() == "offline")
    await ada.chat.write("one")
    await ada.chat.write("two")
    await ada.until(lambda: ada.account.sync.outbox().waiting >= 2)
    states = {one.state for one in ada.account.sync.outbox().by_message.values()}
    assert states == {"waiting"}
    ada.transport.mend()
    ada.chat.effects.homeserver.wake()
    await ben.until_shown("one", "two")
    await ada.until_sent()


async def test_what_is_refused_is_sent_again_or_discarded(two: list[Person]) -> None:
    ada, ben = two
    room = ada.account.room
    assert room is not None
    await ben.chat.write("hello")
    await ada.until_shown("hello")
    ada.transport.cut()
    await ada.chat.write("one")
    await ada.chat.write("two")
    (first, second) = await ada.chat.db.get_outbox()
    for entry in (first, second):
        await ada.chat.db.fail_outbox(entry.id, "NoRight")
    await ada.until(lambda: ada.account.sync.outbox().waiting == 0)
    sending = ada.account.sync.outbox().by_message[ada.chat.latest.id]
    assert (sending.state, sending.text) == ("failed", "sending.failed_right")
    await ada.chat.effects.homeserver.discard(second.id)
    await ada.until_shown("hello", "one")
    await ada.chat.effects.homeserver.retry(first.id)
    ada.transport.mend()
    ada.chat.effects.homeserver.wake()
    await ben.until_shown("hello", "one")


async def test_an_invitation_is_shown_and_accepted(homeserver: Homeserver) -> None:
    async with people(homeserver, "ada", "ben") as (ada, ben):
        await ada.chat.effects.homeserver.create("Den", is_private=True)
        await ada.chat.effects.homeserver.invite(ben.user_id)
        assert ada.chat.told == [f"Invited {ben.user_id}."]
        await ben.until(ben.account.sync.invites)
        (invite,) = ben.account.sync.invites()
        assert (invite.name, invite.by) == ("Den", ada.user_id)
        await ben.chat.effects.homeserver.join(invite.room_id)
        await ben.until(lambda: not ben.account.sync.invites())
        await ben.until(lambda: ben.account.room is not None)
        await ben.chat.effects.room_settings.ask_leave()
        leaving = ben.account.leaving()
        assert leaving is not None
        assert not leaving.is_host
        await ben.chat.effects.room_settings.leave()
        await ben.until(lambda: ben.account.rooms() == ())


async def test_earlier_messages_are_got_as_one_scrolls(two: list[Person]) -> None:
    ada, ben = two
    await ben.chat.effects.accounts.sign_out()
    for number in range(90):
        await ada.chat.write(f"message {number}")
    await ada.until_sent()
    await ben.chat.effects.accounts.switch(ben.user_id)
    room_id = ada.account.room_id()
    assert room_id is not None
    await ben.chat.effects.rooms.open(room_id)
    await ben.until(lambda: ben.chat.shown[-1:] == ["message 89"])

    def has_older() -> bool:
        timeline = ben.account.timeline()
        return timeline is not None and timeline.has_older

    await ben.until(has_older)
    while has_older():
        await ben.chat.effects.messages.show_older()
    assert ben.chat.shown == [f"message {number}" for number in range(90)]


async def test_what_goes_wrong_is_told(homeserver: Homeserver) -> None:
    async with people(homeserver, "ada") as (ada,):
        effects = ada.chat.effects
        await effects.sign_in.sign_in(homeserver.url, ada.user_id, "wrong")
        assert "The user name or password is wrong." in ada.chat.told[-1]
        assert ada.account.user_id == ada.user_id
        await effects.sign_in.sign_in("http://localhost:1", ada.user_id, PASSWORD)
        assert "The homeserver can't be reached." in ada.chat.told[-1]
        await effects.homeserver.join("#nowhere:localhost")
        assert "There's nothing at this address." in ada.chat.told[-1]


async def test_who_signs_out_of_the_homeserver_keeps_the_data(two: list[Person]) -> None:
    ada, _ = two
    await ada.chat.write("mine")
    await ada.until_sent()
    await ada.chat.effects.homeserver.sign_out()
    assert ada.account.sync.server() == ""
    assert ada.chat.shown[-1] == "mine"
    assert await ada.chat.db.get_sync_session() is None


async def end_session(person: Person) -> None:
    """End the session on the server, as from another device of the same person."""
    session = await person.chat.db.get_sync_session()
    assert session is not None
    await wire_account.log_out(wire_of(session, person.transport))
    # What is asked right now is answered all the same.
    person.transport.cut()
    person.transport.mend()
    person.chat.effects.homeserver.wake()
    await person.until(lambda: person.account.sync.connection() == "signed_out")


async def test_who_was_signed_out_elsewhere_signs_in_again_with_the_password_alone(
    two: list[Person],
) -> None:
    ada, ben = two
    effects = ada.chat.effects
    before = await ada.chat.db.get_sync_session()
    await end_session(ada)
    await ada.chat.write("are you there?")
    assert ada.account.sync.outbox().waiting
    await effects.homeserver.find("")
    assert "You're signed out of the homeserver." in ada.chat.told[-1]
    # Also after a reload the room is one of the server's, and not deleted from this device alone.
    await effects.homeserver.follow(ada.account)
    assert effects.homeserver.has_room(ada.chat.room_id)
    effects.sign_in.open_again()
    await effects.sign_in.sign_in_again("wrong")
    assert "The user name or password is wrong." in ada.chat.told[-1]
    assert ada.account.dialog() == "sign-in-again"
    account = ada.account
    await effects.sign_in.sign_in_again(PASSWORD)
    await ada.until(lambda: ada.account.sync.connection() == "online")
    assert (ada.account, ada.account.dialog()) == (account, None)
    after = await ada.chat.db.get_sync_session()
    assert before is not None
    assert after is not None
    assert (after.device_id, after.needs_sign_in) == (before.device_id, False)
    await ben.until_shown("are you there?")
    await ada.until_sent()
    await ben.chat.write("yes")
    await ada.until_shown("are you there?", "yes")


async def test_a_password_changed_elsewhere_asks_for_the_new_one(two: list[Person]) -> None:
    ada, ben = two
    effects = ada.chat.effects
    async with HttpxTransport() as transport:
        wire = await wire_account.discover(transport, f"http://{ada.account.sync.server()}")
        login = await wire_account.log_in_with_password(
            wire, ada.user_id, PASSWORD, device_name="another device"
        )
        proof = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": ada.user_id},
            "password": PASSWORD,
        }
        await wire.signed_in(login.access_token).ask(
            dict,
            "POST",
            "/_matrix/client/v3/account/password",
            {"new_password": "a new gate", "logout_devices": True, "auth": proof},
        )
    ada.transport.cut()
    ada.transport.mend()
    effects.homeserver.wake()
    await ada.until(lambda: ada.account.sync.connection() == "signed_out")
    await ada.chat.write("kept")
    await effects.sign_in.sign_in_again(PASSWORD)
    assert "The user name or password is wrong." in ada.chat.told[-1]
    await effects.sign_in.sign_in_again("a new gate")
    await ada.until(lambda: ada.account.sync.connection() == "online")
    await ben.until_shown("kept")


async def test_another_tab_that_signs_in_again_does_so_for_this_one(two: list[Person]) -> None:
    ada, _ = two
    await end_session(ada)
    await ada.chat.effects.homeserver.look_again()
    assert ada.account.sync.connection() == "signed_out"
    # As another tab does it.
    await sign_in_again(ada.chat.db, ada.transport, PASSWORD)
    await ada.chat.effects.homeserver.look_again()
    await ada.until(lambda: ada.account.sync.connection() == "online")


async def test_a_channel_made_offline_stays_open_as_the_server_names_it(two: list[Person]) -> None:
    ada, ben = two
    ada.transport.cut()
    await ada.until(lambda: ada.account.sync.connection() == "offline")
    room_id, _ = ada.chat.here
    await ada.chat.effects.channels.add(room_id, "porch", "text")
    local = ada.chat.here
    await ada.chat.write("sit down")
    ada.chat.effects.sending.write_draft(local, "half a sen")
    ada.transport.mend()
    ada.chat.effects.homeserver.wake()
    await ada.until(lambda: ada.chat.here != local)
    channel = ada.account.channel
    assert channel is not None
    assert channel.name == "porch"
    assert (ada.chat.shown, ada.account.draft) == (["sit down"], "half a sen")
    await ada.until_sent()
    await ada.chat.write("have some tea")
    await ben.until(lambda: len(ben.account.room.channels) == 2 if ben.account.room else False)
    await ben.chat.effects.rooms.open(room_id, ada.chat.here[1])
    await ben.until_shown("sit down", "have some tea")
