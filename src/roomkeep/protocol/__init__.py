"""What crosses between the page and the desktop's main process; both import this.

A command changes something (`commands`), a query only reads (`queries`). What each means is said in
`DatabaseService`; how it is sent, in `transport`.
"""

from roomkeep.protocol.commands import COMMANDS, Command
from roomkeep.protocol.queries import QUERIES, Query
from roomkeep.protocol.requests import Request, name_of
from roomkeep.protocol.transport import (
    MAX_REQUEST,
    AccountChanges,
    Answer,
    Envelope,
    Problem,
)

__all__ = [
    "COMMANDS",
    "MAX_REQUEST",
    "QUERIES",
    "AccountChanges",
    "Answer",
    "Command",
    "Envelope",
    "Problem",
    "Query",
    "Request",
    "name_of",
]
