"""The span of time of a channel, and places in it: what the scrubber shows. Pure."""

from msgspec import Struct

__all__ = ["TimeSpan"]


class TimeSpan(Struct, frozen=True):
    """From the first to the last message of a channel.

    Attributes:
        first: the time of the first message, in ms.
        last: the time of the last message, in ms; later than the first.
    """

    first: int
    last: int

    def place(self, timestamp: int) -> float:
        """Return where a time is, from 0 to 1."""
        share = (timestamp - self.first) / (self.last - self.first)
        return min(1.0, max(0.0, share))

    def time(self, place: float) -> int:
        """Return the time at a place from 0 to 1, in ms."""
        return self.first + round((self.last - self.first) * min(1.0, max(0.0, place)))

    def including(self, timestamp: int) -> "TimeSpan":
        """Return the span made longer where a message is before or after it."""
        if self.first <= timestamp <= self.last:
            return self
        return TimeSpan(min(self.first, timestamp), max(self.last, timestamp))
