"""What the wire makes of the answers of a homeserver, real or hostile."""

import json
from typing import Any

import pytest

from roomkeep.json_depth import MAX_DEPTH, is_deep, prune
from roomkeep.sync import errors
from roomkeep.sync.wire import Request, Response, Wire, account, events, media, rooms
from support.recorded import Answers, ask, json_answer, recorded

TOKEN = "syt_secret_token"  # noqa: S105 - it opens nothing.


@pytest.mark.parametrize(
    ("status", "said", "error"),
    [
        (403, recorded("error_no_right"), errors.NoRight),
        (403, recorded("error_no_such_room"), errors.NoRight),
        (403, recorded("error_no_invite"), errors.NoRight),
        # It has no code of its own: the directory finds out.
        (403, recorded("error_banned"), errors.NoRight),
        (401, recorded("error_unknown_token"), errors.UnknownToken),
        (401, {"errcode": "M_UNKNOWN_TOKEN", "soft_logout": True}, errors.SoftSignedOut),
        (401, {"errcode": "M_UNKNOWN_TOKEN", "soft_logout": "no"}, errors.UnknownToken),
        (404, {"errcode": "M_NOT_FOUND"}, errors.NotFound),
        (413, b"<html>too big</html>", errors.RequestTooLarge),
        (400, {"errcode": "M_ROOM_IN_USE"}, errors.NameTaken),
        (400, {"errcode": "M_INCOMPATIBLE_ROOM_VERSION"}, errors.RoomNotSupported),
        (403, {"errcode": "M_RESOURCE_LIMIT_EXCEEDED"}, errors.ServerFull),
        (403, {"errcode": "M_USER_DEACTIVATED"}, errors.AccountDisabled),
        (502, b"<html>bad gateway</html>", errors.ServerFailed),
        (400, b"", errors.RequestRefused),
        (400, {"errcode": 7, "error": ["x"], "soft_logout": "yes"}, errors.RequestRefused),
        (200, b"<html>hello</html>", errors.BadResponse),
        (200, {"user_id": 7}, errors.BadResponse),
        (200, b"[" * 100_000, errors.BadResponse),
        (200, b'{"user_id": "\\ud800"}', errors.BadResponse),
        (200, b"\xff\xfe", errors.BadResponse),
    ],
)
def test_each_answer_has_its_error(status: int, said: Any, error: type[Exception]) -> None:
    with pytest.raises(errors.HomeserverError) as caught:
        ask(said, account.who_am_i, status)
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("said", "header", "wait"),
    [
        ({"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 1500}, None, 1500),
        ({"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 1e300}, None, 3_600_000),
        ({"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": -5}, "7", 7000),
        ({"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": "soon"}, "soon", 0),
        ({"errcode": "M_LIMIT_EXCEEDED"}, "9" * 5000, 3_600_000),
    ],
)
async def test_how_long_to_wait(said: Any, header: str | None, wait: int) -> None:
    named = {} if header is None else {"retry_after": header}
    wire = Wire(Answers(json_answer(said, 429, **named)), "https://matrix.test")
    with pytest.raises(errors.RateLimited) as caught:
        await account.who_am_i(wire)
    assert caught.value.retry_after_ms == wait
    assert caught.value.is_temporary


async def test_a_token_is_in_one_header_and_nowhere_else() -> None:
    asked = Answers(json_answer({"errcode": "M_FORBIDDEN", "error": "no"}, 403))
    wire = Wire(asked, "https://matrix.test", TOKEN)
    with pytest.raises(errors.NoRight) as caught:
        await rooms.join(wire, "!a:b", via=("c.org",))
    (request,) = asked.requests
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in request.url
    shown = [wire, request, caught.value, wire.signed_in(TOKEN), Response(status=200)]
    assert TOKEN not in "".join(f"{thing!r} {thing}" for thing in shown)


async def test_signing_in_shows_neither_password_nor_token() -> None:
    said = {"user_id": "@a:b", "device_id": "D", "access_token": TOKEN}
    asked = Answers(json_answer(said))
    wire = Wire(asked, "https://matrix.test", "old")
    login = await account.log_in_with_password(wire, "a", "pass word", device_name="me")
    assert login.access_token == TOKEN
    (request,) = asked.requests
    assert "authorization" not in request.headers
    assert "pass word" in json.loads(request.body or b"").values()
    shown = f"{login!r} {login} {request!r} {json_answer(said)!r}"
    assert TOKEN not in shown
    assert "pass word" not in shown


@pytest.mark.parametrize("token", ["a b", "a\r\nX-Evil: 1", "", "é", "x" * 9000])
async def test_a_token_that_would_change_a_request_is_refused(token: str) -> None:
    said = {"user_id": "@a:b", "device_id": "D", "access_token": token}
    wire = Wire(Answers(json_answer(said)), "https://matrix.test")
    with pytest.raises(errors.BadResponse) as caught:
        await account.log_in_with_token(wire, "login token", device_name="me")
    assert not token or token not in str(caught.value)


async def test_a_wrong_password_is_no_missing_right() -> None:
    wire = Wire(Answers(json_answer(recorded("error_wrong_password"), 403)), "https://m.test")
    with pytest.raises(errors.BadCredentials):
        await account.log_in_with_password(wire, "a", "b", device_name="me")


def well_known(base: Any) -> Response:
    return json_answer({"m.homeserver": {"base_url": base}})


OLD = ["r0.6.1", "v1.10", 3, "v1.x"]
VERSIONS = json_answer(recorded("versions"))


@pytest.mark.parametrize(
    ("answer", "base"),
    [
        (well_known("https://matrix.example.org/"), "https://matrix.example.org"),
        (json_answer({}, 404), "https://example.org"),
        (json_answer(b"<html>"), "https://example.org"),
        (well_known(7), "https://example.org"),
    ],
)
async def test_discovery(answer: Response, base: str) -> None:
    asked = Answers(answer, VERSIONS)
    assert (await account.discover(asked, "example.org")).base_url == base
    assert asked.requests[0].url == "https://example.org/.well-known/matrix/client"
    assert asked.requests[1].url == f"{base}/_matrix/client/versions"


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([well_known("http://matrix.example.org"), VERSIONS], errors.BadAddress),
        # A page of the network must not have programs on this machine asked.
        ([well_known("http://localhost:8008"), VERSIONS], errors.BadAddress),
        ([well_known("ftp://x.org"), VERSIONS], errors.BadAddress),
        ([json_answer({}, 404), json_answer({}, 404)], errors.NotAHomeserver),
        ([json_answer({}, 404), json_answer(b"<html>")], errors.NotAHomeserver),
        ([json_answer({}, 404), json_answer({"versions": "v1.11"})], errors.NotAHomeserver),
        (
            [json_answer({}, 404), json_answer({"versions": ["r0.6.1", "v1.10", 3, "v1.x"]})],
            errors.ServerTooOld,
        ),
        ([errors.NotReachable("no network")], errors.NotReachable),
    ],
)
async def test_discovery_that_fails(answers: list[Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        await account.discover(Answers(*answers), "example.org")


def test_the_ways_to_sign_in() -> None:
    sso = {"type": "m.login.sso", "identity_providers": [{"id": "g"}]}
    flows = ask({"flows": [sso, 3, {"type": 4}]}, account.get_login_flows)
    assert [(flow.type, flow.identity_providers[0].id) for flow in flows] == [("m.login.sso", "g")]
    assert "m.login.password" in {
        flow.type for flow in ask(recorded("login_flows"), account.get_login_flows)
    }
    wire = Wire(Answers(), "https://m.test")
    url = account.single_sign_on_url(wire, "http://localhost:1/?a=b&c", "g/h")
    assert url == (
        "https://m.test/_matrix/client/v3/login/sso/redirect/g%2Fh"
        "?redirectUrl=http%3A%2F%2Flocalhost%3A1%2F%3Fa%3Db%26c"
    )


def test_one_wrong_event_or_room_hides_no_others() -> None:
    good = {"type": "m.room.message", "content": {}, "event_id": "$a", "sender": "@a:b"}
    wrong: list[Any] = [
        7,
        None,
        {**good, "content": "text"},
        {**good, "sender": ["@a:b"]},
        {**good, "origin_server_ts": 1e30},
        {**good, "origin_server_ts": -1},
        {**good, "event_id": "$" + "a" * 2000},
        {**good, "content": {"body": "x" * 300_000}},
        {**good, "unsigned": 3},
    ]
    said = {
        "next_batch": "s1",
        "rooms": {
            "join": {
                "!good": {"timeline": {"events": [*wrong, good]}, "summary": {}},
                "!wrong": {"timeline": []},
                "!none": None,
            },
            "invite": {"!x": {"invite_state": {"events": 3}}, "!y": {}},
        },
    }
    found = ask(said, events.sync)
    assert [event.event_id for event in found.joined["!good"].timeline] == ["$a"]
    assert found.joined.keys() == {"!good"}
    assert found.invited.keys() == {"!y"}
    assert found.skipped == len(wrong) + 3


@pytest.mark.parametrize("depth", [300, 5_000, 50_000])
@pytest.mark.parametrize("signs", ["[]", '{"]":}'])
def test_a_deep_event_hides_no_others(depth: int, signs: str) -> None:
    closing = signs[-1]
    deep = signs[:-1] * depth + "1" + closing * depth
    one = f'{{"type":"a","content":{{"a":{deep},"b":"x"}}}}'
    chunk = f'{{"chunk":[{one},{{"type":"b","content":{{"body":"\\"[["}}}}]}}'
    found = ask(chunk.encode(), lambda wire: events.get_messages(wire, "!a"))
    assert found.events[-1].content == {"body": '"[['}
    assert all(event.content.get("b") == "x" for event in found.events[:-1])


@pytest.mark.parametrize(
    ("text", "deep"),
    [
        (b"[" * 100 + b"]" * 100, False),
        (b"[" * 101 + b"]" * 101, True),
        (b'{"a":' * 101 + b"1" + b"}" * 101, True),
        (b'["]",' * 101 + b"1" + b"]" * 101, True),
        (b'["\\"]",' * 101 + b"1" + b"]" * 101, True),
        (b"[" + b"[[],{}]," * 500 + b"1]", False),
        (b'["' + b"[" * 500 + b'\\\\"]', False),
        (b'["' + b"[" * 500 + b'\\""]', False),
        (b'["' + b"[" * 500 + b'\\\\\\"]]]"]', False),
        (b'["' + b"[{\\\\" * 500 + b'"]', False),
    ],
)
def test_what_is_deep(text: bytes, deep: bool) -> None:
    assert is_deep(text) is deep


def test_pruning_keeps_what_is_not_deep() -> None:
    shallow = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert prune(shallow) == shallow
    assert prune(b'[1, "[", ' + shallow + b", {}]") == (
        b'[1, "[", ' + b"[" * (MAX_DEPTH - 1) + b"null" + b"]" * (MAX_DEPTH - 1) + b", {}]"
    )
    for wrong in (b"]]]", b"[" * 300, b'"[', b"{]" * 300):
        prune(wrong)


async def test_endless_pages_end() -> None:
    page = {"rooms": [{"room_id": "!a"}], "next_batch": "again"}
    asked = Answers(json_answer(page))
    found = await rooms.get_hierarchy(Wire(asked, "https://m.test"), "!a")
    assert len(asked.requests) == 2
    assert found.next_batch == "again"

    class Endless(Answers):
        async def send(self, request: Request) -> Response:
            await super().send(request)
            return json_answer({"rooms": [], "next_batch": f"{len(self.requests)}"})

    endless = Endless(json_answer({}))
    await rooms.get_hierarchy(Wire(endless, "https://m.test"), "!a")
    assert len(endless.requests) == 100
    same = ask({"chunk": [], "end": "t"}, lambda wire: events.get_messages(wire, "!a", "t"))
    assert same.end is None


async def test_a_file_must_have_the_size_that_was_said() -> None:
    answer = Response(status=200, headers={"content-type": "image/PNG; x=y"}, body=b"abc")
    asked = Answers(answer)
    wire = Wire(asked, "https://m.test", TOKEN)
    found = await media.download(wire, "mxc://a/b", size=3)
    assert (found.data, found.mime) == (b"abc", "image/png")
    assert asked.requests[0].max_bytes == 3
    assert asked.requests[0].url == "https://m.test/_matrix/client/v1/media/download/a/b"
    with pytest.raises(errors.BadResponse):
        await media.download(wire, "mxc://a/b", size=4)
    with pytest.raises(errors.BadAddress):
        await media.download(wire, "https://evil.org/b")


async def test_what_was_uploaded_must_have_an_address() -> None:
    wire = Wire(Answers(json_answer({"content_uri": "https://evil.org/x"})), "https://m.test")
    with pytest.raises(errors.BadResponse):
        await media.upload(wire, b"a", "text/plain")
