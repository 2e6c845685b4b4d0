"""The data of the emoji picker: search order and recently used emoji."""

from typing import Any

import js
import msgspec
from pyodide.code import run_js
from reaktiv import untracked

from roomkeep.app.emoji_ranking import FoundEmoji, rank
from roomkeep.app.views.dom import by_id
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize

__all__ = ["EmojiData"]

# The picker's own database belongs to the device: it would tell one account of another, and outlive
# both. So it counts nothing, and is told what the account used. One that has left the page with its
# account asks no more.
TAKE_OVER = """(picker, rank, recent, label) => {
  const { database } = picker;
  picker.i18n = { ...picker.i18n, favoritesLabel: label };
  const search = database.getEmojiBySearchQuery.bind(database);
  database.getEmojiBySearchQuery = async (query) => {
    const found = await search(query);
    if (!picker.isConnected) return [];
    return JSON.parse(rank(query, JSON.stringify(found))).map((place) => found[place]);
  };
  database.getTopFavoriteEmoji = async (most) => {
    if (!picker.isConnected) return [];
    const used = JSON.parse(recent()).slice(0, most);
    const found = await Promise.all(used.map((emoji) => database.getEmojiByUnicodeOrName(emoji)));
    return found.filter(Boolean);
  };
  database.incrementFavoriteEmojiCount = async () => {};
}"""

# The row stands apart, and gives way to what somebody searches for.
ROW_STYLE = """
.favorites { border-bottom: 1px solid var(--line) }
.picker:has(.search:not(:placeholder-shown)) .favorites { display: none }
"""


class EmojiData(AccountView):
    """Gives the picker the account's recent emoji, and ranks what it finds."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        self._picker: Any = None
        self.listen(by_id("emoji-panel"), "emoji-click", self._on_emoji)
        self.watch(self._show_recent)

    def attach(self, picker: Any) -> None:
        """Take over the data of a picker."""
        functions = self.scope.proxy(self._rank), self.scope.proxy(self._recent_json)
        run_js(TAKE_OVER)(picker, *functions, localize("emoji.recent"))
        # The first row, to the eye and to who goes through by keyboard.
        root = picker.shadowRoot
        root.querySelector(".tabpanel").before(root.querySelector(".favorites"))
        sheet = js.CSSStyleSheet.new()
        sheet.replaceSync(ROW_STYLE)
        root.adoptedStyleSheets.push(sheet)
        self._picker = picker

    def _recent(self) -> tuple[str, ...]:
        return self.account.recent_emoji()

    def _recent_json(self) -> str:
        return msgspec.json.encode(untracked(self._recent)).decode()

    def _rank(self, query: str, found: str) -> str:
        emoji = msgspec.json.decode(found, type=list[FoundEmoji])
        return msgspec.json.encode(rank(query, emoji, untracked(self._recent))).decode()

    def _show_recent(self) -> None:
        self._recent()
        if self._picker is not None:
            # The picker asks anew whenever it gets emoji of one's own, of which there are none.
            self._picker.customEmoji = js.Array.new()

    def _on_emoji(self, event: Any) -> None:
        self.effects.recent_emoji.note(str(event.detail.unicode))
