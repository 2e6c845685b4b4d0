"""What views are made for, the page or an open account, and how they end with it."""

import functools
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import js
from pyodide.ffi import create_proxy
from reaktiv import Effect

from roomkeep.app.effects import Effects
from roomkeep.app.state import AccountState, PageState
from roomkeep.app.views.avatars import Avatars

__all__ = ["AccountScope", "AccountView", "View", "ViewScope"]


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

    def close(self) -> None:
        """End everything, the newest first. No event reaches the views after this."""
        self._endings.close()

    def watch(self, show: Callable[[], None]) -> None:
        """Call `show` now, and again when a signal that it read has changed."""
        report = self.effects.context.report

        def watched() -> None:
            try:
                show()
            except Exception as error:  # noqa: BLE001 it would end here unseen
                report(error, "failed.show")

        self.on_close(Effect(watched).dispose)

    def listen(
        self, target: Any, event: str, handler: Callable[[Any], object], **options: bool
    ) -> None:
        """Call `handler` for each such event.

        Rows that come and go have no listeners of their own: their list has one.
        """
        report = self.effects.context.report

        def handle(given: Any) -> None:
            try:
                handler(given)
            except Exception as error:  # noqa: BLE001 it would end here unseen
                report(error, "failed.act")

        proxy = create_proxy(handle)
        target.addEventListener(event, proxy, **options)

        def end() -> None:
            target.removeEventListener(event, proxy, capture=options.get("capture", False))
            proxy.destroy()

        self.on_close(end)

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
