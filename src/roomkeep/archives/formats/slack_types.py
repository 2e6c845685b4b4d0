"""What is in the JSON files of Slack's exports, as far as it is imported."""

from msgspec import Struct

__all__ = [
    "SlackChannel",
    "SlackFile",
    "SlackMessage",
    "SlackProfile",
    "SlackReaction",
    "SlackUser",
]


class SlackProfile(Struct, frozen=True):
    """The names of a person."""

    real_name: str | None = None
    display_name: str | None = None


class SlackUser(Struct):
    """A person."""

    id: str
    name: str = ""
    team_id: str | None = None
    real_name: str | None = None
    profile: SlackProfile = SlackProfile()


class SlackText(Struct, frozen=True):
    """A topic."""

    value: str = ""


class SlackChannel(Struct):
    """A channel, a group, or a direct message."""

    id: str
    name: str = ""
    members: list[str] = []
    topic: SlackText = SlackText()


class SlackEdited(Struct):
    """When a message was last edited."""

    ts: str


class SlackReaction(Struct):
    """An emoji, and who reacted with it."""

    name: str
    users: list[str] = []
    count: int = 1


class SlackFile(Struct):
    """A file of a message, which is on Slack's servers."""

    id: str
    name: str | None = None
    title: str | None = None
    mimetype: str | None = None
    size: int | None = None


class SlackAttachment(Struct):
    """What a program put below a message."""

    fallback: str | None = None
    title: str | None = None
    text: str | None = None


class SlackMessage(Struct):
    """A message, a notice, or what is left of one that was deleted."""

    ts: str
    type: str = "message"
    subtype: str | None = None
    user: str | None = None
    username: str | None = None
    bot_id: str | None = None
    user_profile: SlackProfile | None = None
    text: str = ""
    thread_ts: str | None = None
    edited: SlackEdited | None = None
    reactions: list[SlackReaction] = []
    files: list[SlackFile | None] | None = None
    attachments: list[SlackAttachment] = []
