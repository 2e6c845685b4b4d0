"""What carries out each request on an account's database, in one transaction."""

from collections.abc import Callable, Mapping
from typing import Any

from roomkeep.desktop.handlers import (
    account,
    attachments,
    health,
    message_pages,
    messages,
    people,
    reactions,
    rooms,
    whole,
)
from roomkeep.desktop.transaction import Transaction
from roomkeep.protocol import commands, queries
from roomkeep.protocol.requests import Request

__all__ = ["COMMAND_HANDLERS", "QUERY_HANDLERS", "Handler"]

Handler = Callable[[Transaction, Any], object]

COMMAND_HANDLERS: Mapping[type[Request], Handler] = {
    commands.ClearAllData: account.clear_all_data,
    commands.Repair: health.repair,
    commands.SetOwner: account.set_owner,
    commands.SaveSetting: account.save_setting,
    commands.SaveMessage: messages.save_message,
    commands.SaveMessages: messages.save_messages,
    commands.AddMessages: whole.add_messages,
    commands.UpdateMessage: messages.update_message,
    commands.DeleteMessage: messages.delete_message,
    commands.ClearRoomMessages: messages.clear_room_messages,
    commands.MoveMessages: messages.move_messages,
    commands.SaveReaction: reactions.save_reaction,
    commands.RemoveReaction: reactions.remove_reaction,
    commands.SaveUser: people.save_user,
    commands.AddUsers: people.add_users,
    commands.UpdateUser: people.update_user,
    commands.SaveRoom: rooms.save_room,
    commands.UpdateRoom: rooms.update_room,
    commands.DeleteRoom: rooms.delete_room,
    commands.SaveBan: people.save_ban,
    commands.RemoveBan: people.remove_ban,
    commands.SaveAttachment: attachments.save_attachment,
    commands.RemoveFiles: attachments.remove_files,
    commands.DeleteAttachmentsForMessage: attachments.delete_attachments_for_message,
}
"""Those that change something."""

QUERY_HANDLERS: Mapping[type[Request], Handler] = {
    queries.GetContents: account.get_contents,
    queries.FindProblems: health.find_problems,
    queries.GetRecords: whole.get_records,
    queries.GetOwner: account.get_owner,
    queries.GetSetting: account.get_setting,
    queries.GetSettings: account.get_settings,
    queries.GetMessages: message_pages.get_messages,
    queries.GetLatestMessages: message_pages.get_latest_messages,
    queries.GetMessagesAfter: message_pages.get_messages_after,
    queries.CountMessages: message_pages.count_messages,
    queries.GetMessageById: messages.get_message_by_id,
    queries.GetReactionsForMessage: reactions.get_reactions_for_message,
    queries.GetUser: people.get_user,
    queries.GetCurrentUser: people.get_current_user,
    queries.GetUsersByRoom: people.get_users_by_room,
    queries.GetRoom: rooms.get_room,
    queries.GetAllRooms: rooms.get_all_rooms,
    queries.GetBansForRoom: people.get_bans_for_room,
    queries.IsUserBanned: people.is_user_banned,
    queries.GetAttachmentsForMessage: attachments.get_attachments_for_message,
    queries.GetAttachmentsForMessages: attachments.get_attachments_for_messages,
    queries.GetAllAttachments: attachments.get_all_attachments,
    queries.GetFiles: attachments.get_files,
    queries.CountAttachments: attachments.count_attachments,
    queries.FindAttachmentData: attachments.find_attachment_data,
}
"""Those that only read."""
