"""The emoji picker. It is loaded when somebody first asks for it."""

from typing import Any

import js
from pyodide.code import run_js
from pyodide.ffi import JsProxy
from reaktiv import untracked

from roomkeep.app.effects import Effects
from roomkeep.app.state import PageState
from roomkeep.app.views.dom import View, by_id
from roomkeep.app.views.emoji_texts import emoji_texts
from roomkeep.app.views.popover_position import put_beside

__all__ = ["EmojiView"]

# The emoji used often are the device's, not an account's: they would tell one account of another,
# and outlive both. So they are not shown, nor kept.
WITHOUT_OFTEN_USED = ".favorites { display: none }"
KEEP_NO_COUNT = "async () => {}"

OPENERS = "#composer-emoji, [data-action='react']"
"""The buttons that open it."""


class EmojiView(View):
    """The panel with all emoji, for a reaction or for what one writes."""

    def __init__(self, page: PageState, effects: Effects) -> None:
        super().__init__(page, effects)
        self._panel = by_id("emoji-panel")
        self._wait = by_id("emoji-wait")
        self._picker: Any = None
        self._is_loading = False
        self._is_closing = False
        # Not `toggle`, which comes later: by then one may have asked for it again.
        self.listen(self._panel, "beforetoggle", self._on_toggle)
        self.listen(self._panel, "emoji-click", self._on_emoji)
        # Whoever is at a button that opens it mostly opens it: what takes long begins then.
        for event in ("pointerover", "focusin"):
            self.listen(by_id("conversation"), event, self._on_near, passive=True)
        self.listen(by_id("composer-emoji"), "click", lambda _: effects.reactions.pick(""))
        self.watch(self._show)

    def _show(self) -> None:
        account = self.page.account()
        wanted = account is not None and account.picking() is not None
        is_open = self._panel.matches(":popover-open")
        if wanted and not is_open:
            anchor = js.document.activeElement
            self._panel.showPopover()
            put_beside(self._panel, anchor)
            untracked(self._load)
            if self._picker is not None:
                self._focus()
        elif not wanted and is_open and not self._is_closing:
            self._panel.hidePopover()

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
            picker = js.document.createElement("emoji-picker")
            picker.setAttribute("data-source", "/vendor/emoji/data.json")
            picker.i18n = emoji_texts()
            sheet = js.CSSStyleSheet.new()
            sheet.replaceSync(WITHOUT_OFTEN_USED)
            picker.shadowRoot.adoptedStyleSheets.push(sheet)
            picker.database.incrementFavoriteEmojiCount = run_js(KEEP_NO_COUNT)
            self._wait.replaceWith(picker)
            self._picker = picker
        except BaseException:
            self.effects.reactions.end_picking()
            raise
        finally:
            self._is_loading = False
        if self._panel.matches(":popover-open"):
            self._focus()

    def _focus(self) -> None:
        search = self._picker.shadowRoot.querySelector("input")
        if not isinstance(search, JsProxy):
            return
        if search.value:
            search.value = ""
            search.dispatchEvent(js.Event.new("input"))
        # A finger that picks needs the room that a keyboard on the screen would take.
        if js.matchMedia("(pointer: fine)").matches:
            search.focus()

    def _on_toggle(self, event: Any) -> None:
        if event.newState == "closed":
            self._is_closing = True
            try:
                self.effects.reactions.end_picking()
            finally:
                self._is_closing = False

    def _on_emoji(self, event: Any) -> None:
        account = self.page.account()
        picking = None if account is None else account.picking()
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
