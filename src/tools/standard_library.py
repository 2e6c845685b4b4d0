"""Python's standard library for the page: the part of it that the page can come to import."""

from collections.abc import Iterable
from typing import Final

from tools.archives import read_archive
from tools.imports import imported_names, module_name
from tools.wheels import Wheel

_NEEDED_BY_PYTHON: Final = (
    "site",
    "_sitebuiltins",
    "zipimport",
    "_strptime",
    *(
        f"encodings.{codec}"
        for codec in (
            "aliases",
            "ascii",
            "cp437",  # of names in zips
            "idna",
            "latin_1",
            "raw_unicode_escape",
            "unicode_escape",
            "utf_16",
            "utf_16_be",
            "utf_16_le",
            "utf_32",
            "utf_32_be",
            "utf_32_le",
            "utf_8",
            "utf_8_sig",
        )
    ),
)
"""What the interpreter imports by itself: no import in a source names it."""

NOT_FOR_THE_PAGE: Final = (
    # Tools of developers.
    *("_pyrepl", "argparse", "bdb", "cmd", "ctypes", "curses", "doctest", "getopt", "optparse"),
    *("pdb", "py_compile", "pydoc", "rlcompleter", "tracemalloc", "unittest"),
    # Other processes, and sockets: there are none in a page.
    *("concurrent.futures.process", "concurrent.interpreters", "ftplib", "http", "multiprocessing"),
    *("asyncio.proactor_events", "asyncio.windows_events", "asyncio.windows_utils", "netrc"),
    *("pyodide.console", "urllib.request", "urllib.response"),
)
"""Modules that some other of the library would import, where a page never comes."""


def needed_names(library: bytes, wheels: Iterable[Wheel]) -> list[str]:
    """Gives the names that are imported of the library, by Python, by Pyodide and by some wheels.

    Args:
        library: The zip of the whole library.
        wheels: All that the page loads.
    """
    names = set(_NEEDED_BY_PYTHON)
    for path in read_archive(library):
        if path.endswith(".py") and path.startswith(("pyodide/", "_pyodide/")):
            names.add(module_name(path))
    for wheel in wheels:
        names |= imported_names(read_archive(wheel.data))
    return sorted(names)
