"""Compressing the site's files, each only once."""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from tools.files import content_hash, keep_recent
from tools.paths import COMPRESSED, ROOT, ToolError
from tools.setup import find_node

ENCODINGS: Final = {"br": "br", "gzip": "gz"}
"""HTTP's names of the ways to compress, the best first, and how the name of such a file ends."""

_SCRIPT: Final = ROOT / "src" / "tools" / "compress.mjs"
_COMPRESSED_ALREADY: Final = frozenset((".png", ".webp", ".woff2"))
_LEAST_SIZE: Final = 1000
"""In bytes: what is smaller fits into one packet anyway."""


def compressed_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Gives the compressed forms of files by their paths, such as `index.html.br`.

    There are none of files that hardly get smaller. Results are kept by content, so only what
    changed is compressed: the runtime, which takes half a minute, once.

    Args:
        files: Contents by path.

    Raises:
        ToolError: Node.js could not compress.
    """
    script = _SCRIPT.read_bytes()
    results = {}
    missing = {}
    for path, data in files.items():
        if len(data) < _LEAST_SIZE or PurePosixPath(path).suffix in _COMPRESSED_ALREADY:
            continue
        name = content_hash(script, data)
        for ending in ENCODINGS.values():
            result = results[f"{path}.{ending}"] = COMPRESSED / f"{name}.{ending}"
            if not result.exists():
                missing[result] = data
    COMPRESSED.mkdir(parents=True, exist_ok=True)
    if missing:
        _compress(missing)
    keep_recent(COMPRESSED, used=results.values())
    compressed = {path: result.read_bytes() for path, result in results.items()}
    return {
        path: data
        for path, data in compressed.items()
        if len(data) < 0.9 * len(files[path.rpartition(".")[0]])
    }


def _compress(missing: Mapping[Path, bytes]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        jobs = []
        # The largest take longest, so they begin first.
        for result, data in sorted(missing.items(), key=lambda item: -len(item[1])):
            source = Path(directory, result.stem)
            source.write_bytes(data)
            encoding = result.suffix.removeprefix(".")
            jobs.append({"input": str(source), "output": str(result), "encoding": encoding})
        done = subprocess.run(
            [find_node(), str(_SCRIPT)],
            cwd=ROOT,
            input=json.dumps(jobs),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise ToolError(f"{done.stderr.strip()}\n\nCould not compress: the reason is above.")
