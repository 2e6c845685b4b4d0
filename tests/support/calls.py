"""Calls of all methods, drawn by Hypothesis from few ids, so that they meet; and old records."""

from typing import Any

import msgspec
from hypothesis import strategies as st

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
from support.worlds import DESIGNED_INDEXES

__all__ = [
    "MESSAGE_IDS",
    "QUERIES",
    "ROOM_IDS",
    "Call",
    "StoredRecord",
    "beginnings",
    "databases",
    "of_imports",
    "steps",
]

# Few of each, so that calls meet: some that differ by no more than a case or a Unicode form, hold
# what separates or escapes in some stores, or sort otherwise by code point than by UTF-16 unit.
ids = st.sampled_from(["a", "A", "é", "e\u0301", "a/b", "a%2Fb", "😀", "\uff5e", "\x00", "'; --"])
MESSAGE_IDS = ("m", "M", "m/3", "😀", "\uff5e")
ROOM_IDS = ("r", "R", "😀")
messages_ids = st.sampled_from(MESSAGE_IDS)
rooms_ids = st.sampled_from(["r"] * 5 + list(ROOM_IDS))
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
def messages(draw: st.DrawFn, *, careful: bool = False) -> Message:
    message_id = draw(messages_ids)
    # Seldom, a message carries the reaction of another, and is refused.
    owner = st.just(message_id) if careful or draw(st.integers(0, 9)) else messages_ids
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


StoredRecord = tuple[str, dict[str, Any]]
"""A store, and a record as an older client keeps it there."""

extras = st.dictionaries(st.sampled_from(["x", "xé", "xY"]), values, max_size=2)
"""Fields that we do not know; their names begin with x, as no other's do."""


@st.composite
def stored(draw: st.DrawFn, *stores: str) -> StoredRecord:
    """Draw a record as an older client may have written it: less than ours, and more."""
    store, strategy = draw(st.sampled_from([(store, OLD_RECORDS[store]) for store in stores]))
    record: dict[str, Any] = msgspec.to_builtins(draw(strategy))
    present = {name: value for name, value in record.items() if value is not None}
    if store == "reactions":
        return store, present
    if store == "messages":
        # It keeps reactions as rows only, and some messages name no channel.
        for name in ("reactions", "isDeleted", draw(st.sampled_from(["channelId", ""]))):
            present.pop(name, None)
    for item in [*present.get("channels", ()), *present.get("members", ())]:
        item.update(draw(extras))
    return store, present if store == "bans" else present | draw(extras)


old_channels = st.lists(channels, max_size=2, unique_by=lambda one: one.id).map(tuple)
old_members = st.lists(members, max_size=2, unique_by=lambda one: one.oder_id).map(tuple)
whole_rooms = st.builds(
    Room,
    id=rooms_ids,
    name=texts,
    host_id=people,
    created_at=times,
    channels=old_channels,
    members=old_members,
)
"""Rooms that hold no channel and no member twice."""

OLD_RECORDS: dict[str, st.SearchStrategy[Any]] = {
    "messages": messages(careful=True),
    "reactions": reactions_to(messages_ids),
    "users": users,
    "rooms": whole_rooms,
    "bans": bans,
    "attachments": files().map(lambda file: file[0]),
}

STORES = ("messages", "messages", "users", "rooms", "bans", "attachments")


@st.composite
def archives(draw: st.DrawFn) -> "Call":
    """Draw an import: it says which ids its archive uses in several rooms."""
    found = draw(
        st.lists(messages(careful=True), max_size=5, unique_by=lambda one: (one.room_id, one.id))
    )
    rooms_of: dict[str, set[str]] = {}
    for one in found:
        for id_ in filter(None, (one.id, one.reply_to_id)):
            rooms_of.setdefault(id_, set()).add(one.room_id)
    shared = tuple(id_ for id_, where in rooms_of.items() if len(where) > 1)
    return "import_messages", (found,), {"shared_ids": shared}


@st.composite
def sent_messages(draw: st.DrawFn) -> "Call":
    message = draw(messages(careful=True).filter(lambda one: not one.is_deleted))
    settings = draw(st.dictionaries(ids, maybe() | values, max_size=2))
    attachment_ids = draw(st.lists(files_ids, max_size=2, unique=True))
    return "send_message", (message,), {"settings": settings, "attachment_ids": attachment_ids}


Call = tuple[str, tuple[Any, ...], dict[str, Any]]


def call(name: str, /, *args: st.SearchStrategy[Any], **changes: st.SearchStrategy[Any]) -> Any:
    """Return a strategy for calls of a method; of `changes`, each call makes some."""
    return st.tuples(st.just(name), st.tuples(*args), st.fixed_dictionaries({}, optional=changes))


