"""JavaScript, for what a test must have done behind Python's back."""

try:
    from pyodide.code import run_js
except ImportError:  # collected under CPython, where these tests do not run

    def run_js(code: str) -> object:
        raise RuntimeError("there is no JavaScript here")


__all__ = ["run_js"]
