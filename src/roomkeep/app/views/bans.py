"""Bans: the form, the list, and the notice that a banned person sees."""

import functools
from typing import Any

import js
from msgspec import Struct
from pyodide.ffi import JsProxy
from reaktiv import untracked

from roomkeep.app.people import find_ban, may_moderate
from roomkeep.app.views import times
from roomkeep.app.views.avatars import Avatars
from roomkeep.app.views.dom import KeyedList, by_id, clone, part, pressed, set_text
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize
from roomkeep.models import Ban

__all__ = ["BansView"]


class BanRow(Struct, frozen=True):
    """A row of the list of bans."""

    ban: Ban
    name: str
    picture: str | None
    by: str
    may_lift: bool


class BansView(AccountView):
    """The dialogs of bans, and the notice in place of the composer."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        self._form = by_id("ban-form")
        self._composer = by_id("composer")
        self._notice = by_id("composer-banned")
        self._list: KeyedList[str, BanRow] = KeyedList(
            by_id("bans"), lambda: clone("ban-row"), functools.partial(_fill, self.avatars)
        )
        self.listen(self._form, "submit", self._on_submit)
        self.listen(self._list.parent, "click", self._on_click)
        # A timer of a tab that slept comes late.
        self.listen(js.document, "visibilitychange", lambda _: self._on_visible())
        self.watch(self._show_form)
        self.watch(self._show_list)
        self.watch(self._show_notice)

    def _show_form(self) -> None:
        person = self.account.people.banning()
        is_open = self.account.dialog() == "ban"
        set_text(
            by_id("ban-title"), "" if person is None else localize("ban.title", name=person.name)
        )
        if not is_open:
            self._form.reset()

    def _on_submit(self, event: Any) -> None:
        event.preventDefault()
        fields = self._form.elements
        self.effects.bans.ban(
            reason=str(fields.namedItem("reason").value),
            length=str(fields.namedItem("length").value),
        )

    def _show_list(self) -> None:
        account = self.account
        rows: dict[str, BanRow] = {}
        avatars = account.people.avatars()
        may_lift = may_moderate(account.people.me)
        for ban in account.people.bans():
            avatar = avatars.get(ban.user_id)
            by = avatars.get(ban.banned_by)
            rows[ban.oder_id] = BanRow(
                ban,
                ban.display_name or ban.user_id if avatar is None else avatar.name,
                None if avatar is None else avatar.picture,
                ban.banned_by if by is None else by.name,
                may_lift and ban.user_id != account.user_id,
            )
        focused = self._list.parent.matches(":focus-within")
        self._list.show(rows)
        by_id("bans-none").hidden = bool(rows)
        # The button that was pressed has gone with its ban.
        if focused and not self._list.parent.matches(":focus-within"):
            button = self._list.parent.querySelector("button:not([hidden])")
            (button if isinstance(button, JsProxy) else by_id("bans-title")).focus()

    def _on_click(self, event: Any) -> None:
        key = pressed(event, "data-ban")
        if key is not None:
            self.effects.bans.lift(key)

    def _show_notice(self) -> None:
        ban = find_ban(self.account.people.bans(), self.account.user_id)
        was_writing = bool(self._composer.matches(":focus-within"))
        was_reading = bool(self._notice.matches(":focus"))
        self._composer.hidden = ban is not None
        self._notice.hidden = ban is None
        text = reason = ""
        if ban is not None:
            text = (
                localize("banned.permanently")
                if ban.expires_at is None
                else localize("banned.until", time=times.moment(ban.expires_at))
            )
            reason = localize("banned.reason", reason=ban.reason) if ban.reason else ""
        set_text(part(self._notice, "text"), text)
        set_text(part(self._notice, "reason"), reason)
        if ban is not None and was_writing:
            self._notice.focus()
        elif ban is None and was_reading:
            untracked(self.effects.overlays.focus_composer)

    def _on_visible(self) -> None:
        if not js.document.hidden:
            self.effects.bans.look_again()


def _fill(avatars: Avatars, element: Any, row: BanRow, _before: BanRow | None) -> None:
    ban = row.ban
    avatars.show(part(element, "avatar"), ban.user_id, row.name, row.picture)
    set_text(part(element, "name"), row.name)
    reason = part(element, "reason")
    reason.hidden = not ban.reason
    set_text(reason, ban.reason or "")
    until = (
        localize("ban.permanently")
        if ban.expires_at is None
        else localize("ban.until", time=times.moment(ban.expires_at))
    )
    date = times.date(ban.timestamp)
    set_text(part(element, "facts"), localize("ban.facts", until=until, name=row.by, date=date))
    lift = part(element, "lift")
    lift.dataset.ban = ban.oder_id
    lift.hidden = not row.may_lift
    lift.setAttribute("aria-label", localize("ban.unban_name", name=row.name))
