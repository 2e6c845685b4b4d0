"""Notes, shown alike in every tab."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import indexeddb
from pyscript import document, when

status = document.getElementById("status")
listing = document.getElementById("notes")
field = document.getElementById("text")
rows = {}  # the elements by the ids of their notes


@dataclass
class Note:
    id: str
    text: str
    written: datetime
    done: bool = False


async def create_notes(tx):
    notes = tx.create_store("notes", key_path="id")
    notes.create_index("written", "written")


@indexeddb.reads("notes")
async def oldest_first(tx):
    return await tx.store("notes", Note).index("written").get_all()


@indexeddb.writes("notes")
async def mark(tx, id, done):
    notes = tx.store("notes", Note)
    note = await notes.get(id)
    if note:  # another tab may have deleted it
        note.done = done
        await notes.put(note)


def add_row(note):
    row = document.getElementById("row").content.firstElementChild.cloneNode(True)
    row.dataset.id = note.id
    row.querySelector("span").textContent = note.text
    row.querySelector("button").ariaLabel = f"Delete {note.text}"
    listing.append(row)
    return row


def show(notes):
    for gone in rows.keys() - {note.id for note in notes}:
        rows.pop(gone).remove()
    for note in notes:
        if note.id not in rows:
            rows[note.id] = add_row(note)
        rows[note.id].querySelector("input").checked = note.done
    left = sum(not note.done for note in notes)
    status.textContent = f"{left} to do, {len(notes) - left} done" if notes else "No notes yet."


@when("submit", "#form")
def stay_on_page(event):
    event.preventDefault()  # an async function begins too late for this


@when("submit", "#form")
async def add():
    text = field.value.strip()
    field.value = ""
    if text:
        await store.put(Note(str(uuid4()), text, datetime.now(UTC)))


@when("change", "#notes")
async def toggle(event):
    await mark(db, event.target.closest("li").dataset.id, event.target.checked)


@when("click", "#notes")
async def delete(event):
    if event.target.tagName == "BUTTON":
        field.focus()  # the button goes
        await store.delete(event.target.closest("li").dataset.id)


db = await indexeddb.open("gallery-notes", migrations=[create_notes])
store = db.store("notes", Note)
document.getElementById("fields").disabled = False
async for notes in db.live.read(["notes"], oldest_first):
    show(notes)
