"""The emoji that an account used last."""

from roomkeep.app.effects.context import Context, EffectGroup
from roomkeep.app.effects.setting_writer import SettingWriter
from roomkeep.app.emoji_ranking import RECENT_EMOJI, with_recent

__all__ = ["RecentEmojiEffects"]


class RecentEmojiEffects(EffectGroup):
    """Remembers which emoji are used, among the account's settings."""

    def __init__(self, context: Context, writer: SettingWriter) -> None:
        super().__init__(context)
        self._writer = writer

    def note(self, emoji: str) -> None:
        """Remember that an emoji was picked."""
        account = self.account
        account.recent_emoji.set(with_recent(account.recent_emoji(), emoji))
        self._writer.note(account, RECENT_EMOJI, lambda: list(account.recent_emoji()))
