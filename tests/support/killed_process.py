"""A process that is killed in the midst of its work, and what it told before."""

import contextlib
import multiprocessing
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any


@contextlib.contextmanager
def killable(
    run: Callable[..., None], *args: Any
) -> Iterator[tuple[Connection, Callable[[], None]]]:
    """Start a process; give what it acknowledges, and what kills it.

    Args:
        run: what the process runs; a function of a module. Its last argument is a connection on
            which to acknowledge.
        args: its other arguments.
    """
    # A server that has loaded all modules forks each process, so that they are quick to start.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([run.__module__, "alembic.command"])
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=run, args=(*args, there))
    process.start()
    there.close()
    try:
        yield here, process.kill
    finally:
        process.kill()
        process.join()
        here.close()


def receive_rest(told: Connection) -> list[Any]:
    """Return what is left of what a killed process acknowledged."""
    rest = []
    with contextlib.suppress(EOFError, OSError):
        while True:
            rest.append(told.recv())
    return rest
