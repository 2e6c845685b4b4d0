"""Running commands: those of the command line, and other programs."""

import os
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from tools.paths import ROOT, ToolError


def run_chosen(chosen: Namespace) -> int:
    """Runs the command that a parser's `run` names and gives its exit status.

    Args:
        chosen: What the parser made of the command line.
    """
    try:
        status: int = chosen.run(chosen)
    except ToolError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def find_program(name: str, advice: str) -> str:
    """Gives the path of a program.

    Raises:
        ToolError: It is not installed. `advice` is the sentence that says how to get it.
    """
    found = shutil.which(name)
    if found is None:
        raise ToolError(f"`{name}` is not installed. {advice}")
    return found


def run(
    command: Sequence[str | Path],
    *,
    doing: str,
    env: Mapping[str, str] | None = None,
    folder: Path = ROOT,
) -> None:
    """Runs a program, quietly; what it said is shown when it fails.

    Args:
        command: The program and its arguments.
        doing: What it is run for, to complete the sentence "Could not …".
        env: Environment variables beside those of this process.
        folder: The folder to run it in.

    Raises:
        ToolError: It ended with an error.
    """
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ToolError(f"{done.stdout.strip()}\n\nCould not {doing}: the reason is above.")


def call(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    output: IO[str] | None = None,
) -> int:
    """Runs a program in the project's root and gives its exit status.

    Args:
        command: The program and its arguments.
        env: Environment variables beside those of this process.
        output: Where what it says goes; this terminal when None.
    """
    return subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        check=False,
    ).returncode


def install_packages(what: str, names: Sequence[str]) -> bool:
    """Installs packages of Debian where that can be done without asking; tells whether it tried.

    Args:
        what: What they are for, to complete the sentence "Installing …".
        names: The packages.
    """
    apt_get = shutil.which("apt-get")
    if not apt_get or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    print(f"Installing {what} …", flush=True)
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    if call([apt_get, "update", "-qq"], env=quiet) != 0:
        return False
    call([apt_get, "install", "-y", "-qq", "--no-install-recommends", *names], env=quiet)
    return True
