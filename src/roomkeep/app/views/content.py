"""The content of a message, shown as text and elements, never as markup."""

from typing import Any

import js

from roomkeep.app.formatting import Part, is_only_emoji, parse
from roomkeep.app.views.dom import Edits, clone, part
from roomkeep.localization import localize

__all__ = ["fill_content"]

ELEMENTS = {"code": "code", "strong": "strong", "emphasis": "em"}


def fill_content(row: Any, edits: Edits, content: str) -> None:
    """Show the content of a message in its row.

    Args:
        row: the row, or an element like it, with a part `content`.
        edits: what is to be changed in it.
        content: the content.
    """
    pieces = parse(content)
    if all(piece.kind == "text" for piece in pieces):
        edits.text("content", content)
    else:
        part(row, "content").replaceChildren(*map(_node, pieces))
    edits.toggle("content", "data-large", is_only_emoji(content))


def _node(piece: Part) -> Any:
    if piece.kind == "text":
        return js.document.createTextNode(piece.text)
    if piece.kind == "link":
        link = clone("message-link")
        link.setAttribute("href", piece.href)
        link.textContent = piece.text
        return link
    if piece.kind == "block":
        block = clone("code-block")
        part(block, "code").textContent = piece.text
        language = piece.language
        label = (
            localize("message.code_in", language=language) if language else localize("message.code")
        )
        part(block, "lines").setAttribute("aria-label", label)
        return block
    element = js.document.createElement(ELEMENTS[piece.kind])
    element.textContent = piece.text
    return element
