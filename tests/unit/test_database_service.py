"""A method of the service is documented, and takes arguments, as the operation that it runs."""

import inspect

from roomkeep.persistence import DatabaseService


def test_every_method_is_documented() -> None:
    public = [name for name in dir(DatabaseService) if not name.startswith("_")]
    assert [name for name in public if not getattr(DatabaseService, name).__doc__] == []


def test_a_method_takes_the_arguments_of_its_operation() -> None:
    parameters = inspect.signature(DatabaseService().get_latest_messages).parameters
    assert list(parameters) == ["room_id", "limit", "before", "channel_id"]
