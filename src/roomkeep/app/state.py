"""The state of the page, as signals. Nothing here touches the database or the page."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct
from reaktiv import Signal

from roomkeep.app.address import Address
from roomkeep.app.calendar import Days
from roomkeep.app.channel_ref import ChannelRef
from roomkeep.app.channels import find_channel
from roomkeep.app.file_state import FilesState
from roomkeep.app.health_state import HealthState
from roomkeep.app.import_state import ImportState
from roomkeep.app.job import Job
from roomkeep.app.people_state import PeopleState
from roomkeep.app.positions import Position
from roomkeep.app.search_state import SearchState
from roomkeep.app.signals import signal
from roomkeep.app.storage_state import StorageState
from roomkeep.app.sync_state import SignInWays, SyncState
from roomkeep.app.timeline import Timeline
from roomkeep.app.timespan import TimeSpan
from roomkeep.app.transcript_state import TranscriptState
from roomkeep.models import DEFAULT_CHANNEL_ID, Channel, Message, Room, User
from roomkeep.persistence import KnownAccount, LaunchSettings

__all__ = [
    "AccountState",
    "Dialog",
    "Leaving",
    "Notice",
    "PageState",
    "Pane",
    "Removing",
]

Dialog = Literal[
    "room",
    "room-settings",
    "room-leave",
    "channels",
    "switcher",
    "date",
    "transcript",
    "import",
    "find-rooms",
    "ask-to-join",
    "invite",
    "sign-in-again",
    "move-room",
    "account",
    "profile",
    "edit-profile",
    "ban",
    "bans",
    "settings",
    "storage",
]
"""A dialog that can be open."""

Pane = Literal["rooms", "chat"]
"""What a narrow window shows."""


class Notice(Struct, frozen=True, kw_only=True):
    """A notice: an error or good news.

    Attributes:
        number: its number, which identifies it.
        kind: an error, or good news.
        text: what happened, in a plain sentence.
        advice: what to do next.
        about: the id of the text that says what failed; empty for good news.
    """

    number: int
    kind: Literal["error", "success"]
    text: str
    advice: str = ""
    about: str = ""


class Leaving(Struct, frozen=True, kw_only=True):
    """The question whether to leave or delete a room.

    Attributes:
        messages: how many messages are deleted with it; None until they are counted.
        files: how many files are deleted with it; None until they are counted.
        is_host: the person is its host, and so deletes it.
    """

    room: Room
    messages: int | None = None
    files: int | None = None
    is_host: bool


class Removing(Struct, frozen=True, kw_only=True):
    """The question whether to remove a channel.

    Attributes:
        messages: how many messages it has; None until they are counted.
        successor: the channel that takes them over; None if there are none.
        is_moving: they are being moved.
    """

    room: Room
    channel: Channel
    messages: int | None = None
    successor: Channel | None = None
    is_moving: bool = False


class AccountState:
    """The state of one signed-in account.

    Switching accounts drops the whole object, so nothing of one account can show in another.

    Attributes:
        user: the account's profile.
        rooms: its rooms; None until they are loaded.
        failed_room: the room that could not be created; None if none failed.
        room_id: the id of the open room.
        channel_id: the id of its open channel.
        timeline: the messages of the open channel on the page; None until they are loaded.
        unsent: own messages that are on the page but not in the database yet, by their ids.
        is_loading: a page of messages is being loaded.
        drafts: the drafts, by channel.
        recent_emoji: the recently used emoji, latest first.
        recent: the recently opened channels, latest first.
        room_order: the ids of its rooms in the order in which they were last listed.
        last_read: the read markers, in ms, by channel.
        unread: the unread counts, by channel; channels without unread messages are left out.
        previews: the last message of each room, if known; None for a room without messages.
        new_after: the time in ms after which messages were new when the channel was opened; None
            if there were none.
        new_count: the number of new messages.
        replies: the messages that drafts reply to, by channel.
        originals: replied-to messages that may not be on the page, by their ids; None for those
            that do not exist.
        message_id: the id of the message in the address; None for none.
        target: the id of a message to scroll to; None once it is in view.
        is_target_at_top: it goes to the top of what is in view, with its day; else to the middle.
        span: the span of time of the open channel, if that is long enough for a scrubber.
        offered_time: a time in ms on the day that the dialog for going to a date offers; None for
            today.
        positions: the scroll positions of channels that were not left at their end. No signal:
            scrolling draws nothing.
        picking: what the emoji picker is open for: a message's id, or empty for the composer; None
            if it is closed.
        edits: the ids of the messages being edited, by channel.
        edit_texts: the texts of editors, by channel and message id. No signal: typing redraws
            nothing.
        unfolded: the ids of the long messages that are shown whole.
        deleting: the message in the question whether to delete it.
        leaving: the question whether to leave or delete a room.
        removing: the question whether to remove a channel.
        dialog: the open dialog.
        room_menu: the room menu is open.
        message_menu: the id of the message whose menu is open.
        composer_focus: a counter; the composer gets the focus each time it grows.
        pane: what a narrow window shows.
        importing: the import that is running or has ended.
        imports: the archive that waits to be imported, and the imports that can be undone.
        exporting: the export that is running or has ended.
        people: the people of the open room.
        making_samples: the progress of creating the sample rooms, from 0 to 1; None when that is
            not going on.
        files: the files of drafts, and those of the messages on the page.
        storage: the report on the storage.
        health: the result of checking the storage.
        search: the search for messages.
        transcript: the export of the messages of a room or a search.
        sync: the homeserver, if it has one.
    """

    def __init__(self, user: User) -> None:
        self.user = signal(user)
        self.rooms: Signal[tuple[Room, ...] | None] = signal(None)
        self.failed_room: Room | None = None
        self.room_id: Signal[str | None] = signal(None)
        self.channel_id: Signal[str] = signal(DEFAULT_CHANNEL_ID)
        self.timeline: Signal[Timeline | None] = signal(None)
        self.unsent: dict[str, Message] = {}
        self.is_loading: Signal[bool] = signal(value=False)
        self.drafts: Signal[Mapping[ChannelRef, str]] = signal({})
        self.recent: Signal[tuple[ChannelRef, ...]] = signal(())
        self.recent_emoji: Signal[tuple[str, ...]] = signal(())
        self.room_order: Signal[tuple[str, ...]] = signal(())
        self.last_read: Signal[Mapping[ChannelRef, int]] = signal({})
        self.unread: Signal[Mapping[ChannelRef, int]] = signal({})
        self.previews: Signal[Mapping[str, Message | None]] = signal({})
        self.new_after: Signal[int | None] = signal(None)
        self.new_count: Signal[int] = signal(0)
        self.replies: Signal[Mapping[ChannelRef, Message]] = signal({})
        self.originals: Signal[Mapping[str, Message | None]] = signal({})
        self.message_id: Signal[str | None] = signal(None)
        self.target: Signal[str | None] = signal(None)
        self.is_target_at_top: Signal[bool] = signal(value=False)
        self.span: Signal[TimeSpan | None] = signal(None)
        self.offered_time: Signal[int | None] = signal(None)
        self.positions: dict[ChannelRef, Position] = {}
        self.picking: Signal[str | None] = signal(None)
        self.edits: Signal[Mapping[ChannelRef, str]] = signal({})
        self.edit_texts: dict[ChannelRef, dict[str, str]] = {}
        self.unfolded: Signal[frozenset[str]] = signal(frozenset())
        self.deleting: Signal[Message | None] = signal(None)
        self.leaving: Signal[Leaving | None] = signal(None)
        self.removing: Signal[Removing | None] = signal(None)
        self.dialog: Signal[Dialog | None] = signal(None)
        self.room_menu: Signal[bool] = signal(value=False)
        self.message_menu: Signal[str | None] = signal(None)
        self.composer_focus: Signal[int] = signal(0)
        self.pane: Signal[Pane] = signal("rooms")
        self.importing: Signal[Job | None] = signal(None)
        self.imports = ImportState()
        self.exporting: Signal[Job | None] = signal(None)
        self.people = PeopleState()
        self.making_samples: Signal[float | None] = signal(None)
        self.files = FilesState()
        self.storage = StorageState()
        self.health = HealthState()
        self.search = SearchState()
        self.transcript = TranscriptState()
        self.sync = SyncState()

    @property
    def user_id(self) -> str:
        """The account's id."""
        return self.user().oder_id

    @property
    def room(self) -> Room | None:
        """The room that is open."""
        return self.find_room(self.room_id())

    def find_room(self, room_id: str | None) -> Room | None:
        """Return a room by its id; None where it is not there."""
        return next((room for room in self.rooms() or () if room.id == room_id), None)

    @property
    def channel(self) -> Channel | None:
        """The channel that is open."""
        room = self.room
        return None if room is None else find_channel(room, self.channel_id())

    @property
    def channel_ref(self) -> ChannelRef | None:
        """The room and the channel that are open, by their ids."""
        room_id = self.room_id()
        return None if room_id is None else (room_id, self.channel_id())

    @property
    def draft(self) -> str:
        """The draft of the open channel."""
        ref = self.channel_ref
        return "" if ref is None else self.drafts().get(ref, "")

    @property
    def editing(self) -> str | None:
        """The id of the message of the open channel that is being edited."""
        ref = self.channel_ref
        return None if ref is None else self.edits().get(ref)

    @property
    def reply(self) -> Message | None:
        """The message that the draft replies to."""
        ref = self.channel_ref
        return None if ref is None else self.replies().get(ref)


