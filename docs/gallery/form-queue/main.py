"""A form that can be sent anywhere: answers wait in the database until there is a network."""

import asyncio
import json
from contextlib import suppress
from uuid import uuid4

import indexeddb
from js import FormData, navigator
from pyodide.ffi import create_once_callable
from pyodide.http import pyfetch
from pyscript import document, when, window

PAUSES = (1, 5, 15, 60)  # seconds before the next attempt; the last one again and again
status = document.getElementById("status")
form = document.getElementById("form")
fields = document.getElementById("fields")
online = asyncio.Event()


async def create_queue(tx):
    tx.create_store("waiting", key_path="number", auto_increment=True)
    tx.create_store("refused", key_path="number")


@indexeddb.reads("waiting", "refused")
async def read_all(tx):
    waiting, refused = tx.store("waiting").get_all(), tx.store("refused").get_all()
    return await waiting, await refused


@indexeddb.writes("waiting", "refused")
async def settle(tx, answer, *, is_taken):
    """Take an answer off the queue, and keep it if the server refused it."""
    if not is_taken:
        tx.store("refused").put(answer)
    await tx.store("waiting").delete(answer["number"])


async def post(answer):
    """Return whether the server took or refused an answer; None if it is to be sent again."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": answer["id"]}
    try:
        response = await pyfetch(
            "answers", method="POST", headers=headers, body=json.dumps(answer["values"])
        )
    except OSError:
        return None
    # Too many requests, and what went wrong at the server, may go away.
    return None if response.status in {408, 429} or response.status >= 500 else response.ok


async def deliver(answer):
    attempt = 0
    while (is_taken := await post(answer)) is None:
        online.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(online.wait(), PAUSES[min(attempt, len(PAUSES) - 1)])
        attempt += 1
    await settle(db, answer, is_taken=is_taken)


async def send_in_order():
    async for oldest in db.live.get_all("waiting", count=1):
        for answer in oldest:
            await deliver(answer)


@when("online", window)
def try_again():
    online.set()


@when("submit", "#form")
def stay_on_page(event):
    event.preventDefault()  # an async function begins too late for this


@when("submit", "#form")
async def submit():
    values = dict(FormData.new(form).entries())
    fields.disabled = True  # so that nobody sends it twice
    try:
        # The server knows by the id whether it has this answer: its reply may have been lost.
        await db.put("waiting", {"id": str(uuid4()), "values": values}, durability="strict")
        form.reset()
    finally:
        fields.disabled = False
    form.elements.bird.focus()


def fill(section, answers):
    section = document.getElementById(section)
    items = [document.createElement("li") for _ in answers]
    for item, answer in zip(items, answers, strict=True):
        item.textContent = "{bird}: {count}".format(**answer["values"])
    section.querySelector("ol").replaceChildren(*items)
    section.hidden = not answers


def show(waiting, refused):
    fill("waiting", waiting)
    fill("refused", refused)
    status.textContent = f"{len(waiting)} waiting to be sent." if waiting else "Nothing is waiting."


db = await indexeddb.open("gallery-form-queue", migrations=[create_queue])
fields.disabled = False
# One tab sends at a time. When it is closed, the lock goes to the next.
navigator.locks.request("gallery-form-queue", create_once_callable(lambda _lock: send_in_order()))
async for waiting, refused in db.live.read(["waiting", "refused"], read_all):
    show(waiting, refused)
