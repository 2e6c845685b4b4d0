"""A typed client of the Matrix client-server API.

`Wire` sends requests to one homeserver; `account`, `events`, `rooms` and `media` have a function
for each request. Responses are untrusted: wrong types raise `BadResponse`, but a single malformed
event or room is skipped and counted.
"""

from roomkeep.sync.wire.call import Wire
from roomkeep.sync.wire.transport import Request, Response, Transport

__all__ = ["Request", "Response", "Transport", "Wire"]
