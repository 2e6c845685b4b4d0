"""Signing in to a homeserver, which opens that user's own account."""

from roomkeep.app.effects.accounts import AccountEffects
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.homeserver import HomeserverEffects

__all__ = ["SignInEffects"]


class SignInEffects(EffectGroup):
    """Signs in to homeservers."""

    def __init__(
        self, context: Context, accounts: AccountEffects, homeserver: HomeserverEffects
    ) -> None:
        super().__init__(context)
        self._accounts = accounts
        self._homeserver = homeserver

    @effect("failed.sign_in", of_device=True)
    async def sign_in(self, address: str, name: str, password: str) -> None:
        """Sign in with a name and a password; the account that is open stays so until then."""
        from roomkeep.sync.session import sign_in

        if self.page.is_signing_in():
            return
        self.page.is_signing_in.set(True)
        try:
            async with self._homeserver.open_network() as transport:
                await sign_in(
                    self.context.device,
                    transport,
                    address.strip(),
                    name.strip(),
                    password,
                    open_account=self._accounts.open,
                )
        finally:
            self.page.is_signing_in.set(False)
        account = self.page.account()
        if account is not None:
            if account.dialog() == "account":
                account.dialog.set(None)
            await self._homeserver.follow(account, is_new=True)
