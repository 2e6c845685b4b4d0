"""Zips of Python modules, and turning the sources in them into bytecode.

The build runs this file twice over: under the host's Python, to make our own wheel, and inside
Pyodide, whose Python is the only one that writes bytecode which it can read. So it imports nothing
but the standard library, and `imports`.
"""

import base64
import hashlib
import io
import py_compile
import tempfile
import zipfile
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from tools.imports import needed_files

_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can hold. One time for all makes equal contents equal bytes."""


def read_archive(data: bytes) -> dict[str, bytes]:
    """Gives the files of a zip by their paths."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def write_archive(files: dict[str, bytes], *, compressed: bool = False) -> bytes:
    """Makes a zip of files. The same files give the same bytes, whenever it is made.

    A wheel's RECORD is brought up to date.

    Args:
        files: Contents by path.
        compressed: Whether to deflate: smaller, but slower to read.
    """
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in files.items():
            content = _record(files, path) if path.endswith(".dist-info/RECORD") else data
            archive.writestr(zipfile.ZipInfo(path, _TIME), content, method)
    return buffer.getvalue()


def compile_archive(data: bytes) -> bytes:
    """Puts bytecode in place of the sources in a zip, for the Python that runs this.

    The bytecode is of the unchecked-hash kind, so that Python takes it without looking for a
    source, and has no docstrings, a tenth of it. The zip is stored, not deflated: Python then reads
    it faster, and the web server's compression does the rest. Type stubs are left out.

    Raises:
        py_compile.PyCompileError: A source has an error.
    """
    compiled = {}
    for path, content in read_archive(data).items():
        if path.endswith(".py"):
            compiled[f"{path}c"] = _compile(path, content)
        elif not path.endswith((".pyi", "/py.typed")):
            compiled[path] = content
    return write_archive(compiled)


def compile_library(data: bytes, names: Iterable[str], without: Collection[str]) -> bytes:
    """Does the same with the modules of a library that are needed to import some names.

    Raises:
        py_compile.PyCompileError: A source has an error.
    """
    return compile_archive(write_archive(needed_files(read_archive(data), names, without)))


def _compile(path: str, source: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        source_file, bytecode_file = Path(directory, "source.py"), Path(directory, "bytecode.pyc")
        source_file.write_bytes(source)
        py_compile.compile(
            str(source_file),
            cfile=str(bytecode_file),
            dfile=path,
            doraise=True,
            optimize=2,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
        return bytecode_file.read_bytes()


def _record(files: dict[str, bytes], own_path: str) -> bytes:
    lines = []
    for path, data in files.items():
        if path != own_path:
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            lines.append(f"{path},sha256={digest},{len(data)}\n")
    return "".join([*lines, f"{own_path},,\n"]).encode()
