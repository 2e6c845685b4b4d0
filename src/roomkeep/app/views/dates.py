"""The dialog for going to a date."""

import datetime as dt
from typing import Any

from roomkeep.app.calendar import months_before
from roomkeep.app.views import times
from roomkeep.app.views.dom import by_id, pressed
from roomkeep.app.views.scope import AccountScope, AccountView

__all__ = ["DatesView"]


class DatesView(AccountView):
    """A field for the date, and the days that are most wanted."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        self._field = by_id("date-field")
        self.listen(by_id("date-form"), "submit", self._on_submit)
        self.listen(by_id("date-choices"), "click", self._on_choice)
        self.listen(by_id("messages"), "click", self._on_day)
        self.watch(self._show)

    @property
    def _today(self) -> dt.date:
        return times.calendar_day(self.page.days().today)

    def _show(self) -> None:
        account = self.account
        if account.dialog() != "date":
            self._field.value = ""
            return
        offered = account.offered_time()
        day = self._today if offered is None else times.calendar_day(offered)
        self._field.value = day.isoformat()

    def _on_submit(self, event: Any) -> None:
        event.preventDefault()
        self._go(dt.date.fromisoformat(str(self._field.value)))

    def _on_choice(self, event: Any) -> None:
        match pressed(event, "data-go"):
            case "first":
                self.effects.dates.go_to_first()
            case "latest":
                self.effects.dates.go_to_latest()
            case "week":
                self._go(self._today - dt.timedelta(days=7))
            case "month":
                self._go(months_before(self._today, 1))
            case "year":
                self._go(months_before(self._today, 12))

    def _on_day(self, event: Any) -> None:
        """Open the dialog at a day that was pressed among the messages."""
        timeline = self.account.timeline()
        if pressed(event, "data-date") is None or timeline is None:
            return
        message = timeline.find(str(event.target.closest(".row").dataset.id))
        if message is not None:
            self.effects.dates.open_dialog(message.timestamp)

    def _go(self, day: dt.date) -> None:
        self.effects.dates.go(times.start_of_day(day))
