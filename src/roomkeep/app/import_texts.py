"""What an archive holds, and what came of it, in words."""

from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct

from roomkeep.archives.records import NoteKind
from roomkeep.archives.run import ImportResult
from roomkeep.archives.survey import Survey
from roomkeep.localization import format_list, format_size, localize
from roomkeep.models import User
from roomkeep.persistence import ArchiveImport

__all__ = [
    "LeftOut",
    "Person",
    "guess_me",
    "left_out",
    "likely_people",
    "say_added",
    "say_contents",
    "say_files",
    "say_format",
    "say_import",
    "say_left_out",
    "say_rooms",
]

MAX_PEOPLE = 200
"""So many people are offered at most: those who wrote most."""
MAX_ROOMS = 3
"""So many rooms are named."""

_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "discord": "format.discord",
        "element": "format.element",
        "irc": "format.irc",
        "mbox": "format.mbox",
        "roomkeep": "format.roomkeep",
        "signal": "format.signal",
        "slack": "format.slack",
        "telegram": "format.telegram",
        "whatsapp": "format.whatsapp",
    }
)
_NOTES: Mapping[NoteKind, str] = MappingProxyType(
    {
        "message": "import.note_message",
        "line": "import.note_line",
        "file_missing": "import.note_file_missing",
        "file_too_large": "import.note_file_too_large",
        "reaction": "import.note_reaction",
        "deleted": "import.note_deleted",
        "notice": "import.note_notice",
        "field": "import.note_field",
    }
)
"""The texts for what was left out, what matters most first."""


class Person(Struct, frozen=True):
    """Somebody in an archive, with the number of messages."""

    id: str
    name: str
    messages: int


class LeftOut(Struct, frozen=True):
    """What is left out, of one kind.

    Attributes:
        text: how many there are of what.
        samples: some of them; empty for none.
    """

    text: str
    samples: str


def say_format(name: str) -> str:
    """Return the name of a format; that of one from a later version is returned as it is."""
    return localize(_FORMATS[name]) if name in _FORMATS else name


def say_rooms(survey: Survey) -> str:
    """Return the names of an archive's rooms; of many, their number, too."""
    names = [room.found.name for room in survey.rooms.values()]
    if len(names) <= MAX_ROOMS:
        return format_list(names)
    more = len(names) - MAX_ROOMS
    return localize("import.more_rooms", names=", ".join(names[:MAX_ROOMS]), count=more)


def say_files(survey: Survey) -> str:
    """Return how many files there are and what they take."""
    if not survey.files:
        return localize("import.no_files")
    size = format_size(survey.files_size)
    return localize("storage.files_size", count=survey.files, size=size)


def left_out(survey: Survey) -> Iterator[LeftOut]:
    """Return what is left out or not understood, and how much of it."""
    for kind, text in _NOTES.items():
        if (note := survey.notes.get(kind)) is not None and note.count:
            samples = [localize("import.sample", text=sample) for sample in note.samples if sample]
            yield LeftOut(localize(text, count=note.count), format_list(samples))


def say_left_out(survey: Survey, result: ImportResult) -> str:
    """Return the sentence that tells, at the end, what did not come in; empty for nothing."""
    texts = [each.text for each in left_out(survey)]
    if result.files_too_large:
        texts.append(localize("import.note_file_too_large", count=result.files_too_large))
    return localize("import.left_out", list=format_list(texts)) if texts else ""


def say_contents(messages: int, files: int) -> str:
    """Return how many messages there are, and files, if any."""
    texts = [localize("count.messages", count=messages)]
    if files:
        texts.append(localize("count.files", count=files))
    return format_list(texts)


def say_added(survey: Survey, result: ImportResult) -> str:
    """Return the sentence that tells, at the end, what came in."""
    return localize(
        "import.done",
        contents=say_contents(result.messages, result.files),
        people=localize("count.people", count=len(survey.people)),
        rooms=localize("count.rooms", count=len(survey.rooms)),
    )


def say_import(one: ArchiveImport) -> str:
    """Return what an import is of, such as "WhatsApp: 1,204 messages and 12 files"."""
    contents = say_contents(one.messages, one.files)
    text = localize("import.contents", format=say_format(one.format), contents=contents)
    return text if one.finished_at is not None else localize("import.unfinished", contents=text)


def likely_people(survey: Survey, *also: str | None) -> list[Person]:
    """Return the people of an archive who wrote most, and those with the given ids."""
    counts: Counter[str] = Counter()
    for room in survey.rooms.values():
        counts.update(room.members)
    ids = dict.fromkeys(id_ for id_, _ in counts.most_common(MAX_PEOPLE))
    ids |= {id_: None for id_ in also if id_ in survey.people}
    return [Person(id_, survey.people[id_] or id_, counts[id_]) for id_ in ids]


def guess_me(survey: Survey, user: User) -> str | None:
    """Return the id of who the person likely is in an archive; None where that cannot be told."""
    question = survey.questions.get("me")
    if question is None:
        return None
    if isinstance(question.suggestion, str) and question.suggestion in survey.people:
        return question.suggestion
    if user.oder_id in survey.people:
        return user.oder_id
    name = user.display_name.casefold()
    alike = [id_ for id_, other in survey.people.items() if other.casefold() == name]
    return alike[0] if len(alike) == 1 else None
