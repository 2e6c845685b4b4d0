"""Compiling archives of Python sources for the page, each only once."""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tools.files import content_hash
from tools.paths import COMPILED, NODE_MODULES, ROOT, ToolError
from tools.setup import find_node

_SCRIPTS: Final = (
    ROOT / "src" / "tools" / "archives.py",
    ROOT / "src" / "tools" / "compile_python.mjs",
)
_KEEP_DAYS: Final = 7


def compile_archives(archives: Sequence[bytes]) -> list[bytes]:
    """Gives each archive with bytecode of Pyodide's Python in place of its sources.

    Results are kept by the content of all that they are made from, so only what changed is
    compiled, all of it in one run of Node.js.

    Raises:
        ToolError: A source could not be compiled.
    """
    compiler = [path.read_bytes() for path in _SCRIPTS]
    compiler.append((NODE_MODULES / "pyodide" / "package.json").read_bytes())
    results = [COMPILED / f"{content_hash(*compiler, archive)}.zip" for archive in archives]
    missing = [
        (archive, result)
        for archive, result in zip(archives, results, strict=True)
        if not result.exists()
    ]
    if missing:
        COMPILED.mkdir(parents=True, exist_ok=True)
        _compile(missing)
    for result in results:
        os.utime(result)
    _forget_unused()
    return [result.read_bytes() for result in results]


def _compile(archives: Sequence[tuple[bytes, Path]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        jobs = []
        for number, (archive, result) in enumerate(archives):
            source = Path(directory, f"{number}.zip")
            source.write_bytes(archive)
            jobs.append({"input": str(source), "output": str(result)})
        done = subprocess.run(
            [find_node(), str(_SCRIPTS[1])],
            cwd=ROOT,
            input=json.dumps(jobs),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise ToolError(f"{done.stderr.strip()}\n\nCould not compile: the reason is above.")


def _forget_unused() -> None:
    oldest = time.time() - _KEEP_DAYS * 24 * 60 * 60
    for path in COMPILED.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
