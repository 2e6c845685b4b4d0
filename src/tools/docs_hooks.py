"""What the documentation's site needs beyond Markdown."""

import posixpath
import re
from typing import Any, Final

_LINK: Final = re.compile(r"(?<!!)\[([^\]]+)\]\((\.\./[^)]+)\)")


def on_page_markdown(markdown: str, *, page: Any, **_: object) -> str:
    """Makes links to files of the repository plain text: the site has only what is in `docs`."""

    def rewrite(link: re.Match[str]) -> str:
        folder = posixpath.dirname(page.file.src_uri)
        outside = posixpath.normpath(posixpath.join(folder, link[2])).startswith("../")
        return link[1] if outside else link[0]

    return _LINK.sub(rewrite, markdown)


def on_page_content(html: str, **_: object) -> str:
    """Makes wide code and tables reachable by the keyboard, which scrolls them."""
    html = re.sub(r"<(pre|table)>", r'<\1 tabindex="0">', html)
    # The corner of a table, or the head of a table without one, is no heading of anything.
    return html.replace("<th></th>", "<td></td>")
