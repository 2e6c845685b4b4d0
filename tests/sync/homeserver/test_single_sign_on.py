"""Single sign-on, in the app without its views, on a real homeserver."""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from roomkeep.sync.httpx_transport import HttpxTransport
from support.app_people import people
from support.cas import cas_server
from support.chat import Chat
from support.sync_people import CutTransport
from tools.homeserver import Homeserver

pytestmark = pytest.mark.homeserver

PAGE = "https://roomkeep.example/"


@pytest.fixture(scope="module")
def server(homeserver: Homeserver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A homeserver that lets in Cleo by single sign-on."""
    # The other one tells whether there can be any here.
    del homeserver
    with cas_server("cleo") as cas:
        settings = {
            "cas_config": {"enabled": True, "server_url": cas},
            "sso": {"client_whitelist": [PAGE]},
        }
        folder = tmp_path_factory.mktemp("single-sign-on")
        with Homeserver(folder, settings=settings) as running:
            yield running.url


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    async with HttpxTransport() as transport, Chat.opened() as made:
        # It sends from tasks of its own: httpx cannot be in an effect's first step on Python 3.11.
        made.effects.homeserver.transport = CutTransport(transport)
        yield made
        await made.effects.homeserver.leave()


async def come_back(url: str) -> tuple[str, str]:
    """Follow the homeserver's pages as a browser does; return the nonce and the token."""
    async with httpx.AsyncClient() as browser:
        for _ in range(10):
            if url.startswith(PAGE):
                query = parse_qs(urlsplit(url).query)
                return query["sso"][0], query["loginToken"][0]
            answer = await browser.get(url)
            assert answer.is_redirect, answer.text
            url = str(answer.next_request.url) if answer.next_request else ""
    raise AssertionError("it does not come back")


async def test_a_server_tells_how_to_sign_in(chat: Chat, server: str) -> None:
    await chat.effects.sign_in.look_for_ways(f" {server} ")
    ways = chat.page.sign_in_ways()
    assert ways is not None
    assert (ways.address, ways.has_password, ways.has_single_sign_on) == (server, True, True)
    # Who mistypes an address is told when signing in.
    await chat.effects.sign_in.look_for_ways("http://localhost:1")
    assert (chat.page.sign_in_ways(), chat.told) == (None, [])


async def test_who_comes_back_from_single_sign_on_is_signed_in(chat: Chat, server: str) -> None:
    effects = chat.effects.sign_in
    await effects.begin_single_sign_on(server, PAGE)
    nonce, token = await come_back(chat.page.sign_in_url())
    # A link of somebody else does not sign one in as them.
    await effects.finish_single_sign_on("made up", token)
    assert "This sign-in has expired" in chat.told[-1]
    assert chat.account.user_id == "Ada"
    await effects.finish_single_sign_on(nonce, token)
    assert chat.account.user_id == "@cleo:localhost"
    assert chat.account.sync.server() == server.removeprefix("http://")
    session = await chat.db.get_sync_session()
    assert session is not None
    assert not any(token in text for text in chat.resume._storage.values())
    # It comes back once.
    await effects.finish_single_sign_on(nonce, token)
    assert "This sign-in has expired" in chat.told[-1]


async def test_a_token_counts_once(chat: Chat, server: str) -> None:
    effects = chat.effects.sign_in
    await effects.begin_single_sign_on(server, PAGE)
    nonce, token = await come_back(chat.page.sign_in_url())
    await effects.finish_single_sign_on(nonce, token)
    await chat.effects.accounts.switch("Ada")
    await effects.begin_single_sign_on(server, PAGE)
    nonce, _ = await come_back(chat.page.sign_in_url())
    await effects.finish_single_sign_on(nonce, token)
    assert "This sign-in has expired" in chat.told[-1]
    assert chat.account.user_id == "Ada"


async def test_a_server_without_it_does_not_offer_it(homeserver: Homeserver) -> None:
    async with people(homeserver, "ada") as (ada,):
        await ada.chat.effects.sign_in.look_for_ways(homeserver.url)
        ways = ada.chat.page.sign_in_ways()
        assert ways is not None
        assert (ways.has_password, ways.has_single_sign_on) == (True, False)
