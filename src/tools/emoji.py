"""The emoji picker: a web component of npm, made to work under our Content-Security-Policy."""

from typing import Final

from tools.paths import NODE_MODULES, ToolError

_PICKER: Final = NODE_MODULES / "emoji-picker-element"
_DATA: Final = NODE_MODULES / "emoji-picker-element-data" / "en" / "emojibase" / "data.json"

_DATABASE: Final = (
    # Should the page ever forget to say where the data are, nothing foreign is asked for.
    (
        "'https://cdn.jsdelivr.net/npm/emoji-picker-element-data@^1/en/emojibase/data.json'",
        "'/vendor/emoji/data.json'",
    ),
)
_CHANGES: Final = (
    *_DATABASE,
    # The policy forbids style elements and style attributes; it allows styles that a script sets.
    (
        (
            "const style = document.createElement('style');\n"
            "    style.textContent = baseStyles + EXTRA_STYLES;\n"
            "    this.shadowRoot.appendChild(style);"
        ),
        (
            "const sheet = new CSSStyleSheet();\n"
            "    sheet.replaceSync(baseStyles + EXTRA_STYLES);\n"
            "    this.shadowRoot.adoptedStyleSheets = [sheet];"
        ),
    ),
    (
        "targetNode.setAttribute(attributeName, newValue);",
        (
            "if (attributeName === 'style') targetNode.style.cssText = newValue;\n"
            "        else targetNode.setAttribute(attributeName, newValue);"
        ),
    ),
)
"""What is changed in picker.js: each passage is there once. In database.js only the first is."""


def emoji_files() -> dict[str, bytes]:
    """Gives the picker's files by their paths in the site.

    Raises:
        ToolError: The picker is not as expected.
    """
    files = {
        "picker.js": _changed("picker.js", _CHANGES),
        "database.js": _changed("database.js", _DATABASE),
        "data.json": _DATA.read_bytes(),
        "LICENSE": (_PICKER / "LICENSE").read_bytes(),
    }
    return {f"vendor/emoji/{name}": data for name, data in files.items()}


def _changed(name: str, changes: tuple[tuple[str, str], ...]) -> bytes:
    text = (_PICKER / name).read_text("utf-8")
    for old, new in changes:
        if text.count(old) != 1:
            raise ToolError(
                f"emoji-picker-element has changed: this is not in its {name} once any more. "
                f"Bring the list in src/tools/emoji.py up to date.\n{old}"
            )
        text = text.replace(old, new)
    return text.encode()
