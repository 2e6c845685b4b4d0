"""What was acknowledged, and whether it is there in the end."""

from collections.abc import Mapping
from typing import Any

from support.convergence import View, message_name, reaction_name

_NEVER = object()


class Ledger:
    """The last acknowledged value of each thing that clients write, and those that may be there.

    Each thing is written by one client, one value after the other. A value that was announced and
    not acknowledged, because the client was killed, may be there or not.

    Args:
        channels: the names of the channels that there are to begin with, by ID.

    Attributes:
        count: how many writes were acknowledged.
    """

    def __init__(self, channels: Mapping[str, str]) -> None:
        self.count = 0
        self._first = channels.keys()
        self._allowed: dict[str, list[Any]] = {
            f"channel {id_}": [name] for id_, name in channels.items()
        }
        self._open: dict[str, tuple[str, Any]] = {}

    def intend(self, client: str, name: str, value: Any) -> None:
        """Note that a client is about to write a value."""
        self._allowed.setdefault(name, [None]).append(value)
        self._open[client] = (name, value)

    def acknowledge(self, client: str) -> None:
        """Note that a client has written what it intended."""
        if client in self._open:
            name, value = self._open.pop(client)
            self._allowed[name] = [value]
            self.count += 1

    def forget(self, client: str) -> None:
        """Note that a client was killed: what it intended last may be there or not."""
        self._open.pop(client, None)

    def find_trouble(self, views: dict[str, View]) -> list[str]:
        """Return what is lost, doubled or made up in what the clients see; they see the same."""
        trouble: list[str] = []
        seen = self._things(next(iter(views.values())), trouble)
        live = {name for name in seen if name in self._allowed}
        for name, allowed in self._allowed.items():
            message = name.partition(" on ")[2]
            if message and message not in live:
                # Reactions go with their message.
                continue
            if " lastRead/" in name:
                read = views[name.split(" ", 1)[0]]["own"]["read"]
                mark = read.get(name.split(" ", 1)[1], _NEVER)
                # Where the channel's place is taken by the one that the server knows, it is gone.
                if mark is not _NEVER and (mark or 0) < min(one or 0 for one in allowed):
                    trouble.append(f"{name} is {mark}, not {allowed}")
            elif seen.get(name) not in allowed:
                trouble.append(f"{name} is {seen.get(name)!r}, not {allowed}")
        trouble += [f"{name} was never written" for name in seen.keys() - self._allowed.keys()]
        for client, one in views.items():
            trouble += [f"{client} could not send {failed}" for failed in one["own"]["failed"]]
        return trouble

    def _things(self, view: View, trouble: list[str]) -> dict[str, Any]:
        """Return the values of what was written, by name; note in `trouble` what is doubled."""
        found: dict[str, Any] = {}

        def note(name: str, value: object) -> None:
            if name in found:
                trouble.append(f"{name} is there twice: {found[name]!r}, {value!r}")
            found[name] = value

        for listed in view["messages"].values():
            for _, _, text, is_deleted, _, reactions in listed:
                if not is_deleted:
                    note(message_name(text), text)
                    for user_id, emoji in reactions:
                        note(reaction_name(user_id, emoji, message_name(text)), value=True)
        for id_, name, _ in view["channels"]:
            if id_ in self._first:
                note(f"channel {id_}", name)
            else:
                note(f"channel named {name}", value=True)
        for user_id, _, _ in view["bans"]:
            note(f"ban {user_id}", value=True)
        return found
