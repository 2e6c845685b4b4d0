"""Matrix's client-server API, typed, over a transport.

`Wire` asks one homeserver; `account`, `events`, `rooms` and `media` have a function for each
request. What comes back is a stranger's: where its types are wrong it is a `BadResponse`, and a
single event or room that is wrong is left out and counted.
"""

from roomkeep.sync.wire.call import Wire
from roomkeep.sync.wire.transport import Request, Response, Transport

__all__ = ["Request", "Response", "Transport", "Wire"]
