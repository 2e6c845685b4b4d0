"""People: the roster of the open room, profile cards, and the own profile."""

import asyncio
from collections.abc import Mapping

from msgspec.structs import replace
from reaktiv import Effect, batch, untracked

from roomkeep.app.changes import records_by_key
from roomkeep.app.effects.bans import BanEffects
from roomkeep.app.effects.batcher import Batcher
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.homeserver import HomeserverEffects
from roomkeep.app.limits import check_bio, check_name
from roomkeep.app.people import (
    Person,
    Status,
    faces_of,
    is_on_server,
    list_people,
    person_of,
    picture_of,
    sort_people,
)
from roomkeep.app.people_state import PAGE_OF_PEOPLE
from roomkeep.app.state import AccountState
from roomkeep.models import Role, Room, User
from roomkeep.persistence import Change

__all__ = ["PeopleEffects"]

PAUSE = 0.5
"""How long changes are gathered before the roster is sorted again, in seconds."""
MANY = 200
"""The roster of a room with more members is not read before its messages are shown."""
AFTER = 0.2
"""How long such a roster is left, in seconds."""
SHOWN = "peopleShown"
"""The setting that says whether the roster stands beside the conversation."""


class Changed:
    """Changed people that are not shown yet."""

    def __init__(self) -> None:
        self._users: dict[str, User] = {}
        self._is_all = False

    def __bool__(self) -> bool:
        return self._is_all or bool(self._users)

    def add(self, users: Mapping[str, User] | None) -> None:
        """Add people; None for more than a change carries, as from an import."""
        self._users |= users or {}
        self._is_all |= users is None

    def take(self) -> tuple[Mapping[str, User], bool]:
        """Return the people and whether all may have changed, and clear both."""
        taken = self._users, self._is_all
        self._users, self._is_all = {}, False
        return taken


