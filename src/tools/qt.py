"""What the desktop's window needs: Qt from PyPI, and the libraries that it asks of the system."""

import os
import shutil
import subprocess

from tools.commands import call, run
from tools.files import Stamp
from tools.paths import ROOT, ToolError
from tools.setup import set_up, venv_identity, venv_program

WINDOW_VARIABLE = "ROOMKEEP_PYTHON"
"""The environment variable that names the Python in which the tests may show a window."""
OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}
"""The environment in which Qt needs no screen."""

_REQUIREMENTS = ROOT / "src" / "tools" / "desktop-requirements.txt"
_PACKAGES = (
    ("libasound2t64", "libasound2"),
    ("libdbus-1-3",),
    ("libegl1",),
    ("libfontconfig1",),
    ("libgbm1",),
    ("libgl1",),
    ("libglib2.0-0t64", "libglib2.0-0"),
    ("libgssapi-krb5-2",),
    ("libnss3",),
    ("libwayland-cursor0",),
    ("libx11-xcb1",),
    ("libxcb-cursor0",),
    ("libxcb-dri3-0",),
    ("libxcb-icccm4",),
    ("libxcb-image0",),
    ("libxcb-keysyms1",),
    ("libxcb-randr0",),
    ("libxcb-render-util0",),
    ("libxcb-shape0",),
    ("libxcb-xkb1",),
    ("libxcomposite1",),
    ("libxdamage1",),
    ("libxkbcommon-x11-0",),
    ("libxkbfile1",),
    ("libxrandr2",),
    ("libxtst6",),
)
"""What Debian and Ubuntu call the libraries, with the names of newer releases first."""
_TRIAL = (
    "import PySide6.QtWebEngineWidgets; from PySide6.QtWidgets import QApplication; "
    "QApplication([])"
)


def set_up_window(*, offscreen: bool) -> None:
    """Gets what the window needs beyond `set_up`. Does only what is not done yet.

    Args:
        offscreen: Whether it is to run without a screen, as tests do.

    Raises:
        ToolError: Something is missing that the user must install.
    """
    set_up()
    stamp = Stamp("desktop-requirements", [_REQUIREMENTS.read_bytes(), venv_identity()])
    if not stamp.is_current():
        print("Installing Qt for the window …", flush=True)
        stamp.clear()
        rules = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
        run(
            [venv_program("pip"), "install", *rules, "-r", _REQUIREMENTS],
            doing="install Qt for the window",
        )
        stamp.write()
    problem = _try_qt(offscreen=offscreen)
    if problem is not None and _install_libraries():
        problem = _try_qt(offscreen=offscreen)
    if problem is not None:
        names = " ".join(packages[-1] for packages in _PACKAGES)
        raise ToolError(
            f"{problem}\n\nQt, which shows the window, does not start here: the reason is above. "
            + ("" if offscreen else "It needs a screen, and these libraries. ")
            + f"On Debian and Ubuntu run `apt-get install {names}`, then run this again."
        )


def _try_qt(*, offscreen: bool) -> str | None:
    """Tells why Qt does not start here; None where it does."""
    done = subprocess.run(
        [venv_program("python"), "-c", _TRIAL],
        env={**os.environ, **(OFFSCREEN if offscreen else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    return None if done.returncode == 0 else done.stderr.strip() or f"status {done.returncode}"


def _install_libraries() -> bool:
    """Installs the libraries where that can be done without asking; tells whether it tried."""
    apt_get = shutil.which("apt-get")
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if not apt_get or not is_root:
        return False
    print("Installing the libraries that Qt needs …", flush=True)
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    if call([apt_get, "update", "-qq"], env=quiet) != 0:
        return False
    chosen = [next(filter(_is_known, names), names[-1]) for names in _PACKAGES]
    call([apt_get, "install", "-y", "-qq", "--no-install-recommends", *chosen], env=quiet)
    return True


def _is_known(package: str) -> bool:
    command = ["apt-cache", "show", "--quiet=2", package]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
