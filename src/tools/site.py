"""Building the site: the files of the page and of what it is made with, in one directory."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from roomkeep.localization.catalogue import SOURCE as SOURCE_LANGUAGE
from tools.bytecode import compile_archives
from tools.emoji import emoji_files
from tools.files import mirror
from tools.localization import fill_page, make_arb, pack_arb
from tools.paths import NODE_MODULES, PAGE_WHEELS, ROOT, SOURCE, ToolError
from tools.wheels import Wheel, lock_file, own_wheel, pyscript_wheel, read_wheel

_PYSCRIPT: Final = NODE_MODULES / "@pyscript" / "core" / "dist"
_PYODIDE: Final = NODE_MODULES / "pyodide"

_PYSCRIPT_FILES: Final = ("core.js", "core-*.js", "error-*.js", "toml-*.js")
"""What core.js asks for with the plugins that pyscript.toml leaves on."""
_PYODIDE_FILES: Final = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")

_SOURCE_MAP: Final = re.compile(rb"\n?//# sourceMappingURL=\S*\s*$")


def build_site(directory: Path, *, compile_own: bool, language: str = SOURCE_LANGUAGE) -> list[str]:
    """Makes a directory hold the whole site. Only what changed is compiled and written.

    Args:
        directory: Where the site goes.
        compile_own: Whether Roomkeep's own modules are compiled: they load faster, but building
            takes seconds longer.
        language: The language of the interface.

    Returns:
        The paths in the site that were written or deleted.

    Raises:
        ToolError: Something does not compile, a text is missing, or a package of npm is not as
            expected.
    """
    arb = make_arb(language)
    files = {
        "index.html": fill_page((ROOT / "index.html").read_text("utf-8"), arb).encode(),
        "pyscript.toml": (ROOT / "pyscript.toml").read_bytes(),
    }
    files |= _static_files()
    files |= _pyscript_files()
    files |= emoji_files()
    files |= _pyodide_files(pack_arb(arb), language, compile_own=compile_own)
    files["service-worker.js"] = _service_worker(files)
    return mirror(files, directory)


def _service_worker(files: Mapping[str, bytes]) -> bytes:
    """Tells the service worker what files there are; another content makes another worker."""
    paths = ["/", *(f"/{name}" for name in sorted(files))]
    version = hashlib.sha256()
    for name in sorted(files):
        version.update(f"{name} {hashlib.sha256(files[name]).hexdigest()}\n".encode())
    script = (SOURCE / "app" / "service-worker.js").read_text()
    script = script.replace("VERSION", version.hexdigest()[:16])
    return script.replace("[/* FILES */]", json.dumps(paths, indent=2)).encode()


def _static_files() -> dict[str, bytes]:
    static = SOURCE / "app" / "static"
    return {
        f"static/{path.relative_to(static).as_posix()}": path.read_bytes()
        for path in sorted(static.rglob("*"))
        if path.is_file()
    }


def _pyscript_files() -> dict[str, bytes]:
    files = {}
    for pattern in _PYSCRIPT_FILES:
        found = sorted(_PYSCRIPT.glob(pattern))
        if not found:
            raise ToolError(
                f"@pyscript/core has no file {pattern} any more. "
                "Bring the list in src/tools/site.py up to date."
            )
        for path in found:
            files[f"vendor/pyscript/{path.name}"] = _SOURCE_MAP.sub(b"", path.read_bytes())
    return files


def _pyodide_files(arb: bytes, language: str, *, compile_own: bool) -> dict[str, bytes]:
    own = own_wheel({f"roomkeep/localization/{language}.arb": arb})
    vendored = [read_wheel(path) for path in sorted(PAGE_WHEELS.glob("*.whl"))]
    wheels = [*vendored, pyscript_wheel(), *([own] if compile_own else [])]
    standard_library = (_PYODIDE / "python_stdlib.zip").read_bytes()
    library, *compiled = compile_archives([standard_library, *(wheel.data for wheel in wheels)])
    page_wheels: list[Wheel] = [
        replace(wheel, data=data) for wheel, data in zip(wheels, compiled, strict=True)
    ]
    if not compile_own:
        page_wheels.append(own)

    files = {name: (_PYODIDE / name).read_bytes() for name in _PYODIDE_FILES}
    for name in ("pyodide.mjs", "pyodide.asm.mjs"):
        files[name] = _SOURCE_MAP.sub(b"", files[name])
    files["python_stdlib.zip"] = library
    stock_lock = (_PYODIDE / "pyodide-lock.json").read_bytes()
    files["pyodide-lock.json"] = lock_file(stock_lock, page_wheels)
    files |= {wheel.filename: wheel.data for wheel in page_wheels}
    return {f"vendor/pyodide/{name}": data for name, data in files.items()}
