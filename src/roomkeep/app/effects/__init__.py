"""Effects: they call the database and change the state. Views start them; nothing else does."""

from roomkeep.app.blobs import Blobs
from roomkeep.app.effects.accounts import AccountEffects
from roomkeep.app.effects.attachments import AttachmentEffects
from roomkeep.app.effects.avatars import AvatarEffects
from roomkeep.app.effects.backup_reminders import BackupReminderEffects
from roomkeep.app.effects.bans import BanEffects
from roomkeep.app.effects.change_refresh import ChangeRefreshEffects
from roomkeep.app.effects.channels import ChannelEffects
from roomkeep.app.effects.context import Context
from roomkeep.app.effects.dates import DateEffects
from roomkeep.app.effects.draft_attachments import DraftAttachmentEffects
from roomkeep.app.effects.drafts import DraftEffects
from roomkeep.app.effects.edits import EditEffects
from roomkeep.app.effects.exports import ExportEffects
from roomkeep.app.effects.health import HealthEffects
from roomkeep.app.effects.homeserver import HomeserverEffects
from roomkeep.app.effects.imports import ImportEffects
from roomkeep.app.effects.join_requests import JoinRequestEffects
from roomkeep.app.effects.messages import MessageEffects
from roomkeep.app.effects.move_room import MoveRoomEffects
from roomkeep.app.effects.navigation import NavigationEffects
from roomkeep.app.effects.outbox import OutboxEffects
from roomkeep.app.effects.overlays import OverlayEffects
from roomkeep.app.effects.people import PeopleEffects
from roomkeep.app.effects.pictures import PictureEffects
from roomkeep.app.effects.reactions import ReactionEffects
from roomkeep.app.effects.recent_emoji import RecentEmojiEffects
from roomkeep.app.effects.replies import ReplyEffects
from roomkeep.app.effects.room_icons import RoomIconEffects
from roomkeep.app.effects.room_order import RoomOrderEffects
from roomkeep.app.effects.room_settings import RoomSettingsEffects
from roomkeep.app.effects.rooms import RoomEffects
from roomkeep.app.effects.samples import SampleEffects
from roomkeep.app.effects.search import SearchEffects
from roomkeep.app.effects.search_index import SearchIndexEffects
from roomkeep.app.effects.sending import SendingEffects
from roomkeep.app.effects.server_rooms import ServerRoomEffects
from roomkeep.app.effects.setting_writer import SettingWriter
from roomkeep.app.effects.settings import SettingsEffects
from roomkeep.app.effects.sign_in import SignInEffects
from roomkeep.app.effects.storage import StorageEffects
from roomkeep.app.effects.storage_cleanup import StorageCleanupEffects
from roomkeep.app.effects.timespans import TimeSpanEffects
from roomkeep.app.effects.transcripts import TranscriptEffects
from roomkeep.app.effects.typing import TypingEffects
from roomkeep.app.effects.unread import UnreadEffects

__all__ = ["Context", "Effects"]


class Effects:
    """All effects, by subject."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.overlays = OverlayEffects(context)
        self.setting_writer = writer = SettingWriter(context)
        self.drafts = DraftEffects(context, writer)
        blobs = Blobs()
        self.pictures = PictureEffects(context, blobs)
        self.draft_attachments = DraftAttachmentEffects(context, blobs, writer)
        self.attachments = AttachmentEffects(context, self.pictures, self.draft_attachments, blobs)
        self.messages = MessageEffects(context, self.drafts, self.pictures)
        self.sending = SendingEffects(
            context, writer, self.drafts, self.draft_attachments, self.attachments, self.messages
        )
        self.edits = EditEffects(context, self.drafts)
        self.reactions = ReactionEffects(context)
        self.unread = UnreadEffects(context, writer)
        self.rooms = RoomEffects(
            context,
            writer,
            self.messages,
            self.unread,
            self.overlays,
            self.drafts,
            self.draft_attachments,
        )
        self.outbox = OutboxEffects(context)
        self.homeserver = HomeserverEffects(
            context, self.rooms, self.messages, self.pictures, self.outbox
        )
        self.server_rooms = ServerRoomEffects(context, self.homeserver, self.rooms)
        self.join_requests = JoinRequestEffects(context, self.homeserver)
        self.move_room = MoveRoomEffects(context, self.homeserver, self.rooms)
        self.room_icons = RoomIconEffects(context, self.homeserver)
        self.avatars = AvatarEffects(context, self.homeserver)
        self.typing = TypingEffects(context, self.homeserver)
        self.room_settings = RoomSettingsEffects(
            context, writer, self.rooms, self.unread, self.draft_attachments, self.homeserver
        )
        self.recent_emoji = RecentEmojiEffects(context, writer)
        self.room_order = RoomOrderEffects(context, writer)
        self.replies = ReplyEffects(context, self.messages, self.rooms)
        self.dates = DateEffects(context, self.messages)
        self.timespans = TimeSpanEffects(context)
        self.search = SearchEffects(context, self.overlays, self.replies)
        self.search_index = SearchIndexEffects(context)
        self.channels = ChannelEffects(
            context,
            self.drafts,
            self.draft_attachments,
            self.rooms,
            self.unread,
            self.homeserver,
        )
        self.samples = SampleEffects(context, self.rooms)
        self.change_refresh = ChangeRefreshEffects(context, self.rooms, self.messages)
        self.bans = BanEffects(context)
        self.people = PeopleEffects(context, self.bans, self.homeserver)
        self.settings = SettingsEffects(context)
        self.navigation = NavigationEffects(context, self.overlays, self.rooms, self.replies)
        self.accounts = AccountEffects(
            context,
            self.navigation,
            self.rooms,
            self.drafts,
            self.draft_attachments,
            self.unread,
            self.homeserver,
        )
        self.sign_in = SignInEffects(context, self.accounts, self.homeserver)
        self.storage = StorageEffects(context, self.accounts)
        self.health = HealthEffects(context, self.storage)
        self.storage_cleanup = StorageCleanupEffects(context, self.storage)
        self.exports = ExportEffects(context, blobs)
        self.backup_reminders = BackupReminderEffects(context)
        self.transcripts = TranscriptEffects(context, blobs)
        self.imports = ImportEffects(context, self.rooms)
        self.navigation.open_by("account", self.accounts.open_dialog)
        self.navigation.open_by("storage", self.storage.open_page)
        self.navigation.open_by("import", self.imports.open_dialog)
