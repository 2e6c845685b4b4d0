"""Every error is in the tree that its module draws."""

from types import ModuleType

import pytest

import roomkeep.errors
import roomkeep.sync.errors
from roomkeep.errors import RoomkeepError


@pytest.mark.parametrize("errors", [roomkeep.errors, roomkeep.sync.errors])
def test_the_tree_is_as_drawn(errors: ModuleType) -> None:
    """The docstring draws each error below its parent."""
    drawn = errors.__doc__ or ""
    for name in errors.__all__:
        error = getattr(errors, name)
        assert issubclass(error, RoomkeepError)
        assert name in drawn
        assert error.__doc__
