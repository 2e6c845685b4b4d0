"""People, bans, settings and storage: the rules, and the effects on the database in memory."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from roomkeep.app.files import StoredFile
from roomkeep.app.limits import check_bio, check_reason
from roomkeep.app.people import (
    Person,
    find_ban,
    group_people,
    list_people,
    may_ban,
    may_moderate,
    roles_to_give,
)
from roomkeep.app.storage_state import say_contents
from roomkeep.errors import InvalidRecord, StorageFull
from roomkeep.localization import format_size
from roomkeep.models import Ban, Role, Room, RoomMember, User
from roomkeep.persistence import LaunchSettings, Rights
from support.chat import Chat

HOUR = 3_600_000


def member(user_id: str, role: Role = "member", name: str = "") -> RoomMember:
    return RoomMember(oder_id=user_id, username=user_id, display_name=name or user_id, role=role)


def room_of(*members: RoomMember, host: str = "Ada") -> Room:
    return Room(id="r", name="Tea", host_id=host, created_at=1, members=members)


def person(user_id: str, role: Role | None = "member", *, is_me: bool = False) -> Person:
    return Person(user_id=user_id, name=user_id, username=user_id, role=role, is_me=is_me)


def test_lists_the_highest_role_first_and_who_has_no_profile_from_the_roster() -> None:
    room = room_of(member("zed"), member("bob", "moderator"), member("Ada"), member("eve", "admin"))
    users = [User(oder_id="zed", username="zed", display_name="Zed the Great", status="busy")]
    people = list_people(room, users, "zed")
    assert [(p.user_id, p.role, p.name, p.status, p.is_me) for p in people] == [
        ("Ada", "host", "Ada", "offline", False),
        ("eve", "admin", "eve", "offline", False),
        ("bob", "moderator", "bob", "offline", False),
        ("zed", "member", "Zed the Great", "busy", True),
    ]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("data:image/png;base64,AAAA", True),
        ("mxc://example.org/a", True),
        ("https://example.org/a.png", False),
        ("data:image/svg+xml;base64,AAAA", False),
        ("javascript:alert(1)", False),
    ],
)
def test_no_picture_of_a_web_site_is_shown(url: str, shown: bool) -> None:
    user = User(oder_id="Ada", username="Ada", display_name="Ada", avatar_url=url)
    (ada,) = list_people(room_of(member("Ada")), [user], "")
    assert ada.picture == (url if shown else None)


def test_groups_list_so_many_and_count_all() -> None:
    people = [
        Person(
            user_id=str(n), name=f"P{n}", username=f"u{n}", status="away" if n < 5 else "offline"
        )
        for n in range(20)
    ]
    there, away = group_people(people, "", 8)
    assert (there.total, len(there.people)) == (5, 5)
    assert (away.total, len(away.people)) == (15, 3)
    there, away = group_people(people, " @U1", 8)
    assert [p.user_id for p in there.people] == ["1"]
    assert away.total == 10


@pytest.mark.parametrize(
    ("mine", "other", "roles"),
    [
        ("host", "member", ("admin", "moderator", "member")),
        ("host", "admin", ("admin", "moderator", "member")),
        ("admin", "moderator", ("admin", "moderator", "member")),
        ("moderator", "member", ("moderator", "member")),
        ("admin", "admin", ()),
        ("admin", "host", ()),
        ("member", "member", ()),
        ("host", None, ()),
        (None, "member", ()),
    ],
)
def test_who_gives_which_roles(
    mine: Role | None, other: Role | None, roles: tuple[Role, ...]
) -> None:
    me, them = person("me", mine, is_me=True), person("other", other)
    may = Rights(change_roles=True)
    assert roles_to_give(me, them, may) == roles
    assert roles_to_give(me, them, Rights()) == ()
    assert roles_to_give(me, them, None) == ()
    assert roles_to_give(None, them, may) == ()
    assert roles_to_give(me, person("me", is_me=True), may) == ()


@pytest.mark.parametrize(
    ("mine", "other", "may"),
    [
        ("host", "admin", True),
        ("admin", "admin", True),
        ("moderator", "member", True),
        ("moderator", "admin", False),
        ("admin", "host", False),
        ("member", "member", False),
        (None, "member", False),
        ("moderator", None, True),
    ],
)
def test_who_may_ban_whom(mine: Role | None, other: Role | None, may: bool) -> None:
    assert may_ban(person("me", mine, is_me=True), person("other", other)) is may


def test_nobody_bans_oneself_and_strangers_ban_nobody() -> None:
    me = person("me", "host", is_me=True)
    assert not may_ban(me, me)
    assert not may_ban(None, person("other"))
    assert not may_moderate(None)


def ban(key: str, expires_at: int | None, user_id: str = "Ada") -> Ban:
    return Ban(
        oder_id=key,
        room_id="r",
        user_id=user_id,
        banned_by="eve",
        timestamp=1,
        expires_at=expires_at,
    )


def test_of_several_bans_the_longest_counts() -> None:
    assert find_ban([ban("a", 5), ban("b", 9), ban("c", 99, "bob")], "Ada") == ban("b", 9)
    assert find_ban([ban("a", 5), ban("b", None)], "Ada") == ban("b", None)
    assert find_ban([ban("a", 5)], "bob") is None


def test_what_one_says_of_oneself_has_an_end() -> None:
    assert check_bio(" one\ntwo ") == "one\ntwo"
    assert check_reason(" one\n two ") == "one two"
    with pytest.raises(InvalidRecord, match="301 characters"):
        check_bio("x" * 301)
    with pytest.raises(InvalidRecord, match="can't be shown"):
        check_reason("a\0b")


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1_000, "1 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1 MB"),
        (12_345_678, "12.3 MB"),
        (3e12, "3 TB"),
        (4.2e15, "4,200 TB"),
    ],
)
def test_sizes(size: float, said: str) -> None:
    assert format_size(size) == said


def test_what_goes_is_said_in_words() -> None:
    rows = {"rooms": 1, "messages": 1_204, "attachments": 0, "meta": 3}
    assert say_contents(rows) == "1 room, 1,204 messages, and 0 attachments"


class App(Chat):
    """The app, with somebody signed in and a room open."""

    async def join(self, user_id: str, role: Role = "member") -> None:
        room = self.account.room
        assert room is not None
        await self.db.update_room(room.id, members=(*room.members, member(user_id, role)))
        await self.effects.rooms.load(self.account)
        await self.effects.people.load(self.account)


@pytest.fixture
async def app() -> AsyncIterator[App]:
    async with App.opened("Tea") as made:
        yield made


async def test_bans_and_lifts(app: App) -> None:
    await app.join("bob")
    await app.effects.people.open_card("bob")
    bob = app.account.people.card()
    assert bob is not None
    app.effects.bans.ask_ban(bob)
    await app.effects.bans.ban(reason=" too\nloud ", length="hour")
    (made,) = await app.db.get_bans_for_room(app.room_id)
    assert (made.user_id, made.banned_by, made.reason) == ("bob", "Ada", "too loud")
    assert made.expires_at == made.timestamp + HOUR
    assert await app.db.is_user_banned("bob", app.room_id)
    assert app.account.people.bans() == (made,)
    assert app.account.dialog() is None
    await app.effects.bans.lift(made.oder_id)
    assert app.account.people.bans() == ()
    assert not await app.db.is_user_banned("bob", app.room_id)


async def test_who_may_not_ban_is_refused(app: App) -> None:
    await app.join("bob")
    room = app.account.room
    assert room is not None
    await app.db.update_room(room.id, host_id="bob", members=(member("Ada"), member("bob")))
    await app.effects.rooms.load(app.account)
    await app.effects.people.load(app.account)
    app.effects.bans.ask_ban(person("bob"))
    await app.effects.bans.ban(reason="", length="forever")
    await app.effects.bans.lift("any")
    assert app.told == [
        "You can't ban bob from this room.",
        "You can't unban people in this room.",
    ]
    assert await app.db.get_bans_for_room(app.room_id) == []


async def test_a_banned_person_is_refused_and_keeps_what_was_written(app: App) -> None:
    other = Ban(room_id=app.room_id, user_id="Ada", banned_by="eve", reason="loud", timestamp=1)
    await app.db.save_ban(other)
    await app.write("precious")
    assert app.told == ["You're banned from this room, so your message wasn't sent."]
    assert app.shown == []
    assert app.account.draft == "precious"
    assert app.account.people.bans() == (other,)
    await app.db.remove_ban(other.oder_id)
    await app.write("precious")
    assert app.shown == ["precious"]
    await app.db.save_ban(other)
    app.effects.edits.begin_last()
    await app.effects.edits.save(app.edited_id, "worse")
    assert app.told[-1] == "You're banned from this room, so your edit wasn't saved."
    assert app.shown == ["precious"]
    timeline = app.account.timeline()
    assert timeline is not None
    for reacting in (app.effects.reactions.toggle, app.effects.reactions.add):
        await reacting(timeline.messages[0].id, "🎉")
        assert app.told[-1] == "You're banned from this room, so your reaction wasn't added."
    assert await app.db.get_reactions_for_message(timeline.messages[0].id) == []
    await app.effects.attachments.add([StoredFile("a.txt", 1, "")])
    assert app.told[-1] == "You're banned from this room, so no files were attached."
    assert app.account.files.pending() == {}


async def test_one_writes_again_when_the_ban_ends(app: App) -> None:
    now = app.effects.context.time()
    short = Ban(
        room_id=app.room_id, user_id="Ada", banned_by="eve", timestamp=now, expires_at=now + 150
    )
    await app.db.save_ban(short)
    await app.write("precious")
    assert app.account.people.bans() == (short,)
    async with asyncio.timeout(5):
        while app.account.people.bans():  # noqa: ASYNC110 what is waited for has no event
            await asyncio.sleep(0.01)
    await app.write("precious")
    assert app.shown == ["precious"]


async def test_a_profile_shows_at_once(app: App) -> None:
    picture = "data:image/webp;base64,AAAA"
    save = app.effects.people.save_profile
    await save(name=" Countess ", status="busy", bio="Science", picture=picture)
    assert app.account.user().display_name == "Countess"
    assert app.account.people.avatars()["Ada"].name == "Countess"
    assert app.account.people.avatars()["Ada"].picture == picture
    await save(name=" ", status="busy", bio="", picture=None)
    assert app.told == ["Enter a name."]
    assert app.account.user().display_name == "Countess"


async def test_a_card_that_is_opened_stays_when_the_one_before_is_read_again(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("bob", "cleo"):
        await app.db.save_user(User(oder_id=name, username=name, display_name=name))
    await app.effects.people.open_card("bob")
    read = app.db.get_user
    answers = {"bob": asyncio.Event()}
    has_read = asyncio.Event()

    async def read_slowly(user_id: str) -> User | None:
        found = await read(user_id)
        if user_id in answers:
            has_read.set()
            await answers[user_id].wait()
        return found

    monkeypatch.setattr(app.db, "get_user", read_slowly)
    loading = asyncio.ensure_future(app.effects.people.load(app.account))
    await has_read.wait()
    await app.effects.people.open_card("cleo")
    answers["bob"].set()
    await loading
    card = app.account.people.card()
    assert card is not None
    assert card.user_id == "cleo"


async def test_settings_belong_to_the_account(app: App) -> None:
    app.effects.settings.change(theme="dark", density="compact")
    assert app.page.settings() == LaunchSettings(theme="dark", density="compact")
    await app.effects.accounts.create("Grace")
    assert app.page.settings() == LaunchSettings()
    await app.effects.accounts.switch("Ada")
    assert app.page.settings().theme == "dark"


async def test_settings_that_cannot_be_kept_hold_and_are_told(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageFull("full")

    monkeypatch.setattr(app.resume, "save_launch_settings", full)
    app.effects.settings.change(theme="dark")
    assert app.page.settings().theme == "dark"
    assert app.told == ["Your settings weren't saved."]


async def test_removes_the_account_that_is_signed_in_and_another(app: App) -> None:
    await app.effects.accounts.create("Grace")
    await app.effects.accounts.ask_remove("Ada")
    assert app.page.removing() == ("Ada", "")
    await app.effects.accounts.remove()
    assert app.account.user_id == "Grace"
    assert list(app.page.accounts()) == ["Grace"]
    assert app.resume.load_last_viewed_chat("Ada") is None
    await app.effects.accounts.ask_remove("Grace")
    assert app.page.removing() == ("Grace", "0 rooms, 0 messages, and 0 attachments")
    await app.effects.accounts.remove()
    assert app.page.account() is None
    assert app.page.accounts() == {}


async def test_the_storage_is_looked_at_and_emptied(app: App) -> None:
    await app.write("one")
    await app.effects.storage.refresh()
    report = app.account.storage.report()
    assert report is not None
    assert (report.backend, report.rows["messages"], report.rows["rooms"]) == ("memory", 1, 1)
    await app.effects.storage.ask_to_keep()
    assert app.account.storage.keeping() == "refused"
    before = app.account
    before.storage.is_clearing.set(True)
    app.effects.settings.change(theme="dark")
    await app.effects.storage.clear()
    assert app.account is not before
    assert app.page.settings() == LaunchSettings()
    assert app.account.rooms() == ()
    assert app.account.drafts() == {}
    assert await app.db.get_all_rooms() == []
    assert app.account.user().display_name == "Ada"


async def test_what_is_under_way_does_not_write_after_the_deletion(app: App) -> None:
    app.effects.sending.write_draft(app.here, "late")
    may_send = app.hold_sending()
    sending = app.effects.sending.send(app.here)
    assert sending is not None
    clearing = app.effects.storage.clear()
    may_send.set()
    await clearing
    await sending
    assert (await app.db.get_storage_report()).rows["messages"] == 0
