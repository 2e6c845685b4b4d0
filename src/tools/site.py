"""Building the site: the files of the page and of what it is made with, in one directory."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from roomkeep.localization.catalogue import SOURCE as SOURCE_LANGUAGE
from tools.bytecode import Sources, compile_archives
from tools.compression import compressed_files
from tools.emoji import emoji_files
from tools.files import content_hash, mirror
from tools.localization import fill_manifest, fill_page, make_arb, pack_arb
from tools.paths import NODE_MODULES, PAGE_WHEELS, ROOT, SOURCE, ToolError
from tools.standard_library import NOT_FOR_THE_PAGE, needed_names
from tools.wheels import Wheel, lock_file, own_wheel, pyscript_wheel, read_wheel

_PYSCRIPT: Final = NODE_MODULES / "@pyscript" / "core" / "dist"
_PYODIDE: Final = NODE_MODULES / "pyodide"

_PYSCRIPT_FILES: Final = ("core.js", "core-*.js", "error-*.js", "toml-*.js")
"""What core.js asks for with the plugins that pyscript.toml leaves on."""
_PYODIDE_FILES: Final = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")

_STYLE_SHEET: Final = re.compile(rb' *<link rel="stylesheet" href="/static/(.+\.css)">\n')
_JOINED_STYLES: Final = "static/app.css"
"""The one that the page gets in the place of all."""

_NOT_KEPT: Final = ("vendor/emoji/LICENSE", "vendor/pyodide/micropip-")
"""What a page can do without, by how the paths begin: it is not kept on the device."""

_PRELOADED: Final = (
    "static/pyscript-storage.js",
    "vendor/pyscript/",
    "vendor/pyodide/pyodide.mjs",
    "vendor/pyodide/pyodide.asm.mjs",
)
"""The modules of every start, by how their paths begin.

Never the WebAssembly: the browser would not find the machine code again that it has kept of it.
"""

_NO_VERSION: Final = b'<meta name="version" content="">'

_MANIFEST: Final = "static/manifest.webmanifest"
_SOURCE_MAP: Final = re.compile(rb"\n?//# sourceMappingURL=\S*\s*$")


def build_site(directory: Path, *, compile_own: bool, language: str = SOURCE_LANGUAGE) -> list[str]:
    """Makes a directory hold the whole site. Only what changed is compiled and written.

    Args:
        directory: Where the site goes.
        compile_own: Whether it is as users get it: Roomkeep's own modules compiled, its style
            sheets in one, and every file compressed, too. That loads faster, and building takes
            seconds longer.
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
    files[_MANIFEST] = fill_manifest(files[_MANIFEST], arb)
    files |= _pyscript_files()
    files |= emoji_files()
    files |= _pyodide_files(pack_arb(arb), language, compile_own=compile_own)
    _preload(files)
    if compile_own:
        _join_style_sheets(files)
        version = _version(files)
        filled = _NO_VERSION.replace(b'""', f'"{version}"'.encode())
        files["index.html"] = files["index.html"].replace(_NO_VERSION, filled)
        files["service-worker.js"] = _service_worker(version, files)
        files |= compressed_files(files)
    else:
        files["service-worker.js"] = (SOURCE / "app" / "no-service-worker.js").read_bytes()
    return mirror(files, directory)


def _preload(files: dict[str, bytes]) -> None:
    """Has the page ask at once for what its scripts would ask for one after the other."""
    modules = [name for name in files if name.startswith(_PRELOADED)]
    links = [f'    <link rel="modulepreload" href="/{name}">\n' for name in modules]
    index = files["index.html"]
    *_, last = _STYLE_SHEET.finditer(index)
    files["index.html"] = index[: last.end()] + "".join(links).encode() + index[last.end() :]


def _join_style_sheets(files: dict[str, bytes]) -> None:
    """Puts the page's style sheets into one, in their order: each would be asked for by itself."""
    index = files["index.html"]
    sheets = [f"static/{name.decode()}" for name in _STYLE_SHEET.findall(index)]
    joined = b"\n".join(files.pop(sheet) for sheet in sheets)
    files[_JOINED_STYLES] = joined
    link = f'    <link rel="stylesheet" href="/{_JOINED_STYLES}">\n'.encode()
    links = [link, *[b""] * (len(sheets) - 1)]
    files["index.html"] = _STYLE_SHEET.sub(lambda _: links.pop(0), index)


def whole_library() -> bytes:
    """Gives Python's whole standard library, compiled: pages that run tests need more of it.

    Raises:
        ToolError: It does not compile.
    """
    return compile_archives([Sources((_PYODIDE / "python_stdlib.zip").read_bytes())])[0]


def _version(files: Mapping[str, bytes]) -> str:
    """Gives the version of some files: the same for the same, another when one changes."""
    names = sorted(files)
    return content_hash(*(part for name in names for part in (name.encode(), files[name])))[:16]


def _service_worker(version: str, files: Mapping[str, bytes]) -> bytes:
    """Tells the service worker what files it is to keep, and the hash of each."""
    hashes = {}
    for name in sorted(files):
        if not name.startswith(_NOT_KEPT):
            digest = base64.b64encode(hashlib.sha256(files[name]).digest()).decode()
            hashes["/" if name == "index.html" else f"/{name}"] = digest
    script = (SOURCE / "app" / "service-worker.js").read_text()
    script = script.replace("/* VERSION */", version)
    return script.replace("{/* FILES */}", json.dumps(hashes, indent=2)).encode()


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
            files[path.name] = _SOURCE_MAP.sub(b"", path.read_bytes())
    # Of what is called toml-…, one is left over: nothing asks for it.
    asked = b"".join(files.values())
    return {
        f"vendor/pyscript/{name}": data
        for name, data in files.items()
        if name == _PYSCRIPT_FILES[0] or name.encode() in asked
    }


def _pyodide_files(arb: bytes, language: str, *, compile_own: bool) -> dict[str, bytes]:
    own = own_wheel({f"roomkeep/localization/{language}.arb": arb})
    vendored = [read_wheel(path) for path in sorted(PAGE_WHEELS.glob("*.whl"))]
    wheels = [*vendored, pyscript_wheel(), *([own] if compile_own else [])]
    stock = (_PYODIDE / "python_stdlib.zip").read_bytes()
    part = Sources(stock, needed_names(stock, [own, *wheels]), NOT_FOR_THE_PAGE)
    library, *compiled = compile_archives([part, *(Sources(wheel.data) for wheel in wheels)])
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
