"""What crosses between the page and the desktop's main process: JSON, as text.

A request is `{"type": "save-message", "account": 1, "payload": {"message": {…}}}`. The type is the
name of an operation, whose arguments are the payload and whose account is the handle that
`open-account` returned; or it is one of the few requests in `device_requests`. A command writes, a
query reads. The reply is `{"result": …}` or `{"error": {…}}`.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from msgspec import Raw, Struct

import roomkeep.storage.operations  # noqa: F401 this registers them
from roomkeep import errors
from roomkeep.errors import InvalidRecord, RecordNotFound, RoomkeepError, StorageError
from roomkeep.storage.changes import Change, encode_changes
from roomkeep.storage.decode_errors import UnreadableRecord
from roomkeep.storage.device_requests import DEVICE_REQUESTS, Kind
from roomkeep.storage.operation import OPERATIONS
from roomkeep.storage.validation import decode_json

MAX_REQUEST: Final = 100_000_000
"""The most characters of a request. The app's largest file takes a third of it."""

_KINDS: Final[Mapping[str, Kind]] = {"read": "query", "write": "command"}
_NO_CHANGES: Final = Raw(b"[]")


class Request(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A request as it is sent.

    Attributes:
        type: the name of an operation, or of a request about the device.
        account: the handle of the account that it is about; None for no account.
        payload: the arguments, as JSON.
    """

    type: str
    account: int | None = None
    payload: Raw = Raw(b"{}")


class ErrorReply(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was refused, or failed.

    Attributes:
        name: the name of one of the errors of `roomkeep.errors`.
        sentence: what went wrong, in a sentence.
        field: the field at fault, of an `InvalidRecord`.
        store: the store that was looked in, of a `RecordNotFound`.
        key: the key that was looked for, of a `RecordNotFound`.
    """

    name: str
    sentence: str
    field: str | None = None
    store: str | None = None
    key: str | None = None


class Reply(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The reply to a request.

    Attributes:
        result: the result, as JSON.
        changes: what was changed, as JSON that `decode_changes` reads.
        unreadable: the records that were passed over because they cannot be decoded.
        error: why the request was not carried out; nothing was changed then.
    """

    result: Raw = Raw(b"null")
    changes: Raw = _NO_CHANGES
    unreadable: tuple[UnreadableRecord, ...] = ()
    error: ErrorReply | None = None


class AccountChanges(Struct, frozen=True, kw_only=True):
    """What another window changed in an account that is open in this one.

    Attributes:
        account: the handle of the account in this window.
        changes: what was changed, as JSON that `decode_changes` reads.
    """

    account: int
    changes: Raw


def kind_of(name: str) -> Kind | None:
    """Return whether a request of this name is a command or a query; None where there is none."""
    if (device := DEVICE_REQUESTS.get(name)) is not None:
        return device.kind
    operation = OPERATIONS.get(name)
    return None if operation is None else _KINDS[operation.mode]


# What the page sends


def encode_request(name: str, payload: bytes, account: int | None = None) -> str:
    """Encode a request.

    Args:
        name: the name of an operation, or of a request about the device.
        payload: the arguments, as JSON.
        account: the handle of the account; None for no account.
    """
    request = Request(type=name, account=account, payload=Raw(payload))
    return msgspec.json.encode(request).decode()


def decode_request(kind: Kind, text: str) -> Request:
    """Decode a request, checked to be one that exists. Its payload is still to be decoded.

    Raises:
        InvalidRecord: it is not.
    """
    if len(text) > MAX_REQUEST:
        msg = f"is {len(text):,} characters long; {MAX_REQUEST:,} is the most"
        raise InvalidRecord(msg)
    request = decode_json(text, Request)
    if kind_of(request.type) != kind:
        raise InvalidRecord(f"there is no such {kind}", field="type")
    device = DEVICE_REQUESTS.get(request.type)
    names_account = device is None or device.of_account
    if names_account and request.account is None:
        raise InvalidRecord("is missing", field="account")
    if request.account is not None and not names_account:
        raise InvalidRecord("the request is about no account", field="account")
    return request


# What the main process sends


def encode_reply(
    result: object,
    changes: Iterable[Change] = (),
    unreadable: Iterable[UnreadableRecord] = (),
) -> str:
    """Encode the reply to a request that was carried out."""
    reply = Reply(
        result=Raw(msgspec.json.encode(result)),
        changes=Raw(encode_changes(made)) if (made := tuple(changes)) else _NO_CHANGES,
        unreadable=tuple(unreadable),
    )
    return msgspec.json.encode(reply).decode()


def encode_error(error: RoomkeepError) -> str:
    """Encode the reply to a request that was refused, or failed."""
    sentence, known = str(error), {}
    if isinstance(error, InvalidRecord):
        sentence, known = sentence.removeprefix(f"{error.field}: "), {"field": error.field}
    elif isinstance(error, RecordNotFound):
        known = {"store": error.store, "key": error.key}
    reply = ErrorReply(name=type(error).__name__, sentence=sentence, **known)
    return msgspec.json.encode(Reply(error=reply)).decode()


def decode_reply(text: str) -> Reply:
    """Decode the reply to a request that was carried out.

    Raises:
        RoomkeepError: it was not; the main process says why.
    """
    reply = msgspec.json.decode(text, type=Reply)
    if reply.error is not None:
        raise decode_error(reply.error)
    return reply


def decode_error(reply: ErrorReply) -> RoomkeepError:
    """Return the error that the main process replied with."""
    if reply.name == "InvalidRecord":
        return InvalidRecord(reply.sentence, field=reply.field)
    if reply.name == "RecordNotFound":
        return RecordNotFound(reply.store or "", reply.key or "")
    kind = getattr(errors, reply.name) if reply.name in errors.__all__ else StorageError
    error: RoomkeepError = kind(reply.sentence)
    return error


def encode_account_changes(account: int, changes: Iterable[Change]) -> str:
    """Encode what another window changed in an account."""
    message = AccountChanges(account=account, changes=Raw(encode_changes(tuple(changes))))
    return msgspec.json.encode(message).decode()
