"""What the page says of the outbox."""

from typing import Any

from roomkeep.app.sync_state import read_outbox
from roomkeep.persistence import MarkRead, OutboxEntry, SendMessage


def entry(number: int, **fields: Any) -> OutboxEntry:
    plain: dict[str, Any] = {
        "id": f"{number}",
        "room_id": "r",
        "channel_id": "c",
        "transaction_id": f"t{number}",
    }
    return OutboxEntry(**{**plain, **fields})


def test_nobody_waits_for_a_read_marker() -> None:
    outbox = read_outbox(
        [
            entry(1, request=SendMessage(message_id="a", content="x")),
            entry(2, request=MarkRead(message_id="a")),
            entry(3, request=MarkRead(message_id="b"), state="failed", error="NoRight"),
        ]
    )
    assert outbox.waiting == 1
    assert list(outbox.by_message) == ["a"]
