"""The ids of `index.html`: whatever is asked for is there, and none is there for nobody."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

from roomkeep.app.state import Dialog
from tools.paths import ROOT

APP = ROOT / "src" / "roomkeep" / "app"
ASKS = {"by_id", "clone", "getElementById"}
"""The functions that take an id."""
REFERS = {"for", "list", "aria-labelledby", "aria-describedby", "aria-controls"}
"""The attributes that name ids."""


class Ids(HTMLParser):
    """The ids of a page, and those that its elements refer to."""

    def __init__(self) -> None:
        super().__init__()
        self.there: list[str] = []
        self.referred: set[str] = set()
        self.overlays: dict[str, bool] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "dialog" or "popover" in given or given.get("role") == "tooltip":
            self.overlays[str(given["id"])] = "data-of-account" in given
        for name, value in attrs:
            if name == "id":
                self.there.append(value or "")
            elif name in REFERS:
                self.referred |= set((value or "").split())
            elif name == "href" and (value or "").startswith("#"):
                self.referred.add((value or "")[1:])


def page() -> Ids:
    ids = Ids()
    ids.feed((ROOT / "index.html").read_text())
    return ids


def sources() -> Iterator[ast.AST]:
    for path in sorted(APP.rglob("*.py")):
        yield from ast.walk(ast.parse(path.read_text()))


def asked() -> set[str]:
    """Return the ids that Python asks for by name."""
    return {
        str(node.args[0].value)
        for node in sources()
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", "") in ASKS or getattr(node.func, "attr", "") in ASKS)
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def looped() -> set[str]:
    """Return the ids that Python asks for one after the other, in a loop over their names."""
    found: set[str] = set()
    for node in sources():
        loops = node.generators if isinstance(node, ast.ListComp | ast.GeneratorExp) else [node]
        for loop in loops:
            if not isinstance(loop, ast.For | ast.comprehension):
                continue
            names = loop.iter.elts if isinstance(loop.iter, ast.Tuple) else []
            if isinstance(loop.target, ast.Name) and loop.target.id in _asked_by_variable(node):
                found |= {str(one.value) for one in names if isinstance(one, ast.Constant)}
    return found


def _asked_by_variable(tree: ast.AST) -> set[str]:
    return {
        node.args[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in ASKS
        and node.args
        and isinstance(node.args[0], ast.Name)
    }


def composed() -> set[str]:
    """Return patterns of the ids that Python puts together, such as `(.+)-dialog`."""
    return {
        "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else "(.+)"
            for part in node.args[0].values
        )
        for node in sources()
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in ASKS
        and node.args
        and isinstance(node.args[0], ast.JoinedStr)
    }


def texts(folder: Path, *endings: str) -> str:
    found = (path for path in sorted(folder.rglob("*")) if path.suffix in endings)
    return "\n".join(path.read_text() for path in found)


def test_no_id_is_there_twice() -> None:
    there = page().there
    assert len(there) == len(set(there))


def test_overlays_that_show_an_account_are_emptied_with_it() -> None:
    others = {name for name, is_marked in page().overlays.items() if not is_marked}
    # The lists of accounts and the launch settings are there without one.
    assert others == {"account-dialog", "remove-dialog", "settings-dialog"}


def test_whatever_is_asked_for_or_referred_to_is_there() -> None:
    ids = page()
    wanted = asked() | looped() | {f"{name}-dialog" for name in get_args(Dialog)}
    # The build puts the icons in.
    wanted |= {name for name in ids.referred if not name.startswith("icon-")}
    assert wanted - set(ids.there) == set()
    for pattern in composed():
        assert any(re.fullmatch(pattern, name) for name in ids.there), pattern


def test_every_id_is_used() -> None:
    ids = page()
    named = {
        node.value
        for node in sources()
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    scripts = texts(APP, ".css", ".js") + texts(ROOT / "playwright", ".mjs")
    selectors = "\n".join(named) + scripts
    words = named | set(re.findall(r"\w+", texts(APP, ".js")))
    patterns = composed() | {f"{begin}(.+)" for begin in re.findall(r"`([\w-]+-)\$\{", scripts)}
    unused = [
        name
        for name in ids.there
        if not (
            name in named
            or name in ids.referred
            or any(
                (found := re.fullmatch(pattern, name)) and found[1] in words for pattern in patterns
            )
            or re.search(rf"#{re.escape(name)}(?![\w-])", selectors)
            or re.search(rf"""['"`]{re.escape(name)}['"`]""", selectors)
        )
    ]
    assert unused == []