writes = st.one_of(
    call("save_message", messages()),
    call("save_messages", st.lists(messages(), max_size=6)),
    call("save_messages_in_batches", st.lists(messages(), max_size=6), st.integers(1, 6)),
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
    call("update_room", rooms_ids, name=texts, channels=old_channels, members=old_members),
    call("update_room", rooms_ids, topic=texts, members=st.lists(members, max_size=2).map(tuple)),
    call("save_ban", bans),
    call("remove_ban", ids | bans.map(lambda ban: ban.oder_id)),
    files().map(lambda file: ("save_attachment", file, {})),
    call("delete_attachments_for_message", messages_ids),
    call("save_setting", ids, values),
    call("save_settings", st.dictionaries(ids, values, max_size=3)),
    # What the app does at once.
    sent_messages(),
    call("send_reaction", reactions_to(messages_ids)),
    archives(),
    call(
        "add_messages",
        st.lists(messages(careful=True), max_size=3, unique_by=lambda one: one.id),
    ),
    call("add_reactions", st.lists(reactions_to(messages_ids), max_size=3)),
    call("add_room", whole_rooms),
    call("add_bans", st.lists(bans, max_size=3, unique_by=lambda ban: ban.oder_id)),
    call("add_settings", st.dictionaries(ids, values.filter(lambda one: one is not None))),
    files().map(lambda file: ("add_attachment", file, {})),
    call("remove_files", st.lists(files_ids, max_size=2)),
)
import_ids = st.sampled_from(["i", "i", "I/1"])
imports = st.one_of(
    call("begin_import", import_ids, st.just("irc"), texts, times),
    call("begin_import", import_ids, st.just("irc"), texts, times),
    call("import_room", import_ids, whole_rooms),
    call("import_room", import_ids, whole_rooms),
    st.tuples(import_ids, archives(), st.lists(users, max_size=3)).map(
        lambda given: ("import_into", (given[0], *given[1][1]), {**given[1][2], "users": given[2]})
    ),
    st.tuples(import_ids, files()).map(lambda both: ("import_attachment", (both[0], *both[1]), {})),
    call("finish_import", import_ids, times),
    call("undo_import", import_ids),
)
QUERIES = ("text", "te*", '"this message"', "deleted -text", "a*", "text has:file", "no", "")
queries = st.sampled_from(QUERIES)
searches = st.one_of(
    call("find", queries),
    call("find", queries, room_id=rooms_ids),
    st.tuples(queries, rooms_ids, channels_ids).map(
        lambda asked: ("find", asked[:1], {"room_id": asked[1], "channel_id": asked[2]})
    ),
    call("update_search_index"),
    call("update_search_index"),
    call("update_search_index"),
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
    call("get_channel_page", rooms_ids, channels_ids, limits, maybe() | messages_ids | times),
    call("count_messages", rooms_ids, maybe() | times, maybe() | channels_ids),
)
reads = st.one_of(
    call("get_message_by_id", messages_ids),
    call("get_messages_by_ids", st.lists(messages_ids, max_size=3)),
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
    call("get_files"),
    call("get_imports"),
    call("count_rows"),
    call("unknown_fields"),
)
of_accounts = st.one_of(
    call("set_current_user_id", accounts),
    call("set_current_user_id", accounts),
    call("delete_account", accounts.filter(bool)),
    call("clear_all_data"),
    call("reopen"),
    # Reactions that stand beside a message that names its channel are joined by a repair only.
    call("visit_by_older_client", st.lists(stored(*STORES), max_size=4)),
)


def mixed(kinds: dict[st.SearchStrategy[Call], int]) -> st.SearchStrategy[Call]:
    """Return a strategy for calls of some kinds, each drawn so often."""
    each = [kind for kind, often in kinds.items() for _ in range(often)]
    return st.sampled_from(each).flatmap(lambda kind: kind)


steps = mixed(
    {of_accounts: 1, deletions: 2, writes: 20, imports: 3, searches: 6, pages: 9, reads: 8}
)
of_imports = mixed({of_accounts: 1, deletions: 4, writes: 8, imports: 20, searches: 2, reads: 4})
"""Mostly imports: only several of them on the same records show what an undo forgets."""
# Most calls need something to work on.
beginnings: st.SearchStrategy[tuple[Call, ...]] = st.tuples(
    call("save_messages", st.lists(messages(), min_size=6, max_size=12)),
    call("save_room", rooms),
    call("add_users", st.lists(users, min_size=2, max_size=4)),
    files().map(lambda file: ("save_attachment", file, {})),
    call("begin_import", import_ids, st.just("irc"), texts, times),
)
databases: st.SearchStrategy[tuple[tuple[str, ...], list[StoredRecord]] | None] = maybe() | (
    st.tuples(
        st.sampled_from([DESIGNED_INDEXES, (*DESIGNED_INDEXES, "reactions.messageId"), ()]),
        st.lists(stored("reactions", *STORES), max_size=12).map(
            lambda records: sorted(records, key=lambda record: record[0] == "reactions")
        ),
    )
)
"""What an older client left on the device: its indexes, and its records; None for no database."""
