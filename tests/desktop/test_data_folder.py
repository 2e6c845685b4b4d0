"""The data folder: a place for each account, which no id leads out of; one program at a time."""

import errno
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from roomkeep.desktop.main_process import MainProcess
from roomkeep.errors import StorageBlocked
from support.made_json import message_json
from support.session_window import Window

TRICKS = [
    "../../etc/passwd",
    "..",
    ".",
    "/",
    "/etc/passwd",
    "a/b",
    "a\\b",
    "C:\\x",
    "CON",
    "nul.txt",
    "anonymous",
    ".deleted-x",
    "a\0b",
    "ann",
    "Ann",
    "é",
    "e\N{COMBINING ACUTE ACCENT}",
    "x" * 1_024,
    "😀" * 1_024,
    "ann.",
    "ann ",
    "%2e%2e",
]


def test_no_id_leads_out_of_the_folder_or_to_another_account(
    main: MainProcess, window: Window, folder: Path
) -> None:
    for user_id in [None, *TRICKS]:
        account = window.open(user_id)
        assert window.query("get-messages", account, roomId="r1") == [], user_id
        window.command("save-message", account, message=message_json())
        window.command("close-account", account)
    assert window.query("get-account-ids") == sorted(TRICKS)
    made = sorted(path.name for path in (folder / "accounts").iterdir())
    # Told apart, also where capital letters count as small ones.
    assert len({name.lower() for name in made}) == len(TRICKS) + 1
    assert all(name.isalnum() and len(name) <= 64 for name in made)
    assert [path.name for path in folder.parent.iterdir()] == ["data"]
    for user_id in TRICKS:
        window.command("delete-account", userId=user_id)
    assert window.query("get-account-ids") == []
    assert len(window.query("get-messages", window.open(), roomId="r1")) == 1


def test_who_is_signed_in_is_known_on_the_next_start(
    start: Callable[[], MainProcess], folder: Path
) -> None:
    window = Window(start())
    assert window.query("load-current-user-id") is None
    window.command("save-current-user-id", userId="ann ✓")
    assert Window(start()).query("load-current-user-id") == "ann ✓"
    (folder / "current-user.json").write_bytes(b"\xff{")
    assert Window(start()).query("load-current-user-id") is None


def test_who_is_signed_in_outlives_a_full_disk(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    window.command("save-current-user-id", userId="ann")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        answer = window.ask("command", "save-current-user-id", userId="bob")
    assert answer["error"]["name"] == "StorageFull"
    assert window.query("load-current-user-id") == "ann"


def test_the_database_is_there_before_a_window_asks(
    start: Callable[[], MainProcess], folder: Path
) -> None:
    main = start()
    assert (main.data_folder.folder_of(None) / "roomkeep.sqlite").stat().st_size
    Window(main).command("save-current-user-id", userId="ann")
    main = start()
    assert (main.data_folder.folder_of("ann") / "roomkeep.sqlite").stat().st_size


def test_a_second_program_is_refused_until_the_first_has_ended(
    main: MainProcess, folder: Path
) -> None:
    with pytest.raises(StorageBlocked, match="already running"):
        MainProcess(folder)
    main.close()
    MainProcess(folder).close()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a person's folders to that person")
def test_nobody_else_on_the_machine_may_look(main: MainProcess, folder: Path) -> None:
    for place in [folder, folder / "accounts", main.data_folder.folder_of(None)]:
        assert stat.S_IMODE(place.stat().st_mode) == 0o700


def test_a_deletion_that_was_cut_short_is_finished(
    start: Callable[[], MainProcess], folder: Path
) -> None:
    start()
    left = folder / "accounts" / ".deleted-0"
    left.mkdir()
    (left / "roomkeep.sqlite").write_bytes(b"x")
    start()
    assert not left.exists()


def test_an_account_whose_files_cannot_be_deleted_yet_is_none_any_more(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_folder: Path) -> None:
        raise PermissionError("another program has a file of it open")

    window.open("ann")
    monkeypatch.setattr(shutil, "rmtree", fail)
    window.command("delete-account", userId="ann")
    monkeypatch.undo()
    assert window.query("get-account-ids") == []


def test_an_account_whose_database_could_not_be_made_is_none(
    main: MainProcess, window: Window
) -> None:
    # As when the program is killed, or the disk is full, right after the folder was made.
    main.data_folder.prepare("ann")
    assert window.query("get-account-ids") == []
    window.open("ann")
    assert window.query("get-account-ids") == ["ann"]


def test_the_space_is_that_of_the_folder_and_its_disk(window: Window) -> None:
    account = window.open()
    before = window.query("get-quota")
    many = [message_json(f"m{n}", content="x" * 1_000) for n in range(500)]
    window.command("save-messages", account, messages=many)
    after = window.query("get-quota")
    assert after["usage"] > before["usage"] + 400_000
    assert after["quota"] > after["usage"]
    assert after["persisted"] is True


def test_windows_hear_what_the_others_change(main: MainProcess, window: Window) -> None:
    other, third = Window(main), Window(main)
    here, there = window.open("ann"), other.open("ann")
    third.open("bob")
    window.command("save-message", here, message=message_json())
    stored = window.query("get-message-by-id", here, messageId="m1")
    change = {"store": "messages", "action": "put", "keys": ["m1"], "roomId": "r1"}
    assert other.notified == [{"account": there, "changes": [change | {"records": [stored]}]}]
    assert window.notified == third.notified == []
    assert len(other.query("get-messages", there, roomId="r1")) == 1
    other.session.close()
    window.command("save-message", here, message=message_json())
    assert len(other.notified) == 1


def test_a_window_that_cannot_listen_spoils_nothing(
    main: MainProcess, window: Window, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_text: str) -> None:
        raise RuntimeError("the window is gone")

    gone = main.open_session(fail)
    gone.handle("command", '{"type": "open-account", "payload": {"userId": "ann"}}')
    account = window.open("ann")
    window.command("save-message", account, message=message_json())
    assert "the window is gone" in caplog.text
    assert len(window.query("get-messages", account, roomId="r1")) == 1
