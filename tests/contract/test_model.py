"""Any sequence of calls does what a few dictionaries say that it must."""

import inspect
from collections.abc import Callable
from typing import Any

from hypothesis import given, note, seed, settings
from hypothesis import strategies as st

from roomkeep.errors import RoomkeepError
from roomkeep.models import (
    DELETED_MESSAGE_CONTENT,
    Attachment,
    Ban,
    Channel,
    Message,
    Reaction,
    Room,
    RoomMember,
    User,
)
from roomkeep.persistence import DatabaseService
from support import long_run
from support.laws import law
from support.model import Model
from support.worlds import World

# Few of each, so that calls meet: some that differ by no more than a case or a Unicode form, hold
# what separates or escapes in some stores, or sort otherwise by code point than by UTF-16 unit.
ids = st.sampled_from(["a", "A", "é", "e\u0301", "a/b", "a%2Fb", "😀", "\uff5e", "\x00", "'; --"])
messages_ids = st.sampled_from(["m", "M", "m/3", "😀", "\uff5e"])
rooms_ids = st.sampled_from(["r", "r", "r", "r", "r", "r", "R", "😀"])
channels_ids = st.sampled_from(["general", "general", "General", "é"])
files_ids = st.sampled_from(["f", "F", "../f"])
people = st.sampled_from(["ann", "Ann", "é", "e\u0301"])
accounts = st.sampled_from([None, "ann", "%61nn"])
emoji = st.sampled_from(["👍", "👍🏽", "❤", "❤️", "x"])
texts = st.sampled_from(
    ["", "text", "\x00", "\U0001d49c \u202e\U000e0001", DELETED_MESSAGE_CONTENT]
)
times = st.integers(-1, 2)
limits = st.sampled_from([50, 3, 2, 1, 0])
maybe = st.none


def reactions_to(message_id: st.SearchStrategy[str]) -> st.SearchStrategy[Reaction]:
    return st.builds(Reaction, message_id=message_id, oder_id=people, emoji=emoji, timestamp=times)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    message_id = draw(messages_ids)
    # Seldom, a message carries the reaction of another, and is refused.
    owner = st.just(message_id) if draw(st.integers(0, 9)) else messages_ids
    return Message(
        id=message_id,
        room_id=draw(rooms_ids),
        channel_id=draw(channels_ids),
        sender_id=draw(people),
        sender_name=draw(texts),
        content=draw(texts),
        timestamp=draw(times),
        edited_at=draw(maybe() | times),
        reply_to_id=draw(maybe() | messages_ids),
        is_deleted=draw(st.sampled_from([False, False, False, True])),
        reactions=tuple(draw(st.lists(reactions_to(owner), max_size=3))),
    )


@st.composite
def files(draw: st.DrawFn) -> tuple[Attachment, bytes | None]:
    data = draw(maybe() | st.binary(max_size=3))
    size = len(data or b"") if draw(st.integers(0, 9)) else 4
    attachment = Attachment(
        id=draw(files_ids),
        message_id=draw(messages_ids),
        filename=draw(texts),
        size=size,
        mime=draw(texts),
        created_at=draw(maybe() | times),
    )
    return attachment, data


members = st.builds(
    RoomMember, oder_id=people, username=texts, display_name=texts, joined_at=maybe() | times
)
channels = st.builds(Channel, id=channels_ids, name=texts, position=st.integers(0, 3))
rooms = st.builds(
    Room,
    id=rooms_ids,
    name=texts,
    topic=maybe() | texts,
    host_id=people,
    created_at=times,
    channels=st.lists(channels, max_size=2).map(tuple),
    members=st.lists(members, max_size=3).map(tuple),
)
users = st.builds(
    User, oder_id=people, username=texts, display_name=texts, bio=maybe() | texts, joined_at=times
)
bans = st.builds(
    Ban,
    oder_id=st.just("") | ids,
    room_id=rooms_ids,
    user_id=people,
    banned_by=people,
    timestamp=times,
    expires_at=st.sampled_from([None, 1]),
)
values = st.recursive(
    maybe() | st.booleans() | times | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)

Call = tuple[str, tuple[Any, ...], dict[str, Any]]


def call(name: str, /, *args: st.SearchStrategy[Any], **changes: st.SearchStrategy[Any]) -> Any:
    """Return a strategy for calls of a method; of `changes`, each call makes some."""
    return st.tuples(st.just(name), st.tuples(*args), st.fixed_dictionaries({}, optional=changes))


