"""Notices: errors and good news."""

from typing import Any

import js
from pyodide.ffi import JsProxy

from roomkeep.app.state import Notice
from roomkeep.app.views.dom import KeyedList, by_id, clone, part, pressed
from roomkeep.app.views.scope import View, ViewScope

__all__ = ["NoticesView"]


class NoticesView(View):
    """The notices. Each can be dismissed."""

    def __init__(self, scope: ViewScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._errors: KeyedList[int, Notice] = KeyedList(
            by_id("errors"), lambda: clone("notice"), _fill
        )
        self._news: KeyedList[int, Notice] = KeyedList(
            by_id("news"), lambda: clone("notice"), _fill
        )

        def dismiss(event: Any) -> None:
            number = pressed(event, "data-number")
            if number is not None:
                effects.context.dismiss(int(number))

        self._region = by_id("notices")
        self.listen(self._region, "click", dismiss)
        # An open dialog makes all that is outside it unreachable.
        self.listen(js.document, "close", lambda _: self._move(), capture=True)
        self.watch(self._show)

    def _move(self) -> None:
        """Move the notices into the open dialog, which makes all else unreachable."""
        dialog = js.document.querySelector("dialog[open]")
        host = dialog if isinstance(dialog, JsProxy) else by_id("app")
        if not host.isSameNode(self._region.parentNode):
            host.prepend(self._region)

    def _show(self) -> None:
        notices = self.page.notices()
        if notices:
            self._move()
        self._errors.show({n.number: n for n in notices if n.kind == "error"})
        self._news.show({n.number: n for n in notices if n.kind == "success"})


def _fill(element: Any, notice: Notice, _before: Notice | None) -> None:
    element.dataset.kind = notice.kind
    part(element, "text").textContent = notice.text
    part(element, "advice").textContent = notice.advice
    part(element, "dismiss").dataset.number = str(notice.number)