class PeopleEffects(EffectGroup):
    """Shows people. The roster follows the open room and the database."""

    def __init__(self, context: Context, bans: BanEffects, homeserver: HomeserverEffects) -> None:
        super().__init__(context)
        self._homeserver = homeserver
        self._bans = bans
        self._at: tuple[AccountState | None, Room | None] = (None, None)
        self._batcher = Batcher(
            context, "failed.load_people", Changed, self._show_batch, gather=PAUSE, rest=PAUSE
        )
        context.follow(self._on_change, "users")
        self._follow = Effect(self._follow_room)

    def _follow_room(self) -> None:
        account = self.page.account()
        room = None if account is None else account.room
        at, self._at = self._at, (account, room)
        if account is None or (account, room) == at:
            return
        # What is started here reads signals too; they are not what this follows.
        with untracked():
            if at[0] is not account:
                self.context.start(self._load_setting(account), "failed.load_people")
            if at[0] is not account or _id(at[1]) != _id(room):
                self._leave_room(account)
                self._bans.look_again()
            if room is not None and (at[0] is not account or _roster(at[1]) != _roster(room)):
                self.context.start(self._load_opened(account, room), "failed.load_people")

    async def _load_opened(self, account: AccountState, room: Room) -> None:
        # To read thousands holds up the messages, which come first.
        if len(room.members) > MANY:
            await asyncio.sleep(AFTER)
        if account.room_id() == room.id:
            await self.load(account)

    def _leave_room(self, account: AccountState) -> None:
        people = account.people
        people.people.set(None)
        people.bans.set(())
        people.query.set("")
        people.limit.set(PAGE_OF_PEOPLE)
        people.in_front.set(False)

    def _on_change(self, account: AccountState, change: Change) -> None:
        self._batcher.add(account, lambda changed: changed.add(records_by_key(change)))

    async def _show_batch(self, account: AccountState, changed: Changed) -> None:
        users, is_all = changed.take()
        if is_all or account.people.people() is None:
            await self.load(account)
        else:
            self._show_changed(account, users)

    def _show_changed(self, account: AccountState, users: Mapping[str, User]) -> None:
        """Update some people; a room may have thousands."""
        people = account.people.people()
        found = {user_id: self._person(account, user_id, user) for user_id, user in users.items()}
        if people is not None and any(person.user_id in found for person in people):
            self._show(account, sort_people(found.get(p.user_id, p) for p in people))
        card = account.people.card()
        if card is not None and card.user_id in found:
            account.people.card.set(found[card.user_id])

    def _show(self, account: AccountState, people: tuple[Person, ...]) -> None:
        account.people.people.set(people)
        account.people.avatars.set(faces_of(people))

    async def _load_setting(self, account: AccountState) -> None:
        shown = await self.context.database(account).get_setting(SHOWN)
        account.people.in_column.set(shown is True)

    async def load(self, account: AccountState) -> None:
        """Load the roster of the open room."""
        room = account.room
        if room is None:
            return
        users = await self.context.database(account).get_users_by_room(room.id)
        # Thousands take a while to read and to list: the page goes on in between.
        await asyncio.sleep(0)
        if account.room_id() != room.id:
            return
        self._show(account, list_people(room, users, account.user_id))
        card = account.people.card()
        if card is not None:
            await self._refresh_card(account, card)

    async def _refresh_card(self, account: AccountState, card: Person) -> None:
        person = await self._find(account, card.user_id, card.name)
        # Another one may have been opened meanwhile.
        now = account.people.card()
        if now is not None and now.user_id == card.user_id:
            account.people.card.set(person)

    # The panel

    @effect("failed.load_people")
    async def toggle_column(self) -> None:
        """Show or hide the roster beside the conversation, and remember that."""
        account = self.account
        # There is room for one panel: the search, as long as that is open.
        shown = account.search.is_open() or not account.people.in_column()
        with batch():
            account.search.is_open.set(False)
            account.people.in_column.set(shown)
        await self.context.database(account).save_setting(SHOWN, shown)

    def toggle_front(self) -> None:
        """Show or hide the roster in place of the conversation."""
        account = self.account
        with batch():
            account.search.is_open.set(False)
            account.people.in_front.set(not account.people.in_front())

    def search(self, query: str) -> None:
        """List only people whose names contain the query."""
        people = self.account.people
        people.query.set(query)
        people.limit.set(PAGE_OF_PEOPLE)

    def show_more(self) -> None:
        """List more people."""
        people = self.account.people
        if len(people.people() or ()) > people.limit():
            people.limit.set(people.limit() + PAGE_OF_PEOPLE)

    # Cards

    @effect("failed.load_profile")
    async def open_card(self, user_id: str, name: str = "") -> None:
        """Show a person's card.

        Args:
            user_id: who.
            name: what to call someone of whom nothing is known.
        """
        account = self.account
        known = (one for one in account.people.people() or () if one.user_id == user_id)
        person = next(known, None) or self._person(account, user_id, None, name)
        with batch():
            account.people.card.set(person)
            account.people.rights.set(None)
            account.dialog.set("profile")
        await self._refresh_card(account, person)
        room_id = account.room_id()
        if account.sync.server() and room_id is not None:
            rights = await self.context.database(account).get_rights(room_id)
            if account.room_id() == room_id:
                account.people.rights.set(rights)

    @effect("failed.change_role")
    async def change_role(self, role: Role) -> None:
        """Give the person on the card another role in the open room."""
        account = self.account
        person, room_id = account.people.card(), account.room_id()
        if person is None or room_id is None or role == person.role or account.sync.is_busy():
            return
        await self._homeserver.change_role(account, room_id, person.user_id, role)
        await self.load(account)

    async def _find(self, account: AccountState, user_id: str, name: str) -> Person:
        user = await self.context.database(account).get_user(user_id)
        return self._person(account, user_id, user, name)

    @staticmethod
    def _person(account: AccountState, user_id: str, user: User | None, name: str = "") -> Person:
        room = account.room
        members = () if room is None else room.members
        member = next((member for member in members if member.oder_id == user_id), None)
        return person_of(user_id, user, member, room=room, my_id=account.user_id, name=name)

    # One's own profile

    def open_profile(self) -> None:
        """Open the form of the own profile."""
        self.account.dialog.set("edit-profile")

    @effect("failed.save_profile")
    async def save_profile(
        self, *, name: str, status: Status, bio: str, picture: str | None
    ) -> None:
        """Save the own profile, and show it.

        In an account of a homeserver, nothing changes unless the homeserver takes it.

        Args:
            name: what one is called.
            status: whether one is there.
            bio: what one says of oneself; it may be empty.
            picture: a `data:` URL; None for no picture. An address on the homeserver keeps the
                picture that there is.
        """
        account = self.account
        if account.sync.is_busy():
            return
        before = account.user()
        # A picture that cannot be shown here is not taken for one that was removed.
        has_same_picture = picture == picture_of(before) or is_on_server(picture)
        changes = {
            "display_name": check_name(name, "display_name"),
            "status": status,
            "bio": check_bio(bio) or None,
            "avatar_url": before.avatar_url if has_same_picture else picture,
        }
        await self._homeserver.save_profile(account, replace(before, **changes))
        await self.context.database(account).update_user(account.user_id, **changes)
        account.user.set(replace(account.user(), **changes))
        if account.dialog() == "edit-profile":
            account.dialog.set(None)
        self._show_changed(account, {account.user_id: account.user()})


def _id(room: Room | None) -> str | None:
    return None if room is None else room.id


def _roster(room: Room | None) -> object:
    """Return what the roster depends on."""
    return None if room is None else (room.id, room.host_id, room.members)
