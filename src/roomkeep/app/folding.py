"""Folding long messages. Pure."""

from collections.abc import Collection
from typing import Final, Literal

from roomkeep.models import Message

__all__ = ["FOLDED_LINES", "Fold", "fold_of", "is_long"]

FOLDED_LINES: Final = 20
"""So many lines of a folded message are shown; the style sheet says the same."""
SLACK: Final = 6
"""A message with up to so many more is shown whole: to fold it would save little."""

Fold = Literal["whole", "folded", "open"]
"""How a message is shown: it is not long, or is and shows its beginning, or all of it."""


def fold_of(message: Message, unfolded: Collection[str], columns: int) -> Fold:
    """Return whether a message is shown folded.

    Args:
        message: the message.
        unfolded: the ids of those that somebody unfolded.
        columns: how many characters stand in a line, about.
    """
    if message.is_deleted or not is_long(message.content, columns):
        return "whole"
    return "open" if message.id in unfolded else "folded"


def is_long(content: str, columns: int) -> bool:
    """Tell whether a text takes many lines, given about how many characters fit in one.

    It is told by the text alone: to measure each message would make the browser lay out all of
    them once more.
    """
    most = FOLDED_LINES + SLACK
    if len(content) <= most:
        return False
    if len(content) > most * columns:
        return True
    if content.count("\n") + len(content) // columns < most // 2:
        return False
    return sum(1 + (len(line) - 1) // columns if line else 1 for line in content.split("\n")) > most
