"""The rules of every store, written once for all engines. Importing this registers them all."""

from roomkeep.storage.operations import (  # noqa: F401 importing is what they are here for
    attachments,
    backup,
    bans,
    channel_pages,
    health,
    imports,
    message_pages,
    messages,
    meta,
    older_clients,
    reactions,
    rooms,
    users,
)
