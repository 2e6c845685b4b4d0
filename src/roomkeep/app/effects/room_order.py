"""The order of the rooms, kept so that the list starts with it."""

from roomkeep.app.effects.context import Context, EffectGroup
from roomkeep.app.effects.setting_writer import SettingWriter
from roomkeep.app.room_order import ROOM_ORDER
from roomkeep.app.state import AccountState

__all__ = ["RoomOrderEffects"]


class RoomOrderEffects(EffectGroup):
    """Keeps the order in which rooms were listed last."""

    def __init__(self, context: Context, writer: SettingWriter) -> None:
        super().__init__(context)
        self._writer = writer

    def remember(self, account: AccountState, order: tuple[str, ...]) -> None:
        """Remember the order of the rooms, by their ids."""
        if order != account.room_order():
            account.room_order.set(order)
            self._writer.note(account, ROOM_ORDER, lambda: list(account.room_order()))
