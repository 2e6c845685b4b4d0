"""A real homeserver, one for all tests here; each makes accounts of its own on it."""

import os
from collections.abc import AsyncIterator, Iterator

import pytest

from support.homeserver import Person, people, running_homeserver
from tools.check import LEFT_OUT_VARIABLE
from tools.homeserver import Homeserver
from tools.paths import ToolError


@pytest.fixture(scope="session")
def homeserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homeserver]:
    """A homeserver; where none can be had, the tests fail, unless they are to be left out."""
    if os.environ.get(LEFT_OUT_VARIABLE):
        pytest.skip(f"left out, as {LEFT_OUT_VARIABLE} asks")
    try:
        with running_homeserver(tmp_path_factory.mktemp("homeserver")) as server:
            yield server
    except ToolError as error:
        pytest.fail(f"{error}\n\nSet {LEFT_OUT_VARIABLE}=1 to skip these tests.", pytrace=False)


@pytest.fixture
async def ada_and_ben(homeserver: Homeserver) -> AsyncIterator[tuple[Person, Person]]:
    """Two people who are signed in."""
    async with people(homeserver, "ada", "ben") as (ada, ben):
        yield ada, ben
