"""A real homeserver for tests, and people who are signed in to it."""

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from roomkeep.sync.httpx_transport import HttpxTransport
from roomkeep.sync.wire import Wire, account
from tools.homeserver import PASSWORD, Homeserver, set_up_homeserver


@dataclass(frozen=True)
class Person:
    """Someone who is signed in on a device of their own."""

    user_id: str
    wire: Wire


@contextmanager
def running_homeserver(folder: Path) -> Iterator[Homeserver]:
    """Run a homeserver in a folder, at a free port; it is set up first."""
    set_up_homeserver()
    with Homeserver(folder) as server:
        yield server


@asynccontextmanager
async def people(server: Homeserver, *names: str) -> AsyncIterator[list[Person]]:
    """Make accounts whose names begin as given, and sign each in."""
    async with HttpxTransport() as transport:
        wire = await account.discover(transport, server.url)
        signed_in = []
        for name in names:
            user_id = server.register(f"{name}-{secrets.token_hex(4)}", PASSWORD)
            login = await account.log_in_with_password(
                wire, user_id, PASSWORD, device_name="a test"
            )
            await account.set_display_name(
                wire.signed_in(login.access_token), user_id, name.capitalize()
            )
            signed_in.append(Person(user_id, wire.signed_in(login.access_token)))
        yield signed_in
