"""How long the tests that compare with the model run: shortly, or as `npm run test:long` says."""

import os

FACTOR = int(os.environ.get("ROOMKEEP_LONG", "1"))
"""How many times the usual number of examples."""

SEED = int(os.environ.get("ROOMKEEP_SEED", "0"))
"""What the examples are made from: another number makes others."""


def examples(usual: int) -> int:
    """Return how many examples to try."""
    return usual * FACTOR
