"""Which addresses are asked."""

import pytest

from roomkeep.sync.errors import BadAddress
from roomkeep.sync.wire.addresses import (
    check_base_url,
    media_parts,
    origin,
    path,
    room_and_servers,
)


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("example.org", "https://example.org"),
        (" https://Example.org:8448/ ", "https://example.org:8448"),
        ("https://example.org/matrix/", "https://example.org/matrix"),
        ("localhost:8008", "http://localhost:8008"),
        ("http://127.0.0.1:8008", "http://127.0.0.1:8008"),
        ("http://[::1]:8008", "http://[::1]:8008"),
        ("https://localhost", "https://localhost"),
    ],
)
def test_one_form_of_each(typed: str, base: str) -> None:
    assert check_base_url(typed) == base


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "http://example.org",
        "http://localhost.example.org",
        "http://127.0.0.1.example.org",
        "http://192.168.1.2",
        "ftp://example.org",
        "javascript://example.org",
        "https://user@example.org",
        "https://:word@example.org",
        "https://example.org:port",
        "https://exa mple.org",
        "https://example.org\r\nX: y",
        "https://[::1",
        "https://",
        f"https://{'a' * 2000}.org",
    ],
)
def test_others_are_refused(typed: str) -> None:
    with pytest.raises(BadAddress):
        check_base_url(typed)


def test_an_id_cannot_lead_out_of_its_path() -> None:
    assert path("!a/b:c", "x?y#z") == "/%21a%2Fb%3Ac/x%3Fy%23z"
    for wrong in ("..", ".", "", "\ud800"):
        with pytest.raises(BadAddress):
            path("a", wrong)


def test_media() -> None:
    assert media_parts("mxc://example.org/abc-D_1") == ("example.org", "abc-D_1")
    for wrong in (
        "",
        "https://a/b",
        "mxc://a",
        "mxc://a/b/c",
        "mxc://a/..",
        "mxc://a/b?c",
        "mxc:///b",
    ):
        with pytest.raises(BadAddress):
            media_parts(wrong)


def test_origins() -> None:
    assert origin("https://a.org/x") == origin("https://A.org:443/y")
    assert origin("https://a.org") != origin("http://a.org")
    assert origin("https://a.org") != origin("https://a.org:8448")


@pytest.mark.parametrize(
    ("address", "room", "servers"),
    [
        ("#club:example.org", "#club:example.org", ()),
        ("!id:example.org", "!id:example.org", ()),
        ("https://matrix.to/#/#club:example.org", "#club:example.org", ()),
        ("https://matrix.to/#/%23club%3Aexample.org", "#club:example.org", ()),
        (
            "https://matrix.to/#/!id:a.org/$event?via=a.org&via=b.org",
            "!id:a.org",
            ("a.org", "b.org"),
        ),
        ("matrix:r/club:example.org", "#club:example.org", ()),
        ("matrix:roomid/id:a.org/e/event?via=a.org&action=join", "!id:a.org", ("a.org",)),
        ("https://example.org/#/#club:example.org", "https://example.org/#/#club:example.org", ()),
        ("", "", ()),
    ],
)
def test_a_link_names_its_room(address: str, room: str, servers: tuple[str, ...]) -> None:
    assert room_and_servers(address) == (room, servers)
