"""JavaScript, for what a test must have done behind Python's back."""

from typing import Any

try:
    from pyodide.code import run_js
except ImportError:  # collected under CPython, where these tests do not run

    def run_js(_code: str) -> Any:
        raise RuntimeError("there is no JavaScript here")


__all__ = ["run_js"]
