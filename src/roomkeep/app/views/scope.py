"""What views are made for, the page or an open account, and how they end with it."""

import functools
import inspect
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final

import js
from pyodide.code import run_js
from pyodide.ffi import create_proxy
from reaktiv import Effect

from roomkeep.app.effects import Effects
from roomkeep.app.state import AccountState, PageState
from roomkeep.app.views.avatars import Avatars

__all__ = ["AccountScope", "AccountView", "View", "ViewScope"]


_NO_PARAMETERS: Final = inspect.Signature()


class ViewScope:
    """Everything that a group of views has going; `close` ends it all.

    Attributes:
        page: the state of the page.
        effects: the effects.
        on_close: calls a function, with its arguments, when the scope is closed.
    """

    def __init__(self, page: PageState, effects: Effects) -> None:
        self.page = page
        self.effects = effects
        self._endings = ExitStack()
        self.on_close = self._endings.callback
        self._handlers: list[Callable[[Any], object]] = []
        listeners = _make_listeners(self.proxy(self._handle))
        self._listen, self._end_listening = listeners.listen, listeners.end

    def close(self) -> None:
        """End everything, the newest first. No event reaches the views from now on."""
        self._end_listening()
        self._endings.close()

    def watch(self, show: Callable[[], None]) -> None:
        """Call `show` now, and again when a signal that it read has changed."""
        report = self.effects.context.report

        def watched() -> None:
            try:
                show()
            except Exception as error:  # noqa: BLE001 it would end here unseen
                report(error, "failed.show")

        # Else reaktiv finds out twice for each that it takes nothing, which takes long in a page.
        watched.__signature__ = _NO_PARAMETERS  # type: ignore[attr-defined]
        self.on_close(Effect(watched).dispose)

    def listen(
        self, target: Any, event: str, handler: Callable[[Any], object], **options: bool
    ) -> None:
        """Call `handler` for each such event.

        Rows that come and go have no listeners of their own: their list has one.
        """
        self._listen(target, event, len(self._handlers), **options)
        self._handlers.append(handler)

    def _handle(self, number: int, event: Any) -> None:
        try:
            self._handlers[number](event)
        except Exception as error:  # noqa: BLE001 it would end here unseen
            self.effects.context.report(error, "failed.act")

    def proxy(self, function: Callable[..., object]) -> Any:
        """Make a function that JavaScript can call until the scope is closed."""
        proxy = create_proxy(function)
        self.on_close(proxy.destroy)
        return proxy

    def observe_size(self, element: Any, handler: Callable[[Any, Any], object]) -> None:
        """Call `handler` when the size of an element changes, and once at first."""
        observer = js.ResizeObserver.new(self.proxy(handler))
        self.on_close(observer.disconnect)
        observer.observe(element)

    def observe_view(
        self, scroller: Any, margin: str, handler: Callable[[Any, Any], object]
    ) -> Any:
        """Return an observer that calls `handler` when elements come into view or leave it.

        Args:
            scroller: the element that scrolls.
            margin: by how much its view is made larger, as in CSS.
            handler: takes the entries and the observer.
        """
        observer = js.IntersectionObserver.new(
            self.proxy(handler), root=scroller, rootMargin=margin
        )
        # What it has noticed and not told yet is dropped.
        self.on_close(observer.takeRecords)
        self.on_close(observer.disconnect)
        return observer


# The listeners of a scope share one proxy, for making one takes longer, and they end at once.
_make_listeners: Any = run_js("""
    (handle) => {
      const ending = new AbortController();
      const { signal } = ending;
      return {
        listen(target, type, number, options) {
          target.addEventListener(type, (event) => handle(number, event), { ...options, signal });
        },
        end: () => ending.abort(),
      };
    }
""")


class AccountScope(ViewScope):
    """The scope of the views that are made for an account when it opens.

    Attributes:
        account: the account.
        avatars: shows its people and rooms.
    """

    def __init__(self, page: PageState, effects: Effects, account: AccountState) -> None:
        super().__init__(page, effects)
        self.account = account
        self.avatars = Avatars(account, functools.partial(effects.avatars.ask, account))
        self.watch(self.avatars.show_arrived)


class View:
    """A part of the page."""

    def __init__(self, scope: ViewScope) -> None:
        self.scope = scope
        self.page = scope.page
        self.effects = scope.effects
        self.watch = scope.watch
        self.listen = scope.listen


class AccountView(View):
    """A part of the page that shows something of an account, and ends with it."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        self.account = scope.account
        self.avatars = scope.avatars
