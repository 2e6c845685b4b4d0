"""The queries: what the page can have the desktop's main process read."""

from typing import Any

from roomkeep.arguments import Ids, Limit
from roomkeep.models import Attachment, Ban, Id, Message, Milliseconds, Reaction, Room, User
from roomkeep.protocol.requests import Request, by_name
from roomkeep.reports import Findings, RecordPage, Space, StoreName

__all__ = ["QUERIES", "Query"]


class Query(Request):
    """A request that only reads."""


# The device


class LoadCurrentUserId(Query):
    """Who was signed in when the program last ran."""

    of_account = False
    result = str | None


class GetAccountIds(Query):
    """The ids of the accounts that have a database."""

    of_account = False
    result = list[str]


class GetSpace(Query):
    """The room on the device."""

    of_account = False
    result = Space


# An account as a whole


class GetContents(Query):
    """How many records each store holds, and what is amiss with the schema."""

    result = tuple[dict[str, int], list[str]]


class FindProblems(Query):
    """What is amiss with the database; all of it in one step."""

    result = Findings
    place: Any = None


class GetRecords(Query):
    """Some records of a store."""

    result = RecordPage
    store: StoreName
    after: Any = None


class GetOwner(Query):
    """Whose database it is."""

    result = str | None


class GetSetting(Query):
    result = object
    key: Id


class GetSettings(Query):
    result = dict[str, object]
    prefix: str


# Messages


class GetMessages(Query):
    result = list[Message]
    room_id: Id
    limit: Limit = 100
    offset: Limit = 0


class GetLatestMessages(Query):
    result = list[Message]
    room_id: Id
    limit: Limit = 50
    before: Id | None = None
    channel_id: Id | None = None


class GetMessagesAfter(Query):
    result = list[Message]
    room_id: Id
    after: Id | Milliseconds
    limit: Limit = 50
    channel_id: Id | None = None


class CountMessages(Query):
    result = int
    room_id: Id
    after: Milliseconds | None = None
    channel_id: Id | None = None


class GetMessageById(Query):
    result = Message | None
    message_id: Id


# Reactions


class GetReactionsForMessage(Query):
    result = list[Reaction]
    message_id: Id


# Users


class GetUser(Query):
    result = User | None
    oder_id: Id


class GetCurrentUser(Query):
    result = User | None


class GetUsersByRoom(Query):
    result = list[User]
    room_id: Id


# Rooms


class GetRoom(Query):
    result = Room | None
    room_id: Id


class GetAllRooms(Query):
    result = list[Room]


# Bans


class GetBansForRoom(Query):
    result = list[Ban]
    room_id: Id
    now: Milliseconds


class IsUserBanned(Query):
    result = bool
    user_id: Id
    room_id: Id
    now: Milliseconds


# Attachments


class GetAttachmentsForMessage(Query):
    result = list[Attachment]
    message_id: Id


class GetAttachmentsForMessages(Query):
    result = dict[str, list[Attachment]]
    message_ids: Ids


class GetAllAttachments(Query):
    result = list[Attachment]


class GetFiles(Query):
    result = list[Attachment]


class CountAttachments(Query):
    result = int
    room_id: Id


class FindAttachmentData(Query):
    """The attachment's bytes themselves."""

    result = bytes | None
    attachment_id: Id


QUERIES = by_name(Query)
"""Every query, by its name."""
