"""What a server says of messages, laid over what is stored.

All that the updates are about is read at once, changed in memory, and written at once. An update
may come twice, and before what it is about; what waits in the outbox stays as it is here.
"""

from collections.abc import Iterable

from msgspec import structs

from roomkeep.models import Message, Reaction
from roomkeep.storage.operations.message_merge import merge_duplicate
from roomkeep.storage.operations.message_writes import save_all
from roomkeep.storage.operations.meta import get_owner
from roomkeep.storage.operations.outbox import get_outbox, message_of
from roomkeep.storage.operations.reactions import put_early_reactions, reaction_key, reaction_order
from roomkeep.storage.operations.sync_edits import latest_edits, show_latest, with_edit
from roomkeep.storage.operations.sync_media import add_files
from roomkeep.storage.operations.sync_records import (
    EARLY,
    EDITS,
    EVENT,
    TARGET,
    Early,
    Edit,
    Edits,
    Table,
    Target,
    read_many,
)
from roomkeep.storage.operations.timeline_outbox import (
    ReactionKey,
    TimelineOutbox,
    name_of_reaction,
)
from roomkeep.storage.operations.tombstones import make_tombstone
from roomkeep.storage.remote import (
    AddReaction,
    MediaFile,
    MessageEdit,
    NewMessage,
    NewReaction,
    OutboxEntry,
    Redaction,
    RemoveReaction,
    SendMessage,
    TimelineUpdate,
)
from roomkeep.storage.together import together
from roomkeep.storage.transaction import Transaction


