"""How fast the page starts, next to an empty PyScript page on the stock files of npm."""

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
    """Measures both pages in turns in one browser, warm, and prints the medians.

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
    script = ROOT / "src" / "tools" / "bench_start.mjs"
    with SiteServer({"/": SITE}) as ours, SiteServer(stock_mounts) as stock:
        ours.start()
        stock.start()
        return call([find_node(), script, ours.url, stock.url], env={VARIABLE: str(browser)})
