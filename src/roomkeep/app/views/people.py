"""The people of the open room: the panel, and the names that open profile cards."""

import functools
from typing import Any

import js
from msgspec import Struct
from pyodide.ffi import JsProxy

from roomkeep.app.people import ROLE_NAMES, Person, group_people, may_moderate
from roomkeep.app.views.avatars import Avatars, show_status
from roomkeep.app.views.dom import KeyedList, by_id, clone, part, pressed, set_text
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize

__all__ = ["PeopleView"]

NARROW = "(max-width: 62rem)"
"""In such a window the panel takes the place of the conversation. `people.css` says so too."""
NEAR = 400
"""So many pixels before the end of the list, more people are listed."""
MANY = 12
"""From so many people on, one can search them."""


_GROUPS = ("people.online", "people.offline")
"""The texts of the groups' titles."""


class PersonRow(Struct, frozen=True):
    """A row of the list."""

    person: Person
    is_banned: bool


class PeopleView(AccountView):
    """The people panel, beside the conversation or in its place."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._panel = by_id("people-panel")
        self._toggle = by_id("show-people")
        self._query = by_id("people-query")
        self._scroller = by_id("people-scroller")
        self._more = by_id("people-more")
        self._narrow = js.window.matchMedia(NARROW)
        self._was_in_front = False
        self._tab_stop: Any = None
        scope.on_close(self._close)
        self._groups = [self._group("people-online"), self._group("people-offline")]
        for button in (self._toggle, by_id("hide-people")):
            self.listen(button, "click", lambda _: self._on_toggle())
        self.listen(self._narrow, "change", lambda _: self._show_panel())
        self.listen(self._query, "input", lambda _: effects.people.search(str(self._query.value)))
        self.listen(self._scroller, "click", self._on_person)
        self.listen(self._scroller, "scroll", self._on_scroll, passive=True)
        self.listen(self._more, "click", lambda _: self._on_more())
        self.listen(by_id("show-bans"), "click", lambda _: effects.bans.open_list())
        self.listen(self._panel, "keydown", self._on_key)
        messages = by_id("messages")
        self.listen(messages, "click", self._on_author)
        self.listen(messages, "focusin", self._on_message_focus)
        self.watch(self._show_panel)
        self.watch(self._show_people)
        self.watch(self._show_foot)

    def _group(self, name: str) -> KeyedList[str, PersonRow]:
        parent = by_id(name).querySelector("ul")
        fill = functools.partial(_fill_person, self.avatars)
        return KeyedList(parent, lambda: clone("person-row"), fill)

    # The panel

    def _show_panel(self) -> None:
        room = self.account.room
        # There is room for one panel.
        is_here = room is not None and not self.account.search.is_open()
        people = self.account.people if is_here else None
        narrow = bool(self._narrow.matches)
        in_front = people is not None and people.in_front() and narrow
        shown = in_front or (people is not None and people.in_column() and not narrow)
        had_focus = bool(self._panel.matches(":focus-within"))
        self._panel.hidden = not shown
        self._panel.toggleAttribute("data-in-front", in_front)
        self._toggle.setAttribute("aria-expanded", "true" if shown else "false")
        # What had the focus is not to be seen any more.
        if in_front and not self._was_in_front:
            by_id("hide-people").focus()
        elif had_focus and not shown:
            self._toggle.focus()
        self._was_in_front = in_front

    def _close(self) -> None:
        self._panel.hidden = True
        self._panel.removeAttribute("data-in-front")

    def _on_toggle(self) -> None:
        if self._narrow.matches:
            self.effects.people.toggle_front()
        else:
            self.effects.people.toggle_column()

    def _on_key(self, event: Any) -> None:
        if event.key == "Escape" and self._narrow.matches:
            event.preventDefault()
            self.effects.people.toggle_front()

    # The list

    def _show_people(self) -> None:
        people = self.account.people.people()
        if people is None:
            for listed in self._groups:
                listed.show({})
                listed.parent.parentElement.hidden = True
            self._query.hidden = self._more.hidden = by_id("people-none").hidden = True
            by_id("people-loading").hidden = False
            set_text(by_id("people-title"), localize("people.title"))
            self._show_query("")
            return
        state = self.account.people
        by_id("people-loading").hidden = True
        set_text(by_id("people-title"), localize("people.title_count", count=len(people)))
        query = state.query()
        self._show_query(query)
        self._query.hidden = len(people) < MANY
        limit = state.limit()
        groups = group_people(people, query, limit)
        banned = {ban.user_id for ban in state.bans()}
        for name, listed, group in zip(_GROUPS, self._groups, groups, strict=True):
            section = listed.parent.parentElement
            section.hidden = not group.people
            set_text(section.firstElementChild, localize(name, count=group.total))
            listed.show({p.user_id: PersonRow(p, p.user_id in banned) for p in group.people})
        found = sum(group.total for group in groups)
        by_id("people-none").hidden = bool(found)
        self._more.hidden = found <= limit

    def _show_query(self, query: str) -> None:
        if self._query.value != query:
            self._query.value = query

    def _on_scroll(self, _event: Any) -> None:
        scroller = self._scroller
        left = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop
        if left < NEAR and not self._more.hidden:
            self.effects.people.show_more()

    def _on_more(self) -> None:
        rows = self._scroller.querySelectorAll("[data-person]")
        before = int(rows.length)
        self.effects.people.show_more()
        # The button may have gone with the last of them; who came by it goes on with the next.
        now = self._scroller.querySelectorAll("[data-person]")
        if now.length > before:
            now.item(before).focus()

    def _show_foot(self) -> None:
        account = self.account
        room = account.room
        if room is None:
            by_id("people-foot").hidden = True
            return
        many = len(account.people.bans())
        by_id("people-foot").hidden = not many and not may_moderate(account.people.me)
        text = localize("bans.open_count", count=many) if many else localize("bans.open")
        set_text(by_id("show-bans-text"), text)

    # What is pressed

    def _on_person(self, event: Any) -> None:
        user_id = pressed(event, "data-person")
        if user_id is not None:
            self.effects.people.open_card(user_id)

    def _on_author(self, event: Any) -> None:
        """Open the profile card of an author whose name or picture was pressed."""
        if not isinstance(event.target.closest(".author, .message > .avatar"), JsProxy):
            return
        row = event.target.closest(".row")
        name = str(part(row, "author").textContent)
        self.effects.people.open_card(str(row.dataset.sender), name)

    def _on_message_focus(self, event: Any) -> None:
        """Make the author's name of the focused message reachable by Tab."""
        row = event.target.closest(".row")
        author = part(row, "author") if isinstance(row, JsProxy) else None
        if isinstance(self._tab_stop, JsProxy):
            self._tab_stop.tabIndex = -1
        if isinstance(author, JsProxy) and row.hasAttribute("data-leads"):
            author.tabIndex = 0
        self._tab_stop = author


def _fill_person(avatars: Avatars, element: Any, row: PersonRow, before: PersonRow | None) -> None:
    person = row.person
    was = None if before is None else before.person
    button = element.firstElementChild
    # There are many rows, so each is asked for no more than it needs.
    if was is None:
        button.dataset.person = person.user_id
    if was is None or (was.name, was.picture) != (person.name, person.picture):
        avatars.show(part(button, "avatar"), person.user_id, person.name, person.picture)
        part(button, "name").textContent = person.name
    if was is None or was.status != person.status:
        show_status(part(button, "dot"), part(button, "status"), person.status)
    role = _badge(person)
    if role != ("" if was is None else _badge(was)):
        badge = part(button, "role")
        badge.hidden = not role
        badge.textContent = role
    if row.is_banned != (before is not None and before.is_banned):
        banned = part(button, "banned")
        banned.hidden = not row.is_banned
        banned.textContent = localize("ban.banned") if row.is_banned else ""


def _badge(person: Person) -> str:
    return "" if person.role in (None, "member") else localize(ROLE_NAMES[person.role])
