"""The documentation as a site, with the apps of the gallery ready to run."""

from pathlib import Path
from typing import Final

from tools.commands import run
from tools.files import mirror
from tools.paths import NODE_MODULES, ROOT
from tools.setup import venv_program
from tools.site import whole_library
from tools.wheels import library_wheel, lock_file

_CONFIGURATION: Final = ROOT / "src" / "tools" / "docs_site" / "properdocs.yml"
_PYSCRIPT: Final = NODE_MODULES / "@pyscript" / "core" / "dist"
_PYODIDE: Final = NODE_MODULES / "pyodide"
_PYODIDE_FILES: Final = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")


def build_docs(folder: Path) -> None:
    """Makes a folder hold the documentation, for any static server.

    Args:
        folder: What is in it is deleted first.

    Raises:
        ToolError: A link leads nowhere, or a page is not in the navigation.
    """
    build_pages(folder)
    mirror(_gallery_runtime(), folder / "gallery" / "vendor")


def build_pages(folder: Path) -> None:
    """Makes a folder hold the pages only; reading them needs no server.

    Raises:
        ToolError: A link leads nowhere, or a page is not in the navigation.
    """
    options: list[str | Path] = ["--config-file", _CONFIGURATION, "--site-dir", folder.resolve()]
    run(
        [venv_program("python"), "-m", "properdocs", "build", "--strict", *options],
        doing="build the documentation",
    )
    # It lists addresses, which the site has none of before it is published.
    for path in folder.glob("sitemap.xml*"):
        path.unlink()


def _gallery_runtime() -> dict[str, bytes]:
    """Gives PyScript, Pyodide and `indexeddb`, by their paths in the gallery's `vendor`."""
    pyscript = [*_PYSCRIPT.glob("*.js"), *_PYSCRIPT.glob("*.css")]
    files = {f"pyscript/{path.name}": path.read_bytes() for path in pyscript}
    wheel = library_wheel()
    stock_lock = (_PYODIDE / "pyodide-lock.json").read_bytes()
    pyodide = {name: (_PYODIDE / name).read_bytes() for name in _PYODIDE_FILES}
    pyodide["python_stdlib.zip"] = whole_library()
    pyodide["pyodide-lock.json"] = lock_file(stock_lock, [wheel])
    pyodide[wheel.filename] = wheel.data
    return files | {f"pyodide/{name}": data for name, data in pyodide.items()}
