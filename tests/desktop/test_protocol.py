"""Each operation of the page has a request of its own, and each request its handler."""

import inspect
import typing
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import pytest
from msgspec import structs

from roomkeep.desktop.handlers import COMMAND_HANDLERS, QUERY_HANDLERS
from roomkeep.persistence import stores
from roomkeep.persistence.operation import Operation
from roomkeep.persistence.transaction import Blob
from roomkeep.protocol import COMMANDS, QUERIES, commands

# Only a database that an older client wrote needs it; the desktop has had none.
OF_THE_BROWSER = {"reconcile_older_client"}

OPERATIONS = {
    operation.name: operation
    for module in vars(stores).values()
    if isinstance(module, ModuleType)
    for operation in vars(module).values()
    if isinstance(operation, Operation) and operation.name not in OF_THE_BROWSER
}


def as_sent(kind: Any) -> Any:
    """Return how values of a declared type cross."""
    if typing.get_origin(kind) is Sequence:
        return list[typing.get_args(kind)]  # type: ignore[misc]
    if kind is type(None):
        return None
    if kind in (object, Blob | None):
        return bytes | None
    return kind


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_has_a_request_with_its_arguments_and_result(name: str) -> None:
    operation = OPERATIONS[name]
    request = (QUERIES if operation.mode == "read" else COMMANDS)[name.replace("_", "-")]
    result = operation._types["return"]
    assert request.result == (result if result is object else as_sent(result))
    _, *parameters = operation._signature.parameters.values()
    declared = {p.name: (as_sent(operation._types[p.name]), p.default) for p in parameters}
    sent = {
        field.name: (field.type, inspect.Parameter.empty if field.required else field.default)
        for field in structs.fields(request)
    }
    assert sent == declared


def test_each_request_about_an_account_has_a_handler() -> None:
    of_account = {kind for kind in COMMANDS.values() if kind.of_account}
    assert COMMAND_HANDLERS.keys() == of_account - {commands.CloseAccount}
    assert QUERY_HANDLERS.keys() == {kind for kind in QUERIES.values() if kind.of_account}
    assert not COMMANDS.keys() & QUERIES.keys()