class Timeline:
    """The messages that some updates are about, and what is known of their events."""

    def __init__(self, outbox: TimelineOutbox, targets: dict[str, Target]) -> None:
        self.messages: dict[str, Message] = {}
        self.stored: dict[str, Message] = {}
        self._outbox = outbox
        self._targets = Table(TARGET, targets)
        self._edits = Table(EDITS, {})
        self._early = Table(EARLY, {})
        self._event_ids = Table(EVENT, {})
        self._linked: dict[str, str] = {}
        self._files: list[tuple[str, tuple[MediaFile, ...]]] = []
        self._reactions: dict[ReactionKey, Reaction] = {}
        self._early_rows: dict[ReactionKey, Reaction | None] = {}

    @classmethod
    async def load(cls, tx: Transaction, updates: Iterable[TimelineUpdate]) -> "Timeline":
        """Read all that some updates are about."""
        updates = tuple(updates)
        outbox = TimelineOutbox(await get_owner(tx), await get_outbox(tx))
        events = {event for update in updates for event in _events_of(update)}
        targets = await read_many(tx, TARGET, events, Target)
        # A reaction may name a message of ours by the server's id.
        through = {target.message_id for target in targets.values()} - targets.keys()
        made = cls(outbox, targets | await read_many(tx, TARGET, through, Target))
        ids = {made.record_of(event) for event in events | through}
        ids.update(id_ for one in outbox.entries if (id_ := message_of(one)) is not None)
        reactions = made._reactions_of(updates)
        (messages, rows), edits, early, event_ids = await together(
            together(
                tx.get_many("messages", list(ids), Message),
                tx.get_many("reactions", reactions, Reaction),
            ),
            read_many(tx, EDITS, ids, Edits),
            read_many(tx, EARLY, events, Early),
            read_many(tx, EVENT, map(name_of_reaction, reactions), str),
        )
        made._edits = Table(EDITS, edits)
        made._early = Table(EARLY, early)
        made._event_ids = Table(EVENT, event_ids)
        made._reactions = {reaction_key(one): one for one in rows}
        made.stored = {message.id: message for message in messages}
        made.messages = dict(made.stored)
        return made

    def record_of(self, event_id: str) -> str:
        """Return the id that an event's message has here."""
        target = self._targets.get(event_id)
        if target is None or target.reaction is not None or target.is_edit:
            return event_id
        return str(target.message_id)

    def _message_of(self, update: TimelineUpdate) -> str:
        """Return the id that the message has here that an update is about."""
        match update:
            case NewMessage(message=message):
                event_id = message.id
            case MessageEdit(message_id=event_id):
                pass
            case NewReaction(reaction=reaction):
                event_id = reaction.message_id
            case Redaction(target_id=event_id):
                if (target := self._targets.get(event_id)) is not None:
                    event_id = target.message_id
        return self.record_of(event_id)

    def _reactions_of(self, updates: Iterable[TimelineUpdate]) -> list[ReactionKey]:
        """Return the keys of the reactions that some updates may be about."""
        keys = {one.reaction for one in self._targets.values() if one.reaction is not None}
        keys |= {reaction_key(one.reaction) for one in updates if isinstance(one, NewReaction)}
        return [(oder_id, emoji, self.record_of(named)) for oder_id, emoji, named in keys]

    def apply(self, updates: Iterable[TimelineUpdate], channel_id: str) -> None:
        """Apply updates of a channel, in order, but for those about messages of another one."""
        for update in updates:
            about = self.messages.get(self._message_of(update))
            if about is not None and about.channel_id != channel_id:
                continue
            echoed = self._outbox.take_echo(update)
            match update:
                case NewMessage():
                    self._apply_message(update, echoed)
                case MessageEdit():
                    self._apply_edit(update)
                case NewReaction():
                    self._apply_reaction(update)
                case Redaction():
                    self._apply_redaction(update)

    async def write(self, tx: Transaction) -> None:
        """Write what has changed."""
        changed = [m for m in self.messages.values() if m != self.stored.get(m.id)]
        # A new message takes along the reactions that came before it.
        put_early_reactions(tx, self._early_rows)
        await save_all(tx, changed)
        for table in (self._targets, self._edits, self._early, self._event_ids):
            table.write(tx)
        for event_id, record_id in self._linked.items():
            await merge_duplicate(tx, event_id, record_id)
        for message_id, files in self._files:
            await add_files(tx, self.messages[message_id], files)
        self._outbox.write(tx)

    def _apply_message(self, update: NewMessage, echoed: OutboxEntry | None) -> None:
        event_id = update.message.id
        if echoed is not None and isinstance(echoed.request, SendMessage):
            self._link(event_id, echoed.request.message_id)
        id_ = self.record_of(event_id)
        stored = self.messages.get(id_)
        answered = update.message.reply_to_id
        message = structs.replace(
            update.message,
            id=id_,
            reply_to_id=None if answered is None else self.record_of(answered),
            reactions=() if stored is None else stored.reactions,
        )
        early = self._early.get(event_id, Early())
        is_deleted = message.is_deleted or early.redaction is not None
        if is_deleted or (stored is not None and stored.is_deleted):
            self._delete(message, is_on_server=is_deleted)
            return
        known = self._edits.get(id_)
        if known is not None:
            self._edits[id_] = structs.replace(known, original=message.content)
        if stored is not None and known is not None:
            message = structs.replace(message, content=stored.content, edited_at=stored.edited_at)
        self.messages[id_] = message
        self._show_latest(id_)
        if early.edits:
            self._early.pop(event_id)
            for edit in early.edits:
                self._apply_edit(edit)
        if update.files:
            self._files.append((id_, update.files))

    def _apply_edit(self, update: MessageEdit) -> None:
        if self._was_redacted(update.event_id):
            return
        id_ = self.record_of(update.message_id)
        message = self.messages.get(id_)
        if message is None:
            early = self._early.get(update.message_id, Early())
            edits = latest_edits(early.edits, update)
            self._early[update.message_id] = structs.replace(early, edits=edits)
            return
        if message.sender_id != update.sender_id or message.is_deleted:
            return
        self._targets[update.event_id] = Target(message_id=id_, is_edit=True)
        self._edits[id_] = with_edit(
            self._edits.get(id_) or Edits(original=message.content),
            Edit(event_id=update.event_id, edited_at=update.edited_at, content=update.content),
        )
        self._show_latest(id_)

    def _apply_reaction(self, update: NewReaction) -> None:
        if self._was_redacted(update.event_id):
            return
        id_ = self.record_of(update.reaction.message_id)
        reaction = structs.replace(update.reaction, message_id=id_)
        key = reaction_key(reaction)
        self._targets[update.event_id] = Target(message_id=id_, reaction=key)
        current = self._event_ids.get(name_of_reaction(key), update.event_id)
        shown = self._reactions.get(key, reaction)
        if current != update.event_id and shown.timestamp > reaction.timestamp:
            # An older one, which they took back and gave again.
            return
        self._event_ids[name_of_reaction(key)] = update.event_id
        if self._outbox.wish(key) is not RemoveReaction:
            self._set_reaction(key, reaction)

    def _apply_redaction(self, update: Redaction) -> None:
        # A server tells no more of an event that it has redacted.
        self._outbox.drop_sent(update.target_id)
        target = self._targets.get(update.target_id)
        id_ = self.record_of(update.target_id)
        if target is None and id_ not in self.messages:
            self._note_redaction(update)
        elif target is not None and target.reaction is not None:
            self._note_redaction(update)
            oder_id, emoji, named = target.reaction
            key = (oder_id, emoji, self.record_of(named))
            if self._event_ids.get(name_of_reaction(key), update.target_id) != update.target_id:
                # They have given it again since.
                return
            self._event_ids.pop(name_of_reaction(key), None)
            if self._outbox.wish(key) is not AddReaction:
                self._set_reaction(key, None)
        elif target is not None and target.is_edit:
            self._note_redaction(update)
            if (known := self._edits.get(target.message_id)) is not None:
                left = tuple(one for one in known.edits if one.event_id != update.target_id)
                self._edits[target.message_id] = structs.replace(known, edits=left)
                self._show_latest(target.message_id)
        else:
            self._delete(self.messages[id_], is_on_server=True)

    def _link(self, event_id: str, record_id: str) -> None:
        if event_id != record_id and event_id not in self._targets:
            self._targets[event_id] = Target(message_id=record_id)
            self._event_ids[record_id] = event_id
            self._linked[event_id] = record_id

    def _delete(self, message: Message, *, is_on_server: bool) -> None:
        self.messages[message.id] = make_tombstone(message)
        self._edits.pop(message.id, None)
        self._outbox.drop_futile(message.id, is_on_server=is_on_server)

    def _show_latest(self, message_id: str) -> None:
        known, message = self._edits.get(message_id), self.messages.get(message_id)
        if known is not None and message is not None and not message.is_deleted:
            self.messages[message_id] = show_latest(message, known, self._outbox.entries)

    def _set_reaction(self, key: ReactionKey, reaction: Reaction | None) -> None:
        message = self.messages.get(key[2])
        if reaction is None:
            self._reactions.pop(key, None)
        else:
            self._reactions[key] = reaction
        if message is not None and message.is_deleted:
            return
        if message is None or key[2] not in self.stored:
            self._early_rows[key] = reaction
            return
        kept = [one for one in message.reactions if reaction_key(one) != key]
        if reaction is not None:
            kept.append(reaction)
        ordered = tuple(sorted(kept, key=reaction_order))
        self.messages[message.id] = structs.replace(message, reactions=ordered)

    def _note_redaction(self, update: Redaction) -> None:
        early = self._early.get(update.target_id, Early())
        if early.redaction is None:
            self._early[update.target_id] = structs.replace(early, redaction=update)

    def _was_redacted(self, event_id: str) -> bool:
        early = self._early.get(event_id)
        return early is not None and early.redaction is not None


def _events_of(update: TimelineUpdate) -> tuple[str, ...]:
    match update:
        case NewMessage(message=message):
            return (message.id, *([message.reply_to_id] if message.reply_to_id else []))
        case MessageEdit():
            return update.event_id, update.message_id
        case NewReaction(reaction=reaction):
            return update.event_id, reaction.message_id
        case Redaction():
            return update.event_id, update.target_id
