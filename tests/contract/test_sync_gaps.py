"""Where messages are missing, pages stop, and what is missing is filled in."""

import pytest

from roomkeep.storage.channel_settings import LAST_READ, setting_key
from roomkeep.storage.remote import Edge, NewMessage
from support.synced import CHANNEL, ROOM, Synced, edit, said, synced
from support.worlds import World


@pytest.fixture
async def device(world: World) -> Synced:
    return await synced(world)


def at(*times: int) -> list[NewMessage]:
    return [said(f"${time}", str(time), timestamp=time) for time in times]


def edge(time: int) -> Edge:
    return Edge(timestamp=time, id=f"${time}")


async def latest(device: Synced, limit: int = 50, before: str | None = None) -> list[str]:
    found = await device.db.get_latest_messages(ROOM, limit, before, CHANNEL)
    return [one.content for one in found]


async def later(device: Synced, after: str | int, limit: int = 50) -> list[str]:
    found = await device.db.get_messages_after(ROOM, after, limit, CHANNEL)
    return [one.content for one in found]


async def test_a_page_stops_at_a_gap_both_ways(device: Synced) -> None:
    await device.sync(*at(10, 20))
    await device.sync(*at(50, 60), gap_token="older")  # noqa: S106
    (gap,) = await device.db.get_gaps(ROOM, CHANNEL)
    assert (gap.token, gap.before, gap.after) == ("older", edge(50), edge(20))
    assert await latest(device) == ["50", "60"]
    assert await latest(device, before="$60") == ["50"]
    assert await latest(device, before="$50") == []
    assert await latest(device, before="$20") == ["10"]
    assert await later(device, "$10") == ["20"]
    assert await later(device, "$20") == []
    assert await later(device, 5) == ["10", "20"]
    assert await later(device, "$50") == ["60"]


async def test_a_channels_page_tells_of_the_gap(device: Synced) -> None:
    await device.sync(*at(10, 20))
    await device.sync(*at(50, 60), gap_token="older")  # noqa: S106
    (gap,) = await device.db.get_gaps(ROOM, CHANNEL)
    for limit, around, before, after, older, newer in [
        (50, None, ["50", "60"], [], gap, None),
        (2, None, ["50", "60"], [], gap, None),
        (1, None, ["60"], [], None, None),
        (50, "$10", [], ["10", "20"], None, gap),
        (50, "$60", ["50"], ["60"], gap, None),
        (50, 15, ["10"], ["20"], None, gap),
        (50, 20, ["50", "60"], [], gap, None),
        (50, 55, ["50"], ["60"], gap, None),
    ]:
        page = await device.db.get_channel_page(ROOM, CHANNEL, limit, around)
        assert [one.content for one in page.before] == before
        assert [one.content for one in page.after] == after
        assert (page.gap, page.newer_gap) == (older, newer)


async def test_the_first_sync_leaves_a_gap_before_which_nothing_is_known(device: Synced) -> None:
    await device.sync(*at(50), gap_token="older")  # noqa: S106
    (gap,) = await device.db.get_gaps(ROOM, CHANNEL)
    assert (gap.before, gap.after) == (edge(50), None)


async def test_a_gap_before_no_message_comes_after_what_is_known(device: Synced) -> None:
    await device.sync(*at(10))
    await device.sync(edit("$e", "$unknown", "x"), gap_token="older")  # noqa: S106
    assert await latest(device) == []
    await device.sync(*at(50))
    assert await latest(device) == ["50"]
    assert await latest(device, before="$10") == []
    assert await later(device, 5) == ["10"]


async def test_a_message_from_here_is_no_edge(device: Synced) -> None:
    await device.sync(*at(10))
    await device.say("mine", "mine", timestamp=40)
    await device.say("sent", "sent", timestamp=45)
    await device.db.accept_outbox((await device.outbox())[1].id, "$sent")
    await device.sync(*at(50), gap_token="older")  # noqa: S106
    (gap,) = await device.db.get_gaps(ROOM, CHANNEL)
    assert gap.after == edge(10)


async def test_a_gap_is_filled_from_its_newer_edge(device: Synced) -> None:
    await device.sync(*at(10))
    await device.sync(*at(50, 60), gap_token="t1")  # noqa: S106
    (gap,) = await device.db.get_gaps(ROOM, CHANNEL)
    device.heard.clear()
    assert await device.db.fill_gap(gap.id, "t1", at(30, 40), "t2")
    assert {change.origin for change in device.heard} == {"server"}
    assert await latest(device) == ["30", "40", "50", "60"]
    (left,) = await device.db.get_gaps(ROOM, CHANNEL)
    assert (left.id, left.token, left.before, left.after) == (gap.id, "t2", edge(30), edge(10))
    assert not await device.db.fill_gap(gap.id, "t1", at(25), None)
    assert await device.db.fill_gap(gap.id, "t2", at(10, 20), None)
    assert await device.db.get_gaps(ROOM, CHANNEL) == []
    assert await latest(device) == ["10", "20", "30", "40", "50", "60"]
    assert not await device.db.fill_gap(gap.id, "t2", at(25), None)


async def test_a_page_of_history_with_no_message_keeps_the_edge(device: Synced) -> None:
    await device.sync(*at(50), gap_token="t1")  # noqa: S106
    (gap,) = await device.db.get_gaps(ROOM, CHANNEL)
    assert await device.db.fill_gap(gap.id, "t1", [], "t2")
    (left,) = await device.db.get_gaps(ROOM, CHANNEL)
    assert (left.token, left.before) == ("t2", edge(50))


async def test_history_tells_what_was_read_elsewhere(device: Synced) -> None:
    await device.sync(*at(50), gap_token="t1")  # noqa: S106
    (gap,) = await device.db.get_gaps(ROOM, CHANNEL)
    key = setting_key(LAST_READ, (ROOM, CHANNEL))
    assert await device.db.fill_gap(gap.id, "t1", at(40), "t2", 30)
    assert await device.db.get_setting(key) == 30
    assert await device.db.fill_gap(gap.id, "t2", at(20), "t3", 10)
    assert await device.db.get_setting(key) == 30
    # It is no news for the server.
    assert await device.outbox() == []


async def test_several_gaps_are_told_ascending(device: Synced) -> None:
    await device.sync(*at(10), gap_token="a")  # noqa: S106
    await device.sync(*at(30), gap_token="c")  # noqa: S106
    await device.sync(*at(50), gap_token="b")  # noqa: S106
    gaps = await device.db.get_gaps(ROOM, CHANNEL)
    assert [(one.after, one.before) for one in gaps] == [
        (None, edge(10)),
        (edge(10), edge(30)),
        (edge(30), edge(50)),
    ]
    assert await latest(device) == ["50"]
    assert await latest(device, before="$50") == []
    assert await latest(device, before="$30") == []
    assert await later(device, "$10") == []


async def test_the_gaps_of_another_channel_stop_nothing(device: Synced) -> None:
    await device.sync(*at(10, 20))
    await device.sync(*at(50), gap_token="older")  # noqa: S106
    other = [one.id for one in await device.db.get_latest_messages(ROOM, 50, None, "!gen")]
    assert other == []
    assert await device.db.get_gaps(ROOM, "!gen") == []
    assert len(await device.db.get_latest_messages(ROOM)) == 3