class PageState:
    """The state of the page apart from the signed-in account.

    Attributes:
        account: the signed-in account; None for nobody.
        accounts: the names and pictures of the accounts on this device, by their ids.
        phase: whether the page is starting or works.
        days: when today and the days around it begin.
        trouble: why the storage cannot be opened, and what to do; None if it is open.
        is_switching: an account is being opened.
        notices: the notices, newest last.
        is_outdated: another version of the app is on the device; a reload shows it.
        why_not_kept: why nothing will be kept; None if it will.
        settings: the launch settings.
        is_signing_in: a homeserver is asked to sign in.
        sign_in_ways: the ways to sign in of the homeserver that was typed last; None until known.
        sign_in_url: the page for single sign-on to go to; empty for none.
        removing: the account in the question whether to remove it, by its id, and its contents.
        address: the place of the page's URL; None once it is open.
        kept_positions: what `pack_positions` wrote before the page was reloaded; empty for nothing.
        is_arriving: the place of an address is being opened.
    """

    def __init__(self) -> None:
        self.account: Signal[AccountState | None] = Signal(None)
        self.accounts: Signal[Mapping[str, KnownAccount]] = signal({})
        self.phase: Signal[Literal["starting", "working"]] = signal("starting")
        self.days: Signal[Days] = signal(Days(0, 0, 0, 0, 0, 0))
        self.trouble: Signal[tuple[str, str] | None] = signal(None)
        self.is_switching: Signal[bool] = signal(value=False)
        self.notices: Signal[tuple[Notice, ...]] = signal(())
        self.is_outdated: Signal[bool] = signal(value=False)
        self.why_not_kept: Signal[str | None] = signal(None)
        self.settings: Signal[LaunchSettings] = signal(LaunchSettings())
        self.is_signing_in: Signal[bool] = signal(value=False)
        self.sign_in_ways: Signal[SignInWays | None] = signal(None)
        self.sign_in_url: Signal[str] = signal("")
        self.removing: Signal[tuple[str, str] | None] = signal(None)
        self.address: Address | None = None
        self.kept_positions = ""
        self.is_arriving: Signal[bool] = signal(value=False)

    def name_of(self, user_id: str) -> str:
        """Return the display name of an account of this device."""
        known = self.accounts().get(user_id)
        return user_id if known is None else known.display_name
