"""Compiling archives of Python sources for the page, each only once."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.files import content_hash, keep_recent
from tools.paths import COMPILED, NODE_MODULES, ROOT, ToolError
from tools.setup import find_node

_SCRIPTS: Final = tuple(
    ROOT / "src" / "tools" / name for name in ("compile_python.mjs", "archives.py", "imports.py")
)


@dataclass(frozen=True)
class Sources:
    """An archive of Python sources.

    Attributes:
        data: The zip.
        names: What is imported of it, where only that is wanted, with what that imports in turn.
        without: What is left out of that part.
    """

    data: bytes
    names: Sequence[str] | None = None
    without: Sequence[str] = ()


def compile_archives(archives: Sequence[Sources]) -> list[bytes]:
    """Gives each archive with bytecode of Pyodide's Python in place of its sources.

    Results are kept by the content of all that they are made from, so only what changed is
    compiled, all of it in one run of Node.js.

    Raises:
        ToolError: A source could not be compiled.
    """
    compiler = [path.read_bytes() for path in _SCRIPTS]
    compiler.append((NODE_MODULES / "pyodide" / "package.json").read_bytes())
    results = [
        COMPILED / f"{content_hash(*compiler, archive.data, _part(archive).encode())}.zip"
        for archive in archives
    ]
    missing = [
        (archive, result)
        for archive, result in zip(archives, results, strict=True)
        if not result.exists()
    ]
    if missing:
        COMPILED.mkdir(parents=True, exist_ok=True)
        _compile(missing)
    keep_recent(COMPILED, used=results)
    return [result.read_bytes() for result in results]


def _part(archive: Sources) -> str:
    """Gives which part of an archive is wanted, as the compiling script reads it."""
    if archive.names is None:
        return "null"
    return json.dumps({"names": list(archive.names), "without": list(archive.without)})


def _compile(archives: Sequence[tuple[Sources, Path]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        jobs = []
        for number, (archive, result) in enumerate(archives):
            source = Path(directory, f"{number}.zip")
            source.write_bytes(archive.data)
            library = json.loads(_part(archive))
            jobs.append({"input": str(source), "output": str(result), "library": library})
        done = subprocess.run(
            [find_node(), str(_SCRIPTS[0])],
            cwd=ROOT,
            input=json.dumps(jobs),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise ToolError(f"{done.stderr.strip()}\n\nCould not compile: the reason is above.")
