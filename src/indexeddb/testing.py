"""For tests of code that uses `indexeddb`, run under CPython.

There databases are in memory and last as long as the process. Begin each test with none:

```python
import pytest
import indexeddb.testing

@pytest.fixture(autouse=True)
def no_databases():
    indexeddb.testing.clear()
```
"""

from indexeddb._engines import DEFAULT, Memory

__all__ = ["clear"]


def clear() -> None:
    """Delete all databases in the process's memory, as `indexeddb.Memory.clear` does.

    Raises:
        RuntimeError: this is Pyodide, where databases are the browser's.
    """
    if not isinstance(DEFAULT, Memory):
        raise RuntimeError("the databases are the browser's: delete them by their names")  # noqa: TRY004 not what was given
    DEFAULT.clear()
