"""Conversion between Matrix events and Roomkeep's records: pure functions.

`timeline` reads a channel's events, `members`, `power` and `room` read a room's state, `content`
builds events to send. Events are untrusted: a malformed one is ignored, or becomes plain text.
"""
