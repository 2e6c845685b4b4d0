"""Finding rooms on the homeserver, asking to join them, answering invitations, inviting others."""

from typing import TYPE_CHECKING, Any

from roomkeep.app.views.dom import KeyedList, by_id, clone, part, pressed, set_text
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import format_number, localize

if TYPE_CHECKING:
    from roomkeep.sync.batches import Invite
    from roomkeep.sync.directory import RoomPreview
    from roomkeep.sync.pending import Knock

__all__ = ["FindRoomsView"]


class FindRoomsView(AccountView):
    """The dialogs to find and join rooms, to ask to join one, and to invite people."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        homeserver = scope.effects.homeserver
        self._button = by_id("open-find")
        self._form = by_id("find-rooms-form")
        self._address = by_id("join-address")
        self._invite_form = by_id("invite-form")
        self._ask_form = by_id("ask-to-join-form")
        self._knocks: KeyedList[str, Knock] = KeyedList(
            by_id("knock-list"), lambda: clone("knock-item"), _fill_knock
        )
        self._invites: KeyedList[str, Invite] = KeyedList(
            by_id("invite-list"), lambda: clone("invite-item"), _fill_invite
        )
        self._found: KeyedList[str, RoomPreview] = KeyedList(
            by_id("found-rooms"), lambda: clone("found-room"), _fill_room
        )
        self.listen(self._button, "click", lambda _: homeserver.open_find())
        self.listen(self._form, "submit", self._on_search)
        self.listen(self._form, "input", lambda _: self._show_address())
        self.listen(self._address, "click", lambda _: homeserver.join(self._typed()))
        self.listen(self._invites.parent, "click", self._on_press)
        self.listen(self._knocks.parent, "click", self._on_press)
        self.listen(self._found.parent, "click", self._on_press)
        self.listen(self._ask_form, "submit", self._on_ask)
        self.listen(by_id("found-more"), "click", lambda _: homeserver.find_more())
        self.listen(by_id("room-menu-invite"), "click", lambda _: self._open_invite())
        self.listen(self._invite_form, "submit", self._on_invite)
        self.watch(self._show_button)
        self.watch(self._show_invites)
        self.watch(self._show_knocks)
        self.watch(self._show_ask)
        self.watch(self._show_found)
        self.watch(self._show_invite)

    def _typed(self) -> str:
        return str(self._form.elements.namedItem("words").value).strip()

    def _on_search(self, event: Any) -> None:
        event.preventDefault()
        self.effects.homeserver.find(self._typed())

    def _on_press(self, event: Any) -> None:
        room_id = pressed(event, "data-join")
        if room_id is not None:
            self.effects.homeserver.join(room_id)
        room_id = pressed(event, "data-decline")
        if room_id is not None:
            self.effects.homeserver.decline(room_id)
        room_id = pressed(event, "data-withdraw")
        if room_id is not None:
            self.effects.join_requests.withdraw(room_id)
        room_id = pressed(event, "data-ask")
        room = None if room_id is None else self._found.item(room_id)
        if room is not None:
            self.effects.join_requests.ask(room.id, room.name)

    def _on_ask(self, event: Any) -> None:
        event.preventDefault()
        reason = str(self._ask_form.elements.namedItem("reason").value)
        self.effects.join_requests.send(reason)

    def _open_invite(self) -> None:
        self.effects.overlays.close_menu()
        self.account.dialog.set("invite")

    def _on_invite(self, event: Any) -> None:
        event.preventDefault()
        self.effects.homeserver.invite(str(self._invite_form.elements.namedItem("user").value))

    def _show_button(self) -> None:
        sync = self.account.sync
        self._button.hidden = not sync.server()
        count = part(self._button, "count")
        count.hidden = not sync.invites()
        set_text(count, format_number(len(sync.invites())))

    def _show_invites(self) -> None:
        invites = self.account.sync.invites()
        by_id("invites").hidden = not invites
        self._invites.show({invite.room_id: invite for invite in invites})

    def _show_knocks(self) -> None:
        knocks = self.account.sync.knocks()
        by_id("knocks").hidden = not knocks
        self._knocks.show({knock.room_id: knock for knock in knocks})

    def _show_ask(self) -> None:
        sync = self.account.sync
        asking = sync.asking() if self.account.dialog() == "ask-to-join" else None
        title = "" if asking is None else localize("ask.title", room=asking.name)
        set_text(by_id("ask-to-join-title"), title)
        if asking is None:
            self._ask_form.reset()
        # Disabled, it would lose the focus.
        by_id("ask-send").setAttribute("aria-disabled", "true" if sync.is_busy() else "false")

    def _show_address(self) -> None:
        typed = self._typed()
        from roomkeep.sync.wire.addresses import room_and_servers

        # It may be a link.
        address, _ = room_and_servers(typed)
        is_address = address[:1] in ("#", "!") and ":" in address
        self._address.hidden = not is_address
        set_text(
            self._address, localize("find.join_address", address=address) if is_address else ""
        )

    def _show_found(self) -> None:
        account = self.account
        if account.dialog() != "find-rooms":
            self._form.reset()
            self._show_address()
        found = account.sync.found()
        rooms = () if found is None else found.rooms
        state = ""
        if found is not None and rooms is None:
            state = localize("find.searching")
        elif found is not None and not rooms:
            state = localize("find.empty")
        set_text(by_id("found-state"), state)
        self._found.show({room.id: room for room in rooms or ()})
        joined = {room.id for room in account.rooms() or ()}
        asked = {knock.room_id for knock in account.sync.knocks()}
        for room in rooms or ():
            done = None
            if room.id in joined:
                done = "find.joined"
            elif room.id in asked:
                done = "ask.sent"
            self._show_join(room, done)
        by_id("found-more").hidden = found is None or found.next is None

    def _show_join(self, room: "RoomPreview", done: str | None) -> None:
        button = part(self._found.child(room.id), "join")
        button.disabled = done is not None or self.account.sync.is_busy()
        set_text(button, localize(done or ("ask.open" if room.entry == "knock" else "find.join")))

    def _show_invite(self) -> None:
        account = self.account
        room = account.room
        can_invite = room is not None and self.effects.homeserver.has_room(room.id)
        by_id("room-menu-invite").hidden = not can_invite
        is_open = account.dialog() == "invite" and room is not None
        name = room.name if is_open and room is not None else ""
        set_text(by_id("invite-title"), localize("invite.title", room=name) if name else "")
        if not is_open:
            self._invite_form.reset()
        # Which rooms are on the server is no signal: it is looked at again as the menu opens.
        account.room_menu()


def _fill_room(element: Any, room: "RoomPreview", _before: "RoomPreview | None") -> None:
    set_text(part(element, "name"), room.name)
    set_text(part(element, "topic"), room.topic or "")
    set_text(part(element, "people"), localize("find.people", count=room.member_count))
    asks = room.entry == "knock"
    button = part(element, "join")
    button.removeAttribute("data-join" if asks else "data-ask")
    button.setAttribute("data-ask" if asks else "data-join", room.id)


def _fill_invite(element: Any, invite: "Invite", _before: "Invite | None") -> None:
    set_text(part(element, "name"), invite.name)
    by = invite.by_name or invite.by
    set_text(part(element, "by"), localize("find.by", name=by) if by else "")
    part(element, "accept").dataset.join = invite.room_id
    part(element, "decline").dataset.decline = invite.room_id


def _fill_knock(element: Any, knock: "Knock", _before: "Knock | None") -> None:
    set_text(part(element, "name"), knock.name)
    part(element, "withdraw").dataset.withdraw = knock.room_id
