"""Wheels: getting those of PyPI, making our own for the page, and listing them for Pyodide."""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.archives import write_archive
from tools.commands import run
from tools.files import Stamp, remove
from tools.paths import LIBRARY, NODE_MODULES, ROOT, SOURCE

_PLATFORM: Final = "pyemscripten_2026_0_wasm32"
_PYTHON: Final = "3.14"
_NOT_FOR_THE_PAGE: Final = (
    "roomkeep/desktop/",
    "roomkeep/sync/httpx_transport.py",
    "roomkeep/storage/engines/sqlite/",
    "roomkeep/app/static/",
)


@dataclass(frozen=True)
class Wheel:
    """A wheel for the page.

    Attributes:
        name: Its package's name as PyPI normalises it.
        version: Its package's version.
        filename: Its file's name, with name, version and tags.
        data: Its bytes.
        depends: The names of the packages that Pyodide must load along with it.
        imports: The modules that it brings.
    """

    name: str
    version: str
    filename: str
    data: bytes
    depends: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()


def download_wheels(requirements: Path, directory: Path, *, pip: Path) -> None:
    """Makes a directory hold the wheels that a requirements file names, for Pyodide's Python.

    Args:
        requirements: A requirements file with a hash for each wheel.
        directory: Where the wheels go.
        pip: The pip to ask.

    Raises:
        ToolError: pip could not get them.
    """
    stamp = Stamp(directory.name, [requirements.read_bytes()])
    wanted = len(re.findall(r"^\w", requirements.read_text(), re.MULTILINE))
    if stamp.is_current() and len(list(directory.glob("*.whl"))) == wanted:
        return
    print(f"Downloading the wheels of {requirements.relative_to(ROOT)} …", flush=True)
    stamp.clear()
    remove(directory)
    target = ["--platform", _PLATFORM, "--python-version", _PYTHON, "--implementation", "cp"]
    abis = ["--abi", "cp314", "--abi", "abi3", "--abi", "none"]
    rules = ["--no-deps", "--only-binary", ":all:", "--require-hashes"]
    run(
        [pip, "download", *rules, *target, *abis, "-r", requirements, "-d", directory],
        doing=f"download the wheels of {requirements.relative_to(ROOT)}",
    )
    stamp.write()


def read_wheel(path: Path) -> Wheel:
    """Reads a downloaded wheel."""
    name, version = path.name.split("-")[:2]
    return Wheel(_normalise(name), version, path.name, path.read_bytes(), (), (name,))


def own_wheel(extra: Mapping[str, bytes]) -> Wheel:
    """Makes the wheel of Roomkeep and its library that runs in the page, as sources.

    Its metadata comes from pyproject.toml. What only the desktop uses, and the files that the page
    gets from the server, are left out.

    Args:
        extra: Files to take along that are no modules, by their paths in the wheel.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    modules = {
        path: data
        for path, data in {**_python_files(LIBRARY), **_python_files(SOURCE)}.items()
        if not path.startswith(_NOT_FOR_THE_PAGE)
    }
    files = {**modules, **extra}
    return _make_wheel(project["name"], project["version"], files, project["dependencies"])


def library_wheel() -> Wheel:
    """Makes the wheel of `indexeddb`, as sources; its metadata comes from its pyproject.toml."""
    project = tomllib.loads((LIBRARY / "pyproject.toml").read_text())["project"]
    return _make_wheel(project["name"], project["version"], _python_files(LIBRARY), [])


def pyscript_wheel() -> Wheel:
    """Makes a wheel of PyScript's own Python package, `pyscript`, as sources.

    PyScript carries it along in its JavaScript, and has Python compile it at each start. Where the
    page imports it from this wheel before that, it is there already, as bytecode.
    """
    core = NODE_MODULES / "@pyscript" / "core"
    version = json.loads((core / "package.json").read_text())["version"]
    return _make_wheel("pyscript", version, _python_files(core / "src" / "stdlib" / "pyscript"), [])


def lock_file(stock: bytes, wheels: Iterable[Wheel]) -> bytes:
    """Writes the lock file from which Pyodide learns which packages there are.

    Args:
        stock: The lock file that came with Pyodide; what it says of the interpreter is kept.
        wheels: The packages. They lie beside the lock file.
    """
    packages = {
        wheel.name: {
            "name": wheel.name,
            "version": wheel.version,
            "file_name": wheel.filename,
            "sha256": hashlib.sha256(wheel.data).hexdigest(),
            "install_dir": "site",
            "package_type": "package",
            "depends": list(wheel.depends),
            "imports": list(wheel.imports),
            "unvendored_tests": False,
        }
        for wheel in wheels
    }
    lock = {"info": json.loads(stock)["info"], "packages": packages}
    return json.dumps(lock, indent=1).encode()


def _make_wheel(
    name: str, version: str, modules: Mapping[str, bytes], dependencies: Sequence[str]
) -> Wheel:
    info = f"{name}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {need}\n" for need in dependencies)
    metadata = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{needs}"
    tags = "Wheel-Version: 1.0\nGenerator: roomkeep\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {
        **modules,
        f"{info}/METADATA": metadata.encode(),
        f"{info}/WHEEL": tags.encode(),
        f"{info}/RECORD": b"",
    }
    depends = tuple(_normalise(re.split(r"[\s<>=!~;\[]", need)[0]) for need in dependencies)
    data = write_archive(files, compressed=True)
    imports = tuple(sorted({path.split("/")[0] for path in modules}))
    return Wheel(name, version, f"{name}-{version}-py3-none-any.whl", data, depends, imports)


def _python_files(package: Path) -> dict[str, bytes]:
    """Gives the modules of a package, by their paths from where the package is."""
    return {
        path.relative_to(package.parent).as_posix(): path.read_bytes()
        for path in sorted(package.rglob("*.py"))
    }


def _normalise(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
