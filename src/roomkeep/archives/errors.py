"""The error for a file that cannot be imported."""

from roomkeep.localization import localize

__all__ = ["ArchiveError"]


class ArchiveError(ValueError):
    """The file cannot be imported. The message says why, and where in the file.

    Attributes:
        advice: what to do next.
    """

    def __init__(self, text: str, advice: str | None = None) -> None:
        super().__init__(text)
        self.advice = localize("archive.advice") if advice is None else advice
