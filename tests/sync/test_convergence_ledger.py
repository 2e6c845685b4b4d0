"""The convergence test notices what is lost, doubled or made up."""

from typing import Any

import pytest

from support.convergence import View
from support.convergence_ledger import Ledger

ADA = "@ada:x"


def seen(*messages: tuple[str, list[Any]], **more: Any) -> dict[str, View]:
    """What Ada sees: messages, as their texts and reactions."""
    listed = [
        [at, ADA, text, False, None, reactions] for at, (text, reactions) in enumerate(messages)
    ]
    plain = {
        "channels": [["!general", "general", "text"]],
        "bans": [],
        "messages": {"!general": listed},
        "own": {"read": {}, "failed": []},
    }
    return {"ada": {**plain, **more}}


@pytest.fixture
def ledger() -> Ledger:
    """Ada has written a message, edited another, reacted, and banned Mallory."""
    made = Ledger({"!general": "general"})
    for name, value in (
        ("ada 1", "ada 1"),
        ("ada 2", "ada 2"),
        ("ada 2", "ada 2 edited"),
        (f"🌱 {ADA} on ada 1", True),
        ("ban @mallory:x", True),
        ("ada lastRead/!room/!general", 5),
    ):
        made.intend("ada", name, value)
        made.acknowledge("ada")
    return made


ALL: tuple[tuple[str, list[Any]], ...] = (("ada 1", [[ADA, "🌱"]]), ("ada 2 edited", []))
BANNED = {"bans": [["@mallory:x", ADA, None]]}
READ = {"own": {"read": {"lastRead/!room/!general": 5}, "failed": []}}


def test_all_is_well(ledger: Ledger) -> None:
    assert ledger.find_trouble(seen(*ALL, **BANNED, **READ)) == []


@pytest.mark.parametrize(
    ("views", "told"),
    [
        (seen(ALL[0], **BANNED, **READ), "ada 2 is None"),
        (seen(ALL[0], ("ada 2", []), **BANNED, **READ), "ada 2 is 'ada 2'"),
        (seen(*ALL, ALL[1], **BANNED, **READ), "ada 2 is there twice"),
        (seen(*ALL, ("ada 3", []), **BANNED, **READ), "ada 3 was never written"),
        (seen(("ada 1", []), ALL[1], **BANNED, **READ), f"🌱 {ADA} on ada 1 is None"),
        (seen(*ALL, **READ), "ban @mallory:x is None"),
        (
            seen(*ALL, **BANNED, **READ, channels=[["!general", "other", "text"]]),
            "channel !general is 'other'",
        ),
        (
            seen(*ALL, **BANNED, own={**READ["own"], "read": {"lastRead/!room/!general": 4}}),
            "ada lastRead/!room/!general is 4",
        ),
        (
            seen(*ALL, **BANNED, own={**READ["own"], "failed": [["EditMessage", "NoRight"]]}),
            "ada could not send ['EditMessage', 'NoRight']",
        ),
    ],
)
def test_trouble_is_told(ledger: Ledger, views: dict[str, View], told: str) -> None:
    (trouble,) = ledger.find_trouble(views)
    assert trouble.startswith(told)


def test_what_a_kill_interrupted_may_be_there_or_not(ledger: Ledger) -> None:
    ledger.intend("ada", "ada 2", None)
    ledger.forget("ada")
    for texts in (ALL, ALL[:1]):
        assert ledger.find_trouble(seen(*texts, **BANNED, **READ)) == []
