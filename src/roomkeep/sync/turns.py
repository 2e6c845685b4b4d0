"""Turns among the tabs of an account: one follows the homeserver, and tells the others."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol, TypeAlias

import msgspec
from msgspec import Struct

__all__ = ["News", "OneTab", "SessionChanged", "Status", "Tabs", "Turns"]

logger = logging.getLogger(__name__)

Status: TypeAlias = Literal["offline", "connecting", "online", "signed_out"]


class Tabs(Protocol):
    """The tabs in which an account is open, as one of them sees them."""

    @property
    def is_visible(self) -> bool:
        """Whether a person can see this tab."""
        ...

    def lock(self) -> AbstractAsyncContextManager[object]:
        """Return a lock that one tab at a time can hold; entering it waits."""
        ...

    def open(self, on_message: Callable[[str], None], on_visibility: Callable[[], None]) -> None:
        """Call `on_message` with what other tabs post, and `on_visibility` where that changed."""
        ...

    def post(self, text: str) -> None:
        """Send a text to the other tabs, while this one is open."""
        ...

    def close(self) -> None:
        """End what `open` began."""
        ...


class OneTab:
    """The only tab there is, such as a script."""

    is_visible = True

    def lock(self) -> AbstractAsyncContextManager[object]:
        """Return a lock that is free."""
        return contextlib.nullcontext()

    def open(self, on_message: Callable[[str], None], on_visibility: Callable[[], None]) -> None:
        """Do nothing: nobody posts."""

    def post(self, text: str) -> None:
        """Do nothing: nobody listens."""

    def close(self) -> None:
        """Do nothing."""


class News(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """What the tab that follows the homeserver knows.

    Attributes:
        status: whether the homeserver answers.
        typing: the IDs of who is typing, by channel.
        is_visible: whether a person can see that tab.
    """

    status: Status
    typing: Mapping[str, tuple[str, ...]] = {}
    is_visible: bool = True


class SessionChanged(Struct, frozen=True, tag=True):
    """A session was begun or ended in another tab."""


class _Ask(Struct, frozen=True, tag=True):
    """A tab waits for its turn, and for news.

    Attributes:
        is_visible: whether a person can see that tab: a hidden one lets it go first.
    """

    is_visible: bool


_Message: TypeAlias = News | SessionChanged | _Ask


class Turns:
    """Decides whose turn it is among the tabs of an account.

    Args:
        tabs: the tabs.
        on_message: called with what another tab tells.

    Attributes:
        is_leading: it is the turn of this tab.
    """

    def __init__(self, tabs: Tabs, on_message: Callable[[News | SessionChanged], None]) -> None:
        self._tabs = tabs
        self._on_message = on_message
        self._news = News(status="connecting")
        self._is_waiting = False
        self.is_leading = False
        self._must_yield = asyncio.Event()

    def open(self) -> None:
        """Listen to the other tabs."""
        self._tabs.open(self._receive, self._follow_visibility)

    def close(self) -> None:
        """Listen no longer."""
        self._tabs.close()

    async def take(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run some work whenever it is this tab's turn, until the work ends or fails.

        The work begins with telling the others: a visible tab that waits then knows whether this
        one is hidden. It is cancelled where a visible tab asks while this one is hidden, and begins
        anew at the next turn.
        """
        is_done = False
        while not is_done:
            self._is_waiting = True
            try:
                self._ask()
                async with self._tabs.lock():
                    self._is_waiting, self.is_leading = False, True
                    self._must_yield.clear()
                    is_done = await self._run_until_asked(work)
            finally:
                self._is_waiting = self.is_leading = False

    def tell(self, news: News) -> None:
        """Tell the other tabs what this one knows."""
        self._news = news
        self._post_news()

    def tell_session_changed(self) -> None:
        """Tell the other tabs to look which session there is."""
        self._post(SessionChanged())

    async def _run_until_asked(self, work: Callable[[], Coroutine[Any, Any, None]]) -> bool:
        """Run some work; return false where it was cancelled for another tab."""
        working = asyncio.create_task(work())
        asked = asyncio.create_task(self._must_yield.wait())
        try:
            await asyncio.wait((working, asked), return_when=asyncio.FIRST_COMPLETED)
        finally:
            asked.cancel()
            working.cancel()
            # The next tab must not begin before this one has ended.
            await asyncio.wait((working,))
        if working.cancelled():
            return False
        working.result()
        return True

    def _receive(self, text: str) -> None:
        try:
            message = msgspec.json.decode(text, type=_Message)
        except msgspec.DecodeError:
            # A tab keeps the version that it began with.
            logger.info("another tab says what this version does not know")
            return
        if isinstance(message, SessionChanged):
            self._on_message(message)
        elif isinstance(message, _Ask):
            if self.is_leading:
                self._answer(message)
        elif not self.is_leading:
            self._news = message
            self._on_message(message)
            if not message.is_visible and self._tabs.is_visible:
                self._ask()

    def _answer(self, message: _Ask) -> None:
        if message.is_visible and not self._tabs.is_visible:
            self._must_yield.set()
        else:
            self._post_news()

    def _follow_visibility(self) -> None:
        if self.is_leading:
            # Whoever waits and is visible asks now.
            self._post_news()
        elif self._tabs.is_visible:
            self._ask()

    def _ask(self) -> None:
        if self._is_waiting:
            self._post(_Ask(is_visible=self._tabs.is_visible))

    def _post_news(self) -> None:
        self._post(msgspec.structs.replace(self._news, is_visible=self._tabs.is_visible))

    def _post(self, message: _Message) -> None:
        self._tabs.post(msgspec.json.encode(message).decode())
