"""The commands of `python3 benchmarks`."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.app import bench_app
from benchmarks.desktop import bench_desktop
from benchmarks.latency import bench_latency
from benchmarks.peers import bench_peers
from benchmarks.search import bench_search
from benchmarks.start import bench_start
from benchmarks.store import bench_indexeddb, bench_store
from benchmarks.sync import bench_sync
from tools.commands import run_chosen


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one benchmark and gives its exit status."""
    return run_chosen(_parser().parse_args(arguments))


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python3 benchmarks", description="Roomkeep's benchmarks.")
    commands = parser.add_subparsers(required=True, metavar="name")

    def add(name: str, run: Callable[[Namespace], int], text: str) -> ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    def add_archive(command: ArgumentParser) -> None:
        text = "JSON lines of messages, gzipped or not; made up when not given"
        command.add_argument("archive", nargs="?", type=Path, help=text)

    app = add("app", _app, "measure how the app does with a large archive")
    add_archive(app)
    app.add_argument("--window", action="store_true", help="in the desktop's window")
    desktop = add("desktop", _desktop, "measure the desktop's main process and window")
    add_archive(desktop)
    add("indexeddb", lambda _: bench_indexeddb(), "measure IndexedDB from Python in the browser")
    latency = add("latency", _latency, "measure how fast a message is on other screens")
    latency.add_argument("--times", type=int, default=50, help="how many of each; 50 as a rule")
    peers = add("peers", _peers, "measure IndexedDB from Python beside other libraries")
    add_archive(peers)
    peers.add_argument("--messages", type=int, default=100_000, help="how many; 100,000 as a rule")
    peers.add_argument("--rounds", type=int, default=30, help="how often each is done; 30")
    search = add("search", _search, "measure how fast messages are found")
    add_archive(search)
    search.add_argument("--messages", type=int, default=1_000_000, help="how many; 1,000,000")
    add("start", lambda _: bench_start(), "measure how fast the page starts")
    add("store", lambda _: bench_store(), "measure how fast the store is in the browser")
    large = add("sync", _sync, "measure how a large account begins to be synchronized")
    large.add_argument("--rooms", type=int, default=200, help="how many rooms; 200 as a rule")
    large.add_argument("--events", type=int, default=100_000, help="how many messages; 100,000")
    return parser


def _app(arguments: Namespace) -> int:
    return bench_app(arguments.archive, in_window=arguments.window)


def _desktop(arguments: Namespace) -> int:
    return bench_desktop(arguments.archive)


def _latency(arguments: Namespace) -> int:
    return bench_latency(arguments.times)


def _peers(arguments: Namespace) -> int:
    return bench_peers(arguments.archive, arguments.messages, arguments.rounds)


def _search(arguments: Namespace) -> int:
    return bench_search(arguments.archive, arguments.messages)


def _sync(arguments: Namespace) -> int:
    return bench_sync(arguments.rooms, arguments.events)
