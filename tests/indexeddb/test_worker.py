"""The library in a worker, where Python runs beside the page."""

import pytest

import indexeddb
from support.js import run_js

NAME = "idb-test worker"
PROGRAM = f"""
import indexeddb, json

async def create(tx):
    tx.create_store("notes", key_path="id").create_index("place", "place")

@indexeddb.writes("notes")
async def add(tx, id):
    notes = tx.store("notes")
    await notes.put({{"id": id, "place": "shed"}})
    return await notes.index("place").get_all("shed")

db = await indexeddb.open({NAME!r}, migrations=[create])
await indexeddb.protect_from_crash()
found = await add(db, "from the worker")
db.close()
json.dumps(found)
"""


@pytest.mark.browser
async def test_a_worker_shares_its_databases_with_the_page() -> None:
    await indexeddb.delete(NAME)
    run = run_js("""(program) => new Promise((resolve, reject) => {
        const worker = new Worker('/tests/worker.mjs', { type: 'module' });
        worker.onerror = (event) => reject(new Error(event.message));
        worker.onmessage = ({ data }) => {
            worker.terminate();
            resolve(data);
        };
        worker.postMessage(program);
    })""")
    assert await run(PROGRAM) == '[{"id": "from the worker", "place": "shed"}]'
    db = await indexeddb.open(NAME)
    assert await db.get_all_keys("notes") == ["from the worker"]
    db.close()
    await indexeddb.delete(NAME)
