"""Tests that take too long for `npm test`, as commands of their own."""

import secrets
from typing import Final

from tools.check import SYNC_TESTS, call_pytest, why_no_window
from tools.homeserver import set_up_homeserver
from tools.setup import set_up_tests

__all__ = ["test_fuzz", "test_long", "test_search", "test_sync"]

LONG: Final = "140"
"""How many times as many examples as in `npm test` a long run tries."""
SEARCHES: Final = "167"
"""The same for searches. They are tried with an index of one part, and with one of many."""


def test_long(seed: int | None) -> int:
    """Compares every backend with the model, and kills the browser, many times over.

    Args:
        seed: What the calls are made from; None for any.

    Returns:
        The exit status: 0 when all is well.

    Raises:
        ToolError: Something is missing that the user must install.
    """
    browser = set_up_tests()
    chosen = _choose_seed(seed, "test:long")
    env = {"ROOMKEEP_LONG": LONG, "ROOMKEEP_SEED": str(chosen)}
    tests = ["tests/contract/test_model.py", "tests/faults"]
    return call_pytest(browser, *tests, env=env)


def test_search(seed: int | None) -> int:
    """Compares what 10,000 searches find in 5,000 messages, on each backend, with a plain scan.

    Args:
        seed: What the messages and the searches are made from; None for a new one.

    Raises:
        ToolError: Something is missing that the user must install.
    """
    browser = set_up_tests()
    chosen = _choose_seed(seed, "test:search")
    env = {"ROOMKEEP_LONG": SEARCHES, "ROOMKEEP_SEED": str(chosen)}
    tests = ["tests/contract/test_search_index.py", "-k", "look_at_each"]
    return call_pytest(browser, *tests, env=env)


def test_fuzz(seconds: float, seed: int | None) -> int:
    """Damages archives of every format at random, and checks that each is read or refused.

    Args:
        seconds: For how long, all formats together.
        seed: What the damage is made from; None for any.

    Returns:
        The exit status: 0 when all is well.

    Raises:
        ToolError: Something is missing that the user must install.
    """
    browser = set_up_tests()
    chosen = _choose_seed(seed, "test:fuzz")
    env = {"ROOMKEEP_FUZZ_SECONDS": str(seconds), "ROOMKEEP_SEED": str(chosen)}
    return call_pytest(browser, "tests/archives/test_fuzz.py", env=env)


def test_sync(operations: int, kills: int, seed: int | None) -> int:
    """Has clients of all kinds act at random on a homeserver, and measures how fast they are.

    Args:
        operations: How many operations they do.
        kills: How many times a client is killed meanwhile.
        seed: What they do is made from it; None for any.

    Returns:
        The exit status: 0 when all is well.

    Raises:
        ToolError: Something is missing that the user must install, or Synapse cannot be had.
    """
    browser = set_up_tests()
    set_up_homeserver()
    no_window = why_no_window()
    chosen = _choose_seed(seed, "test:sync")
    env = {
        "ROOMKEEP_SYNC_OPERATIONS": str(operations),
        "ROOMKEEP_SYNC_KILLS": str(kills),
        "ROOMKEEP_SEED": str(chosen),
    }
    tests = [SYNC_TESTS / "test_convergence.py", SYNC_TESTS / "test_latency.py"]
    status = call_pytest(browser, *tests, env=env)
    if no_window is not None:
        print(f"FAIL The desktop's window was NOT RUN:\n{no_window}")
    return status if no_window is None else 1


def _choose_seed(seed: int | None, command: str) -> int:
    """Gives a seed, a new one where none is given, and tells how to have the same again."""
    chosen = secrets.randbelow(2**32) if seed is None else seed
    print(f"The seed is {chosen}: `npm run {command} -- --seed {chosen}` does the same again.")
    return chosen
