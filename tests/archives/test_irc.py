"""IRC logs of several programs."""

import pytest

from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.importer import Answers
from support.archive_files import Found, data, folder, opened

IRSSI = "irc/irssi/#cooking.log"
WEECHAT = "irc/weechat/irc.libera.#cooking.weechatlog"


def test_irssi_names_the_days_between_the_lines() -> None:
    importer = opened(data(IRSSI), "#cooking.log")
    assert importer.format == "irc"
    found = Found(importer)
    assert [room.name for room in found.rooms] == ["#cooking"]
    assert found.said == [
        ("2018-01-01 23:59:00", "ann", "soup?"),
        ("2018-01-01 23:59:00", "Bob^_", "yes, please"),
        ("2018-01-02 00:00:00", "ann", "* ann chops onions"),
        ("2018-01-02 00:01:00", "ann", "<bob> is hungry"),
    ]
    assert found.noted("notice") == 3


def test_weechat_names_the_day_in_each_line() -> None:
    found = Found(opened(data(WEECHAT), "irc.libera.#cooking.weechatlog"))
    assert [room.name for room in found.rooms] == ["#cooking"]
    assert found.said == [
        ("2018-01-01 23:59:00", "ann", "soup?"),
        ("2018-01-01 23:59:30", "Bob^_", "yes, please"),
        ("2018-01-02 00:00:00", "ann", "* ann chops onions"),
    ]
    assert found.noted("notice") == 2


@pytest.mark.parametrize(("path", "name"), [("irc/znc", "#cooking"), ("irc/ubuntu", "#ubuntu")])
def test_files_for_each_day_are_one_room(path: str, name: str) -> None:
    found = Found(opened(folder(path), "logs.zip"))
    assert [room.name for room in found.rooms] == [name]
    assert found.said[0] == ("2018-01-01 23:59:00", "ann", "soup?")
    assert found.said[1][1:] == ("Bob^_", "yes, please")
    if path == "irc/znc":
        assert found.said[2] == ("2018-01-02 00:00:00", "ann", "* ann chops onions")
        assert found.noted("notice") == 2


def test_a_log_without_a_day_is_refused_with_advice() -> None:
    text = b"[23:59] <ann> soup?\n"
    with pytest.raises(ArchiveError, match=r"Line 1 of “soup\.log” has a time") as caught:
        Found(opened(text, "soup.log"))
    assert "file name" in caught.value.advice
    found = Found(opened(text, "soup-2024-05-31.log"), Answers())
    assert "time_zone" in found.questions
    assert [room.name for room in found.rooms] == ["soup"]
    with pytest.raises(ArchiveError, match=r"Line 1 of “#a\.log” has a date"):
        Found(opened(b"--- Log opened Mon Foo 01 23:58:00 2018\n23:59 <ann> x\n", "#a.log"))


def test_lines_of_old_clients_are_read_as_western_european() -> None:
    text = "[23:59:00] <ann> Grüße\n[23:59:01] <bob> ".encode() + "Käse\n".encode("cp1252")
    found = Found(opened(text, "#a-2018-01-01.log"))
    assert [one.content for one in found.messages] == ["Grüße", "Käse"]
