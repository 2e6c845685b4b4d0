"""What tells of commits to all that use the same memory."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


class Channels:
    """The channels of a memory."""

    def __init__(self) -> None:
        self._open: dict[str, list[Channel]] = {}

    def open(self, name: str) -> "Channel":
        """Return a new channel to all others of this name."""
        # Those of an event loop that has ended hear nothing any more.
        others = [one for one in self._open.get(name, ()) if not one.loop.is_closed()]
        channel = Channel(self, name)
        self._open[name] = [*others, channel]
        return channel

    def close(self, channel: "Channel") -> None:
        """Take a channel off."""
        self._open[channel.name] = self.others(channel)

    def others(self, channel: "Channel") -> "list[Channel]":
        """Return the channels that hear what is posted to this one."""
        return [one for one in self._open[channel.name] if one is not channel]


class Channel:
    """A channel, with the face of a `BroadcastChannel`.

    Attributes:
        loop: the event loop that it was opened in.
    """

    def __init__(self, channels: Channels, name: str) -> None:
        self.name = name
        self.loop = asyncio.get_running_loop()
        self.onmessage: Callable[[Any], None] | None = None
        self._channels = channels
        self._is_open = True

    def postMessage(self, data: str) -> None:  # noqa: N802 the browser's name
        """Have all others hear this, in a later turn of the event loop."""
        for other in self._channels.others(self):
            if not other.loop.is_closed():
                other.loop.call_soon(other.hear, data)

    def hear(self, data: str) -> None:
        """Hand on what was posted to another."""
        if self._is_open and self.onmessage is not None:
            self.onmessage(SimpleNamespace(data=data))

    def close(self) -> None:
        """Hear nothing any more."""
        self._is_open = False
        self._channels.close(self)
