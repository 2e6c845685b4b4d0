"""The rules of each store, written once for every engine."""

from roomkeep.persistence.stores import attachments, bans, messages, meta, reactions, rooms, users

__all__ = ["attachments", "bans", "messages", "meta", "reactions", "rooms", "users"]
