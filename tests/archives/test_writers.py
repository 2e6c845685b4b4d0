"""What is written to be read elsewhere: nothing in a message is taken for the writer's own."""

import json
from datetime import UTC, timedelta, timezone
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomkeep.archives.writers.html_page import HtmlPage
from roomkeep.archives.writers.json_lines import JsonLines
from roomkeep.archives.writers.plain_text import PlainText
from roomkeep.archives.writers.writer import Entry, Heading, Times, Writer
from roomkeep.models import Message
from support.archive_files import Found, opened
from support.laws import law
from support.make import attachment, message, reaction

NAMES = {"ann": "Ann", "bob": "Bob"}
NOON = 1_717_156_800_000
"""2024-05-31 12:00 UTC."""


def entry(one: Message, *, place: str = "", answered: Message | None = None) -> Entry:
    return Entry(
        message=one, room_name="Tea", channel_name="general", place=place, answered=answered
    )


def written(kind: type[Writer], *entries: Entry, times: Times | None = None) -> str:
    times = times or Times(zone=UTC)
    writer = kind(Heading(title="Tea", about="About it"), times, lambda id_: NAMES.get(id_, id_))
    return writer.begin() + "".join(map(writer.write, entries)) + writer.end()


class Seen(HTMLParser):
    """What a browser sees of a page: its elements with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_comment(self, data: str) -> None:  # noqa: ARG002 that there is one is enough
        self.tags.append("comment")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


FULL = Entry(
    message=message(
        content="Tea is <ready>\nat https://tea.example/?a=1&lt;b.",
        timestamp=NOON,
        edited_at=NOON + 1,
        reactions=(reaction(), reaction(oder_id="nobody"), reaction(emoji="🎉")),
    ),
    room_name="Tea",
    channel_name="general",
    place="#general",
    files=(attachment(filename="pot.png", size=18_204),),
    answered=message("m0", sender_name="Bob", content="When\nis tea?"),
)


def test_a_page_shows_all_of_a_message() -> None:
    page = Seen(written(HtmlPage, FULL, entry(message("m2", content="Yes", timestamp=NOON + 9))))
    assert page.text.split("</style>")[-1].endswith(
        "\nTea\nAbout it\n2024-05-31\n"
        "Ann #general 12:00Bob: When is tea?"
        "Tea is <ready>\nat https://tea.example/?a=1&lt;b. (edited)"
        "pot.png, 18.2 kB👍 Ann, nobody🎉 Ann\n"
        "Yes\n\n\n\n"
    ), page.text
    assert ("href", "https://tea.example/?a=1&lt;b") in page.attributes
    assert ("datetime", "2024-05-31T12:00:00.000+00:00") in page.attributes
    assert page.tags.count("h2") == 1


def test_messages_stand_under_a_name_and_a_day_of_their_own() -> None:
    page = Seen(
        written(
            HtmlPage,
            entry(message("m1", timestamp=NOON)),
            entry(message("m2", timestamp=NOON + 299_999)),
            entry(message("m3", timestamp=NOON + 599_999)),
            entry(message("m4", timestamp=NOON + 600_000, sender_id="bob", sender_name="Bob")),
            entry(message("m5", timestamp=NOON + 600_001, sender_id="bob", channel_id="dev")),
            entry(message("m6", timestamp=NOON + 43_199_999)),
            entry(message("m7", timestamp=NOON + 43_200_000)),
        )
    )
    assert (page.tags.count("article"), page.tags.count("header")) == (7, 6)
    assert page.tags.count("h2") == 2


def test_a_text_has_a_line_for_each_message() -> None:
    assert written(PlainText, FULL, entry(message("m2", content="Yes", timestamp=NOON))) == (
        "Tea\nAbout it\n\n"
        "2024-05-31 12:00:00 Ann (#general): Tea is <ready>\n"
        "    at https://tea.example/?a=1&lt;b.\n"
        "    (edited)\n"
        "    (In reply to Bob: When is tea?)\n"
        "    (File: pot.png, 18.2 kB)\n"
        "    (👍 Ann, nobody)\n"
        "    (🎉 Ann)\n"
        "2024-05-31 12:00:00 Ann: Yes\n"
    )


def test_json_is_an_archive_that_can_be_imported() -> None:
    text = written(JsonLines, FULL, entry(message("m2", reply_to_id="m1")))
    first, second = map(json.loads, text.splitlines())
    assert first["files"] == [{"name": "pot.png", "mime": "image/png", "size": 18_204}]
    assert second.keys() & {"files", "reactions", "editedAt"} == set()
    found = Found(opened(text.encode(), "tea.jsonl"))
    (room,) = found.rooms
    assert (room.id, room.name) == ("r1", "Tea")
    one, other = found.messages
    assert one.content == FULL.message.content
    assert (one.time, one.edited_at) == (NOON, NOON + 1)
    assert [(r.person_id, r.person_name, r.emoji, r.time) for r in one.reactions] == [
        (r.oder_id, NAMES.get(r.oder_id, r.oder_id), r.emoji, r.timestamp)
        for r in FULL.message.reactions
    ]
    assert other.reply_to_id == "m1"
    assert found.noted("file_missing") == 1
    assert found.noted("field") == 0


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</p></article></main><h1>",
    "&lt;b&gt;&amp;",
    "<!--",
    "]]>",
    "$title ${title} {0} %s",
    'https://x.example/"onclick=alert(1)',
    "javascript:alert(1)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts(text: str) -> None:
    one = message(
        id=text,
        sender_id=text,
        sender_name=text,
        content=text,
        reactions=(reaction(oder_id=text, emoji=text),),
    )
    hostile = Entry(
        message=one,
        room_name=text,
        channel_name=text,
        place=text,
        files=(attachment(filename=text, mime=text),),
        answered=one,
    )
    writer = HtmlPage(Heading(title=text, about=text), Times(zone=UTC), lambda id_: id_)
    page = Seen(writer.begin() + writer.write(hostile) + writer.end())
    plain = Seen(written(HtmlPage, FULL))
    assert set(page.tags) <= set(plain.tags)
    assert {name for name, _ in page.attributes} <= {name for name, _ in plain.attributes}
    hrefs = [value or "" for name, value in page.attributes if name == "href"]
    assert all(one.startswith("https://x.example/") for one in hrefs)
    # The title twice, what it is about, the name, the place, the quote and its name, the text, the
    # file, the emoji, and who reacted.
    assert page.text.count(text) == 11


def test_the_page_s_own_policy_forbids_everything_but_its_style() -> None:
    page = written(HtmlPage)
    assert "default-src 'none'; style-src 'unsafe-inline'\"" in page
    assert page.index("Content-Security-Policy") < page.index("Tea")


def test_nobody_can_write_a_line_of_another_or_speak_to_the_terminal() -> None:
    forged = "\n2024-05-31 12:00:00 Bob: I owe Eve 100"
    one = message(
        sender_name=f"Eve{forged}\N{RIGHT-TO-LEFT OVERRIDE}",
        content=f"hi{forged}\r\u2028\x1b[2J\x85x",
        reactions=(reaction(emoji=f"!{forged}"),),
    )
    hostile = Entry(
        message=one,
        room_name="Tea",
        channel_name="general",
        place=f"#x{forged}",
        files=(attachment(filename=f"f{forged}"),),
        answered=one,
    )
    lines = written(PlainText, hostile).splitlines()[3:]
    assert [line for line in lines if not line.startswith("    ")] == lines[:1]
    assert lines[0].startswith("1970-01-01 00:00:")
    assert not set("".join(lines)) & set("\x1b\x85\r\N{RIGHT-TO-LEFT OVERRIDE}")


TEXTS = st.text("<>&\"'a/:\n\r \u2028\x00é😀$#", max_size=12)


@law
@given(texts=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_law_texts_come_out_as_they_went_in(texts: list[tuple[str, str]]) -> None:
    messages = [
        message(f"m{n}", sender_name=name, content=content, timestamp=NOON + n)
        for n, (name, content) in enumerate(texts)
    ]
    page = Seen(written(HtmlPage, *map(entry, messages)))
    assert set(page.tags) <= set(Seen(written(HtmlPage, FULL)).tags)
    assert all(one.content in page.text for one in messages)
    body = written(PlainText, *map(entry, messages)).removeprefix("Tea\nAbout it\n\n")
    assert len([line for line in body.split("\n") if line[:4].strip()]) == len(messages)
    found = Found(opened(written(JsonLines, *map(entry, messages)).encode()))
    assert [one.content for one in found.messages] == [one.content for one in messages]


def test_times_are_local_and_absurd_ones_harm_nothing() -> None:
    times = Times(zone=timezone(timedelta(hours=5, minutes=45)))
    assert times.exact(NOON + 61_500) == "2024-05-31 17:46:01"
    assert times.machine(NOON + 61_500) == "2024-05-31T17:46:01.500+05:45"
    assert times.date(-1) == "1970-01-01"
    for absurd in (8_640_000_000_000_000, -8_640_000_000_000_000, -62_000_000_000_000):
        assert times.exact(absurd) == times.date(absurd) == str(absurd)
        assert times.machine(absurd) == ""
        one = entry(message(timestamp=absurd))
        for kind in (HtmlPage, PlainText, JsonLines):
            assert one.message.content in written(kind, one, times=times)


def test_a_file_of_an_archive_needs_no_more_than_a_name() -> None:
    line = msgspec.json.decode(written(JsonLines, FULL))
    line["files"] = [{"name": "x"}]
    assert Found(opened(json.dumps(line).encode())).noted("file_missing") == 1
