"""What changes elsewhere shows on the page, and soon."""

import pytest

from roomkeep.app.effects import batcher
from support.chat import Chat, until


async def test_what_took_long_to_show_does_not_put_off_for_long_what_comes_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batcher, "LONGEST", 0.2)
    async with Chat.opened("Tea") as chat:
        # As where showing takes an hour.
        chat.effects.change_refresh._batcher._rest_share = 1_000_000_000
        for name in ("Green tea", "Black tea"):
            await chat.db.update_room(chat.room_id, name=name)
            await until(lambda: chat.account.room and chat.account.room.name == name)  # noqa: B023
