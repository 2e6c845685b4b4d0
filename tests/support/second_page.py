"""A second page of the same origin, with a Python of its own."""

from typing import Any, Self

from support.js import run_js

_OPEN = """async () => {
    const frame = document.body.appendChild(document.createElement('iframe'));
    const page = frame.contentWindow;
    // The page's policy lets no inline script be.
    const address = `${location.origin}/vendor/pyodide/pyodide.mjs`;
    const { loadPyodide } = await page.eval(`import('${address}')`);
    frame.python = await loadPyodide({ packages: ['roomkeep'] });
    return frame;
}"""


class SecondPage:
    """The page. Leaving the `async with` statement closes it."""

    def __init__(self) -> None:
        self._frame: Any = None

    async def __aenter__(self) -> Self:
        """Open it, and start its Python."""
        self._frame = await run_js(_OPEN)()
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Close it."""
        self.close()

    async def run(self, code: str) -> Any:
        """Run Python code in it, which may await, and return the last expression's value."""
        return await self._frame.python.runPythonAsync(code)

    def begin(self, code: str) -> None:
        """Run Python code in it, up to its first `await`."""
        self._frame.python.runPython(code)

    def close(self) -> None:
        """Close it at once, whatever it does."""
        self._frame.remove()
