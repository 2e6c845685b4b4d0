"""The part of a library that is needed: what is imported, however deep."""

import pytest

from tools.imports import imported_names, needed_files

LIBRARY = {
    "json/__init__.py": b"from .decoder import Decoder",
    "json/decoder.py": b"import re",
    "json/tool.py": b"import argparse",
    "re.py": b"def compile():\n    from enum import Flag",
    "enum.py": b"try:\n    import _c_enum\nexcept ImportError:\n    import pdb",
    "pdb.py": b"import cmd",
    "cmd.py": b"",
    "argparse.py": b"",
    "README.txt": b"",
}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (b"import a.b, c as d", {"a.b", "c"}),
        (b"from a import b as c, d", {"a", "a.b", "a.d"}),
        (b"from . import b", {"package", "package.b"}),
        (b"from ..other import b", {"other", "other.b"}),
        (b"async def f():\n    with x:\n        import a", {"a"}),
        (b"if TYPE_CHECKING:\n    import a\nelse:\n    import b", {"b"}),
    ],
)
def test_finds_every_import(source: bytes, names: set[str]) -> None:
    assert imported_names({"package/module.py": source, "package/data.json": b"{"}) == names


def test_takes_what_is_imported_in_turn() -> None:
    needed = needed_files(LIBRARY, ["json", "js"], without=["pdb"])
    assert list(needed) == ["json/__init__.py", "json/decoder.py", "re.py", "enum.py"]
    assert needed["enum.py"] == LIBRARY["enum.py"]


def test_a_module_brings_its_packages() -> None:
    needed = needed_files(LIBRARY, ["json.tool"], without=["re"])
    assert list(needed) == ["json/__init__.py", "json/decoder.py", "json/tool.py", "argparse.py"]
