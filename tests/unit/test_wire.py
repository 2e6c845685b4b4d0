"""What crosses between the page and the main process comes out as it went in."""

import msgspec
import pytest

from roomkeep import errors
from roomkeep.errors import InvalidRecord, RecordNotFound, RoomkeepError
from roomkeep.storage import wire
from roomkeep.storage.changes import Change, decode_changes, records_saved
from roomkeep.storage.decode_errors import UnreadableRecord
from roomkeep.storage.device_requests import DEVICE_REQUESTS, OpenAccount
from roomkeep.storage.operation import OPERATIONS
from roomkeep.storage.validation import decode_json
from support.make import message

NAMED = [
    "close-account",
    "delete-account",
    "get-account-ids",
    "get-quota",
    "load-current-user-id",
    "open-account",
    "reach-servers",
    "save-current-user-id",
]


def test_every_request_is_a_command_or_a_query() -> None:
    assert sorted(DEVICE_REQUESTS) == NAMED
    assert not DEVICE_REQUESTS.keys() & OPERATIONS.keys()
    kinds = {name: wire.kind_of(name) for name in (*DEVICE_REQUESTS, *OPERATIONS)}
    assert set(kinds.values()) == {"command", "query"}
    assert (kinds["save-message"], kinds["get-room"]) == ("command", "query")
    assert (kinds["open-account"], kinds["get-quota"]) == ("command", "query")
    assert wire.kind_of("get-everything") is None


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_the_payload_of_an_operation_is_an_object_with_its_arguments(name: str) -> None:
    operation = OPERATIONS[name]
    fields = msgspec.structs.fields(operation._payload)
    assert [field.name for field in fields] == list(operation.parameters)
    # Its result can be decoded by its declared type.
    msgspec.json.Decoder(operation.result)


def test_an_operation_is_sent_as_type_and_payload() -> None:
    operation = OPERATIONS["get-messages"]
    payload = operation.encode({"room_id": "r1", "limit": 5})
    text = wire.encode_request(operation.name, payload, account=3)
    expected = {"roomId": "r1", "limit": 5, "offset": 0}
    assert msgspec.json.decode(text) == {"type": "get-messages", "account": 3, "payload": expected}
    request = wire.decode_request("query", text)
    assert (request.type, request.account) == ("get-messages", 3)
    assert operation.decode(request.payload) == {"room_id": "r1", "limit": 5, "offset": 0}


def test_a_request_about_the_device_is_sent_alike() -> None:
    text = wire.encode_request("open-account", msgspec.json.encode(OpenAccount(user_id="ann")))
    request = wire.decode_request("command", text)
    assert request.account is None
    assert decode_json(request.payload, OpenAccount) == OpenAccount(user_id="ann")
    request = wire.decode_request("command", wire.encode_request("close-account", b"{}", account=2))
    assert (request.type, request.account) == ("close-account", 2)


def test_a_reply_carries_result_changes_and_unreadable_records() -> None:
    changes = [
        records_saved("messages", {"m1": message()}, room_id="r1"),
        Change(store="reactions", action="delete", keys=(("bob", "👍", "m1"),)),
    ]
    unreadable = UnreadableRecord(store="users", key="u1", reason="“username” is missing.")
    reply = wire.decode_reply(wire.encode_reply([1, None], changes, [unreadable]))
    assert msgspec.json.decode(reply.result) == [1, None]
    assert decode_changes(bytes(reply.changes), "local") == changes
    assert reply.unreadable == (unreadable,)
    assert wire.encode_reply(None) == '{"result":null}'


@pytest.mark.parametrize(
    "error",
    [
        InvalidRecord("is empty", field="message.content"),
        InvalidRecord("too many accounts are open"),
        RecordNotFound("rooms", "r1"),
        *[
            getattr(errors, name)("a sentence")
            for name in errors.__all__
            if name not in ("InvalidRecord", "RecordNotFound")
        ],
    ],
    ids=repr,
)
def test_an_error_comes_out_as_itself(error: RoomkeepError) -> None:
    with pytest.raises(type(error)) as caught:
        wire.decode_reply(wire.encode_error(error))
    assert type(caught.value) is type(error)
    assert str(caught.value) == str(error)
    assert vars(caught.value) == vars(error)


def test_an_unknown_error_is_a_storage_error() -> None:
    error = wire.decode_error(wire.ErrorReply(name="Exception", sentence="odd"))
    assert type(error) is errors.StorageError
