"""The page's side of the desktop's bridge, on a bridge of JavaScript that answers from a table."""

import base64
import json
from typing import Any

import pytest

from roomkeep.errors import InvalidRecord, RecordNotFound, SchemaTooNew, StorageError
from roomkeep.persistence import Change, DatabaseService
from roomkeep.persistence.desktop_backend import DesktopBackend, PageBridge
from support.js import run_js
from support.make import attachment, room

JS = """({
    sent: [],
    answers: {
        'open-account': { result: 1 }, 'load-current-user-id': { result: null },
        'save-current-user-id': { result: null }, 'get-owner': { result: null },
        'set-owner': { result: null }, 'close-account': { result: null },
        'save-attachment': { result: null,
            changes: [{ store: 'attachments', action: 'put', keys: ['a1'] }] },
        'read-attachment-data': { result: 'Y2F0' },
    },
    onchanges: null,
    answer(text) {
        this.sent.push(text);
        return Promise.resolve(JSON.stringify(this.answers[JSON.parse(text).type]));
    },
    command(text) { return this.answer(text) },
    query(text) { return this.answer(text) },
})"""


@pytest.fixture
def window() -> Any:
    return run_js(JS)


@pytest.fixture
async def db(window: Any) -> DatabaseService:
    service = DatabaseService(DesktopBackend(PageBridge(window)))
    await service.initialize()
    return service


def last_sent(window: Any) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(window.sent[window.sent.length - 1])
    return sent


async def test_a_blob_crosses_as_its_bytes(window: Any, db: DatabaseService) -> None:
    heard: list[Change] = []
    db.subscribe(heard.append)
    data = bytes(range(256)) * 40
    blob = run_js("(text) => new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))])")(
        base64.b64encode(data).decode()
    )
    await db.save_attachment(attachment(size=len(data)), blob)
    sent = last_sent(window)
    assert (sent["type"], sent["account"]) == ("save-attachment", 1)
    assert base64.b64decode(sent["payload"]["data"]) == data
    assert heard == [Change(store="attachments", action="put", keys=("a1",))]
    assert await db.read_attachment_data("a1") == b"cat"


async def test_bad_input_is_not_even_sent(window: Any, db: DatabaseService) -> None:
    before = window.sent.length
    for size, data in [(3, run_js("new Blob(['four'])")), (3, object())]:
        with pytest.raises(InvalidRecord):
            await db.save_attachment(attachment(size=size), data)
    with pytest.raises(InvalidRecord):
        await db.update_room("r1", name=None)
    assert window.sent.length == before


async def test_a_chosen_file_that_is_gone_is_refused_by_name(
    window: Any, db: DatabaseService
) -> None:
    gone = run_js("""
        Object.defineProperty(new Blob(["cat"]), "arrayBuffer", { value: () =>
            Promise.reject(new DOMException("could not be found", "NotFoundError")) })
    """)
    before = window.sent.length
    with pytest.raises(InvalidRecord, match="cannot be read") as caught:
        await db.save_attachment(attachment(size=3), gone)
    assert caught.value.field == "data"
    assert window.sent.length == before


async def test_changes_of_other_windows_are_heard_by_the_account_that_they_are_of(
    window: Any, db: DatabaseService
) -> None:
    heard: list[Change] = []
    db.subscribe(heard.append)
    change = {"store": "rooms", "action": "put", "keys": ["r1"], "roomId": "r1"}
    for account in [2, 1]:
        window.onchanges(json.dumps({"account": account, "changes": [change]}))
    assert heard == [
        Change(store="rooms", action="put", keys=("r1",), room_id="r1", origin="other_tab")
    ]


async def test_errors_come_out_as_they_were(window: Any, db: DatabaseService) -> None:
    def answer(name: str, **fields: str) -> None:
        problem = {"error": {"name": name, "sentence": "it is so", **fields}}
        setattr(window.answers, "save-room", run_js("JSON.parse")(json.dumps(problem)))

    answer("InvalidRecord", field="host_id")
    with pytest.raises(InvalidRecord, match="host_id: it is so") as invalid:
        await db.save_room(room())
    assert invalid.value.field == "host_id"
    answer("RecordNotFound", store="rooms", key="r1")
    with pytest.raises(RecordNotFound) as missing:
        await db.save_room(room())
    assert (missing.value.store, missing.value.key) == ("rooms", "r1")
    answer("SchemaTooNew")
    with pytest.raises(SchemaTooNew, match="it is so"):
        await db.save_room(room())
    answer("__doc__")
    with pytest.raises(StorageError, match="it is so"):
        await db.save_room(room())


async def test_the_page_knows_whose_colours_to_start_with(db: DatabaseService) -> None:
    await db.set_current_user_id("ann")
    assert run_js("localStorage.getItem('roomkeep/currentUserId')") == "ann"
    await db.set_current_user_id(None)
    assert run_js("localStorage.getItem('roomkeep/currentUserId') === null")
