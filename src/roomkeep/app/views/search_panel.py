"""The search for messages: the panel, its field, and the keys."""

from typing import Any, cast

import js
from pyodide.ffi import JsProxy

from roomkeep.app.search_text import FilterKey, SearchScope, add_filter
from roomkeep.app.views.dom import by_id, pressed, set_text
from roomkeep.app.views.people import NARROW
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.app.views.search_hits import SearchHitsView
from roomkeep.app.views.search_suggestions import SearchSuggestionsView
from roomkeep.localization import localize

__all__ = ["SearchView"]

_PROBLEMS = {"date": "search.bad_date", "has": "search.bad_has"}
"""The texts of what is wrong with a search."""


class SearchView(AccountView):
    """The search panel, beside the conversation or in its place.

    The field keeps the focus: arrows move among what is suggested, or else what was found.
    """

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        search = scope.effects.search
        self._panel = by_id("search-panel")
        self._toggle = by_id("show-search")
        self._field = by_id("search-text")
        self._narrow = js.window.matchMedia(NARROW)
        self._is_mac = str(js.navigator.platform).lower().startswith(("mac", "ip"))
        self._opener: Any = None
        self._suggestions = SearchSuggestionsView(scope, self._write, self._on_pick)
        self._hits = SearchHitsView(scope, self._on_hit)
        scope.on_close(self._close)
        self.listen(js.document, "keydown", self._on_shortcut)
        self.listen(self._toggle, "click", lambda _: self._on_toggle())
        self.listen(self._narrow, "change", lambda _: self._show_panel())
        self.listen(by_id("hide-search"), "click", lambda _: search.close())
        self.listen(by_id("search-back"), "click", lambda _: self._go_back())
        self.listen(by_id("search-newer"), "click", lambda _: search.step(-1))
        self.listen(by_id("search-older"), "click", lambda _: search.step(1))
        self.listen(by_id("search-clear"), "click", lambda _: self._write("", 0))
        self.listen(self._field, "input", lambda _: self._on_input())
        self.listen(self._panel, "keydown", self._on_key)
        self.listen(by_id("search-scope"), "change", self._on_scope)
        self.listen(by_id("search-filters"), "click", self._on_filter)
        self.watch(self._show_panel)
        self.watch(self._show_text)
        self.watch(self._show_scope)
        self.watch(self._show_list)

    # The panel

    def _show_panel(self) -> None:
        search = self.account.search
        narrow = bool(self._narrow.matches)
        is_open, in_front = search.is_open(), search.in_front() and narrow
        shown = is_open and (in_front or not narrow)
        had_focus = bool(self._panel.matches(":focus-within"))
        self._panel.hidden = not shown
        self._panel.toggleAttribute("data-in-front", is_open and in_front)
        self._toggle.setAttribute("aria-expanded", "true" if shown else "false")
        by_id("search-return").hidden = not is_open or shown
        # Who left it goes on where they were; a message that one goes to takes the focus itself.
        if had_focus and not shown and not is_open:
            self._return_focus()

    def _return_focus(self) -> None:
        opener, self._opener = self._opener, None
        for place in (opener, self._toggle, by_id("open-switcher"), by_id("account-button")):
            if isinstance(place, JsProxy) and place.isConnected and place.checkVisibility():
                place.focus()
                return

    def _close(self) -> None:
        self._panel.hidden = True
        self._panel.removeAttribute("data-in-front")

    def _open(self) -> None:
        focused = js.document.activeElement
        if not self._panel.contains(focused) and focused.localName != "body":
            self._opener = focused
        self.effects.search.open(in_front=bool(self._narrow.matches))
        self._field.focus()
        self._field.select()

    def _go_back(self) -> None:
        self.effects.search.open(in_front=True)
        self._field.focus()

    def _on_toggle(self) -> None:
        search = self.account.search
        if search.is_open() and not self._panel.hidden:
            self.effects.search.close()
        else:
            self._open()

    # Keys

    def _on_shortcut(self, event: Any) -> None:
        if event.altKey or (event.metaKey if not self._is_mac else event.ctrlKey):
            return
        with_key = bool(event.metaKey if self._is_mac else event.ctrlKey)
        key = str(event.key).lower()
        is_step = (key == "f3" and not with_key) or (key == "g" and with_key)
        is_find = key == "f" and with_key and not event.shiftKey
        if not (is_find or is_step) or js.document.querySelector("dialog:modal"):
            return
        if is_step and not self._hits.is_empty:
            event.preventDefault()
            self.effects.search.step(-1 if event.shiftKey else 1)
        # Pressed in the field, it is for the browser, which searches the page.
        elif is_find and not self._field.isSameNode(js.document.activeElement):
            event.preventDefault()
            self._open()

    def _on_key(self, event: Any) -> None:
        if event.isComposing:
            return
        if event.key == "Escape":
            event.preventDefault()
            if self._suggestions.is_open:
                self._suggestions.hide()
            else:
                self.effects.search.close()
            return
        if not event.target.isSameNode(self._field) or event.ctrlKey or event.metaKey:
            return
        match event.key:
            case "ArrowDown" | "ArrowUp":
                by = 1 if event.key == "ArrowDown" else -1
                (self._suggestions if self._suggestions.is_open else self._hits).move(by)
            case "Enter" if self._suggestions.is_open:
                self._suggestions.take()
            case "Enter":
                self._hits.go()
            case _:
                return
        event.preventDefault()

    def _on_hit(self, row: Any) -> None:
        if not self._suggestions.is_open:
            self._point_at(row)

    def _on_pick(self, row: Any) -> None:
        self._point_at(row)
        self._show_list()

    def _point_at(self, row: Any) -> None:
        """Tell screen readers which row is chosen."""
        if row is None:
            self._field.removeAttribute("aria-activedescendant")
        else:
            self._field.setAttribute("aria-activedescendant", row.id)

    # The field

    def _on_input(self) -> None:
        self.effects.search.type(str(self._field.value))
        self._suggestions.look()

    def _write(self, text: str, caret: int) -> None:
        """Put a text into the field, and go on typing in it."""
        self._field.value = text
        self._field.focus()
        self._field.setSelectionRange(caret, caret)
        self._on_input()

    def _show_text(self) -> None:
        search = self.account.search
        text = search.text()
        if self._field.value != text:
            self._field.value = text
            self._suggestions.hide()
        by_id("search-clear").hidden = not text
        problem = search.problem()
        set_text(by_id("search-problem"), "" if problem is None else localize(_PROBLEMS[problem]))
        self._field.setAttribute("aria-invalid", "false" if problem is None else "true")

    def _show_scope(self) -> None:
        account = self.account
        by_id("search-scope").hidden = account.room is None
        for option in by_id("search-scope").querySelectorAll("input"):
            option.checked = option.value == account.search.scope()

    def _on_scope(self, event: Any) -> None:
        self.effects.search.choose_scope(cast("SearchScope", str(event.target.value)))

    def _on_filter(self, event: Any) -> None:
        key = pressed(event, "data-filter")
        if key is not None:
            text = add_filter(str(self._field.value), cast("FilterKey", key))
            self._write(text, len(text))

    def _show_list(self) -> None:
        """Tell screen readers which list the field is for."""
        results, is_suggested = (
            self.account.search.results(),
            not by_id("search-suggestions").hidden,
        )
        is_open = is_suggested or (results is not None and bool(results.hits))
        self._field.setAttribute("aria-expanded", "true" if is_open else "false")
        controls = "search-suggestions" if is_suggested else "search-hits"
        self._field.setAttribute("aria-controls", controls)
