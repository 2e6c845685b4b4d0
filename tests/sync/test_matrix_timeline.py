"""What happens in a channel, as a real homeserver told it."""

import pytest

from roomkeep.models import DELETED_MESSAGE_CONTENT, Attachment
from roomkeep.storage.remote import (
    FullyRead,
    MessageEdit,
    NewMessage,
    NewReaction,
    ReadUpTo,
    Redaction,
)
from roomkeep.sync.mapping import content
from roomkeep.sync.mapping.timeline import (
    ENCRYPTED_CONTENT,
    Place,
    read_event,
    read_notes,
    read_timeline,
)
from roomkeep.sync.mapping.updates import MemberUpdate, RoomUpgrade, Typing
from roomkeep.sync.wire import events
from roomkeep.sync.wire.types import Event, Unsigned
from support.recorded import ask, recorded

PLACE = Place(
    room_id="!space",
    channel_id="!general",
    name_of={"@ada:localhost": "Ada", "@ben:localhost": "Ben"}.get,
)
MESSAGES = ask(recorded("messages"), lambda wire: events.get_messages(wire, "!general"))
SYNC = ask(recorded("sync"), events.sync)
UPDATES = read_timeline(reversed(MESSAGES.events), PLACE)
GENERAL = next(room for room in SYNC.joined.values() if room.ephemeral)


def of_kind(kind: type) -> list[object]:
    return [update for update in UPDATES if isinstance(update, kind)]


def message(text: str) -> NewMessage:
    found = [u for u in UPDATES if isinstance(u, NewMessage) and u.message.content == text]
    assert len(found) == 1, text
    return found[0]


def event(kind: str = "m.room.message", **made: object) -> Event:
    given = {"event_id": "$e", "sender": "@ada:localhost", "origin_server_ts": 5, **made}
    return Event(type=kind, content=given.pop("content", {}), **given)  # type: ignore[arg-type] # made for one test.


def said(body: str, **more: object) -> Event:
    return event(content={"msgtype": "m.text", "body": body, **more})


def test_nothing_of_the_recording_was_lost() -> None:
    assert MESSAGES.skipped == 0
    assert SYNC.skipped == 0


def test_a_message_is_whole() -> None:
    first = message("Shall we water today?")
    assert first.message.room_id == "!space"
    assert first.message.channel_id == "!general"
    assert (first.message.sender_id, first.message.sender_name) == ("@ada:localhost", "Ada")
    assert first.message.id.startswith("$")
    assert first.message.timestamp > 1_700_000_000_000
    assert first.transaction_id is None
    assert message("in a thread").transaction_id is not None


def test_a_reply_names_what_it_answers_and_leaves_out_the_quote() -> None:
    answer = message("It rains at four").message
    assert answer.reply_to_id == message("Shall we water today?").message.id


def test_a_thread_is_an_answer_to_its_first_message() -> None:
    first = message("Shall we water today?").message
    assert message("in a thread").message.reply_to_id == first.id
    relation = {"rel_type": "m.thread", "event_id": "$root"}
    update = read_event(said("x", **{"m.relates_to": relation}), PLACE)
    assert isinstance(update, NewMessage)
    assert update.message.reply_to_id == "$root"


def test_edits_say_whose_they_are() -> None:
    answer = message("It rains at four").message
    edits = of_kind(MessageEdit)
    assert [(e.message_id, e.sender_id, e.content) for e in edits] == [  # type: ignore[attr-defined]
        (answer.id, "@ben:localhost", "It rains at five"),
        # The homeserver delivers a stranger's edit, too; it must not count.
        (answer.id, "@ada:localhost", "mine"),
    ]


def test_a_reaction_and_nothing_of_one_that_was_taken_back() -> None:
    (update,) = of_kind(NewReaction)
    assert isinstance(update, NewReaction)
    assert update.reaction.emoji == "👍"
    assert update.reaction.oder_id == "@ada:localhost"
    assert update.reaction.message_id == message("It rains at four").message.id


