"""What a message's text is made of."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomkeep.app.formatting import Part, is_only_emoji, parse, summary

SIZE = 65_536


def link(text: str, href: str = "") -> Part:
    return Part("link", text, href=href or text)


def text(content: str) -> Part:
    return Part("text", content)


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("", []),
        ("plain", [text("plain")]),
        ("a `b c` d", [text("a "), Part("code", "b c"), text(" d")]),
        ("``", [text("``")]),
        ("`open", [text("`open")]),
        ("`two\nlines`", [text("`two\nlines`")]),
        ("`*not bold* http://x.y`", [Part("code", "*not bold* http://x.y")]),
        ("```\na\n  b\n```", [Part("block", "a\n  b")]),
        ("```py\nx = 1\n```\nsee", [Part("block", "x = 1", language="py"), text("see")]),
        ("```one line```", [Part("block", "one line")]),
        ("say ```a``` now", [text("say "), Part("block", "a"), text(" now")]),
        ("```\nnever closed `x`", [text("```\nnever closed `x`")]),
        ("``````", [text("``````")]),
        ("*bold*", [Part("strong", "bold")]),
        (
            "_soft_, *two words*!",
            [Part("emphasis", "soft"), text(", "), Part("strong", "two words"), text("!")],
        ),
        ("2 * 3 * 4", [text("2 * 3 * 4")]),
        ("2*3*4", [text("2*3*4")]),
        ("*a *b", [text("*a *b")]),
        ("*a * *b*", [text("*a * "), Part("strong", "b")]),
        ("snake_case_name", [text("snake_case_name")]),
        ("**kwargs and *args", [text("**kwargs and *args")]),
        ("https://x.org/a_b_c", [link("https://x.org/a_b_c")]),
        ("see http://x.org/a.", [text("see "), link("http://x.org/a"), text(".")]),
        ("(http://x.org/a)", [text("("), link("http://x.org/a"), text(")")]),
        ("http://x.org/a_(b)", [link("http://x.org/a_(b)")]),
        ("(http://x.org/a_(b)),", [text("("), link("http://x.org/a_(b)"), text("),")]),
        ("<https://x.org>", [text("<"), link("https://x.org"), text(">")]),
        ("HTTPS://X.org", [link("HTTPS://X.org", "https://X.org")]),
        ("mailto:ada@x.org!", [link("mailto:ada@x.org"), text("!")]),
        ("*see https://x.org*", [text("*see "), link("https://x.org"), text("*")]),
        ("http://", [text("http://")]),
        ("https://...", [text("https://...")]),
        ("javascript:alert(1)", [text("javascript:alert(1)")]),
        (
            "data:text/html,x ftp://x.org file:///x",
            [text("data:text/html,x ftp://x.org file:///x")],
        ),
        ("xhttp://x.org", [text("xhttp://x.org")]),
        ("http://x.org/\u202egnp.exe", [link("http://x.org/"), text("\u202egnp.exe")]),
        ("http://x.org?q='\"><script>", [link("http://x.org?q="), text("'\"><script>")]),
    ],
)
def test_parts(content: str, parts: list[Part]) -> None:
    assert parse(content) == parts


PIECES = st.sampled_from(
    [
        "`",
        "``",
        "```",
        "```py\n",
        "*",
        "_",
        "**",
        " ",
        "\n",
        "a",
        "Ü",
        "http://",
        "https://x.y",
        "mailto:",
        ")",
        "(",
        ".",
        "😀",
        "\u200d",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=60).map("".join)))
def test_nothing_but_markers_is_lost(content: str) -> None:
    place = 0
    between = []
    for part in parse(content):
        assert part.text
        found = content.index(part.text, place)
        between.append(content[place:found].replace(f"```{part.language}", "```"))
        place = found + len(part.text)
        assert part.kind != "link" or re.match(r"(?:https?://|mailto:).", part.href)
    between.append(content[place:])
    for gap in between:
        assert not gap.strip("`*_ \t\n")


@pytest.mark.parametrize(
    "piece",
    [
        *("`", "```", "``` ", "```\n", "*", "* ", "*a ", "_a ", "*a* ", "*a:", "*http://"),
        *("http://", "http://(", "http://x)", "mailto:", "a:", "(", ")", " ", "\n", "x"),
        *("😀", "👩\u200d", "\u200d", "0\ufe0f", "0\ufe0f\u20e3", "🇩"),
    ],
)
@pytest.mark.parametrize("begin", ["", "`", "*", "_x", "http://", "```"])
def test_time_is_in_proportion_to_length(begin: str, piece: str) -> None:
    content = (begin + piece * SIZE)[:SIZE]
    started = time.process_time()
    parse(content)
    is_only_emoji(content)
    summary(content)
    # It takes milliseconds of the processor's; one that goes back and forth would take minutes.
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "content",
    [
        "😀",
        "👍🏽",
        "❤️",
        "🎉 🎉\n🎉",
        "👩‍👩‍👧‍👦",
        "🇩🇪🇫🇷",
        "1️⃣",
        "🏴\U000e0067\U000e0062\U000e007f",
        "©️",
        "😀😀😀😀😀😀",
    ],
)
def test_a_few_emoji_alone_are_large(content: str) -> None:
    assert is_only_emoji(content)


@pytest.mark.parametrize(
    "content", ["", " ", "a", "1", "#", "😀 ok", "©", "…", "😀😀😀😀😀😀😀", "é"]
)
def test_other_text_is_not_large(content: str) -> None:
    assert not is_only_emoji(content)


def test_a_summary_is_one_line_without_markers() -> None:
    assert summary("see *this*:\n```py\nx = 1\n```\n `y`") == "see this: x = 1 y"
    assert summary("word " * 100, most=9) == "word word…"
    assert summary("") == ""
