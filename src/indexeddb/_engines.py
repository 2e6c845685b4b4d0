"""What keeps databases: the browser, or memory."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from indexeddb._kernel import BrowserKernel, Kernel
from indexeddb._page import Follower, follow_page
from indexeddb._platform import IN_PYODIDE, create_proxy, indexed_db, js

if TYPE_CHECKING:
    from indexeddb._memory.channel import Channel
    from indexeddb._memory.factory import Factory


class Engine(Protocol):
    """What keeps databases. All above it is the same for each."""

    @property
    def kernel(self) -> Any:
        """The functions of the kernel."""
        ...

    def factory(self) -> Any:
        """Return the `IDBFactory`, or what has its face.

        Raises:
            Unavailable: there is none.
        """
        ...

    def create_handler(self, handle: Callable[[Any], None]) -> Any:
        """Make of a function what can handle events; `destroy` it afterwards."""
        ...

    def open_channel(self, name: str) -> Any:
        """Return a new `BroadcastChannel`, or what has its face."""
        ...

    def follow_page(self, follower: Follower) -> None:
        """Have `follower` act when the page goes away without what is kept, or comes back."""
        ...


class Browser:
    """The browser's IndexedDB."""

    @cached_property
    def kernel(self) -> Kernel:
        """The functions of the kernel; they are compiled when they are first asked for."""
        return BrowserKernel()

    def factory(self) -> Any:
        """Return the browser's `IDBFactory`."""
        return indexed_db()

    def create_handler(self, handle: Callable[[Any], None]) -> Any:
        """Make a proxy of a function."""
        return create_proxy(handle)

    def open_channel(self, name: str) -> Any:
        """Return a new channel to the other tabs and workers, and to this one."""
        return js.BroadcastChannel.new(name)

    def follow_page(self, follower: Follower) -> None:
        """Have `follower` act when the page goes away or comes back, as long as it exists."""
        follow_page(follower)


class Memory:
    """Databases in memory, apart from the browser's and from those of every other `Memory`.

    Under CPython one is used unless another is given to `indexeddb.open`. In a browser, one can
    stand in for storage that the browser refuses. The data last as long as the object.
    """

    def __init__(self) -> None:
        # A page that keeps all in the browser does not load them.
        from indexeddb._memory.channel import Channels
        from indexeddb._memory.factory import Factory
        from indexeddb._memory.kernel import MemoryKernel

        self.kernel = MemoryKernel()
        self._factory = Factory(self.kernel.begin_upgrade)
        self._channels = Channels()

    def clear(self) -> None:
        """Delete all databases, also those that are open.

        Those open again when they are next used, and are made anew. Their transactions under way
        are undone.
        """
        self._factory.clear()

    def factory(self) -> "Factory":
        """Return what opens, deletes and lists databases."""
        return self._factory

    def create_handler(self, handle: Callable[[Any], None]) -> "Handler":
        """Make of a function what can be destroyed."""
        return Handler(handle)

    def open_channel(self, name: str) -> "Channel":
        """Return a new channel to all that use this memory."""
        return self._channels.open(name)

    def follow_page(self, follower: Follower) -> None:
        """Do nothing: with the page goes what it keeps in memory."""


class Handler:
    """A function that handles events, with the face of a proxy."""

    def __init__(self, handle: Callable[[Any], None]) -> None:
        self._handle = handle

    def __call__(self, event: Any) -> None:
        """Handle an event."""
        self._handle(event)

    def destroy(self) -> None:
        """Release nothing: there is no proxy."""


DEFAULT: Engine = Browser() if IN_PYODIDE else Memory()
"""What keeps databases unless said otherwise."""
