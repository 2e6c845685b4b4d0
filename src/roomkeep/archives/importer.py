"""The interface of an importer: one class for each format, in a module of its own."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar

from msgspec import Struct

from roomkeep.archives.records import Item
from roomkeep.archives.source import Source

__all__ = ["Answers", "Importer"]


class Answers(Struct, frozen=True, kw_only=True):
    """What the person says where the archive does not.

    Attributes:
        me: the id that the person has in the archive; None for nobody's.
        time_zone: the zone of times without one; None for the device's.
        day_first: whether 3/4 is the third of April; None for what is likelier.
    """

    me: str | None = None
    time_zone: tzinfo | None = None
    day_first: bool | None = None


class Importer(ABC):
    """Reads archives of one format.

    Attributes:
        format: the format's name, such as `"whatsapp"`.
        ids_are_shared: ids are unique only in their room.
        source: the archive.
        name: what the archive is called: the name of its file.

    Args:
        source: the archive.
    """

    format: ClassVar[str]
    ids_are_shared: ClassVar[bool] = False

    def __init__(self, source: Source) -> None:
        self.source = source
        self.name = source.name

    @classmethod
    @abstractmethod
    def recognise(cls, source: Source) -> float:
        """Return how sure it is that the archive has this format, from 0 to 1.

        It looks at names and first bytes only.

        Raises:
            ArchiveError: the archive cannot be opened.
        """

    @abstractmethod
    def read(self, answers: Answers) -> Iterator[Item]:
        """Yield what is in the archive, reading it as it goes, in bounded memory.

        Raises:
            ArchiveError: it cannot be imported; the message names the place.
        """
