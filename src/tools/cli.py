"""The commands of `python3 src/tools`."""

import os
import signal
import sys
import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from types import FrameType

from tools.browsers import test_browsers
from tools.check import STEPS, check, take_screenshots
from tools.commands import run_chosen
from tools.desktop import show_desktop
from tools.distribution import build_indexeddb
from tools.docs import build_docs
from tools.federation import run_federation
from tools.homeserver import DEFAULT_PORT as HOMESERVER_PORT
from tools.homeserver import run_homeserver
from tools.keys import DELAYS, test_keys
from tools.long_tests import test_fuzz, test_long, test_search, test_sync
from tools.paths import DEV_SITE, DISTRIBUTIONS, DOCS, ROOT, SITE, ToolError
from tools.server import SiteServer
from tools.setup import set_up, set_up_test_tools, set_up_tests
from tools.site import build_site

_DEFAULT_PORT = 8000


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit status."""
    return run_chosen(_parser().parse_args(arguments))


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python3 src/tools", description="Roomkeep's tools.")
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, run: Callable[[Namespace], int], text: str) -> ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    add("setup", _setup, "get all that building, serving and testing need")
    add("build", _build, "build the site into .build/site")
    add("build-indexeddb", _build_indexeddb, "build the distribution of indexeddb into build/")
    add("build-docs", _build_docs, "build the documentation into .build/docs")
    add("start", _start, "build the site and serve it")
    add("dev", _dev, "serve the site and rebuild it while you edit")
    add("desktop", _desktop, "build the site and show it in a window of its own")
    homeserver = add("homeserver", _homeserver, "run a Matrix homeserver on this machine")
    homeserver.add_argument(
        "--fresh", action="store_true", help="delete the data of earlier runs first"
    )
    homeserver.add_argument(
        "--federation", action="store_true", help="two that speak to each other, a person on each"
    )
    test = add("test", _test, "run every check and test, or those that are named")
    test.add_argument("steps", nargs="*", metavar="step", help=", ".join(STEPS))
    long = add("test-long", _test_long, "compare with the model and kill the browser many times")
    long.add_argument("--seed", type=int, help="what the calls are made from; any when not given")
    searches = add("test-search", _test_search, "compare 10,000 searches with a plain scan")
    searches.add_argument("--seed", type=int, help="what is searched; any when not given")
    fuzz = add("test-fuzz", _test_fuzz, "damage archives at random and try to import them")
    fuzz.add_argument("--seconds", type=float, default=300, help="for how long; 300 as a rule")
    fuzz.add_argument("--seed", type=int, help="what the damage is made from; any when not given")
    sync = add("test-sync", _test_sync, "have clients of all kinds act at random on a homeserver")
    sync.add_argument("--operations", type=int, default=10_000, help="how many; 10,000 as a rule")
    sync.add_argument("--kills", type=int, default=200, help="how many times one is killed; 200")
    sync.add_argument("--seed", type=int, help="what they do is made from it; any when not given")
    browsers = add(
        "test-browsers", _test_browsers, "run the page's tests in the other browsers too"
    )
    browsers.add_argument(
        "--write", action="store_true", help="put the results into docs/browsers.md"
    )
    keys = add("test-keys", _test_keys, "prove that no key is lost, nor goes astray")
    keys.add_argument("--rounds", type=int, default=20, help="how often each is done; 20 as a rule")
    keys.add_argument(
        "--delay", type=int, nargs="+", default=DELAYS, help="the ms between two keys"
    )
    keys.add_argument(
        "--only", nargs="+", default=[], help="parts of the names of the scenarios to play"
    )
    keys.add_argument("--worker", action="store_true", help="with the page's service worker")
    add("screenshots", _screenshots, "take a picture of every screen of the app")
    return parser


def _setup(_: Namespace) -> int:
    set_up_tests()
    return 0


def _build(_: Namespace) -> int:
    set_up()
    started = time.monotonic()
    changed = build_site(SITE, compile_own=True)
    print(f"The site is in .build/site: {_count(changed)} in {time.monotonic() - started:.1f} s.")
    return 0


def _build_indexeddb(_: Namespace) -> int:
    set_up_test_tools()
    for path in build_indexeddb(DISTRIBUTIONS):
        print(path.relative_to(ROOT))
    return 0


def _build_docs(_: Namespace) -> int:
    set_up()
    set_up_test_tools()
    build_docs(DOCS)
    print(f"The documentation is in {DOCS.relative_to(ROOT)}.")
    return 0


def _start(_: Namespace) -> int:
    set_up()
    build_site(SITE, compile_own=True)
    return _serve(SiteServer({"/": SITE}, *_address()))


def _dev(_: Namespace) -> int:
    set_up()
    building = threading.Lock()

    def rebuild() -> None:
        with building:
            try:
                changed = build_site(DEV_SITE, compile_own=False)
            # A file that is missing or not well-formed just now: the next request tries again.
            except (ToolError, OSError, ValueError) as error:
                print(f"Could not build: {error}", file=sys.stderr, flush=True)
                raise ToolError(f"Could not build: {error}") from error
        if changed:
            few = ", ".join(changed) if len(changed) <= 5 else _count(changed)  # noqa: PLR2004
            print(f"Rebuilt: {few}", flush=True)

    build_site(DEV_SITE, compile_own=False)
    return _serve(SiteServer({"/": DEV_SITE}, *_address(), before_index=rebuild))


def _desktop(_: Namespace) -> int:
    return show_desktop()


def _homeserver(arguments: Namespace) -> int:
    start = run_federation if arguments.federation else run_homeserver
    return start(_port(HOMESERVER_PORT), fresh=arguments.fresh)


def _test(chosen: Namespace) -> int:
    return check(chosen.steps)


def _test_long(arguments: Namespace) -> int:
    return test_long(arguments.seed)


def _test_fuzz(arguments: Namespace) -> int:
    return test_fuzz(arguments.seconds, arguments.seed)


def _test_search(arguments: Namespace) -> int:
    return test_search(arguments.seed)


def _test_sync(arguments: Namespace) -> int:
    return test_sync(arguments.operations, arguments.kills, arguments.seed)


def _test_browsers(arguments: Namespace) -> int:
    return test_browsers(write=arguments.write)


def _test_keys(arguments: Namespace) -> int:
    return test_keys(
        arguments.rounds, arguments.delay, arguments.only, with_worker=arguments.worker
    )


def _screenshots(_: Namespace) -> int:
    return take_screenshots()


def _address() -> tuple[str, int]:
    return os.environ.get("HOST") or "127.0.0.1", _port(_DEFAULT_PORT)


def _port(default: int) -> int:
    port = os.environ.get("PORT") or str(default)
    if not port.isdecimal():
        raise ToolError(f"PORT is {port!r}, but must be a number, such as {default}.")
    return int(port)


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
