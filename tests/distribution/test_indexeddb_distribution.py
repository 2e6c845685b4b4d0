"""The distribution of `indexeddb`: what a package index, a page and a rebuild get of it."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tools.browser import find_or_install_browser
from tools.commands import find_program, run
from tools.distribution import build_indexeddb
from tools.paths import LIBRARY, NODE_MODULES, PAGE_WHEELS, ROOT
from tools.server import SiteServer
from tools.wheels import lock_file, read_wheel

NEWEST = "pyodide"
OLDEST = "pyodide-oldest"
"""The packages of npm with the Pyodide that the app uses, and the oldest that is supported."""

PYSCRIPT_PAGE = """<!doctype html>
<link rel="icon" href="data:,">
<script type="module" src="/pyscript/core.js"></script>
<script type="py" src="/main.py" config='{{
  "interpreter": "/pyodide/pyodide.mjs", "packages": ["/dist/{wheel}"]
}}'></script>
"""
PYODIDE_PAGE = """<!doctype html>
<link rel="icon" href="data:,">
<script type="module" src="/load.mjs"></script>
"""
PYODIDE_SCRIPT = """
import {{ loadPyodide }} from '/pyodide/pyodide.mjs';
const pyodide = await loadPyodide();
await pyodide.loadPackage('micropip');
await pyodide.pyimport('micropip').install(`${{location.origin}}/dist/{wheel}`);
await pyodide.runPythonAsync(await (await fetch('/main.py')).text());
"""
REPORT = """
import importlib.metadata, json, sys
from js import console
console.info(json.dumps({
    "note": note,
    "count": count,
    "file": indexeddb.__file__,
    "version": importlib.metadata.version("indexeddb"),
    "others": sorted({"msgspec", "roomkeep", "indexeddb._memory"} & sys.modules.keys()),
}))
console.info("done")
"""


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The wheel and the source archive."""
    return build_indexeddb(tmp_path_factory.mktemp("archives"))


@pytest.fixture(scope="module")
def wheel(archives: list[Path]) -> Path:
    return archives[0]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def package_files() -> set[str]:
    """The files to be installed, by their paths in a wheel."""
    files = [*LIBRARY.rglob("*.py"), LIBRARY / "py.typed"]
    return {path.relative_to(LIBRARY.parent).as_posix() for path in files}


def test_another_checkout_builds_the_same_bytes(archives: list[Path], tmp_path: Path) -> None:
    checkout = tmp_path / "elsewhere"
    source = checkout / LIBRARY.relative_to(ROOT)
    shutil.copytree(LIBRARY, source, ignore=shutil.ignore_patterns("__pycache__"))
    for path in source.iterdir():
        os.utime(path, (1_500_000_000, 1_500_000_000))
        path.chmod(0o600)
    # The source archive takes the repository's along.
    shutil.copy(ROOT / ".gitignore", checkout)
    build_indexeddb(tmp_path / "again", source=source)
    assert contents(tmp_path / "again") == {path.name: path.read_bytes() for path in archives}


def test_the_source_archive_builds_the_same_wheel(archives: list[Path], tmp_path: Path) -> None:
    wheel, source = archives
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path, filter="data")
    [unpacked] = tmp_path.iterdir()
    build_indexeddb(tmp_path / "again", source=unpacked)
    assert contents(tmp_path / "again")[wheel.name] == wheel.read_bytes()


def test_the_wheel_holds_the_package_and_needs_nothing(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [metadata] = [archive.read(name) for name in names if name.endswith("/METADATA")]
    package = {name for name in names if ".dist-info/" not in name}
    assert package == package_files()
    assert b"Requires-Dist" not in metadata
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_roomkeep_carries_the_package_along(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    run([*command, "--directory", tmp_path], doing="build Roomkeep")
    [roomkeep] = tmp_path.glob("roomkeep-*.whl")
    with zipfile.ZipFile(roomkeep) as archive:
        carried = {name for name in archive.namelist() if name.startswith("indexeddb/")}
    assert carried == package_files()


@pytest.fixture
def site(tmp_path: Path, wheel: Path) -> Path:
    """A folder to be served, with the wheel and the README's examples as a script."""
    examples = re.findall(
        r"^```python\n(.*?)^```$", (LIBRARY / "README.md").read_text(), re.MULTILINE | re.DOTALL
    )
    assert examples
    (tmp_path / "main.py").write_text("".join([*examples, REPORT]))
    (tmp_path / "dist").mkdir()
    shutil.copy(wheel, tmp_path / "dist")
    return tmp_path


def add_pyodide(site: Path, package: str) -> None:
    """Add Pyodide as npm has it, and micropip, which npm lacks."""
    pyodide = site / "pyodide"
    shutil.copytree(NODE_MODULES / package, pyodide)
    [micropip] = PAGE_WHEELS.glob("micropip-*.whl")
    shutil.copy(micropip, pyodide)
    lock = pyodide / "pyodide-lock.json"
    lock.write_bytes(lock_file(lock.read_bytes(), [read_wheel(micropip)]))


def open_page(site: Path) -> str:
    """Open the site's page in Chromium, and return what it says."""
    node = find_program("node", "Install Node.js and run this again.")
    mounts = {"/": site, "/pyscript/": NODE_MODULES / "@pyscript" / "core" / "dist"}
    with SiteServer(mounts) as server:
        server.start()
        done = subprocess.run(
            [node, ROOT / "src" / "tools" / "page_console.mjs", f"{server.url}index.html"],
            env={**os.environ, "ROOMKEEP_CHROMIUM": str(find_or_install_browser())},
            capture_output=True,
            text=True,
            check=False,
        )
        server.shutdown()
    assert done.returncode == 0, done.stderr
    return done.stdout


def check_report(said: str, wheel: Path) -> None:
    report = json.loads(said.splitlines()[-1])
    assert report["note"] == {"id": "todo", "lines": ["water the plants"]}
    assert report["count"] == 2
    assert report["version"] == wheel.name.split("-")[1]
    assert report["others"] == []


def test_an_empty_pyscript_page_runs_the_readme(site: Path, wheel: Path) -> None:
    add_pyodide(site, NEWEST)
    (site / "index.html").write_text(PYSCRIPT_PAGE.format(wheel=wheel.name))
    check_report(open_page(site), wheel)


@pytest.mark.parametrize("package", [OLDEST, NEWEST])
def test_an_empty_pyodide_page_runs_the_readme(site: Path, wheel: Path, package: str) -> None:
    add_pyodide(site, package)
    (site / "index.html").write_text(PYODIDE_PAGE)
    (site / "load.mjs").write_text(PYODIDE_SCRIPT.format(wheel=wheel.name))
    check_report(open_page(site), wheel)
