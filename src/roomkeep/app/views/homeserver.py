"""Signing in to a homeserver, and how the connection to it is."""

from typing import Any, Final

import js
from msgspec import Struct

from roomkeep.app.views.dom import by_id, clone, part, set_text
from roomkeep.app.views.scope import View, ViewScope
from roomkeep.localization import localize

__all__ = ["HomeserverView", "page_url", "take_login_token"]

_CONNECTIONS: Final = {
    "offline": "homeserver.offline",
    "connecting": "homeserver.connecting",
    "online": "homeserver.online",
    "signed_out": "homeserver.signed_out",
}


class _Place(Struct, frozen=True):
    """A place where one can sign in."""

    details: Any
    form: Any


class HomeserverView(View):
    """The forms to sign in, the state of the connection, and the banner while it is offline."""

    def __init__(self, scope: ViewScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._places = [self._make(name) for name in ("welcome-homeserver", "account-homeserver")]
        self.listen(js.window, "online", lambda _: effects.homeserver.wake())
        self.listen(js.window, "offline", lambda _: effects.homeserver.lose())
        self.listen(by_id("sign-in-again"), "click", lambda _: effects.sign_in.open_again())
        self.listen(by_id("sign-out-server"), "click", lambda _: effects.homeserver.sign_out())
        self.watch(self._show_forms)
        self.watch(self._show_ways)
        self.watch(self._go)
        self.watch(self._show_state)
        self.watch(self._show_banner)

    def _make(self, name: str) -> _Place:
        details = clone("homeserver-form")
        by_id(name).append(details)
        form = details.querySelector("form")
        self.listen(form, "submit", self._on_submit)
        address = form.elements.namedItem("address")
        look = self.effects.sign_in.look_for_ways
        self.listen(address, "change", lambda _: look(str(address.value)))
        self.listen(address, "input", lambda _: self._show_ways())
        begin = self.effects.sign_in.begin_single_sign_on
        button = part(form, "single-sign-on")
        self.listen(button, "click", lambda _: begin(str(address.value), page_url()))
        return _Place(details, form)

    def _on_submit(self, event: Any) -> None:
        event.preventDefault()
        fields = event.target.elements
        address, name, password = (
            str(fields.namedItem(field).value) for field in ("address", "username", "password")
        )
        self.effects.sign_in.sign_in(address, name, password)

    def _show_forms(self) -> None:
        is_busy = self.page.is_signing_in()
        account = self.page.account()
        for place in self._places:
            button = part(place.form, "submit")
            button.disabled = is_busy
            text = "homeserver.signing_in" if is_busy else "homeserver.sign_in"
            set_text(button, localize(text))
            if is_busy and account is None:
                # Also where one comes back from single sign-on.
                place.details.open = True
            if account is not None and account.dialog() != "account" and not is_busy:
                # No password stays on the page.
                place.form.reset()
                place.details.open = False

    def _show_ways(self) -> None:
        ways = self.page.sign_in_ways()
        for place in self._places:
            typed = str(place.form.elements.namedItem("address").value).strip()
            is_known = ways is not None and ways.address == typed
            offers_both = ways is None or not is_known or ways.has_password
            part(place.form, "password").hidden = not offers_both
            offers = ways is not None and is_known and ways.has_single_sign_on
            part(place.form, "single-sign-on").hidden = not offers

    def _go(self) -> None:
        url = self.page.sign_in_url()
        if url:
            js.location.assign(url)

    def _show_state(self) -> None:
        account = self.page.account()
        server = "" if account is None else account.sync.server()
        line, button = by_id("homeserver-state"), by_id("sign-out-server")
        line.hidden = button.hidden = not server
        if account is None or not server:
            return
        set_text(part(line, "server"), localize("homeserver.account", server=server))
        connection = account.sync.connection()
        line.dataset.state = connection
        set_text(part(line, "connection"), localize(_CONNECTIONS[connection]))
        set_text(button, localize("homeserver.sign_out", server=server))

    def _show_banner(self) -> None:
        banner = by_id("offline-banner")
        account = self.page.account()
        connection = "online" if account is None else account.sync.connection()
        server = "" if account is None else account.sync.server()
        banner.hidden = not server or connection not in ("offline", "signed_out")
        is_ended = not banner.hidden and connection == "signed_out"
        by_id("sign-in-again").hidden = not is_ended
        if account is None or banner.hidden:
            text = ""
        elif is_ended:
            text = localize("homeserver.signed_out_text", server=server)
        else:
            text = localize("offline.text", count=account.sync.outbox().waiting)
        set_text(by_id("offline-text"), text)


def page_url() -> str:
    """Return the URL of the page, to come back to from single sign-on."""
    return f"{js.location.origin}{js.location.pathname}"


def take_login_token() -> tuple[str, str] | None:
    """Return the nonce and the token with which one came back from single sign-on, and forget both.

    `login-token.js` has taken them out of the address.
    """
    found = getattr(js.window, "roomkeepLoginToken", None)
    if found is None:
        return None
    taken = (str(found.nonce), str(found.token))
    js.Reflect.deleteProperty(js.window, "roomkeepLoginToken")
    return taken
