"""Requests on their way in, and answers on their way out. What comes from the page is only text."""

import functools
import logging
from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import Raw, structs

from roomkeep import errors, records
from roomkeep.arguments import JsonValue
from roomkeep.desktop.transaction import Transaction
from roomkeep.errors import InvalidRecord, RecordNotFound, RoomkeepError
from roomkeep.protocol import (
    COMMANDS,
    MAX_REQUEST,
    QUERIES,
    Answer,
    Envelope,
    Problem,
    Request,
)

__all__ = ["encode_failure", "encode_result", "read_request"]

logger = logging.getLogger(__name__)

KINDS: Mapping[str, Mapping[str, type[Request]]] = {"command": COMMANDS, "query": QUERIES}


def read_request(kind: Literal["command", "query"], text: str) -> tuple[int | None, Request]:
    """Return the account's handle and the checked payload of a request.

    Raises:
        InvalidRecord: it is no request that there is, or nothing that can be kept.
    """
    if len(text) > MAX_REQUEST:
        raise InvalidRecord(f"takes {len(text):,} characters; {MAX_REQUEST:,} are the most")
    envelope = _decode(text, Envelope)
    request_type = KINDS[kind].get(envelope.type)
    if request_type is None:
        raise InvalidRecord(f"there is no such {kind}", field="type")
    if request_type.of_account is not (envelope.account is not None):
        raise InvalidRecord("must be given, or must not, as the type has it", field="account")
    request = _decode(envelope.payload, request_type)
    for name, field_kind in _kinds(request_type).items():
        value = getattr(request, name)
        if field_kind == JsonValue:
            records.check_json(value, name)
        else:
            records.check_sizes(value, name)
    return envelope.account, request


def encode_result(result: object, tx: Transaction | None = None) -> str:
    """Return the answer to a request that was carried out."""
    answer = Answer(
        result=Raw(msgspec.json.encode(result)),
        changes=() if tx is None else tuple(tx.changes),
        unreadable=() if tx is None else tuple(tx.unreadable),
    )
    return msgspec.json.encode(answer).decode()


def encode_failure(error: Exception) -> str:
    """Return the answer to a request that failed. It holds nothing of how the program is made."""
    if not isinstance(error, RoomkeepError):
        logger.error("a request failed in a way that was not foreseen", exc_info=error)
        error = errors.StorageError("something went wrong in Roomkeep; it has changed nothing")
    sentence = str(error)
    problem = Problem(name=type(error).__name__, sentence=sentence)
    if isinstance(error, InvalidRecord) and error.field is not None:
        problem = Problem(
            name=problem.name, sentence=sentence.removeprefix(f"{error.field}: "), field=error.field
        )
    elif isinstance(error, RecordNotFound):
        problem = Problem(name=problem.name, sentence=sentence, store=error.store, key=error.key)
    return msgspec.json.encode(Answer(error=problem)).decode()


@functools.cache
def _kinds(request_type: type[Request]) -> dict[str, Any]:
    return {field.name: field.type for field in structs.fields(request_type)}


def _decode(text: str | Raw, kind: Any) -> Any:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError as error:
        raise records.invalid(error) from error
    except (ValueError, RecursionError) as error:
        raise InvalidRecord("is not JSON that can be read") from error
