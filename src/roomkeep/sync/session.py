"""Signing in to a homeserver, which opens the Matrix user's own account, and signing out."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from roomkeep.errors import NotReady, ScopeChanged
from roomkeep.persistence import DatabaseService
from roomkeep.storage.remote import SyncSession
from roomkeep.sync.errors import BadResponse, HomeserverError, OtherHomeserver, UnknownToken
from roomkeep.sync.wire import Transport, Wire, account
from roomkeep.sync.wire.types import Login

__all__ = ["sign_in", "sign_in_again", "sign_in_with_token", "sign_out", "wire_of"]

DEVICE_NAME: Final = "Roomkeep"
OpenAccount: TypeAlias = Callable[[str | None], Awaitable[None]]


async def sign_in(
    database: DatabaseService,
    transport: Transport,
    address: str,
    name: str,
    password: str,
    *,
    device_name: str = DEVICE_NAME,
    open_account: OpenAccount | None = None,
) -> SyncSession:
    """Sign in with a name and a password, and open that user's own account.

    Where this account's session has ended by itself, it goes on as the same device.

    Args:
        database: where the account is opened.
        transport: the way to the network.
        address: the homeserver: see `account.discover`.
        name: the user name, or the whole user ID.
        password: sent, never stored.
        device_name: how the user's other devices show this one.
        open_account: opens an account of the database; None for `set_current_user_id`.

    Raises:
        HomeserverError: a subclass says why; the account that was open stays so.
        StorageError: the account does not open.
    """
    return await _sign_in(
        database,
        transport,
        await account.discover(transport, address),
        lambda wire, device_id: account.log_in_with_password(
            wire, name, password, device_name=device_name, device_id=device_id
        ),
        open_account or database.set_current_user_id,
    )


async def sign_in_with_token(
    database: DatabaseService,
    transport: Transport,
    address: str,
    token: str,
    *,
    device_name: str = DEVICE_NAME,
    open_account: OpenAccount | None = None,
) -> SyncSession:
    """Sign in with a token from single sign-on: see `sign_in`."""
    return await _sign_in(
        database,
        transport,
        await account.discover(transport, address),
        lambda wire, device_id: account.log_in_with_token(
            wire, token, device_name=device_name, device_id=device_id
        ),
        open_account or database.set_current_user_id,
    )


async def sign_in_again(
    database: DatabaseService,
    transport: Transport,
    password: str,
    *,
    device_name: str = DEVICE_NAME,
) -> SyncSession:
    """Sign in to the open account again, where the homeserver has ended its session.

    It goes on as the same device, and what waits in the outbox is sent.

    Args:
        database: the database, with the account open.
        transport: the way to the network.
        password: sent, never stored.
        device_name: how the user's other devices show this one.

    Raises:
        NotReady: the account has no session.
        HomeserverError: a subclass says why; the session stays as it is.
    """
    ended = await database.get_sync_session()
    if ended is None:
        raise NotReady("the account has no homeserver: sign in to one first")
    user_id = ended.user_id

    async def stay(opened: str | None) -> None:
        if opened != user_id:
            raise BadResponse("the homeserver signed in someone else")
        if database.current_user_id != user_id:
            raise ScopeChanged("the account was switched")

    return await _sign_in(
        database,
        transport,
        Wire(transport, ended.server),
        lambda wire, device_id: account.log_in_with_password(
            wire, user_id, password, device_name=device_name, device_id=device_id
        ),
        stay,
    )


async def sign_out(
    database: DatabaseService, transport: Transport, *, is_forced: bool = False
) -> None:
    """End this device on the server, then delete the session. The account and its data stay.

    Args:
        database: the database, with the account open.
        transport: the way to the network.
        is_forced: whether to delete the session also where the server does not answer; the device
            then stays in the list of the user's devices.

    Raises:
        NotReachable: there is no answer, so the session stays.
    """
    session = await database.get_sync_session()
    if session is None:
        return
    if not session.needs_sign_in:
        try:
            await account.log_out(wire_of(session, transport))
        except UnknownToken:
            pass
        except HomeserverError:
            if not is_forced:
                raise
    await database.delete_sync_session()


def wire_of(session: SyncSession, transport: Transport) -> Wire:
    """Return the homeserver of a session."""
    return Wire(transport, session.server, session.access_token)


async def _sign_in(
    database: DatabaseService,
    transport: Transport,
    wire: Wire,
    log_in: Callable[[Wire, str | None], Awaitable[Login]],
    open_account: OpenAccount,
) -> SyncSession:
    ended = await database.get_sync_session()
    goes_on = ended is not None and ended.needs_sign_in and ended.server == wire.base_url
    login = await log_in(wire, ended.device_id if ended is not None and goes_on else None)
    session = SyncSession(
        server=wire.base_url,
        user_id=login.user_id,
        device_id=login.device_id,
        access_token=login.access_token,
    )
    before = database.current_user_id
    try:
        await open_account(session.user_id)
        earlier = await database.get_sync_session()
        _check_server(await database.get_sync_server(), session)
        await database.save_sync_session(session)
    except BaseException:
        # No device stays on the server that nothing here knows of.
        with contextlib.suppress(HomeserverError):
            await account.log_out(wire.signed_in(session.access_token))
        await open_account(before)
        raise
    if earlier is not None and earlier.device_id != session.device_id:
        with contextlib.suppress(HomeserverError):
            await account.log_out(wire_of(earlier, transport))
    return session


def _check_server(earlier: str | None, session: SyncSession) -> None:
    """Check that an account stays with its homeserver: any server can claim to have the user.

    Raises:
        OtherHomeserver: it belongs to another one.
    """
    if earlier not in (None, session.server):
        raise OtherHomeserver(f"{session.user_id} belongs to {earlier}")
