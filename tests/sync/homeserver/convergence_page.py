"""A client of the convergence test, in a browser's page or the desktop's window."""

import json
import traceback
from typing import Any
from urllib.parse import parse_qs

import js

from roomkeep.persistence import DatabaseService
from roomkeep.sync.browser_tabs import BrowserTabs
from roomkeep.sync.fetch_transport import FetchTransport
from roomkeep.sync.wire import Request
from support.convergence import Client

PATIENCE_S = 900
MOST_BYTES = 100_000


class DistantDirector:
    """The director of this run, at the address that the page was given."""

    def __init__(self, address: str, transport: FetchTransport) -> None:
        self._address = address
        self._transport = transport

    async def ask(self, what: str, data: Any = None) -> Any:
        request = Request(
            method="POST",
            url=self._address,
            body=json.dumps([what, data]).encode(),
            timeout_s=PATIENCE_S,
            max_bytes=MOST_BYTES,
        )
        return json.loads((await self._transport.send(request)).body)


async def main() -> None:
    (address,) = parse_qs(str(js.location.search)[1:])["director"]
    director = DistantDirector(address, FetchTransport())
    try:
        client = Client(
            DatabaseService(),
            FetchTransport(),
            director,
            lambda user_id: BrowserTabs(f"roomkeep-sync {user_id}"),
        )
        await client.run()
    except BaseException:
        await director.ask("trouble", traceback.format_exc())
        raise


await main()  # type: ignore[top-level-await]  # noqa: F704, PLE1142