def test_a_deleted_message_leaves_a_tombstone_and_its_redactions_are_told() -> None:
    tombstone = message(DELETED_MESSAGE_CONTENT)
    assert tombstone.message.is_deleted
    assert tombstone.kind == "deleted"
    deleted, heart = of_kind(Redaction)
    assert isinstance(deleted, Redaction)
    assert isinstance(heart, Redaction)
    assert deleted.target_id == tombstone.message.id
    assert (deleted.sender_id, deleted.reason) == ("@ada:localhost", "off topic")
    assert heart.reason is None


@pytest.mark.parametrize("made", [{"content": {"redacts": "$a"}}, {"redacts": "$a"}])
def test_a_redaction_of_any_room_version(made: dict[str, object]) -> None:
    update = read_event(event("m.room.redaction", **made), PLACE)
    assert isinstance(update, Redaction)
    assert update.target_id == "$a"


def test_a_file_with_what_was_written_with_it() -> None:
    update = message("A dot")
    (file,) = update.files
    assert update.kind == "file"
    assert (file.attachment.filename, file.attachment.mime) == ("dot.png", "image/png")
    assert (file.attachment.size, file.has_size) == (69, True)
    assert file.attachment.message_id == update.message.id
    assert file.url.startswith("mxc://localhost/")


def test_a_sticker_is_a_picture_with_its_text() -> None:
    update = message("A bee")
    assert update.files[0].attachment.mime == "image/png"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("* Ada waters the beans", "text"),
        ("the pump is on", "text"),
        ("The shed", "fallback"),
        ("Beans or peas?\n1. Beans\n2. Peas", "fallback"),
        (ENCRYPTED_CONTENT, "encrypted"),
        ("what is this", "fallback"),
    ],
)
def test_everything_else_has_a_plain_fallback(text: str, kind: str) -> None:
    assert message(text).kind == kind


def test_a_kick_is_told_with_who_did_it_and_why() -> None:
    kick = of_kind(MemberUpdate)[-1]
    assert isinstance(kick, MemberUpdate)
    assert kick.is_kick
    assert (kick.by, kick.reason) == ("@ada:localhost", "too loud")
    assert kick.member.display_name == "Cat"


def test_whoever_leaves_was_not_kicked() -> None:
    left = event("m.room.member", state_key="@ada:localhost", content={"membership": "leave"})
    update = read_event(left, PLACE)
    assert isinstance(update, MemberUpdate)
    assert (update.is_kick, update.ban) == (False, None)


def test_an_upgraded_room_names_the_one_that_follows() -> None:
    lines = [read_timeline(room.timeline, PLACE) for room in SYNC.joined.values()]
    upgrades = [update for found in lines for update in found if isinstance(update, RoomUpgrade)]
    assert len(upgrades) == 1
    assert upgrades[0].replacement_id.startswith("!")


def test_receipts_markers_and_who_is_typing() -> None:
    notes = read_notes((*GENERAL.ephemeral, *GENERAL.account_data))
    last, first = message("Done for today").message.id, message("Shall we water today?").message.id
    assert Typing(user_ids=("@ada:localhost",)) in notes
    assert FullyRead(event_id=last) in notes
    receipts = {(n.user_id, n.event_id, n.is_private) for n in notes if isinstance(n, ReadUpTo)}
    assert {("@ada:localhost", first, False), ("@ben:localhost", last, True)} <= receipts


def test_what_is_written_reads_as_it_was() -> None:
    text = read_event(event(content=content.message_content("hello", "$first")), PLACE)
    assert isinstance(text, NewMessage)
    assert (text.message.content, text.message.reply_to_id) == ("hello", "$first")
    edit = read_event(event(content=content.edit_content("$first", "new")), PLACE)
    assert isinstance(edit, MessageEdit)
    assert (edit.message_id, edit.content) == ("$first", "new")
    reaction = read_event(event("m.reaction", content=content.reaction_content("$f", "🐝")), PLACE)
    assert isinstance(reaction, NewReaction)
    assert (reaction.reaction.message_id, reaction.reaction.emoji) == ("$f", "🐝")


