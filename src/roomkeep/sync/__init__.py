"""Rooms on a Matrix homeserver: the API client, the mapping of events, the server directory."""
