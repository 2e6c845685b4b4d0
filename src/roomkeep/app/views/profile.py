"""The profile card, and the form of the own profile."""

from typing import Any

from pyodide.ffi import JsProxy

from roomkeep.app.people import (
    ROLE_NAMES,
    STATUS_NAMES,
    Person,
    find_ban,
    may_ban,
    may_moderate,
    picture_of,
    roles_to_give,
)
from roomkeep.app.views import times
from roomkeep.app.views.avatars import show_avatar, show_status
from roomkeep.app.views.dom import by_id, part, set_text
from roomkeep.app.views.pictures import PictureError, make_picture
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize

__all__ = ["ProfileView"]


class ProfileView(AccountView):
    """The dialogs that show a person."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._card = by_id("profile-dialog")
        self._form = by_id("edit-profile")
        self._trouble = by_id("edit-profile-picture-trouble")
        self._file = by_id("edit-profile-picture")
        self._remove = by_id("edit-profile-no-picture")
        self._role = by_id("profile-role")
        self._picture: str | None = None
        self._is_editing = False
        self.listen(by_id("profile-edit"), "click", lambda _: effects.people.open_profile())
        self.listen(by_id("profile-ban"), "click", lambda _: self._on_ban())
        self.listen(by_id("profile-lift"), "click", lambda _: self._on_lift())
        self.listen(self._form, "submit", self._on_submit)
        self.listen(self._form, "input", lambda _: self._show_picture())
        self.listen(self._file, "change", self._on_file)
        self.listen(self._remove, "click", lambda _: self._on_no_picture())
        self.listen(self._role, "change", lambda _: self._on_role())
        self.watch(self._show_card)
        self.watch(self._show_role)
        self.watch(self._show_form)
        self.watch(self._show_saving)

    # The card

    def _show_card(self) -> None:
        person = self.account.people.card()
        if person is None:
            person = Person(user_id="", name="", username="")
        card = self._card
        show_avatar(part(card, "avatar"), person.user_id, person.name, person.picture)
        set_text(part(card, "name"), person.name)
        # Who never chose another name is not told it twice.
        username = "" if person.username == person.name else person.username
        set_text(part(card, "username"), f"@{username}" if username else "")
        show_status(part(card, "dot"), part(card, "status"), person.status)
        badge = part(card, "role")
        role = "role.none" if person.role is None else ROLE_NAMES[person.role]
        set_text(badge, localize(role))
        set_text(part(card, "bio"), person.bio)
        part(card, "facts").hidden = person.joined_at is None
        label = "profile.joined" if person.role is None else "profile.joined_room"
        set_text(part(card, "joined-label"), localize(label))
        set_text(
            part(card, "joined"), "" if person.joined_at is None else times.date(person.joined_at)
        )
        self._show_actions(person)

    def _show_actions(self, person: Person) -> None:
        bans = self.account.people.bans()
        me = self.account.people.me
        ban = find_ban(bans, person.user_id)
        note = part(self._card, "ban")
        note.hidden = ban is None
        text = ""
        if ban is not None:
            text = (
                localize("profile.banned_permanently")
                if ban.expires_at is None
                else localize("profile.banned_until", time=times.moment(ban.expires_at))
            )
            if ban.reason:
                text = localize("profile.banned_because", banned=text, reason=ban.reason)
        set_text(note, text)
        by_id("profile-edit").hidden = not person.is_me
        by_id("profile-ban").hidden = ban is not None or not may_ban(me, person)
        by_id("profile-lift").hidden = ban is None or not may_moderate(me) or person.is_me
        part(self._card, "actions").hidden = all(
            by_id(name).hidden for name in ("profile-edit", "profile-ban", "profile-lift")
        )

    def _show_role(self) -> None:
        account = self.account
        person, me = account.people.card(), account.people.me
        # Until the server has answered, what was chosen stays.
        if account.sync.is_busy():
            return
        roles = () if person is None else roles_to_give(me, person, account.people.rights())
        part(self._card, "role-field").hidden = not roles
        for option in self._role.options:
            option.hidden = option.disabled = str(option.value) not in roles
        if person is not None and person.role is not None:
            self._role.value = person.role

    def _on_role(self) -> None:
        chosen = str(self._role.value)
        self.effects.people.change_role(next(role for role in ROLE_NAMES if role == chosen))

    def _on_ban(self) -> None:
        person = self.account.people.card()
        if person is not None:
            self.effects.bans.ask_ban(person)

    def _on_lift(self) -> None:
        person = self.account.people.card()
        if person is None:
            return
        # Where a foreign client wrote several, one press lifts them all.
        for ban in self.account.people.bans():
            if ban.user_id == person.user_id:
                self.effects.bans.lift(ban.oder_id)
        self._card.querySelector("button").focus()

    # One's own profile

    def _show_form(self) -> None:
        account = self.account
        wanted = account.dialog() == "edit-profile"
        if wanted == self._is_editing:
            return
        self._is_editing = wanted
        if not wanted:
            self._picture = None
            self._form.reset()
            set_text(self._trouble, "")
            return
        user = account.user()
        fields = self._form.elements
        fields.namedItem("name").value = user.display_name
        fields.namedItem("status").value = user.status
        fields.namedItem("bio").value = user.bio or ""
        self._picture = picture_of(user)
        self._show_picture()

    def _show_saving(self) -> None:
        is_busy = self.account.sync.is_busy()
        # Disabled, it would lose the focus.
        button = by_id("edit-profile-save")
        button.setAttribute("aria-disabled", "true" if is_busy else "false")
        set_text(button, localize("profile.saving" if is_busy else "app.save"))

    def _show_picture(self) -> None:
        name = str(self._form.elements.namedItem("name").value)
        show_avatar(part(self._form, "avatar"), self.account.user_id, name, self._picture)
        self._remove.hidden = self._picture is None

    def _on_file(self, _event: Any) -> None:
        file = self._file.files.item(0)
        self._file.value = ""
        if isinstance(file, JsProxy):
            self.effects.context.start(self._choose(file), "failed.use_picture")

    async def _choose(self, file: Any) -> None:
        try:
            picture = await make_picture(file)
        except PictureError as error:
            set_text(self._trouble, str(error))
            return
        if self._is_editing:
            set_text(self._trouble, "")
            self._picture = picture
            self._show_picture()

    def _on_no_picture(self) -> None:
        self._picture = None
        self._show_picture()
        self._file.focus()

    def _on_submit(self, event: Any) -> None:
        event.preventDefault()
        fields = self._form.elements
        status = str(fields.namedItem("status").value)
        self.effects.people.save_profile(
            name=str(fields.namedItem("name").value),
            status=next(known for known in STATUS_NAMES if known == status),
            bio=str(fields.namedItem("bio").value),
            picture=self._picture,
        )
