"""`python -m roomkeep.archives FILE`: shows what an archive holds, and converts it to our own.

It reads as the app does; the app is where archives are imported.
"""

import asyncio
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from roomkeep.archives.conversion import Conversion
from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.importer import Answers, Importer
from roomkeep.archives.recognition import open_archive
from roomkeep.archives.records import FoundMessage
from roomkeep.archives.run import preview_archive
from roomkeep.archives.survey import Survey
from roomkeep.archives.writers.json_lines import JsonLines
from roomkeep.archives.writers.writer import Entry, Heading, Times
from roomkeep.models import User

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = ArgumentParser(prog="python -m roomkeep.archives", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--time-zone", type=ZoneInfo, help="such as Europe/Berlin")
    order = parser.add_mutually_exclusive_group()
    order.add_argument("--day-first", action="store_true", default=None, help="3/4 is in April")
    order.add_argument("--month-first", dest="day_first", action="store_false", default=None)
    parser.add_argument("--output", type=Path, help="write an archive of JSON lines")
    chosen = parser.parse_args(arguments)
    answers = Answers(time_zone=chosen.time_zone, day_first=chosen.day_first)
    try:
        with chosen.file.open("rb") as file:
            importer = open_archive(file, chosen.file.name)
            survey = asyncio.run(preview_archive(importer, answers))
            print(json.dumps(_describe(survey), ensure_ascii=False, indent=2))  # noqa: T201
            if chosen.output is not None:
                with chosen.output.open("w", encoding="utf-8") as output:
                    output.writelines(_lines(importer, survey, answers))
    except (ArchiveError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _describe(survey: Survey) -> dict[str, object]:
    return {
        "format": survey.format,
        "messages": survey.messages,
        "first": survey.first,
        "last": survey.last,
        "files": survey.files,
        "filesSize": survey.files_size,
        "questions": {kind: one.suggestion for kind, one in survey.questions.items()},
        "rooms": [
            {
                "name": room.found.name,
                "messages": room.messages,
                "first": room.first,
                "last": room.last,
                "channels": list(room.channels.values()),
                "people": {survey.people[id_]: count for id_, count in room.members.items()},
            }
            for room in survey.rooms.values()
        ],
        "notes": {
            kind: {"count": one.count, "samples": one.samples} for kind, one in survey.notes.items()
        },
    }


def _lines(importer: Importer, survey: Survey, answers: Answers) -> Iterator[str]:
    nobody = User(oder_id="me", username="me", display_name="me")
    conversion = Conversion(survey, answers, nobody)
    rooms = {
        room.id: (room.name, {channel.id: channel.name for channel in room.channels})
        for room in conversion.rooms()
    }
    writer = JsonLines(Heading(title=""), Times(), lambda id_: survey.people.get(id_, id_))
    for item in importer.read(answers):
        if isinstance(item, FoundMessage):
            for message in conversion.messages(item):
                room_name, channels = rooms[message.room_id]
                channel_name = channels[message.channel_id]
                entry = Entry(message=message, room_name=room_name, channel_name=channel_name)
                yield writer.write(entry)


if __name__ == "__main__":
    sys.exit(main())
