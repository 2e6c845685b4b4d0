"""Rooms on a homeserver: the wire, the mapping and the server directory, on Matrix."""
