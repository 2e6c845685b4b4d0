"""Signing in to a homeserver, which opens that user's own account."""

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from roomkeep.app.effects.accounts import AccountEffects
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.homeserver import HomeserverEffects
from roomkeep.app.error_messages import Refused
from roomkeep.app.sync_state import SignInWays
from roomkeep.localization import localize
from roomkeep.persistence import PendingSignIn
from roomkeep.sync.errors import BadCredentials, HomeserverError

if TYPE_CHECKING:
    from roomkeep.sync.wire import Transport

__all__ = ["SignInEffects"]

logger = logging.getLogger(__name__)


class SignInEffects(EffectGroup):
    """Signs in to homeservers."""

    def __init__(
        self, context: Context, accounts: AccountEffects, homeserver: HomeserverEffects
    ) -> None:
        super().__init__(context)
        self._accounts = accounts
        self._homeserver = homeserver
        self._asked = ""

    @effect("failed.sign_in", of_device=True)
    async def sign_in(self, address: str, name: str, password: str) -> None:
        """Sign in with a name and a password; the account that is open stays so until then."""
        from roomkeep.sync.session import sign_in

        def sign(transport: "Transport") -> Awaitable[object]:
            return sign_in(
                self.context.device,
                transport,
                address.strip(),
                name.strip(),
                password,
                open_account=self._accounts.open,
            )

        await self._follow(sign, "account")

    def open_again(self) -> None:
        """Ask for the password, where the homeserver has ended the session."""
        account = self.account
        account.dialog.set("sign-in-again")
        self.look_for_ways(account.sync.server())

    @effect("failed.sign_in")
    async def sign_in_again(self, password: str) -> None:
        """Sign in to the open account's homeserver again; everything goes on from there."""
        from roomkeep.sync.session import sign_in_again

        device = self.context.device
        await self._follow(
            lambda transport: sign_in_again(device, transport, password), "sign-in-again"
        )

    @effect("failed.sign_in", of_device=True)
    async def look_for_ways(self, address: str) -> None:
        """Ask a homeserver how one can sign in. Where it does not answer, signing in tells why."""
        from roomkeep.sync.wire import account

        self._asked = address = address.strip()
        self.page.sign_in_ways.set(None)
        if not address:
            return
        try:
            async with self._homeserver.open_network() as transport:
                wire = await account.discover(transport, address)
                ways = {flow.type for flow in await account.get_login_flows(wire)}
        except HomeserverError as error:
            logger.info("could not ask how to sign in: %s", error)
            return
        if self._asked == address:
            found = SignInWays(
                address=address,
                has_password="m.login.password" in ways,
                has_single_sign_on="m.login.sso" in ways,
            )
            self.page.sign_in_ways.set(found)

    @effect("failed.sign_in", of_device=True)
    async def begin_single_sign_on(self, address: str, page: str) -> None:
        """Go to a homeserver's page for single sign-on.

        Args:
            address: the homeserver.
            page: the URL of this page, to come back to; without a query and a fragment.
        """
        from roomkeep.sync.wire import account

        address, nonce = address.strip(), self.context.new_id()
        async with self._homeserver.open_network() as transport:
            wire = await account.discover(transport, address)
        self.context.resume.save_pending_sign_in(
            PendingSignIn(address=address, nonce=nonce, started_at=self.context.time())
        )
        self.page.sign_in_url.set(account.single_sign_on_url(wire, f"{page}?sso={nonce}"))

    @effect("failed.sign_in", of_device=True)
    async def finish_single_sign_on(self, nonce: str, token: str) -> None:
        """Sign in with the token that a homeserver's page for single sign-on gave.

        Args:
            nonce: what the page was given, which only this browser knows.
            token: signs in once.
        """
        from roomkeep.sync.session import sign_in_with_token

        pending = self.context.resume.take_pending_sign_in(nonce, self.context.time())
        if pending is None:
            raise _expired()
        device, open_account = self.context.device, self._accounts.open
        try:
            await self._follow(
                lambda transport: sign_in_with_token(
                    device, transport, pending.address, token, open_account=open_account
                ),
                "account",
            )
        except BadCredentials:
            raise _expired() from None

    async def _follow(self, sign: "Callable[[Transport], Awaitable[object]]", dialog: str) -> None:
        """Sign in, close the dialog, and follow the homeserver of the account that is open then."""
        if self.page.is_signing_in():
            return
        self.page.is_signing_in.set(True)
        try:
            async with self._homeserver.open_network() as transport:
                await sign(transport)
        finally:
            self.page.is_signing_in.set(False)
        account = self.page.account()
        if account is not None:
            if account.dialog() == dialog:
                account.dialog.set(None)
            await self._homeserver.follow(account, is_new=True)


def _expired() -> Refused:
    return Refused(localize("homeserver.expired"), localize("homeserver.expired_advice"))
