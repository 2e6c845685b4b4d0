"""How fast the page starts, next to an empty PyScript page on the stock files of npm."""

from contextlib import ExitStack
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from pathlib import Path

from tools.browser import VARIABLE
from tools.commands import call
from tools.files import mirror
from tools.paths import NODE_MODULES, ROOT, SITE, STOCK_SITE
from tools.server import SiteServer
from tools.setup import find_node, set_up_tests
from tools.site import build_site

_STOCK_PAGE = b"""<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Stock PyScript</title>
    <link rel="icon" href="data:,">
    <script type="module" src="/pyscript/core.js"></script>
  </head>
  <body>
    <script type="py" config='{"interpreter": "/pyodide/pyodide.mjs"}'>
      from js import performance
      performance.mark("first-line")
    </script>
  </body>
</html>
"""


def bench_start() -> int:
    """Measures the start cold on a slow network, warm, and where the server hangs or has stopped.

    Raises:
        ToolError: Something is missing that the user must install, or the site does not build.
    """
    browser = set_up_tests()
    build_site(SITE, compile_own=True)
    mirror({"index.html": _STOCK_PAGE}, STOCK_SITE)
    stock_mounts = {
        "/": STOCK_SITE,
        "/pyscript/": NODE_MODULES / "@pyscript" / "core" / "dist",
        "/pyodide/": NODE_MODULES / "pyodide",
    }
    script = ROOT / "benchmarks" / "start.mjs"
    with ExitStack() as ending, SiteServer(stock_mounts) as stock:
        stock.start()
        command: list[str | Path] = [find_node(), script, stock.url]
        for _ in range(2):
            command += _serve_apart(ending)
        return call(command, env={VARIABLE: str(browser)})


def _serve_apart(ending: ExitStack) -> tuple[str, str]:
    """Serves the site in a process of its own, which can be stopped; gives the URL and its id."""
    processes = get_context("spawn")
    addresses: SimpleQueue[str] = processes.SimpleQueue()
    server = processes.Process(target=_serve, args=[addresses], daemon=True)
    server.start()
    ending.callback(server.kill)
    return addresses.get(), str(server.pid)


def _serve(addresses: SimpleQueue[str]) -> None:
    with SiteServer({"/": SITE}) as server:
        addresses.put(server.url)
        server.serve_forever()
