"""How the service and the model are asked the same, and what of their answers is compared."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from roomkeep.errors import RoomkeepError
from roomkeep.models import Message
from roomkeep.persistence import DatabaseService
from roomkeep.persistence.memory_database_service import MemoryDatabaseService
from support.make import message
from support.search_pages import all_hits
from support.worlds import World

__all__ = ["Subject", "imported_ids", "outcome"]

KEYS = {
    "messages": ("id",),
    "users": ("oderId",),
    "rooms": ("id",),
    "attachments": ("id",),
    "bans": ("oderId",),
    "reactions": ("oderId", "emoji", "messageId"),
}
"""The names of the keys of each store."""


_NOTES = ("import/", "imported/", "search/")


class Subject:
    """The service, with the few things that a test asks of it in another way."""

    def __init__(self, world: World, service: DatabaseService) -> None:
        self.world = world
        self.service = service

    async def reopen(self) -> None:
        await self.service.close()
        self.service = await self.world.service()

    async def visit_by_older_client(self, records: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Have an older client write what is not there yet; then the service opens again."""
        for store, record in records:
            if not await self._is_taken(store, record):
                await self.world.plant(store, record, user_id=self.service.current_user_id)
        await self.reopen()

    async def _is_taken(self, store: str, record: dict[str, Any]) -> bool:
        if store in ("reactions", "attachments"):
            message = await self.service.get_message_by_id(record["messageId"])
            if message is not None and message.is_deleted:
                return True
        if store == "messages" and await self.service.get_reactions_for_message(record["id"]):
            # It would name none of them until something else makes the opening look.
            return True
        stored = await self.world.stored(store, self.service.current_user_id)
        return any(all(one[key] == record[key] for key in KEYS[store]) for one in stored)

    async def count_rows(self) -> dict[str, int]:
        report = await self.service.get_storage_report()
        assert not [problem for problem in report.problems if "lacks the index" not in problem]
        rows = dict(report.rows)
        # The notes of imports and of the search index are of no record.
        stored = await self.world.stored("meta", self.service.current_user_id)
        rows["meta"] -= sum(record["key"].startswith(_NOTES) for record in stored)
        return rows

    async def find(self, query: str, **where: str | None) -> list[tuple[str, list[Any]]]:
        """Return all that a search finds, page by page: ids, and where in the texts."""
        hits, _ = await all_hits(self.service, query, 2, **where)
        return [(hit.message.id, hit.matches) for hit in hits]

    async def unknown_fields(self) -> dict[tuple[str, ...], dict[str, Any]]:
        """Return the fields that we do not know, by store and key; their names begin with x."""
        found: dict[tuple[str, ...], dict[str, Any]] = {}
        for store, keys in KEYS.items():
            for record in await self.world.stored(store, self.service.current_user_id):
                key = tuple(record[name] for name in keys)
                found[store, *key] = _unknown(record)
                for channel in record.get("channels") or () if store == "rooms" else ():
                    found["channels", *key, channel["id"]] = _unknown(channel)
                for member in record.get("members") or () if store == "rooms" else ():
                    found["members", *key, member["oderId"]] = _unknown(member)
        return {place: fields for place, fields in found.items() if fields}

    def method(self, name: str) -> Callable[..., Any]:
        owner = self if hasattr(self, name) else self.service
        method: Callable[..., Any] = getattr(owner, name)
        return method


def _unknown(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name.startswith("x")}


async def outcome(method: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Return what a call returns, or how it fails: by the error's type and the field."""
    try:
        result = method(*args, **kwargs)
        return await result if inspect.isawaitable(result) else result
    except RoomkeepError as error:
        return type(error).__name__, getattr(error, "field", None)


async def imported_ids(
    room_ids: Sequence[str], message_ids: Sequence[str]
) -> dict[tuple[str, str], str]:
    """Return the ids that an import makes from room and id: they are the same everywhere."""
    db = MemoryDatabaseService()
    await db.initialize()
    pairs = [(room_id, id_) for room_id in room_ids for id_ in message_ids]
    archive: list[Message] = [message(id_, room_id=room_id, content=id_) for room_id, id_ in pairs]
    await db.import_messages(archive, shared_ids=message_ids)
    made = {
        (room_id, found.content): found.id
        for room_id in room_ids
        for found in await db.get_messages(room_id)
    }
    await db.close()
    assert len(set(made.values()) - set(message_ids)) == len(pairs)
    return made
