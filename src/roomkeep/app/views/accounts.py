"""The lists of accounts, on the welcome screen and in the account dialog."""

from typing import Any

import js
from msgspec import Struct
from pyodide.ffi import JsProxy

from roomkeep.app.people import picture_of
from roomkeep.app.views.avatars import show_avatar
from roomkeep.app.views.dom import KeyedList, by_id, clone, part, pressed, set_text
from roomkeep.app.views.scope import View, ViewScope
from roomkeep.localization import localize
from roomkeep.persistence import KnownAccount

__all__ = ["AccountsView"]


class AccountItem(Struct, frozen=True):
    """An account in a list."""

    user_id: str
    known: KnownAccount
    is_current: bool


class AccountsView(View):
    """The accounts of this device, and the forms to create one."""

    def __init__(self, scope: ViewScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._lists: list[KeyedList[str, AccountItem]] = [
            KeyedList(by_id(name), lambda: clone("account-item"), _fill)
            for name in ("accounts", "other-accounts")
        ]
        for accounts in self._lists:
            self.listen(accounts.parent, "click", self._on_click)
        for name in ("new-account", "another-account"):
            self.listen(by_id(name), "submit", self._on_submit)
        # Another tab wrote how an account looks, or removed it.
        self.listen(js.window, "storage", lambda _: effects.accounts.follow())
        self.listen(by_id("sign-out"), "click", lambda _: effects.accounts.sign_out())
        self._asked = ""
        self._remove_form = by_id("remove-form")
        self.listen(self._remove_form, "submit", self._on_remove)
        self.listen(self._remove_form, "input", lambda _: self._check_name())
        self.listen(by_id("menu-profile"), "click", lambda _: effects.people.open_profile())
        self.watch(self._show_list)
        self.watch(self._show_remove)
        self.watch(self._show_dialog)

    def _show_list(self) -> None:
        account = self.page.account()
        current = None if account is None else account.user_id
        accounts = self.page.accounts()
        # Who is signed in comes first.
        order = sorted(
            accounts, key=lambda u: (u != current, accounts[u].display_name.casefold(), u)
        )
        items = {u: AccountItem(u, accounts[u], u == current) for u in order}
        for listed in self._lists:
            listed.show(items)
        by_id("known-accounts").hidden = not items
        title = "welcome.title_back" if items else "welcome.title"
        set_text(by_id("welcome-title"), localize(title))
        title = "welcome.create_another" if items else "welcome.create"
        set_text(by_id("new-account-title"), localize(title))

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

        user_id = pressed(event, "data-remove")
        if user_id is not None:
            self.effects.accounts.ask_remove(user_id)

    def _show_remove(self) -> None:
        removing = self.page.removing()
        user_id, contents = ("", "") if removing is None else removing
        name = self.page.name_of(user_id)
        title = localize("account.remove_title", name=name) if name else ""
        what = contents or localize("account.all_contents")
        goes = localize("account.remove_text", contents=what) if name else ""
        set_text(by_id("remove-title"), title)
        set_text(by_id("remove-goes"), goes)
        set_text(by_id("remove-name"), name)
        if user_id != self._asked:
            self._asked = user_id
            self._remove_form.reset()
            self._check_name()

    def _check_name(self) -> None:
        removing = self.page.removing()
        typed = str(self._remove_form.elements.namedItem("name").value).strip()
        by_id("remove-now").disabled = removing is None or typed != self.page.name_of(removing[0])

    def _on_remove(self, event: Any) -> None:
        event.preventDefault()
        self.effects.accounts.remove()

    def _on_submit(self, event: Any) -> None:
        event.preventDefault()
        field = event.target.elements.namedItem("name")
        self.effects.accounts.create(str(field.value))


def _fill(element: Any, item: AccountItem, before: AccountItem | None) -> None:
    button = element.firstElementChild
    if not isinstance(button, JsProxy):
        return
    name = item.known.display_name
    if before is None or before.known != item.known:
        button.dataset.account = item.user_id
        set_text(part(button, "name"), name)
        # Who never chose another name is not told it twice.
        handle = item.user_id if item.user_id.startswith("@") else f"@{item.user_id}"
        set_text(part(button, "username"), "" if name == item.user_id else handle)
        show_avatar(part(button, "avatar"), item.user_id, name, picture_of(item.known))
        remove = element.lastElementChild
        remove.dataset.remove = item.user_id
        remove.setAttribute("aria-label", localize("account.remove_name", name=name))
    part(button, "current").hidden = not item.is_current
    if item.is_current:
        button.setAttribute("aria-current", "true")
    else:
        button.removeAttribute("aria-current")
