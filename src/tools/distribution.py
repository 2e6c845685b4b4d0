"""The distribution of `indexeddb`: the archives to upload to a package index."""

from pathlib import Path

from tools.commands import run
from tools.paths import LIBRARY
from tools.setup import venv_program


def build_indexeddb(folder: Path, *, source: Path = LIBRARY) -> list[Path]:
    """Builds the source archive and the wheel of `indexeddb`, and checks both.

    The same source gives the same bytes. Nothing is downloaded.

    Args:
        folder: Where they go, in place of those of any version.
        source: The folder of the package, with its pyproject.toml.

    Returns:
        The paths of the two.

    Raises:
        ToolError: They cannot be built, or a package index would not take them.
    """
    for old in folder.glob("indexeddb-*"):
        old.unlink()
    run(
        [venv_program("python"), "-m", "hatchling", "build", "--directory", folder.resolve()],
        doing="build indexeddb",
        folder=source,
    )
    archives = sorted(folder.glob("indexeddb-*"))
    run([venv_program("twine"), "check", "--strict", *archives], doing="check the archives")
    return archives
