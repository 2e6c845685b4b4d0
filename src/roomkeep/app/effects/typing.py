"""Telling the others in a channel of a homeserver that one is typing."""

import asyncio
import logging
from typing import Final, Protocol

from roomkeep.app.channel_ref import ChannelRef
from roomkeep.app.effects.context import Context, EffectGroup
from roomkeep.app.state import AccountState
from roomkeep.sync.errors import HomeserverError

__all__ = ["TypingEffects", "TypingServer"]

_IDLE_S: Final = 5.0
"""Who has typed nothing for so long is no longer typing."""
_RENEW_MS: Final = 10_000
"""So long after it was told, the next key tells it again."""
_LASTS_MS: Final = 20_000
"""How long the others see it, unless it is told again."""

logger = logging.getLogger(__name__)


class TypingServer(Protocol):
    """What is needed of a homeserver."""

    def has_room(self, room_id: str) -> bool:
        """Tell whether a room is on the server."""
        ...

    async def set_typing(self, account: AccountState, channel_id: str, *, for_ms: int) -> None:
        """Tell the others in a channel that one is typing; 0 ends it."""
        ...


class TypingEffects(EffectGroup):
    """Tells the others that one is typing, now and then, and when it ends.

    Args:
        context: the context of all effects.
        server: the homeserver of the open account.
        idle_s: how long without a key ends it, in seconds.
    """

    def __init__(self, context: Context, server: TypingServer, *, idle_s: float = _IDLE_S) -> None:
        super().__init__(context)
        self._server = server
        self._idle_s = idle_s
        self._timer: asyncio.TimerHandle | None = None
        self._is_telling = False
        # Where one is typing, and where the others think so, since when.
        self._now: tuple[AccountState, str] | None = None
        self._told: tuple[AccountState, str] | None = None
        self._told_at = 0

    def note(self, ref: ChannelRef, text: str) -> None:
        """Take note that a person changed what they are writing in a channel."""
        room_id, channel_id = ref
        if not text.strip() or not self._server.has_room(room_id):
            self.end()
            return
        self._now = (self.account, channel_id)
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(self._idle_s, self.end)
        self._tell_soon()

    def end(self) -> None:
        """Take note that a person has sent what they wrote, or types no more."""
        self._stop_timer()
        self._now = None
        self._tell_soon()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tell_soon(self) -> None:
        if not self._is_telling and self._is_due():
            self.context.start(self._tell(), "failed.refresh")

    def _is_due(self) -> bool:
        if self._now != self._told:
            return True
        return self._now is not None and self.context.time() >= self._told_at + _RENEW_MS

    async def _tell(self) -> None:
        """Tell the server, one request after another, until it knows."""
        self._is_telling = True
        try:
            while self._is_due():
                before, self._told = self._told, None
                if before is not None and before != self._now:
                    await self._server.set_typing(*before, for_ms=0)
                elif self._now is not None:
                    self._told, self._told_at = self._now, self.context.time()
                    await self._server.set_typing(*self._told, for_ms=_LASTS_MS)
        except HomeserverError as error:
            # The others lose nothing, and it ends there by itself.
            logger.info("the others do not see that one is typing: %s", error)
        finally:
            self._is_telling = False
