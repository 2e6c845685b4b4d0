"""Ranking of found emoji, and the recently used ones. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

__all__ = ["RECENT_EMOJI", "FoundEmoji", "rank", "read_recent_emoji", "with_recent"]

RECENT_EMOJI: Final = "recentEmoji"
"""The setting that holds the emoji that were used last, the latest first."""
MOST_RECENT: Final = 32
"""So many of them are remembered."""
LONGEST: Final = 40
"""An emoji has at most so many code points; a longer text among the settings is none."""


class FoundEmoji(Struct, frozen=True):
    """An emoji, as the picker's data describe it.

    Attributes:
        unicode: the emoji itself.
        annotation: its name, such as "party popper".
        shortcodes: its short names, such as "tada".
        tags: words that have to do with it.
        order: its place in Unicode's own order.
    """

    unicode: str
    annotation: str = ""
    shortcodes: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    order: int = 0


def rank(query: str, found: Sequence[FoundEmoji], recent: Sequence[str] = ()) -> list[int]:
    """Return the positions of the emoji found, best first.

    What is called so comes before what begins so, and that before what only has to do with it. Of
    equals the one used last is first, then Unicode's order decides.
    """
    wanted = _plain(query.replace(":", " "))
    used = {emoji: place for place, emoji in enumerate(recent)}
    return sorted(
        range(len(found)),
        key=lambda place: (
            _distance(wanted, found[place]),
            used.get(found[place].unicode, len(used)),
            found[place].order,
        ),
    )


def _distance(wanted: str, emoji: FoundEmoji) -> int:
    names = [_plain(name) for name in (emoji.annotation, *(emoji.shortcodes or ()))]
    words = [word for name in names for word in name.split()]
    tags = [_plain(tag) for tag in emoji.tags or ()]
    tests = (
        wanted in names,
        any(name.startswith(f"{wanted} ") for name in names),
        wanted in words,
        wanted in tags,
        any(name.startswith(wanted) for name in names),
        any(word.startswith(wanted) for word in words),
    )
    return tests.index(True) if True in tests else len(tests)


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").split())


def with_recent(recent: Sequence[str], emoji: str) -> tuple[str, ...]:
    """Return the recently used emoji after one more was used."""
    return (emoji, *(one for one in recent if one != emoji))[:MOST_RECENT]


def read_recent_emoji(settings: Mapping[str, object]) -> tuple[str, ...]:
    """Return the recently used emoji from an account's settings."""
    kept = settings.get(RECENT_EMOJI)
    texts = [one for one in kept if isinstance(one, str)] if isinstance(kept, list) else []
    return tuple(one for one in texts if 0 < len(one) <= LONGEST)[:MOST_RECENT]
