"""The tabs of a browser: a lock among them, what they tell each other, and which is visible."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from roomkeep.persistence.tab_lock import tab_lock

__all__ = ["BrowserTabs"]


class BrowserTabs:
    """The `Tabs` of a browser that use the same name."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._channel: Any = None
        self._proxies: tuple[Any, ...] = ()

    @property
    def is_visible(self) -> bool:
        """Whether a person can see this tab."""
        import js

        return bool(js.document.visibilityState == "visible")

    def lock(self) -> AbstractAsyncContextManager[object]:
        """Return the lock; it is free again when its tab is closed."""
        return tab_lock(self._name)

    def open(self, on_message: Callable[[str], None], on_visibility: Callable[[], None]) -> None:
        """Call `on_message` with what other tabs post, and `on_visibility` where that changed."""
        import js
        from pyodide.ffi import create_proxy

        self.close()
        heard = create_proxy(lambda event: on_message(event.data))
        seen = create_proxy(lambda _: on_visibility())
        self._proxies = (heard, seen)
        self._channel = js.BroadcastChannel.new(self._name)
        self._channel.onmessage = heard
        js.document.addEventListener("visibilitychange", seen)

    def post(self, text: str) -> None:
        """Send a text to the other tabs, while this one is open."""
        if self._channel is not None:
            self._channel.postMessage(text)

    def close(self) -> None:
        """End what `open` began."""
        if self._channel is None:
            return
        import js

        _, seen = self._proxies
        js.document.removeEventListener("visibilitychange", seen)
        self._channel.close()
        self._channel = None
        for proxy in self._proxies:
            proxy.destroy()