@pytest.mark.parametrize("text", ["", "look"])
@pytest.mark.parametrize("mime", ["image/png", "video/mp4", "audio/ogg", "text/plain"])
def test_a_file_that_is_written_reads_as_it_was(text: str, mime: str) -> None:
    file = Attachment(id="$e", message_id="$e", filename="a.bin", size=3, mime=mime)
    made = content.file_content(file, "mxc://localhost/abc", text)
    update = read_event(event(content=made), PLACE)
    assert isinstance(update, NewMessage)
    assert update.message.content == text
    found = update.files[0].attachment
    assert (found.filename, found.size, found.mime) == ("a.bin", 3, mime)


@pytest.mark.parametrize(
    "wrong",
    [
        event(content={"msgtype": "m.text", "body": 7}),
        event(content={"msgtype": "m.text"}),
        event(content={}),
        event("m.reaction", content={"m.relates_to": []}),
        event("m.reaction", content={"m.relates_to": {"rel_type": "m.annotation"}}),
        event("m.room.redaction", content={"redacts": {"a": 1}}),
        event("m.room.member", state_key="@x:y", content={"membership": "king"}),
        event("m.room.member", state_key="@x:y", content={"membership": ["join"]}),
        event("m.room.tombstone", state_key="", content={"replacement_room": 3}),
        event("m.call.invite", content={"call_id": "1"}),
        event(content={"m.relates_to": {"rel_type": "m.replace", "event_id": "$a"}, "body": "* b"}),
        event("m.room.encrypted", content={"m.relates_to": {"rel_type": "m.replace"}}),
        event(event_id=""),
    ],
)
def test_what_is_wrong_or_says_nothing_gives_nothing(wrong: Event) -> None:
    assert read_event(wrong, PLACE) is None


def test_an_edit_that_was_taken_back_gives_nothing() -> None:
    gone = event("m.reaction", unsigned=Unsigned(redacted_because={}))
    assert read_event(gone, PLACE) is None


def test_strangers_texts_are_cut_and_their_paths_and_unseen_signs_left_out() -> None:
    update = read_event(said("x" * 70_000), PLACE)
    assert isinstance(update, NewMessage)
    assert len(update.message.content) == 65_536
    made = {
        "msgtype": "m.file",
        "body": "../../etc/pass\u202ewd",
        "url": "mxc://a/b",
        "info": {"size": -4, "mimetype": "text/html; x\r\ny"},
    }
    found = read_event(event(content=made), PLACE)
    assert isinstance(found, NewMessage)
    file = found.files[0]
    assert file.attachment.filename == "pass wd"
    assert (file.attachment.size, file.has_size) == (0, False)
    assert file.attachment.mime == "application/octet-stream"


def test_an_encrypted_file_is_named_and_not_offered() -> None:
    made = {"msgtype": "m.file", "body": "a.pdf", "file": {"url": "mxc://a/b"}}
    update = read_event(event(content=made), PLACE)
    assert isinstance(update, NewMessage)
    assert (update.files, update.kind, update.message.content) == ((), "fallback", "a.pdf")


def test_a_receipt_of_a_thread_or_of_wrong_types_says_nothing() -> None:
    wrong = {
        "$a": {"m.read": {"@a:b": {"ts": 1, "thread_id": "$t"}, "@c:d": {"ts": "1"}, "@e:f": 3}},
        "$b": [],
        "$c": {"m.read": {"@g:h": {"ts": True}}},
    }
    assert read_notes([event("m.receipt", content=wrong)]) == []
    assert read_notes([event("m.typing", content={"user_ids": "ada"})]) == [Typing(user_ids=())]
