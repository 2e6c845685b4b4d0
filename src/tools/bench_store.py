"""How fast the store and what is below it are in the browser, next to plain JavaScript."""

from tools.browser import VARIABLE
from tools.commands import call
from tools.paths import BUILD, ROOT, SITE
from tools.python_page import write_python_page
from tools.server import SiteServer
from tools.setup import find_node, set_up_tests
from tools.site import build_site

_TOOLS = ROOT / "src" / "tools"
_PAGE = BUILD / "bench-page"


def bench_store() -> int:
    """Measures `DatabaseService` and prints a table of medians and ratios.

    Raises:
        ToolError: Something is missing that the user must install, or the site does not build.
    """
    return _measure("bench_store_page.py")


def bench_indexeddb() -> int:
    """Measures `indexeddb` and prints a table of times, ratios and crossings.

    Raises:
        ToolError: Something is missing that the user must install, or the site does not build.
    """
    return _measure("bench_indexeddb_page.py")


def _measure(page: str) -> int:
    browser = set_up_tests()
    build_site(SITE, compile_own=True)
    write_python_page(_PAGE, _TOOLS / page, modules=[_TOOLS / "timing.py"])
    script = _TOOLS / "bench_store.mjs"
    with SiteServer({"/": SITE, "/bench/": _PAGE}) as server:
        server.start()
        try:
            return call(
                [find_node(), script, f"{server.url}bench/index.html"],
                env={VARIABLE: str(browser)},
            )
        finally:
            server.shutdown()
