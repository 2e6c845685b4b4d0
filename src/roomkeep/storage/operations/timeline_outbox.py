"""What waits in the outbox, while a server's updates of a timeline are applied."""

from collections.abc import Iterable, Sequence
from typing import Any

from roomkeep.storage.operations.outbox import drop_entries, is_pending, message_of
from roomkeep.storage.remote import (
    AddReaction,
    DeleteMessage,
    EditMessage,
    MessageEdit,
    NewMessage,
    NewReaction,
    OutboxEntry,
    Redaction,
    RemoveReaction,
    SendMessage,
    TimelineUpdate,
    reaction_id,
)
from roomkeep.storage.transaction import Transaction

ReactionKey = tuple[str, str, str]

_ECHOES: dict[type[Any], tuple[type[Any], ...]] = {
    NewMessage: (SendMessage,),
    MessageEdit: (EditMessage,),
    NewReaction: (AddReaction,),
    Redaction: (DeleteMessage, RemoveReaction),
}
"""The requests that an update can be the echo of."""


class TimelineOutbox:
    """The entries of the outbox, of which updates make some superfluous.

    Attributes:
        entries: those that are left.
    """

    def __init__(self, owner: str | None, entries: Iterable[OutboxEntry]) -> None:
        """Create it.

        Args:
            owner: the account.
            entries: what waits.
        """
        self.entries = list(entries)
        self._owner = owner
        self._dropped: list[OutboxEntry] = []

    def write(self, tx: Transaction) -> None:
        """Delete the entries that are superfluous."""
        if self._dropped:
            drop_entries(tx, self._dropped)

    def take_echo(self, update: TimelineUpdate) -> OutboxEntry | None:
        """Take the entry whose echo an update is out of the outbox."""
        event_id = update.message.id if isinstance(update, NewMessage) else update.event_id
        for entry in self.entries:
            is_echo = entry.event_id == event_id or (
                update.transaction_id is not None and entry.transaction_id == update.transaction_id
            )
            if is_echo and isinstance(entry.request, _ECHOES[type(update)]):
                self._drop([entry])
                return entry
        return None

    def drop_sent(self, event_id: str) -> None:
        """Drop the entries that were sent as an event."""
        self._drop([one for one in self.entries if one.event_id == event_id])

    def drop_futile(self, message_id: str, *, is_on_server: bool) -> None:
        """Drop what a deleted message needs no more.

        Args:
            message_id: the message.
            is_on_server: the server has deleted it, so no request to do so is needed.
        """
        futile = (EditMessage, AddReaction, RemoveReaction)
        self._drop(
            [
                entry
                for entry in self.entries
                if message_of(entry) == message_id
                and is_pending(entry)
                and isinstance(entry.request, (*futile, DeleteMessage) if is_on_server else futile)
            ]
        )

    def wish(self, key: ReactionKey) -> type[Any] | None:
        """Return the last request about a reaction that the server has not taken yet."""
        found: type[Any] | None = None
        if key[0] == self._owner:
            for entry in filter(is_pending, self.entries):
                request = entry.request
                if isinstance(request, AddReaction | RemoveReaction) and (
                    (request.emoji, request.message_id) == key[1:]
                ):
                    found = type(request)
        return found

    def _drop(self, entries: Sequence[OutboxEntry]) -> None:
        self.entries = [entry for entry in self.entries if entry not in entries]
        self._dropped += entries


def name_of_reaction(key: ReactionKey) -> str:
    """Return the id that a reaction has in the outbox, and among the ids of events."""
    oder_id, emoji, message_id = key
    return reaction_id(message_id, oder_id, emoji)
