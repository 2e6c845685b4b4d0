"""Who never made a backup is reminded, quietly, and only of what is worth one."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from roomkeep.app.effects.backup_reminders import AGAIN, LEAST
from support.backups import App, begin
from support.make import message


@pytest.fixture
async def app(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[App]:
    """An account that is kept, with just enough messages."""
    made = await begin()
    report = made.db.get_storage_report

    async def report_of_a_browser() -> object:
        return replace(await report(), backend="indexeddb")

    monkeypatch.setattr(made.db, "get_storage_report", report_of_a_browser)
    await made.db.save_messages([message(f"m{n}") for n in range(LEAST)])
    yield made
    await made.db.close()


async def reminds(app: App) -> bool:
    await app.effects.backup_reminders.look()
    return app.account.storage.reminds()


async def test_one_is_reminded_where_there_is_something_to_lose(app: App) -> None:
    assert await reminds(app)
    await app.db.clear_room_messages("r1")
    assert not await reminds(app)


async def test_it_stays_away_for_a_while_when_it_is_put_off(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await reminds(app)
    await app.effects.backup_reminders.put_off()
    assert not app.account.storage.reminds()
    assert not await reminds(app)
    later = app.effects.context.time() + AGAIN
    monkeypatch.setattr(app.effects.context, "time", lambda: later)
    assert await reminds(app)


async def test_nobody_is_reminded_after_a_backup_or_where_nothing_is_kept(app: App) -> None:
    await app.export()
    assert not await reminds(app)
    bare = await begin("Bob")
    await bare.db.save_messages([message(f"m{n}") for n in range(LEAST)])
    assert not await reminds(bare)
    await bare.db.close()
