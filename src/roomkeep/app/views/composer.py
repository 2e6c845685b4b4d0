"""The composer."""

from typing import Any

import js

from roomkeep.app.channel_ref import ChannelRef
from roomkeep.app.channels import has_choice
from roomkeep.app.formatting import summary
from roomkeep.app.limits import MAX_CONTENT
from roomkeep.app.views.dom import by_id, part, set_text
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize

__all__ = ["ComposerView"]

NEARLY = 500
"""So many characters before the most, one is told how many are left."""


class ComposerView(AccountView):
    """The message field and its send button."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._form = by_id("composer")
        self._text = by_id("composer-text")
        self._send = by_id("composer-send")
        self._left = by_id("composer-left")
        # Not all browsers let a field grow by itself.
        self._grows = bool(js.CSS.supports("field-sizing", "content"))
        self.listen(self._text, "input", self._on_input)
        self.listen(self._text, "keydown", self._on_key)
        self.listen(self._form, "submit", self._on_submit)
        for event in ("beforeunload", "pagehide"):
            self.listen(js.window, event, lambda _: effects.setting_writer.stash())
        self.listen(js.window, "storage", lambda _: effects.setting_writer.follow_stashed())
        self._reply = by_id("composer-reply")
        self.listen(by_id("cancel-reply"), "click", lambda _: self._cancel_reply())
        self._edit = by_id("composer-edit")
        self.listen(by_id("show-edit"), "click", lambda _: self._go_to_edit())
        self.listen(by_id("cancel-edit"), "click", lambda _: self._cancel_edit())
        self._ref: ChannelRef | None = None
        self.watch(self._show_edit)
        self.watch(self._show_draft)
        self.watch(self._show_reply)
        self.watch(self._show_room)

    def _show_draft(self) -> None:
        account = self.account
        draft = account.draft
        self._ref = account.channel_ref
        if self._text.value != draft:
            self._text.value = draft
        if not self._grows:
            self._text.style.height = "auto"
            self._text.style.height = f"{self._text.scrollHeight}px"
        left = MAX_CONTENT - len(draft.strip())
        self._left.hidden = left > NEARLY
        self._form.toggleAttribute("data-too-long", left < 0)
        if left < 0:
            set_text(self._left, localize("composer.too_long", count=-left))
        elif left <= NEARLY:
            set_text(self._left, localize("composer.left", count=left))
        waits = account.files.waits(account.channel_ref)
        self._send.disabled = left < 0 or not (draft.strip() or waits)

    def _show_room(self) -> None:
        room = self.account.room
        channel = self.account.channel
        short = label = localize("composer.message")
        if room is not None:
            short = label = localize("composer.message_to", name=room.name)
        if room is not None and channel is not None and has_choice(room):
            short = localize("composer.message_to", name=channel.name)
            name = localize("channel.in_room", channel=channel.name, room=room.name)
            label = localize("composer.message_to", name=name)
        # There is not always room for all of it, and the room's name is above.
        self._text.placeholder = short
        self._text.setAttribute("aria-label", label)

    def _show_reply(self) -> None:
        message = self.account.reply
        self._reply.hidden = message is None
        author = ""
        if message is not None:
            # As the conversation calls them: they may have taken another name since.
            avatar = self.account.people.avatars().get(message.sender_id)
            author = avatar.name if avatar else message.sender_name or message.sender_id
        set_text(part(self._reply, "author"), author)
        set_text(part(self._reply, "text"), "" if message is None else summary(message.content))

    def _show_edit(self) -> None:
        """Offer the way to an open editor that is not on the page."""
        editing = self.account.editing
        timeline = self.account.timeline()
        away = editing is not None and timeline is not None and timeline.find(editing) is None
        self._edit.hidden = not away

    def _go_to_edit(self) -> None:
        editing = self.account.editing
        if editing is not None:
            self.effects.replies.show(editing)

    def _cancel_edit(self) -> None:
        self.effects.edits.cancel()
        self._text.focus()

    def _cancel_reply(self) -> None:
        self.effects.sending.cancel_reply()
        self._text.focus()

    def _on_input(self, _event: Any) -> None:
        if self._ref is not None:
            text = str(self._text.value)
            self.effects.sending.write_draft(self._ref, text)
            self.effects.typing.note(self._ref, text)

    def _on_key(self, event: Any) -> None:
        if event.isComposing:
            return
        if event.key == "Enter" and not event.shiftKey:
            event.preventDefault()
            if not self._send.disabled:
                self._form.requestSubmit()
        elif event.key == "Escape" and not self._reply.hidden:
            event.preventDefault()
            self.effects.sending.cancel_reply()
        elif event.key == "ArrowUp" and not self._text.value:
            event.preventDefault()
            self.effects.edits.begin_last()

    def _on_submit(self, event: Any) -> None:
        event.preventDefault()
        if self._ref is not None:
            self.effects.sending.send(self._ref)
            self.effects.typing.end()
        self._text.focus()
