"""The emoji picker. It is loaded when it is first needed."""

from typing import Any

import js
from pyodide.code import run_js
from pyodide.ffi import JsProxy
from reaktiv import untracked

from roomkeep.app.views.dom import by_id, has_keyboard
from roomkeep.app.views.emoji_data import EmojiData
from roomkeep.app.views.emoji_texts import emoji_texts
from roomkeep.app.views.overlays import OPENED
from roomkeep.app.views.popover_position import put_beside
from roomkeep.app.views.scope import AccountScope, AccountView

__all__ = ["EmojiView"]

OPENERS = "#composer-emoji, [data-action='react']"
"""The buttons that open it."""


class EmojiView(AccountView):
    """The panel with all emoji, for reactions and for the composer."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._panel = by_id("emoji-panel")
        self._wait = by_id("emoji-wait")
        self._early = by_id("emoji-early")
        self._picker: Any = None
        self._data = EmojiData(scope)
        self._is_loading = False
        self._anchor: Any = None
        self.listen(self._panel, OPENED, lambda _: self._on_opened())
        self.listen(self._panel, "emoji-click", self._on_emoji)
        # Whoever is at a button that opens it mostly opens it: what takes long begins then.
        for event in ("pointerover", "focusin"):
            self.listen(by_id("conversation"), event, self._on_near, passive=True)
        self.listen(by_id("composer-emoji"), "click", lambda _: effects.reactions.pick(""))
        self.watch(self._show)

    def _show(self) -> None:
        if self.account.picking() is not None:
            self._anchor = js.document.activeElement
            untracked(self._load)

    def _on_opened(self) -> None:
        put_beside(self._panel, self._anchor)
        focus = has_keyboard()
        if self._picker is not None:
            self._search("", focus=focus)
        else:
            self._early.value = ""
            if focus:
                self._early.focus()

    def _on_near(self, event: Any) -> None:
        if self._picker is None and isinstance(event.target.closest(OPENERS), JsProxy):
            self._load()

    def _load(self) -> None:
        if self._picker is None and not self._is_loading:
            self._is_loading = True
            self.effects.context.start(self._make(), "failed.load_emoji", of_device=True)

    async def _make(self) -> None:
        try:
            await run_js("import('/vendor/emoji/picker.js')")
            if not self._wait.isConnected:
                # The account was closed meanwhile.
                return
            picker = js.document.createElement("emoji-picker")
            picker.setAttribute("data-source", "/vendor/emoji/data.json")
            picker.i18n = emoji_texts()
            # Whoever was quicker than the picker has typed into a field of ours.
            typed, had_focus = str(self._early.value), bool(self._early.matches(":focus"))
            self._wait.replaceWith(picker)
            self._data.attach(picker)
            self._picker = picker
            self._search(typed, focus=had_focus)
        except BaseException:
            self.effects.reactions.end_picking()
            raise
        finally:
            self._is_loading = False

    def _search(self, text: str, *, focus: bool) -> None:
        """Search for a text; an empty one shows all emoji."""
        search = self._picker.shadowRoot.querySelector("input")
        if search.value != text:
            search.value = text
            search.dispatchEvent(js.Event.new("input"))
        if focus:
            search.focus()

    def _on_emoji(self, event: Any) -> None:
        picking = self.account.picking()
        emoji = str(event.detail.unicode)
        if picking is None:
            return
        self.effects.reactions.end_picking()
        if picking:
            self.effects.reactions.add(picking, emoji)
        else:
            text = by_id("composer-text")
            text.focus()
            # Whatever else changes the text ends what can be undone.
            js.document.execCommand("insertText", False, emoji)  # noqa: FBT003 it is the browser's
