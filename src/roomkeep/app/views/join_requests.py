"""The requests of others to join the open room, in the people panel."""

from typing import TYPE_CHECKING, Any

from roomkeep.app.views.avatars import show_avatar
from roomkeep.app.views.dom import KeyedList, by_id, clone, part, pressed, set_text
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import format_number, localize

if TYPE_CHECKING:
    from roomkeep.sync.pending import JoinRequest

__all__ = ["JoinRequestsView"]


class JoinRequestsView(AccountView):
    """Who asks to join, for those who may answer; and how many they are, on the panel's button."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        self._section = by_id("people-requests")
        self._count = part(by_id("show-people"), "count")
        self._rows: KeyedList[str, JoinRequest] = KeyedList(
            self._section.querySelector("ul"), lambda: clone("request-row"), _fill
        )
        self.listen(self._section, "click", self._on_press)
        self.watch(self._show)

    def _show(self) -> None:
        account = self.account
        room = account.room
        requests = () if room is None else account.sync.requests().get(room.id, ())
        if room is None or not self.effects.join_requests.may_answer(room.id):
            requests = ()
        count = len(requests)
        had_focus = bool(self._section.matches(":focus-within"))
        self._section.hidden = not requests
        title = localize("requests.title", count=count) if requests else ""
        set_text(by_id("people-requests-title"), title)
        self._rows.show({one.user_id: one for one in requests})
        # The row that was answered is gone; the next one is at hand.
        if had_focus and not self._section.matches(":focus-within"):
            after = self._section.querySelector("button") if requests else by_id("hide-people")
            after.focus()
        self._count.hidden = not requests
        set_text(self._count, format_number(count) if requests else "")
        name = localize("people.title")
        label = localize("requests.label", people=name, count=count) if requests else name
        by_id("show-people").setAttribute("aria-label", label)

    def _on_press(self, event: Any) -> None:
        user_id = pressed(event, "data-accept")
        if user_id is not None:
            self.effects.join_requests.accept(user_id)
        user_id = pressed(event, "data-decline")
        if user_id is not None:
            self.effects.join_requests.decline(user_id)


def _fill(element: Any, request: "JoinRequest", _before: "JoinRequest | None") -> None:
    show_avatar(part(element, "avatar"), request.user_id, request.name, None)
    set_text(part(element, "name"), request.name)
    set_text(part(element, "user"), request.user_id)
    set_text(part(element, "reason"), request.reason or "")
    accept, decline = part(element, "accept"), part(element, "decline")
    accept.dataset.accept = decline.dataset.decline = request.user_id
    accept.setAttribute("aria-label", localize("requests.accept_name", name=request.name))
    decline.setAttribute("aria-label", localize("requests.decline_name", name=request.name))
