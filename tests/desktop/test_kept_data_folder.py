"""A data folder as the first published tables have it opens with everything in it.

`data/revision-0001.zip` was written by the program at commit 9fd1138. Some fields in it are of a
version of the program that we do not know, and one message cannot be decoded.
"""

import base64
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from roomkeep.desktop.main_process import MainProcess
from support.session_window import Window

KEPT = Path(__file__).with_name("data") / "revision-0001.zip"
ANN, BOB = "@ann:example.org", "@bob:example.org"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the kept data folder."""
    with zipfile.ZipFile(KEPT) as kept:
        kept.extractall(tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def account(window: Window) -> int:
    """The account of who was signed in, opened."""
    assert window.query("load-current-user-id") == ANN
    return window.open(ANN)


def find_problems(window: Window, account: int) -> list[tuple[str, str, str]]:
    problems, position = [], None
    while True:
        findings = window.query("find-problems", account, position=position)
        problems += [(one["store"], one["key"], one["kind"]) for one in findings["problems"]]
        if (position := findings["next"]) is None:
            return problems


def test_messages_are_there_with_their_reactions(window: Window, account: int) -> None:
    reply = window.ask("query", "get-messages", account, roomId="tea")
    found = {message["id"]: message for message in reply["result"]}
    assert list(found) == ["m1", "m2", "m3", "m4", "gone", "😀 high", "\uff5e wide"]
    assert [(one["store"], one["key"]) for one in reply["unreadable"]] == [
        ("messages", "unreadable")
    ]
    assert [(one["oderId"], one["emoji"]) for one in found["m1"]["reactions"]] == [
        (ANN, "❤️"),
        (BOB, "👍"),
    ]
    assert (found["m2"]["replyToId"], found["m2"]["channelId"]) == ("m1", "brewing")
    assert (found["m3"]["editedAt"], found["m3"]["channelId"]) == (3_500, "general")
    assert found["gone"]["isDeleted"]
    assert found["gone"]["content"] == "This message was deleted."
    assert window.query("count-messages", account, roomId="tea") == 8


def test_everything_else_is_there(window: Window, account: int) -> None:
    rooms = window.query("get-all-rooms", account)
    assert [(room["id"], room["isPrivate"]) for room in rooms] == [("tea", True), ("empty", False)]
    assert [channel["id"] for channel in rooms[0]["channels"]] == ["general", "brewing"]
    assert [(member["oderId"], member["role"]) for member in rooms[0]["members"]] == [
        (ANN, "host"),
        (BOB, "member"),
    ]
    people = window.query("get-users-by-room", account, roomId="tea")
    assert [(one["oderId"], one["bio"]) for one in people] == [
        (ANN, "likes tea"),
        (BOB, "likes tea"),
    ]
    bans = window.query("get-bans-for-room", account, roomId="tea", now=30)
    assert [(ban["userId"], ban["reason"]) for ban in bans] == [("@eve:example.org", "spam")]
    assert window.query("get-settings", account, prefix="") == {
        "theme": {"dark": True, "size": 1.5},
        "draft/tea": "half a sen",
    }
    files = {
        one["id"]: window.query("read-attachment-data", account, attachmentId=one["id"])
        for one in window.query("get-all-attachments", account)
    }
    dog = base64.b64encode(b"a dog").decode()
    assert files == {"a1": "Y2F0", "a2": dog, "a3": None}
    assert window.query("get-owner", account) == ANN
    early = window.query("get-reactions-for-message", account, messageId="not here yet")
    assert [one["emoji"] for one in early] == ["🎉"]


def test_other_accounts_are_there(window: Window) -> None:
    assert window.query("get-account-ids") == [ANN, BOB]
    for user_id, room_id, id_ in [(BOB, "bobs", "b1"), (None, "tea", "n1")]:
        found = window.query("get-messages", window.open(user_id), roomId=room_id)
        assert [message["id"] for message in found] == [id_]


def test_nothing_is_wrong_with_it_but_what_was_made_so(window: Window, account: int) -> None:
    assert find_problems(window, account) == [
        ("messages", "unreadable", "unreadable"),
        ("reactions", f"{BOB}, 🎉, not here yet", "waiting"),
    ]
    assert window.query("get-contents", account) == [
        {
            "messages": 9 - 1,
            "users": 2,
            "rooms": 2,
            "reactions": 3,
            "bans": 2,
            "attachments": 3,
            "meta": 3,
        },
        [],
    ]


def test_fields_of_other_versions_stay(
    start: Callable[[], MainProcess], folder: Path, stored: Callable[[str, str], dict[str, Any]]
) -> None:
    window = Window(start())
    account = window.open(ANN)
    window.command("update-message", account, messageId="m4", changes={"editedAt": 5})
    assert window.query("get-message-by-id", account, messageId="m4")["editedAt"] == 5
    room = window.query("get-room", account, roomId="tea")
    changes = {"channels": room["channels"][::-1], "members": room["members"], "name": "Teas"}
    window.command("update-room", account, roomId="tea", changes=changes)
    window.command("update-user", account, oderId=BOB, changes={"bio": None})
    start().close()
    assert stored("messages", "m4")["thread"] == "t1"
    room = stored("rooms", "tea")
    assert (room["name"], room["colour"]) == ("Teas", "green")
    assert [channel.get("slow") for channel in room["channels"]] == [30, None]
    assert [member.get("badge") for member in room["members"]] == [None, "★"]
    user = stored("users", BOB)
    assert (user["pronouns"], user.get("bio")) == ("they", None)


@pytest.fixture
def stored(start: Callable[[], MainProcess]) -> Callable[[str, str], dict[str, Any]]:
    """Read a record of the account as it is stored."""

    def read(store: str, key: str) -> dict[str, Any]:
        main = start()

        async def body(tx: Any) -> dict[str, Any]:
            record: dict[str, Any] = await tx.get(store, key, dict)
            return record

        account = main.acquire(ANN)
        found, _ = account.database.read(body)
        main.release(account)
        return found

    return read
