"""Where one picks an account or makes one: the welcome, and the dialog of who is signed in."""

from typing import Any

from msgspec import Struct
from pyodide.ffi import JsProxy

from roomkeep.app.effects import Effects
from roomkeep.app.state import PageState
from roomkeep.app.views.dom import KeyedList, View, by_id, clone, part, pressed, set_text
from roomkeep.app.views.rows import initials, tint

__all__ = ["AccountsView"]


class AccountItem(Struct, frozen=True):
    """An account in a list."""

    user_id: str
    is_current: bool


class AccountsView(View):
    """The accounts of this device, and the forms that make one."""

    def __init__(self, page: PageState, effects: Effects) -> None:
        super().__init__(page, effects)
        self._lists: list[KeyedList[str, AccountItem]] = [
            KeyedList(by_id(name), lambda: clone("account-item"), _fill)
            for name in ("accounts", "other-accounts")
        ]
        for accounts in self._lists:
            self.listen(accounts.parent, "click", self._on_click)
        for name in ("new-account", "another-account"):
            self.listen(by_id(name), "submit", self._on_submit)
        self.listen(by_id("sign-out"), "click", lambda _: effects.accounts.sign_out())
        self.watch(self._show_list)
        self.watch(self._show_dialog)

    def _show_list(self) -> None:
        account = self.page.account()
        current = None if account is None else account.user_id
        ids = self.page.account_ids()
        items = {user_id: AccountItem(user_id, user_id == current) for user_id in ids}
        for accounts in self._lists:
            accounts.show(items)
        by_id("known-accounts").hidden = not ids
        set_text(by_id("welcome-title"), "Welcome back" if ids else "Welcome to Roomkeep")
        set_text(by_id("new-account-title"), "Or create another" if ids else "Create your account")

    def _show_dialog(self) -> None:
        account = self.page.account()
        if account is None or account.dialog() != "account":
            # What was typed for one account is not for the next to read.
            by_id("another-account").reset()
        if account is not None:
            by_id("new-account").reset()

    def _on_click(self, event: Any) -> None:
        user_id = pressed(event, "data-account")
        if user_id is not None:
            self.effects.accounts.switch(user_id)

    def _on_submit(self, event: Any) -> None:
        event.preventDefault()
        field = event.target.elements.namedItem("name")
        self.effects.accounts.create(str(field.value))


def _fill(element: Any, item: AccountItem, before: AccountItem | None) -> None:
    button = element.firstElementChild
    if not isinstance(button, JsProxy):
        return
    if before is None:
        button.dataset.account = item.user_id
        set_text(part(button, "name"), item.user_id)
        avatar = part(button, "avatar")
        set_text(avatar, initials(item.user_id))
        avatar.dataset.tint = tint(item.user_id)
    part(button, "current").hidden = not item.is_current
    if item.is_current:
        button.setAttribute("aria-current", "true")
    else:
        button.removeAttribute("aria-current")
