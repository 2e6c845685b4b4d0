"""What is suggested for the filter that one types in the search field."""

import itertools
from collections.abc import Callable
from typing import Any

from roomkeep.app.search_suggestions import Suggestion, suggest
from roomkeep.app.search_text import Filter, filter_at, put_value
from roomkeep.app.views import times
from roomkeep.app.views.avatars import show_avatar
from roomkeep.app.views.dom import KeyedList, by_id, clone, part, set_text
from roomkeep.app.views.room_pictures import channel_icon
from roomkeep.app.views.scope import AccountScope, AccountView

__all__ = ["SearchSuggestionsView"]

_ICONS = {
    "has": "#icon-file",
    "date": "#icon-calendar",
    "calendar": "#icon-calendar",
    "room": "#icon-chat",
}
_numbers = itertools.count()


class SearchSuggestionsView(AccountView):
    """The suggestions, in the place of what was found.

    Args:
        scope: the account's scope.
        write: puts a text into the field, and the caret at a place in it.
        on_pick: called with the row that Enter would take; None for none.
    """

    def __init__(
        self,
        scope: AccountScope,
        write: Callable[[str, int], None],
        on_pick: Callable[[Any], None],
    ) -> None:
        super().__init__(scope)
        self._write = write
        self._on_pick = on_pick
        self._field = by_id("search-text")
        self._date = by_id("search-date")
        self._suggested: list[Suggestion] = []
        self._at: Filter | None = None
        self._picked = 0
        self._list: KeyedList[tuple[str, str, str], Suggestion] = KeyedList(
            by_id("search-suggestions"), _make, _fill
        )
        for event in ("click", "keyup"):
            self.listen(self._field, event, lambda _: self.look())
        self.listen(self._list.parent, "click", self._on_press)
        self.listen(self._date, "change", lambda _: self._put(str(self._date.value)))

    @property
    def is_open(self) -> bool:
        """Whether something is suggested."""
        return bool(self._suggested)

    def look(self) -> None:
        """Suggest what fits where the caret is."""
        account = self.account
        at = filter_at(str(self._field.value), int(self._field.selectionStart))
        if at == self._at:
            return
        self._at = at
        suggested: list[Suggestion] = []
        if at is not None:
            suggested = suggest(
                at,
                user=account.user(),
                rooms=account.rooms() or (),
                room=account.room if account.search.scope() == "room" else None,
                today=times.calendar_day(self.page.days().today),
            )
        self._show(suggested)

    def hide(self) -> None:
        """Suggest nothing until something else is typed."""
        self._show([])

    def move(self, by: int) -> None:
        """Pick another one: so many further down."""
        self._pick(self._picked + by)

    def take(self) -> None:
        """Put the picked one into the field."""
        self._take(self._suggested[self._picked])

    def _show(self, suggested: list[Suggestion]) -> None:
        self._suggested = suggested
        self._list.show({_key(one): one for one in suggested})
        self._list.parent.hidden = not suggested
        by_id("search-scroller").hidden = bool(suggested)
        self._pick(0)

    def _pick(self, place: int) -> None:
        self._picked = place % len(self._suggested) if self._suggested else 0
        picked: Any = None
        for number, one in enumerate(self._suggested):
            row = self._list.child(_key(one))
            if row is not None:
                is_picked = number == self._picked
                row.setAttribute("aria-selected", "true" if is_picked else "false")
                picked = row if is_picked else picked
        if picked is not None:
            picked.scrollIntoView(block="nearest")
        self._on_pick(picked)

    def _on_press(self, event: Any) -> None:
        option = event.target.closest("[role='option']")
        for one in self._suggested:
            row = self._list.child(_key(one))
            if row is not None and row.isSameNode(option):
                self._take(one)
                return

    def _take(self, one: Suggestion) -> None:
        if one.kind == "calendar":
            self._date.showPicker()
        else:
            self._put(one.value)

    def _put(self, value: str) -> None:
        """Give the filter its value."""
        self._date.value = ""
        if value and self._at is not None:
            self._write(*put_value(str(self._field.value), self._at, value))


def _key(one: Suggestion) -> tuple[str, str, str]:
    return one.kind, one.subject_id, one.value


def _make() -> Any:
    option = clone("search-suggestion")
    option.id = f"search-suggestion-{next(_numbers)}"
    return option


def _fill(element: Any, one: Suggestion, _before: Suggestion | None) -> None:
    is_person = one.kind == "person"
    avatar = part(element, "avatar")
    avatar.hidden = not is_person
    if is_person:
        show_avatar(avatar, one.subject_id, one.note or one.label)
    part(element, "sign").toggleAttribute("hidden", is_person)
    icon = channel_icon(one.channel) if one.channel is not None else _ICONS.get(one.kind)
    if icon is not None:
        part(element, "icon").setAttribute("href", icon)
    set_text(part(element, "name"), one.label)
    set_text(part(element, "note"), one.note)
