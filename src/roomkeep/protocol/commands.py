"""The commands: what the page can have the desktop's main process change."""

from typing import Any

from roomkeep.arguments import Ids, JsonValue, MessageChanges, RoomChanges, UserChanges
from roomkeep.models import Attachment, Ban, Id, Message, Reaction, Room, User
from roomkeep.protocol.requests import Request, by_name
from roomkeep.reports import Findings

__all__ = ["COMMANDS", "Command"]


class Command(Request):
    """A request that changes something."""


# The device


class OpenAccount(Command):
    """Open an account's database, and make it where there is none; None is nobody's."""

    of_account = False
    result = int
    user_id: Id | None


class DeleteAccount(Command):
    """Delete all that an account keeps; whoever has it open loses it."""

    of_account = False
    user_id: Id


class SaveCurrentUserId(Command):
    """Remember who is signed in."""

    of_account = False
    user_id: Id | None


# An account as a whole


class CloseAccount(Command):
    """Close the account; its handle is good for nothing any more."""


class ClearAllData(Command):
    """Delete everything that the account keeps."""


class Repair(Command):
    """Mend what can be mended without a loss; all of it in one step."""

    result = Findings
    place: Any = None


class SetOwner(Command):
    """Note whose database it is."""

    user_id: Id


class SaveSetting(Command):
    key: Id
    value: JsonValue


# Messages


class SaveMessage(Command):
    message: Message


class SaveMessages(Command):
    messages: list[Message]


class AddMessages(Command):
    result = int
    messages: list[Message]


class UpdateMessage(Command):
    message_id: Id
    changes: MessageChanges


class DeleteMessage(Command):
    message_id: Id


class ClearRoomMessages(Command):
    room_id: Id


class MoveMessages(Command):
    result = int
    room_id: Id
    channel_id: Id
    to_channel_id: Id


# Reactions


class SaveReaction(Command):
    reaction: Reaction


class RemoveReaction(Command):
    message_id: Id
    oder_id: Id
    emoji: Id


# Users


class SaveUser(Command):
    user: User


class AddUsers(Command):
    users: list[User]


class UpdateUser(Command):
    oder_id: Id
    changes: UserChanges


# Rooms


class SaveRoom(Command):
    room: Room


class UpdateRoom(Command):
    room_id: Id
    changes: RoomChanges


class DeleteRoom(Command):
    room_id: Id


# Bans


class SaveBan(Command):
    ban: Ban


class RemoveBan(Command):
    oder_id: Id


# Attachments


class SaveAttachment(Command):
    attachment: Attachment
    data: bytes | None = None


class RemoveFiles(Command):
    attachment_ids: Ids


class DeleteAttachmentsForMessage(Command):
    message_id: Id


COMMANDS = by_name(Command)
"""Every command, by its name."""
