"""Where the app begins in the page."""

from js import document, performance


async def main() -> None:
    """Takes the splash away and shows that Python runs."""
    note = document.createElement("main")
    note.textContent = "Roomkeep is ready"
    document.getElementById("splash").remove()
    document.body.prepend(note)
    performance.mark("roomkeep-ready")
