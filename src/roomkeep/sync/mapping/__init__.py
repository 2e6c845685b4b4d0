"""Matrix's events to Roomkeep's records, and back: pure functions that ask nobody.

`timeline` reads what happens in a channel, `members` and `room` read a room's state, `content`
writes what is sent. Events are strangers' text: a wrong one gives nothing, or a plain fallback.
"""
