"""The examples in the documentation run as they stand there."""

import ast
import inspect
import re
import types
from pathlib import Path
from typing import Any

import pytest

import indexeddb

ROOT = Path(__file__).parents[2]


def pages_with_examples() -> list[str]:
    guide = (ROOT / "docs" / "indexeddb").glob("*.md")
    pages = [page for page in guide if "```python" in page.read_text()]
    return ["README.md", *sorted(page.relative_to(ROOT).as_posix() for page in pages)]


@pytest.mark.parametrize("page", pages_with_examples())
async def test_the_examples_of_a_page_run_from_top_to_bottom(page: str) -> None:
    text = (ROOT / page).read_text()
    examples = list(re.finditer(r"```python\n(.*?)```", text, re.DOTALL))
    assert examples
    names: dict[str, Any] = {"__name__": "example"}
    for example in examples:
        line = text.count("\n", 0, example.start(1))
        tree = ast.parse(example[1], f"{page}:{line}")
        code = compile(tree, f"{page}:{line}", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        running = types.FunctionType(code, names)()
        if inspect.iscoroutine(running):
            await running
    for name in await indexeddb.names():
        # PyScript never closes the databases of its `storage`.
        if not name.startswith("IDBMap/"):
            await indexeddb.delete(name)
