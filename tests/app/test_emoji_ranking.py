"""The emoji that somebody means come first."""

import json

import msgspec
import pytest

from roomkeep.app.emoji_ranking import (
    MOST_RECENT,
    RECENT_EMOJI,
    FoundEmoji,
    rank,
    read_recent_emoji,
    with_recent,
)
from support.chat import Chat, until
from tools.emoji import emoji_files


@pytest.fixture(scope="module")
def every() -> list[FoundEmoji]:
    data = json.loads(emoji_files()["vendor/emoji/data.json"])
    return msgspec.convert([{**one, "unicode": one["emoji"]} for one in data], list[FoundEmoji])


def search(every: list[FoundEmoji], query: str, recent: tuple[str, ...] = ()) -> list[str]:
    """Find as the picker does: what has a word or a tag that begins so."""
    terms = query.strip(":").lower().split()

    def matches(one: FoundEmoji) -> bool:
        text = " ".join((one.annotation, *(one.shortcodes or ()), *(one.tags or ())))
        words = text.lower().replace("_", " ").split()
        return all(any(word.startswith(term) for word in words) for term in terms)

    found = [one for one in every if matches(one)]
    return [found[place].unicode for place in rank(query, found, recent)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("party", "🎉"),
        ("tada", "🎉"),
        ("Party Popper", "🎉"),
        ("heart", "❤️"),
        ("thumbs", "👍️"),
        ("fire", "🔥"),
        ("cat", "🐈️"),
        ("smile", "😄"),
        ("rocket", "🚀"),
        ("pizz", "🍕"),
        (":tada:", "🎉"),
    ],
)
def test_what_is_called_so_is_first(every: list[FoundEmoji], query: str, first: str) -> None:
    # The data do not say of each that it is to be drawn in colour.
    assert search(every, query)[0].strip("\ufe0f") == first.strip("\ufe0f")


def test_all_that_was_found_stays(every: list[FoundEmoji]) -> None:
    assert sorted(rank("fa", every)) == list(range(len(every)))


def test_of_equals_the_one_used_last_is_first(every: list[FoundEmoji]) -> None:
    celebration = search(every, "celebration")
    assert search(every, "celebration", (celebration[3],))[0] == celebration[3]
    # It is not put before what fits better.
    assert search(every, "party", ("👒", "🍹"))[0] == "🎉"


def test_recent_emoji_are_few_and_each_is_there_once() -> None:
    recent: tuple[str, ...] = ()
    for number in range(2 * MOST_RECENT):
        recent = with_recent(recent, chr(0x1F600 + number))
    assert len(recent) == MOST_RECENT
    assert with_recent(recent, recent[5])[:2] == (recent[5], recent[0])
    assert len(set(with_recent(recent, recent[5]))) == MOST_RECENT


@pytest.mark.parametrize("kept", [None, "🎉", {"🎉": 1}, [1, "", "x" * 41]])
def test_other_settings_are_no_emoji(kept: object) -> None:
    assert read_recent_emoji({RECENT_EMOJI: kept}) == ()


async def test_recent_emoji_are_the_account_s_own() -> None:
    async with Chat.opened("Tea") as chat:
        chat.effects.recent_emoji.note("🎉")
        chat.effects.recent_emoji.note("🍵")
        await until(lambda: not chat.effects.setting_writer.is_unsaved(chat.account, RECENT_EMOJI))
        assert read_recent_emoji(await chat.db.get_settings()) == ("🍵", "🎉")
