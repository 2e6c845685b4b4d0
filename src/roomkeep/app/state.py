"""What the page shows, as signals. Nothing here touches the database or the page."""

import operator
from collections.abc import Mapping
from typing import Literal, TypeVar

from msgspec import Struct
from reaktiv import Signal

from roomkeep.app.address import Address
from roomkeep.app.calendar import Days
from roomkeep.app.channel_ref import ChannelRef
from roomkeep.app.channels import find_channel
from roomkeep.app.file_state import FilesState
from roomkeep.app.health_state import HealthState
from roomkeep.app.people_state import PeopleState
from roomkeep.app.positions import Position
from roomkeep.app.storage_state import StorageState
from roomkeep.app.timeline import Timeline
from roomkeep.models import DEFAULT_CHANNEL_ID, Channel, Message, Room, User
from roomkeep.persistence import KnownAccount, LaunchSettings

__all__ = [
    "AccountState",
    "Dialog",
    "Export",
    "Import",
    "Leaving",
    "Notice",
    "PageState",
    "Pane",
    "Phase",
    "Removing",
]

T = TypeVar("T")

Dialog = Literal[
    "room",
    "room-settings",
    "room-leave",
    "channels",
    "switcher",
    "import",
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


Phase = Literal["checking", "writing", "stopping", "done", "stopped", "failed"]
"""What an import is doing, or how it ended."""


class Notice(Struct, frozen=True, kw_only=True):
    """Something that a person should know.

    Attributes:
        number: which one it is.
        kind: an error, or good news.
        text: what happened, in a plain sentence.
        advice: what to do next.
        about: the id of the text that says what failed; empty where nothing did.
    """

    number: int
    kind: Literal["error", "success"]
    text: str
    advice: str = ""
    about: str = ""


class Import(Struct, frozen=True, kw_only=True):
    """How far an import has come.

    Attributes:
        name: the file's name.
        phase: what it is doing, or how it ended.
        done: the share of the work that is done, from 0 to 1.
        text: where it is, or what came of it, in a plain sentence.
        advice: what to do next, where it failed.
        is_restore: the file is an export, which is restored.
    """

    name: str
    phase: Phase = "checking"
    done: float = 0.0
    text: str = ""
    advice: str = ""
    is_restore: bool = False

    @property
    def is_running(self) -> bool:
        """It has not ended yet."""
        return self.phase in ("checking", "writing", "stopping")


class Export(Struct, frozen=True, kw_only=True):
    """How far an export has come.

    Attributes:
        phase: what it is doing, or how it ended.
        done: the share of the work that is done, from 0 to 1.
        text: where it is, or what came of it, in a plain sentence.
        advice: what else there is to know.
    """

    phase: Literal["running", "stopping", "done", "stopped", "failed"] = "running"
    done: float = 0.0
    text: str = ""
    advice: str = ""

    @property
    def is_running(self) -> bool:
        """It has not ended yet."""
        return self.phase in ("running", "stopping")


class Leaving(Struct, frozen=True, kw_only=True):
    """A room that is to go from this device, if the person says so.

    Attributes:
        messages: how many messages go with it; None until they are counted.
        files: how many files go with these, likewise.
        is_host: the person owns it, and so deletes it.
    """

    room: Room
    messages: int | None = None
    files: int | None = None
    is_host: bool


class Removing(Struct, frozen=True, kw_only=True):
    """A channel that is to go, if the person says so.

    Attributes:
        messages: how many messages it has; None until they are counted.
        successor: the channel that takes them over; None where there are none.
        is_moving: it is taking them over.
    """

    room: Room
    channel: Channel
    messages: int | None = None
    successor: Channel | None = None
    is_moving: bool = False


class AccountState:
    """All that the page knows of one signed-in account.

    A switch leaves the whole object behind, so nothing of one account can show in another.

    Attributes:
        user: the account's profile.
        rooms: its rooms; None until they are loaded.
        failed_room: the room that could not be created; None where all were.
        room_id: the room that is open.
        channel_id: the channel of it that is open.
        timeline: the open channel's messages on the page; None until they are loaded.
        unsent: one's own messages that are on the page and not in the database yet, by their ids.
        is_loading: a page of messages is being loaded.
        drafts: what was written and not sent, by channel.
        recent_emoji: the emoji that were used last, the latest first.
        recent: the channels that were opened last, the latest first.
        room_order: the ids of its rooms in the order in which they were listed last.
        last_read: the times in ms up to which channels were read.
        unread: how many messages are unread in channels that have some.
        previews: the last message of each room, where that is known; None for a room without.
        new_after: the time in ms after which messages were new when the channel was opened; None
            where there were none.
        new_count: how many they were.
        replies: the messages that what was written and not sent answers, by channel.
        originals: messages that others answer and that may not be on the page, by their ids; None
            for those that are not there.
        message_id: the message that one went to in the open channel; None for none.
        target: the id of a message to go to; None when one has arrived.
        positions: the scroll positions of channels that were not left at their end. No signal:
            scrolling draws nothing.
        picking: for what one looks for an emoji: a message's id, or empty for what one writes.
        edits: the ids of the messages whose editors are open, by channel.
        edit_texts: what editors hold, by channel and by the messages' ids. No signal: typing draws
            nothing.
        unfolded: the ids of the long messages of which all is shown.
        deleting: the message that is to be deleted, if the person says so.
        leaving: the room that is to go, if the person says so.
        removing: the channel that is to go, if the person says so.
        dialog: the dialog that is open.
        room_menu: the menu of the open room is open.
        message_menu: the id of the message whose menu is open.
        composer_focus: how often the composer was to have the focus: each time it grows, keys go
            there.
        pane: what a narrow window shows.
        importing: the import that is running or has ended.
        exporting: the export, likewise.
        people: the people of the open room.
        making_samples: the share of the sample rooms that is made, from 0 to 1; None for no such
            thing going on.
        files: the files that wait to be sent, and those of the messages on the page.
        storage: what is kept, and how.
        health: what a check of it found.
    """

    def __init__(self, user: User) -> None:
        self.user = _signal(user)
        self.rooms: Signal[tuple[Room, ...] | None] = _signal(None)
        self.failed_room: Room | None = None
        self.room_id: Signal[str | None] = _signal(None)
        self.channel_id: Signal[str] = _signal(DEFAULT_CHANNEL_ID)
        self.timeline: Signal[Timeline | None] = _signal(None)
        self.unsent: dict[str, Message] = {}
        self.is_loading: Signal[bool] = _signal(value=False)
        self.drafts: Signal[Mapping[ChannelRef, str]] = _signal({})
        self.recent: Signal[tuple[ChannelRef, ...]] = _signal(())
        self.recent_emoji: Signal[tuple[str, ...]] = _signal(())
        self.room_order: Signal[tuple[str, ...]] = _signal(())
        self.last_read: Signal[Mapping[ChannelRef, int]] = _signal({})
        self.unread: Signal[Mapping[ChannelRef, int]] = _signal({})
        self.previews: Signal[Mapping[str, Message | None]] = _signal({})
        self.new_after: Signal[int | None] = _signal(None)
        self.new_count: Signal[int] = _signal(0)
        self.replies: Signal[Mapping[ChannelRef, Message]] = _signal({})
        self.originals: Signal[Mapping[str, Message | None]] = _signal({})
        self.message_id: Signal[str | None] = _signal(None)
        self.target: Signal[str | None] = _signal(None)
        self.positions: dict[ChannelRef, Position] = {}
        self.picking: Signal[str | None] = _signal(None)
        self.edits: Signal[Mapping[ChannelRef, str]] = _signal({})
        self.edit_texts: dict[ChannelRef, dict[str, str]] = {}
        self.unfolded: Signal[frozenset[str]] = _signal(frozenset())
        self.deleting: Signal[Message | None] = _signal(None)
        self.leaving: Signal[Leaving | None] = _signal(None)
        self.removing: Signal[Removing | None] = _signal(None)
        self.dialog: Signal[Dialog | None] = _signal(None)
        self.room_menu: Signal[bool] = _signal(value=False)
        self.message_menu: Signal[str | None] = _signal(None)
        self.composer_focus: Signal[int] = _signal(0)
        self.pane: Signal[Pane] = _signal("rooms")
        self.importing: Signal[Import | None] = _signal(None)
        self.exporting: Signal[Export | None] = _signal(None)
        self.people = PeopleState()
        self.making_samples: Signal[float | None] = _signal(None)
        self.files = FilesState()
        self.storage = StorageState()
        self.health = HealthState()

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
        """What was written in the open channel and not sent."""
        ref = self.channel_ref
        return "" if ref is None else self.drafts().get(ref, "")

    @property
    def editing(self) -> str | None:
        """The id of the message of the open channel that is being edited."""
        ref = self.channel_ref
        return None if ref is None else self.edits().get(ref)

    @property
    def reply(self) -> Message | None:
        """The message that this answers."""
        ref = self.channel_ref
        return None if ref is None else self.replies().get(ref)


class PageState:
    """What the page knows beside the signed-in account.

    Attributes:
        account: the signed-in account; None for nobody.
        accounts: the accounts on this device and how they look, by their ids.
        phase: whether the page is starting or works.
        days: which day it is, and where those around it begin.
        trouble: why the storage cannot be opened, and what to do; None where all is well.
        is_switching: an account is being opened.
        notices: what people should know, the newest last.
        is_outdated: another version of the app is on the device; a reload shows it.
        why_not_kept: why nothing will be kept; None where all is well.
        settings: how the page starts and looks.
        removing: the id of the account that is to be removed, if the person says so, and what it
            holds.
        address: where the page's URL leads; None when one is there.
        kept_positions: what `pack_positions` wrote before the page was reloaded; empty for nothing.
        is_arriving: one is on the way to an address.
    """

    def __init__(self) -> None:
        self.account: Signal[AccountState | None] = Signal(None)
        self.accounts: Signal[Mapping[str, KnownAccount]] = _signal({})
        self.phase: Signal[Literal["starting", "working"]] = _signal("starting")
        self.days: Signal[Days] = _signal(Days(0, 0, 0, 0, 0, 0))
        self.trouble: Signal[tuple[str, str] | None] = _signal(None)
        self.is_switching: Signal[bool] = _signal(value=False)
        self.notices: Signal[tuple[Notice, ...]] = _signal(())
        self.is_outdated: Signal[bool] = _signal(value=False)
        self.why_not_kept: Signal[str | None] = _signal(None)
        self.settings: Signal[LaunchSettings] = _signal(LaunchSettings())
        self.removing: Signal[tuple[str, str] | None] = _signal(None)
        self.address: Address | None = None
        self.kept_positions = ""
        self.is_arriving: Signal[bool] = _signal(value=False)

    def name_of(self, user_id: str) -> str:
        """Return what an account of this device is called."""
        known = self.accounts().get(user_id)
        return user_id if known is None else known.display_name


def _signal(value: T) -> Signal[T]:
    # What equals the old value changes nothing, so nothing is drawn again.
    return Signal(value, equal=operator.eq)
