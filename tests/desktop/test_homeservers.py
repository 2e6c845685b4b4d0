"""The homeservers that the page of a window may reach: those that it speaks to, and no others."""

from pathlib import Path

import pytest

from roomkeep.desktop.homeservers import Origin, read_origin
from roomkeep.desktop.main_process import MainProcess
from roomkeep.errors import InvalidRecord
from support.session_window import Window

LOCAL = Origin("http", "localhost", 8008)
REMOTE = Origin("https", "matrix.example.org", 443)


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://matrix.example.org", REMOTE),
        ("https://matrix.example.org:443/_matrix", REMOTE),
        ("https://MATRIX.example.org:8448", Origin("https", "matrix.example.org", 8448)),
        ("http://localhost:8008", LOCAL),
        ("http://127.0.0.1", Origin("http", "127.0.0.1", 80)),
        ("http://[::1]:8008", Origin("http", "::1", 8008)),
    ],
)
def test_an_address_has_an_origin(address: str, origin: Origin) -> None:
    assert read_origin(address) == origin


@pytest.mark.parametrize(
    "address",
    [
        "",
        "example.org",
        "https://",
        "https://x:99999",
        "https://[",
        "file:///etc/passwd",
        "app://roomkeep",
        "ws://localhost:8008",
        "http://example.org",
        "http://localhost.example.org",
        "http://0.0.0.0",
    ],
)
def test_what_is_no_homeserver_is_refused(address: str) -> None:
    with pytest.raises(InvalidRecord, match="servers"):
        read_origin(address)


def test_a_page_reaches_the_servers_that_it_named_last(tmp_path: Path) -> None:
    main = MainProcess(tmp_path)
    window, other = Window(main), Window(main)
    assert not main.can_reach(LOCAL)
    window.command("reach-servers", servers=["http://localhost:8008"])
    assert main.can_reach(LOCAL)
    assert not main.can_reach(Origin("http", "localhost", 8009))
    assert not main.can_reach(Origin("https", "localhost", 8008))
    other.command("reach-servers", servers=["https://matrix.example.org"])
    assert main.can_reach(LOCAL)
    assert main.can_reach(REMOTE)

    for servers in (["http://example.org"], [f"https://{n}.example.org" for n in range(5)]):
        reply = window.ask("command", "reach-servers", servers=servers)
        assert (reply["error"]["name"], reply["error"]["field"]) == ("InvalidRecord", "servers")
        assert main.can_reach(LOCAL)
    window.command("reach-servers", servers=[])
    assert not main.can_reach(LOCAL)
    other.session.close()
    assert not main.can_reach(REMOTE)
    main.close()
