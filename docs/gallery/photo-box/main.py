"""A box of photos: the browser keeps them, and shows them without a network."""

from datetime import UTC, datetime

import indexeddb
from js import URL
from pyscript import document, when

status = document.getElementById("status")
listing = document.getElementById("photos")
files = document.getElementById("files")
cards = {}  # the elements by the ids of their photos


async def create_photos(tx):
    tx.create_store("photos", key_path="id", auto_increment=True)


@indexeddb.writes("photos")
async def add_all(tx, photos):
    for photo in photos:
        tx.store("photos").add(photo)


def add_card(photo):
    blob = photo["image"]
    card = document.getElementById("card").content.firstElementChild.cloneNode(True)
    card.dataset.id = photo["id"]
    image = card.querySelector("img")
    image.src = URL.createObjectURL(blob.js)
    image.alt = photo["name"]
    size = f"{blob.size / 1000:,.0f}\N{NO-BREAK SPACE}kB"
    card.querySelector("figcaption").textContent = f"{photo['name']}, {size}"
    card.querySelector("button").ariaLabel = f"Delete {photo['name']}"
    listing.prepend(card)
    return card


def remove_card(card):
    URL.revokeObjectURL(card.querySelector("img").src)
    card.remove()


def show(photos):
    for gone in cards.keys() - {photo["id"] for photo in photos}:
        remove_card(cards.pop(gone))
    for photo in photos:
        if photo["id"] not in cards:
            cards[photo["id"]] = add_card(photo)
    size = sum(photo["image"].size for photo in photos)
    status.textContent = f"Photos: {len(photos)}, {size / 1e6:,.1f} MB"


@when("change", "#files")
async def add():
    photos = [
        {"name": file.name, "added": datetime.now(UTC), "image": indexeddb.Blob(file)}
        for file in files.files
    ]
    files.value = ""
    try:
        await add_all(db, photos)
    except indexeddb.QuotaExceeded:
        status.textContent = "There is not enough space for these photos. None of them was added."


@when("click", "#photos")
async def delete(event):
    if event.target.tagName == "BUTTON":
        files.focus()  # the button goes
        await db.delete("photos", int(event.target.closest("li").dataset.id))


db = await indexeddb.open("gallery-photo-box", migrations=[create_photos])
document.getElementById("fields").disabled = False
async for photos in db.live.get_all("photos"):
    show(photos)
