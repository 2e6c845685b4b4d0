"""What people type, and what they are told."""

import pytest

from roomkeep import errors
from roomkeep.app.error_messages import InvalidInput, explain
from roomkeep.app.limits import MAX_CONTENT, check_account_name, check_content, check_name
from roomkeep.app.storage_state import oldest, say_files, split_usage
from roomkeep.app.views.rows import make_rows, what_goes
from roomkeep.errors import InvalidRecord
from roomkeep.models import Message, Reaction
from roomkeep.persistence import Quota
from support.make import attachment


def test_a_name_has_one_spelling() -> None:
    assert check_name("  Ada \n  Lovelace ") == "Ada Lovelace"
    assert check_name("Zoe\u0308") == "Zo\u00eb"
    assert check_name("x" * 80) == "x" * 80
    # Nothing that cannot be seen makes it another one, or turns what stands beside it.
    assert check_name("\u202eA\u200bda\u200e") == "Ada"
    assert check_name("\N{SOFT HYPHEN}Ada \u2068") == "Ada"
    flag = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
    for name in ("👩‍🌾", "\u0645\u06cc\u200c\u062e", flag):
        assert check_name(name) == name


@pytest.mark.parametrize("name", ["", " \n\t", "\u200b", "x" * 81, "a\0b", "\ud800"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(InvalidRecord) as caught:
        check_name(name)
    assert caught.value.field == "name"


def test_two_accounts_differ_by_more_than_case() -> None:
    assert check_account_name("Ada", ["Grace"]) == "Ada"
    with pytest.raises(InvalidRecord, match="“Ada”"):
        check_account_name("ADA\u200e", ["Ada"])


def test_a_message_has_an_end() -> None:
    assert check_content(" x \n") == "x"
    with pytest.raises(InvalidRecord, match="8,001 characters"):
        check_content("x" * (MAX_CONTENT + 1))


def all_errors() -> list[BaseException]:
    kinds = [getattr(errors, name) for name in errors.__all__]
    made: list[BaseException] = [
        kind("messages", "m1") if kind is errors.RecordNotFound else kind("raw detail")
        for kind in kinds
    ]
    return [*made, ValueError("raw detail")]


@pytest.mark.parametrize("error", all_errors(), ids=lambda error: type(error).__name__)
def test_each_error_is_told_in_sentences(error: BaseException) -> None:
    text, advice = explain(error, "failed.send")
    assert text.endswith(".")
    assert advice.endswith(".")
    if not isinstance(error, InvalidRecord):
        assert "Couldn't send the message." in text
        assert "raw detail" not in text + advice


def test_bad_input_is_named() -> None:
    text, advice = explain(InvalidInput("The message is too long.", field="content"), "failed.send")
    assert (text, advice) == ("The message is too long.", "Change it, then try again.")
    text, _ = explain(InvalidRecord("is odd", field="emoji"), "failed.react")
    assert text == "Couldn't add your reaction. Something in it isn't valid."


def message(number: int, sender: str = "ada", minute: int = 0) -> Message:
    return Message(
        id=f"m{number}",
        room_id="r",
        sender_id=sender,
        sender_name=sender,
        content="",
        timestamp=minute * 60_000,
    )


def test_messages_of_one_author_stand_together_for_a_while() -> None:
    messages = (
        message(1, minute=0),
        message(2, minute=4),
        message(3, "bob", minute=4),
        message(4, minute=5),
        message(5, minute=11),
        message(6, minute=12),
    )

    def day(timestamp: int) -> str:
        return "one" if timestamp < 12 * 60_000 else "two"

    rows = make_rows(messages, reader_id="bob", editing=("m3", "typed"), day=day)
    assert [row.leads for row in rows.values()] == [True, False, True, True, True, True]
    assert [row.day for row in rows.values()] == ["one", "", "", "", "", "two"]
    assert [key for key, row in rows.items() if row.is_mine] == ["m3"]
    assert [row.edited_text for row in rows.values()] == [None, None, "typed", None, None, None]


def test_reactions_are_counted_in_the_order_of_the_first() -> None:
    reactions = tuple(
        Reaction(message_id="m1", oder_id=who, emoji=emoji, timestamp=0)
        for who, emoji in [("a", "🎉"), ("b", "👍"), ("b", "🎉")]
    )
    plain = message(1)
    with_reactions = Message(
        id=plain.id,
        room_id="r",
        sender_id="ada",
        sender_name="Ada",
        content="",
        timestamp=0,
        reactions=reactions,
    )
    (row,) = make_rows((with_reactions,), reader_id="a", editing=None, day=str).values()
    assert [(chip.emoji, chip.count, chip.is_mine) for chip in row.chips] == [
        ("🎉", 2, True),
        ("👍", 1, False),
    ]
    assert row.chips[0].label == "🎉 2 reactions, including yours: You and b"


@pytest.mark.parametrize(
    ("files", "reactions", "said"),
    [
        (0, 0, "undone. “Message deleted” will be shown."),
        (1, 0, "shown. Its 1 file will be deleted, too."),
        (2, 1, "shown. Its 2 files and 1 reaction will be deleted, too."),
        (0, 3, "shown. Its 3 reactions will be deleted, too."),
    ],
)
def test_what_goes_with_a_message_is_said(files: int, reactions: int, said: str) -> None:
    assert said in what_goes(files, reactions)


def test_the_oldest_files_are_as_many_as_take_the_share() -> None:
    files = [attachment(f"a{n}", size=size) for n, size in enumerate([10, 20, 30, 40])]
    for share, number in [(0.1, 1), (0.25, 2), (0.5, 3), (0.6, 3), (0.61, 4), (1, 4)]:
        assert oldest(files, share) == tuple(files[:number])
    assert oldest([], 1) == ()
    assert say_files(files[:1]) == "1 file, 10 bytes"
    assert say_files(files) == "4 files, 100 bytes"


def test_the_app_s_own_files_are_told_apart_from_what_accounts_take() -> None:
    quota = Quota(usage=25_800_000, quota=10**9)
    assert split_usage(quota, 25_300_000) == (500_000, 25_300_000)
    assert split_usage(quota, 30_000_000) == (0, 25_800_000)
    # On the desktop nothing is kept of the app, and some browsers do not tell.
    assert split_usage(quota, 0) is None
    assert split_usage(quota, None) is None
    assert split_usage(Quota(), 5) is None
