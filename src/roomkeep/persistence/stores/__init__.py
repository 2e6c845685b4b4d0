"""The rules of each store, written once for every engine."""

from roomkeep.persistence.stores import (
    attachments,
    bans,
    health,
    message_pages,
    messages,
    meta,
    reactions,
    rooms,
    users,
    whole,
)

__all__ = [
    "attachments",
    "bans",
    "health",
    "message_pages",
    "messages",
    "meta",
    "reactions",
    "rooms",
    "users",
    "whole",
]
