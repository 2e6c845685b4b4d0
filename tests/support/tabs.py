"""The tabs of a browser, without the browser."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

__all__ = ["Browser", "Tab"]


class Browser:
    """A browser in which one account is open."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.tabs: list[Tab] = []

    def open(self, *, is_visible: bool = True) -> "Tab":
        """Open a tab."""
        return Tab(self, is_visible=is_visible)


class Tab:
    """A tab: the `Tabs` of who runs in it."""

    def __init__(self, browser: Browser, *, is_visible: bool) -> None:
        self.is_visible = is_visible
        self._browser = browser
        self._on_message: Callable[[str], None] | None = None
        self._on_visibility: Callable[[], None] | None = None

    def lock(self) -> AbstractAsyncContextManager[object]:
        return self._browser.lock

    def open(self, on_message: Callable[[str], None], on_visibility: Callable[[], None]) -> None:
        self._on_message, self._on_visibility = on_message, on_visibility
        self._browser.tabs.append(self)

    def post(self, text: str) -> None:
        for tab in self._browser.tabs:
            if tab is not self and self in self._browser.tabs:
                asyncio.get_running_loop().call_soon(tab.receive, text)

    def receive(self, text: str) -> None:
        if self._on_message is not None:
            self._on_message(text)

    def close(self) -> None:
        self._on_message = self._on_visibility = None
        if self in self._browser.tabs:
            self._browser.tabs.remove(self)

    def turn_to(self) -> None:
        """Show this tab, which hides all others."""
        for tab in self._browser.tabs:
            tab.show(is_visible=tab is self)

    def show(self, *, is_visible: bool) -> None:
        """Show or hide this tab."""
        if is_visible != self.is_visible:
            self.is_visible = is_visible
            if self._on_visibility is not None:
                self._on_visibility()
