"""Exports of Slack workspaces."""

import json

from support.archive_files import Found, data, folder, iso, opened, zipped

NAME = "Kitchen Slack export Jan 1 2018 - Feb 1 2018.zip"


def test_a_workspace_is_read_whole() -> None:
    importer = opened(folder("slack"), NAME)
    assert importer.format == "slack"
    found = Found(importer)
    assert [(room.id, room.name) for room in found.rooms] == [
        ("slack:T1", "Kitchen"),
        ("slack:D1", "Bob, ann"),
    ]
    assert [(one.channel_id, one.sender_name, one.content) for one in found.messages] == [
        ("slack:C1", "ann", "Hi @Bob, see the plan (https://example.org/a) & #general @here"),
        ("slack:C1", "Bob", "Done"),
        ("slack:C1", "builder", "Build 7\nbuild passed"),
        ("slack:C1", "ann", ""),
        ("slack:C1", "Bob", "Next day"),
        ("general", "Bob", "Psst"),
    ]
    first, answer, *_, direct = found.messages
    assert iso(first.time) == "2018-01-01 09:46:41"
    assert iso(first.edited_at or 0) == "2018-01-01 09:46:45"
    assert answer.reply_to_id == first.id
    assert first.reply_to_id is None
    assert direct.id != first.id
    reactions = [(one.person_name, one.emoji) for one in first.reactions]
    assert reactions == [("Bob", "👍🏼"), ("ann", ":partyparrot:"), ("Bob", ":partyparrot:")]
    plan, lost = found.messages[3].files
    assert plan.open is not None
    assert (plan.name, plan.open().read(), lost.open) == ("plan.pdf", b"pdf", None)
    assert [note.kind for note in found.notes] == ["notice", "file_missing"]


def test_a_message_that_cannot_be_read_is_noted() -> None:
    day = json.loads(data("slack/general/2018-01-02.json"))
    files = {name: data(f"slack/{name}") for name in ("users.json", "channels.json")}
    files["general/2018-01-02.json"] = json.dumps([{"ts": 5}, "x", *day]).encode()
    found = Found(opened(zipped({f"export/{name}": text for name, text in files.items()}), NAME))
    assert len(found.messages) == 1
    assert found.noted("message") == 2
