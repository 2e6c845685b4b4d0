"""How the sample conversations are written down, and how they are read.

A line is one message: who says it, after how many minutes, what else there is to it, and the text.

    = general                               from here on, this channel
    @ 3 18:05                               three days ago, at five past six in the evening
    mara +2 id:plan edited | Let us meet.   two minutes later; another line can answer `re:plan`
      And this is its second line.
    ! 👍 tom,lena                            who reacted to the message before
    & dawn Garden at dawn.png               a file of the message before
    @ now 40                                forty minutes ago
"""

from datetime import datetime, timedelta, tzinfo

from msgspec import Struct

__all__ = ["Line", "read_script"]

MINUTE = 60_000


class Line(Struct, kw_only=True):
    """A message of a script.

    Attributes:
        number: its place in the script.
        timestamp: when it was written, in ms.
        answers: the number of the message that it answers.
        reactions: pairs of an emoji and who reacted.
        files: pairs of what the file is made of and its name.
    """

    number: int
    channel: str
    who: str
    text: str
    timestamp: int
    answers: int | None = None
    is_edited: bool = False
    is_deleted: bool = False
    reactions: list[tuple[str, str]]
    files: list[tuple[str, str]]


def read_script(script: str, now: int, zone: tzinfo | None = None) -> list[Line]:
    """Return the messages of a script.

    Args:
        script: the script.
        now: the time in ms.
        zone: where its times of day are; None for here.
    """
    lines: list[Line] = []
    names: dict[str, int] = {}
    channel, clock = "general", now
    for text in script.strip("\n").split("\n"):
        kind, _, rest = text.partition(" ")
        if text.startswith("  ") or not text:
            lines[-1].text += f"\n{text[2:]}"
        elif kind == "=":
            channel = rest
        elif kind == "@":
            clock = _time(rest, now, zone)
        elif kind == "!":
            emoji, _, people = rest.partition(" ")
            lines[-1].reactions += [(emoji, who) for who in people.split(",")]
        elif kind == "&":
            made_of, _, name = rest.partition(" ")
            lines[-1].files.append((made_of, name))
        else:
            head, _, said = text.partition(" |")
            who, *marks = head.split()
            line = Line(
                number=len(lines),
                channel=channel,
                who=who,
                text=said.strip(),
                timestamp=clock,
                reactions=[],
                files=[],
            )
            for mark in marks:
                _mark(line, mark, names)
            clock = line.timestamp
            lines.append(line)
    return lines


def _mark(line: Line, mark: str, names: dict[str, int]) -> None:
    kind, _, value = mark.partition(":")
    match kind:
        case "id":
            names[value] = line.number
        case "re":
            line.answers = names[value]
        case "edited":
            line.is_edited = True
        case "deleted":
            line.is_deleted = True
        case _:
            line.timestamp += int(kind) * MINUTE


def _time(text: str, now: int, zone: tzinfo | None) -> int:
    day, _, time = text.partition(" ")
    if day == "now":
        return now - int(time) * MINUTE
    hour, minute = map(int, time.split(":"))
    today = datetime.fromtimestamp(now / 1_000, zone)
    then = (today - timedelta(days=int(day))).replace(
        hour=hour, minute=minute, second=0, microsecond=0
    )
    return int(then.timestamp()) * 1_000
