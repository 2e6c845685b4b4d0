"""How fast the store and what is below it are in the browser, next to plain JavaScript."""

from benchmarks.pages import measure_page


def bench_store() -> int:
    """Measures `DatabaseService` and prints a table of medians and ratios.

    Raises:
        ToolError: Something is missing that the user must install, or the site does not build.
    """
    return measure_page("store_page.py")


def bench_indexeddb() -> int:
    """Measures `indexeddb` and prints a table of times, ratios and crossings.

    Raises:
        ToolError: Something is missing that the user must install, or the site does not build.
    """
    return measure_page("indexeddb_page.py")
