"""Every error of Roomkeep is in one tree."""

from roomkeep import errors
from roomkeep.errors import RoomkeepError


def test_the_tree_is_as_drawn() -> None:
    """The docstring draws each error below its parent."""
    drawn = errors.__doc__ or ""
    for name in errors.__all__:
        error = getattr(errors, name)
        assert issubclass(error, RoomkeepError)
        assert name in drawn
        assert error.__doc__
