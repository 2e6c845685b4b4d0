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
