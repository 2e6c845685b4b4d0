"""The app without its views, signed in to a real homeserver."""

import secrets
from collections.abc import AsyncIterator

import pytest

from roomkeep.app.people import is_on_server, roles_to_give
from roomkeep.app.typing import describe_typing
from roomkeep.persistence import SendMessage
from roomkeep.sync.httpx_transport import HttpxTransport
from roomkeep.sync.session import wire_of
from roomkeep.sync.wire import account as wire_account
from support.app_people import Person, device, people
from support.picked_file import PickedFile
from tools.homeserver import PASSWORD, Homeserver

pytestmark = pytest.mark.homeserver


@pytest.fixture
async def two(homeserver: Homeserver) -> AsyncIterator[list[Person]]:
    """Ada and Ben, in a room of hers that all can find."""
    async with people(homeserver, "ada", "ben") as found:
        ada, ben = found
        name = f"Club {secrets.token_hex(4)}"
        await ada.chat.effects.server_rooms.create(name, is_private=False)
        ben.chat.effects.server_rooms.open_find()
        await ben.chat.effects.server_rooms.find(name)
        searched = ben.account.sync.found()
        assert searched is not None
        assert searched.rooms is not None
        (preview,) = searched.rooms
        assert (preview.name, preview.member_count) == (name, 1)
        await ben.chat.effects.server_rooms.join(preview.id)
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
    waiting = await ada.chat.db.get_outbox()
    first, second = (one for one in waiting if isinstance(one.request, SendMessage))
    for entry in (first, second):
        await ada.chat.db.fail_outbox(entry.id, "NoRight")
    await ada.until(lambda: ada.account.sync.outbox().waiting == 0)
    sending = ada.account.sync.outbox().by_message[ada.chat.latest.id]
    assert (sending.state, sending.text) == ("failed", "sending.failed_right")
    await ada.chat.effects.outbox.discard(second.id)
    await ada.until_shown("hello", "one")
    await ada.chat.effects.outbox.retry(first.id)
    ada.transport.mend()
    ada.chat.effects.homeserver.wake()
    await ben.until_shown("hello", "one")


async def test_the_others_see_who_is_typing(two: list[Person]) -> None:
    ada, ben = two

    async def seen() -> str:
        # Who pauses for some seconds is no longer typing.
        ada.chat.effects.typing.note(ada.chat.here, "hel")
        return describe_typing(ben.account).replace(ada.name_shown, "Ada")

    # Where it fails, it says what was seen.
    await ben.until_holds(seen, "Ada is typing…")
    await ada.chat.write("hello")
    ada.chat.effects.typing.end()
    await ben.until(lambda: not describe_typing(ben.account))
    assert describe_typing(ada.account) == ""


async def test_an_invitation_is_shown_and_accepted(homeserver: Homeserver) -> None:
    async with people(homeserver, "ada", "ben") as (ada, ben):
        await ada.chat.effects.server_rooms.create("Den", is_private=True)
        await ada.chat.effects.server_rooms.invite(ben.user_id)
        assert ada.chat.told == [f"Invited {ben.user_id}."]
        await ben.until(ben.account.sync.invites)
        (invite,) = ben.account.sync.invites()
        assert (invite.name, invite.by) == ("Den", ada.user_id)
        await ben.chat.effects.server_rooms.join(invite.room_id)
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
        await effects.server_rooms.join("#nowhere:localhost")
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
    await effects.server_rooms.find("")
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
    await ada.until_shown("sit down")
    assert ada.account.draft == "half a sen"
    await ada.until_sent()
    await ada.chat.write("have some tea")
    await ben.until(lambda: len(ben.account.room.channels) == 2 if ben.account.room else False)
    await ben.chat.effects.rooms.open(room_id, ada.chat.here[1])
    await ben.until_shown("sit down", "have some tea")


async def test_what_is_read_on_one_device_is_read_on_the_other(
    homeserver: Homeserver, two: list[Person]
) -> None:
    ada, ben = two
    async with device(homeserver, ada.name, ada.user_id) as phone:
        here = ada.chat.here
        await phone.until(lambda: phone.account.find_room(here[0]))
        await ben.chat.write("one")
        await ben.chat.write("two")
        for one in (ada, phone):
            await one.until(lambda one=one: one.account.unread() == {here: 2})  # type: ignore[misc]
        ada.chat.effects.unread.reach_end()
        await phone.until(lambda: phone.account.unread() == {})
        assert phone.account.last_read()[here] == ada.chat.latest.timestamp
        await ben.chat.write("three")
        for one in (ada, phone):
            await one.until(lambda one=one: one.account.unread() == {here: 1})  # type: ignore[misc]
        await phone.chat.effects.rooms.open(here[0])
        await phone.until_shown("one", "two", "three")
        await phone.chat.write("four")
        await ada.until_shown("one", "two", "three", "four")
        # Who writes has read everything, and what one writes oneself is not news anywhere.
        await ada.until(lambda: ada.account.last_read()[here] == ada.chat.latest.timestamp)
        await ada.until(lambda: ada.account.unread() == phone.account.unread() == {})


