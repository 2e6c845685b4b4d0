"""Effects: they call the database and change the state. Views start them; nothing else does."""

from roomkeep.app.effects.accounts import AccountEffects
from roomkeep.app.effects.context import Context
from roomkeep.app.effects.imports import ImportEffects
from roomkeep.app.effects.live import LiveEffects
from roomkeep.app.effects.messages import MessageEffects
from roomkeep.app.effects.rooms import RoomEffects

__all__ = ["Context", "Effects"]


class Effects:
    """All effects, by what they are about."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.messages = MessageEffects(context)
        self.rooms = RoomEffects(context, self.messages)
        self.live = LiveEffects(context, self.rooms, self.messages)
        self.accounts = AccountEffects(context, self.rooms, self.live)
        self.imports = ImportEffects(context, self.rooms)
