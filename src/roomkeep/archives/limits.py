"""How much an archive may hold, whichever format it has."""

__all__ = ["MAX_NAMES_SIZE", "MAX_PEOPLE", "MAX_PLACES", "MAX_ROOMS"]

MAX_ROOMS = 2_000
MAX_PEOPLE = 100_000
MAX_PLACES = 500_000
"""The most memberships and channels in all rooms together."""
MAX_NAMES_SIZE = 32 * 1024**2
"""The most characters of all ids and names together."""
