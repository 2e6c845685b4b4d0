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


@pytest.mark.parametrize("page", ["docs/indexeddb.md", "README.md"])
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
        if name.startswith("roomkeep"):
            await indexeddb.delete(name)
