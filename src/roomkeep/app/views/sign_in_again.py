"""The dialog to sign in to a homeserver again, after it has ended the session."""

from typing import Any

from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.homeserver import page_url
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize

__all__ = ["SignInAgainView"]


class SignInAgainView(AccountView):
    """Asks only for the password: the homeserver and the user are known."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        self._form = by_id("sign-in-again-form")
        self._elsewhere = by_id("sign-in-again-elsewhere")
        self.listen(self._form, "submit", self._on_submit)
        self.listen(self._elsewhere, "click", lambda _: self._on_elsewhere())
        self.watch(self._show)
        self.watch(self._show_ways)

    def _show(self) -> None:
        account = self.account
        is_open = account.dialog() == "sign-in-again"
        server = account.sync.server() if is_open else ""
        text = localize("homeserver.again_text", server=server) if server else ""
        set_text(by_id("sign-in-again-text"), text)
        if is_open:
            # For password managers.
            self._form.elements.namedItem("username").value = account.user_id
        else:
            # No password stays on the page.
            self._form.reset()
        is_busy = self.page.is_signing_in()
        button = by_id("sign-in-again-submit")
        # Disabled, it would lose the focus.
        button.setAttribute("aria-disabled", "true" if is_busy else "false")
        set_text(button, localize("homeserver.signing_in" if is_busy else "homeserver.sign_in"))

    def _show_ways(self) -> None:
        ways = self.page.sign_in_ways()
        is_here = ways is not None and ways.address == self.account.sync.server()
        self._elsewhere.hidden = ways is None or not is_here or not ways.has_single_sign_on

    def _on_elsewhere(self) -> None:
        self.effects.sign_in.begin_single_sign_on(self.account.sync.server(), page_url())

    def _on_submit(self, event: Any) -> None:
        event.preventDefault()
        password = str(self._form.elements.namedItem("password").value)
        self.effects.sign_in.sign_in_again(password)