writes = st.one_of(
    call("save_message", messages()),
    call("save_messages", st.lists(messages(), max_size=6)),
    call("save_messages", st.lists(messages(), max_size=6)),
    call(
        "update_message",
        messages_ids,
        content=texts,
        room_id=rooms_ids,
        channel_id=channels_ids,
        timestamp=times,
        is_deleted=st.booleans(),
        reactions=st.lists(reactions_to(messages_ids), max_size=2).map(tuple),
    ),
    call("move_messages", rooms_ids, channels_ids, channels_ids),
    call("save_reaction", reactions_to(messages_ids)),
    call("remove_reaction", messages_ids, people, emoji),
    call("save_user", users),
    call("add_users", st.lists(users, max_size=3)),
    call("update_user", people, display_name=texts, bio=maybe() | texts),
    call("save_room", rooms),
    call("update_room", rooms_ids, name=texts, members=st.lists(members, max_size=2).map(tuple)),
    call("save_ban", bans),
    call("remove_ban", ids | bans.map(lambda ban: ban.oder_id)),
    files().map(lambda file: ("save_attachment", file, {})),
    call("delete_attachments_for_message", messages_ids),
    call("save_setting", ids, values),
)
deletions = st.one_of(
    call("delete_message", messages_ids),
    call("clear_room_messages", rooms_ids),
    call("delete_room", rooms_ids),
)
pages = st.one_of(
    call("get_messages", rooms_ids, limits, limits),
    call("get_latest_messages", rooms_ids, limits, maybe() | messages_ids, maybe() | channels_ids),
    call("get_messages_after", rooms_ids, messages_ids | times, limits, maybe() | channels_ids),
    call("count_messages", rooms_ids, maybe() | times, maybe() | channels_ids),
)
reads = st.one_of(
    call("get_message_by_id", messages_ids),
    call("get_reactions_for_message", messages_ids),
    call("get_user", people),
    call("get_current_user"),
    call("get_users_by_room", rooms_ids),
    call("get_room", rooms_ids),
    call("get_all_rooms"),
    call("get_bans_for_room", rooms_ids),
    call("is_user_banned", people, rooms_ids),
    call("get_attachments_for_message", messages_ids),
    call("get_attachments_for_messages", st.lists(messages_ids, max_size=3)),
    call("get_all_attachments"),
    call("count_attachments", rooms_ids),
    call("read_attachment_data", files_ids),
    call("get_setting", ids),
    call("get_settings", st.just("") | ids),
    call("get_account_ids"),
    call("count_rows"),
)
of_accounts = st.one_of(
    call("set_current_user_id", accounts),
    call("set_current_user_id", accounts),
    call("delete_account", accounts.filter(bool)),
    call("clear_all_data"),
    call("reopen"),
)
kinds = {of_accounts: 1, deletions: 2, writes: 20, pages: 9, reads: 8}
steps = st.sampled_from([kind for kind, often in kinds.items() for _ in range(often)]).flatmap(
    lambda kind: kind
)
# Most calls need something to work on.
beginnings: st.SearchStrategy[tuple[Call, ...]] = st.tuples(
    call("save_messages", st.lists(messages(), min_size=6, max_size=12)),
    call("save_room", rooms),
    call("add_users", st.lists(users, min_size=2, max_size=4)),
    files().map(lambda file: ("save_attachment", file, {})),
)


class Subject:
    """The service, with the few things that a test asks of it in another way."""

    def __init__(self, world: World, service: DatabaseService) -> None:
        self.world = world
        self.service = service

    async def reopen(self) -> None:
        await self.service.close()
        self.service = await self.world.service()

    async def count_rows(self) -> dict[str, int]:
        report = await self.service.get_storage_report()
        assert not report.problems
        return dict(report.rows)

    def method(self, name: str) -> Callable[..., Any]:
        owner = self if hasattr(self, name) else self.service
        method: Callable[..., Any] = getattr(owner, name)
        return method


async def outcome(method: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Return what a call returns, or how it fails: by the error's type and the field."""
    try:
        result = method(*args, **kwargs)
        return await result if inspect.isawaitable(result) else result
    except RoomkeepError as error:
        return type(error).__name__, getattr(error, "field", None)


def test_every_method_is_compared() -> None:
    public = {name for name in vars(DatabaseService) if not name.startswith("_")}
    assert public <= set(dir(Model))


@seed(long_run.SEED)
@settings(law, max_examples=long_run.examples(25))
@given(beginning=beginnings, rest=st.lists(steps, min_size=20, max_size=40))
async def test_any_sequence_of_calls_does_what_the_model_does(
    world: World, beginning: tuple[Call, ...], rest: list[Call], operations: Callable[[int], None]
) -> None:
    await world.reset()
    model, subject = Model(), Subject(world, await world.service())
    for name, args, kwargs in (*beginning, *rest):
        note(f"{name}(*{args!r}, **{kwargs!r})")
        expected = await outcome(getattr(model, name), args, kwargs)
        assert await outcome(subject.method(name), args, kwargs) == expected
    assert await subject.count_rows() == model.count_rows()
    assert not subject.service.unreadable_records
    operations(len(beginning) + len(rest))