async def test_files_arrive_one_by_one(two: list[Person]) -> None:
    ada, ben = two
    files = [PickedFile(name, name.encode(), "text/plain") for name in ("a.txt", "b.txt", "c.txt")]
    await ada.chat.effects.attachments.add(files)
    await ada.chat.write("look")
    await ben.until(lambda: len(ben.chat.shown) == 3)
    assert ben.chat.shown[0] == "look"
    timeline = ben.account.timeline()
    assert timeline is not None
    found = await ben.chat.db.get_attachments_for_messages([one.id for one in timeline.messages])
    names = [[file.filename for file in found[one.id]] for one in timeline.messages]
    assert names == [["a.txt"], ["b.txt"], ["c.txt"]]
    await ada.until_sent()
    assert len(ada.chat.shown) == 3


async def test_a_profile_is_saved_on_the_server(homeserver: Homeserver, two: list[Person]) -> None:
    ada, ben = two
    edit = ada.chat.effects.people
    picture = "data:image/png;base64,iVBORw0KGgo="
    edit.open_profile()
    await edit.save_profile(name="Countess", status="busy", bio="Science", picture=picture)
    assert ada.account.dialog() is None

    def names(person: Person) -> dict[str, str]:
        return {one.user_id: one.name for one in person.account.people.people() or ()}

    for person in (ada, ben):
        await person.until(lambda person=person: names(person).get(ada.user_id) == "Countess")  # type: ignore[misc]
    # The server tells of it here, too, which takes nothing away.
    await ada.until(
        lambda: (
            "Countess" in {one.display_name for one in ada.account.room.members}
            if ada.account.room
            else False
        )
    )
    mine = ada.account.user()
    assert (mine.avatar_url, mine.status, mine.bio) == (picture, "busy", "Science")
    # It tells of the picture first, with the name that was: what is shown follows what is stored.
    await ada.until(lambda: ada.account.user().display_name == "Countess")
    await ada.until_holds(ada.chat.db.get_current_user, ada.account.user())
    async with device(homeserver, ada.name, ada.user_id) as phone:
        await phone.until(lambda: is_on_server(phone.account.user().avatar_url))
        # There, the picture is an address of the server's, and stays with a new name.
        await phone.chat.effects.people.save_profile(
            name="Ada", status="online", bio="", picture=phone.account.user().avatar_url
        )
        await ada.until(lambda: ada.account.user().display_name == "Ada")
        assert ada.account.user().avatar_url == picture
    await edit.save_profile(name="Ada", status="busy", bio="", picture=None)
    assert ada.account.user().avatar_url is None


async def test_a_profile_that_the_server_does_not_take_stays_as_it_was(two: list[Person]) -> None:
    ada, _ = two
    before = ada.account.user()
    edit = ada.chat.effects.people
    ada.transport.cut()
    edit.open_profile()
    await edit.save_profile(name="Countess", status="busy", bio="Science", picture=None)
    assert ada.chat.told == ["Couldn't save your profile. The homeserver can't be reached."]
    assert ada.account.dialog() == "edit-profile"
    assert ada.account.user() == await ada.chat.db.get_current_user() == before
    # What the server does not know of needs no server.
    await edit.save_profile(name=before.display_name, status="busy", bio="Science", picture=None)
    assert (ada.account.dialog(), ada.account.user().status) == (None, "busy")
    ada.transport.mend()
    await edit.save_profile(name="Countess", status="busy", bio="Science", picture=None)
    assert ada.account.user().display_name == "Countess"


async def test_a_member_becomes_a_moderator(two: list[Person]) -> None:
    ada, ben = two
    people = ada.chat.effects.people

    def role(person: Person, user_id: str) -> str | None:
        roster = person.account.people.people() or ()
        return next((one.role for one in roster if one.user_id == user_id), None)

    await ada.until(lambda: role(ada, ben.user_id) == "member")
    await people.open_card(ben.user_id)
    card = ada.account.people.card()
    assert card is not None
    rights = ada.account.people.rights()
    assert roles_to_give(ada.account.people.me, card, rights) == ("admin", "moderator", "member")
    await people.change_role("moderator")
    assert role(ada, ben.user_id) == "moderator"
    card = ada.account.people.card()
    assert card is not None
    assert card.role == "moderator"
    await ben.until(lambda: role(ben, ben.user_id) == "moderator")
    # Who may not is offered nothing, and whoever tries all the same is told.
    await ben.chat.effects.people.open_card(ada.user_id)
    card = ben.account.people.card()
    assert card is not None
    assert roles_to_give(ben.account.people.me, card, ben.account.people.rights()) == ()
    await ben.chat.effects.people.change_role("member")
    assert ben.chat.told == ["Couldn't change the role. You don't have permission."]
    assert role(ben, ada.user_id) == "host"
    ada.transport.cut()
    await people.change_role("admin")
    assert ada.chat.told == ["Couldn't change the role. The homeserver can't be reached."]
    assert role(ada, ben.user_id) == "moderator"
