"""The commands of `python3 src/tools`."""

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from types import FrameType

from tools.paths import DEV_SITE, SITE, ToolError
from tools.server import SiteServer
from tools.setup import set_up, set_up_tests
from tools.site import build_site

_DEFAULT_PORT = 8000


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit status."""
    commands: dict[str, tuple[Callable[[], int], str]] = {
        "setup": (_setup, "get all that building, serving and testing need"),
        "build": (_build, "build the site into .build/site"),
        "start": (_start, "build the site and serve it"),
        "dev": (_dev, "serve the site and rebuild it while you edit"),
        "test": (_test, "run every check and test"),
        "bench-start": (_bench_start, "measure how fast the page starts"),
    }
    parser = argparse.ArgumentParser(prog="python3 src/tools", description="Roomkeep's tools.")
    parsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, (_, help_text) in commands.items():
        parsers.add_parser(name, help=help_text, description=help_text)
    command, _ = commands[parser.parse_args(arguments).command]
    try:
        return command()
    except ToolError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _setup() -> int:
    set_up_tests()
    return 0


def _build() -> int:
    set_up()
    started = time.monotonic()
    changed = build_site(SITE, compile_own=True)
    print(f"The site is in .build/site: {_count(changed)} in {time.monotonic() - started:.1f} s.")
    return 0


def _start() -> int:
    set_up()
    build_site(SITE, compile_own=True)
    return _serve(SiteServer({"/": SITE}, *_address()))


def _dev() -> int:
    set_up()
    building = threading.Lock()

    def rebuild() -> None:
        with building:
            try:
                changed = build_site(DEV_SITE, compile_own=False)
            except ToolError as error:
                print(error, file=sys.stderr, flush=True)
                raise
        if changed:
            few = ", ".join(changed) if len(changed) <= 5 else _count(changed)  # noqa: PLR2004
            print(f"Rebuilt: {few}", flush=True)

    build_site(DEV_SITE, compile_own=False)
    return _serve(SiteServer({"/": DEV_SITE}, *_address(), before_index=rebuild))


def _test() -> int:
    from tools.check import check  # noqa: PLC0415 - serving must not wait for what it needs not.

    return check()


def _bench_start() -> int:
    from tools.bench_start import bench_start  # noqa: PLC0415 - as above.

    return bench_start()


def _address() -> tuple[str, int]:
    port = os.environ.get("PORT") or str(_DEFAULT_PORT)
    if not port.isdecimal():
        raise ToolError(f"PORT is {port!r}, but must be a number, such as {_DEFAULT_PORT}.")
    return os.environ.get("HOST") or "127.0.0.1", int(port)


def _serve(server: SiteServer) -> int:
    """Serves until Ctrl+C or SIGTERM, which both end it with status 0."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    print(f"Roomkeep is at {server.url}", flush=True)
    with server:
        server.serve_forever()
    return 0


def _count(changed: Sequence[str]) -> str:
    return f"{len(changed)} file{'' if len(changed) == 1 else 's'} changed"
