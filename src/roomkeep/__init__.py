"""Roomkeep: everything a chat client must remember, kept on the device."""
