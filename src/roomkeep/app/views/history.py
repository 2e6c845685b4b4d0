"""Keeps the address bar and the browser's history in step with the open place."""

from typing import Final

import js
from msgspec.structs import replace
from pyodide.ffi import create_proxy, jsnull
from reaktiv import untracked

from roomkeep.app.address import Address, format_address, parse_address
from roomkeep.app.effects.navigation import address_of
from roomkeep.app.state import AccountState
from roomkeep.app.views.scope import View, ViewScope

__all__ = ["HistoryView"]

NARROW: Final = "(max-width: 45rem)"
"""In such a window the list of rooms or the conversation is shown. `app.css` says so too."""


class HistoryView(View):
    """Keeps one history entry for each place.

    An open panel is in the address, but where the browser closes dialogs with Back by itself
    (`CloseWatcher`) it is no entry of its own, unless it is the search, which is no dialog.
    Elsewhere it is; once the panel is closed otherwise, its entry is used for the place that one
    goes to next, because going back to undo it would be seen, and would race with what the person
    does.
    """

    def __init__(self, scope: ViewScope) -> None:
        super().__init__(scope)
        self._narrow = js.matchMedia(NARROW)
        self._closes_by_back = hasattr(js.window, "CloseWatcher")
        self._account: AccountState | None = None
        self._address = Address()
        self._has_arrived = False
        self._is_spare = False
        self._is_due = False
        self._apply_proxy = create_proxy(self._apply)
        self.listen(js.window, "popstate", lambda _: self._on_pop())
        self.listen(self._narrow, "change", lambda _: self._follow())
        self.watch(self._follow)

    def _follow(self) -> None:
        account = self.page.account()
        self.page.is_arriving()
        if account is not None:
            # Read here, what the address is made of is followed.
            address_of(account, is_narrow=bool(self._narrow.matches))
        # When all that changes together has changed.
        if not self._is_due:
            self._is_due = True
            js.queueMicrotask(self._apply_proxy)

    def _apply(self) -> None:
        self._is_due = False
        with untracked():
            account = self.page.account()
            if account is None:
                if self._account is not None:
                    # What is open next is another account's, or nobody's.
                    self._account = None
                    _write(None, in_place=True)
            elif self.page.is_arriving():
                self._has_arrived = True
            else:
                self._note(account, address_of(account, is_narrow=bool(self._narrow.matches)))

    def _note(self, account: AccountState, address: Address) -> None:
        before, self._address = self._address, address
        has_arrived, self._has_arrived = self._has_arrived, False
        if account is not self._account:
            self._account = account
            self._begin(address)
        elif has_arrived:
            _write(address, in_place=True)
        elif address != before:
            self._enter(account, before, address)

    def _begin(self, address: Address) -> None:
        is_reload = js.history.state is not None and js.history.state is not jsnull
        if self._narrow.matches and address.room_id is not None and not is_reload:
            # Back leads to the list of rooms.
            _write(Address(), in_place=True)
            _write(address, in_place=False)
        else:
            _write(address, in_place=True)

    def _enter(self, account: AccountState, before: Address, address: Address) -> None:
        if replace(address, panel=None) == replace(before, panel=None):
            is_closed = address.panel is None
            panel = before.panel if is_closed else address.panel
            closes_by_back = self._closes_by_back and panel != "search"
            _write(address, in_place=is_closed or closes_by_back or self._is_spare)
            self._is_spare = is_closed and not closes_by_back
        else:
            # From a message that was found, Back leads to all that was found.
            is_found = before.panel == "search" and account.search.is_open()
            if before.panel is not None and not is_found:
                # What led here is closed, and is not to open again when one comes back.
                _write(replace(before, panel=None), in_place=True)
                self._is_spare = not self._closes_by_back
            # Nothing was open before, or what was open is gone.
            _write(address, in_place=self._is_spare or not self._is_there(account, before))
            self._is_spare = False

    def _is_there(self, account: AccountState, address: Address) -> bool:
        if address.room_id is None:
            return bool(self._narrow.matches)
        return account.find_room(address.room_id) is not None

    def _on_pop(self) -> None:
        address = parse_address(str(js.location.hash))
        account = self.page.account()
        if account is None or address is None:
            return
        self._is_spare = False
        # It is in the address bar already.
        self._address = address
        self.effects.navigation.go(address)


def _write(address: Address | None, *, in_place: bool) -> None:
    """Show an address in the address bar; in an entry of its own, or in place of the one before."""
    url = f"{js.location.pathname}{js.location.search}"
    if address is not None:
        url += format_address(address)
    if in_place:
        js.history.replaceState("", "", url)
    else:
        js.history.pushState("", "", url)
