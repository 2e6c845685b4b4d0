"""Two homeservers on this machine that speak to each other, with a person on each."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import quote

from tools.commands import run
from tools.homeserver import (
    ACCOUNTS,
    PASSWORD,
    PYTHON,
    Homeserver,
    free_port,
    hold,
    run_until_stopped,
    set_up_homeserver,
)
from tools.homeserver_person import Person
from tools.paths import BUILD, ROOT

_DATA: Final = BUILD / "homeserver" / "federation"
_CERTIFICATE: Final = ROOT / "src" / "tools" / "homeserver_certificate.py"
_ALIAS: Final = "garden"


def run_federation(port: int, *, fresh: bool) -> int:
    """Runs two homeservers until Ctrl+C or SIGTERM, after their people have talked in one room.

    Args:
        port: The port of the first one. It uses the next three, too.
        fresh: Whether to delete first what they kept from earlier runs.

    Raises:
        ToolError: A homeserver cannot be had here, does not start, or does not reach the other.
    """
    set_up_homeserver()

    def begin(stack: ExitStack) -> tuple[Homeserver, str]:
        servers = stack.enter_context(federated(_DATA, port))
        return servers[0], _introduce(*servers)

    return run_until_stopped(_DATA, begin, fresh=fresh)


@contextmanager
def federated(folder: Path, port: int = 0) -> Iterator[tuple[Homeserver, Homeserver]]:
    """Runs two homeservers that speak to each other, and to nobody else.

    Args:
        folder: Where they keep their data.
        port: The first of the four ports to listen at; 0 for any that are free.

    Raises:
        ToolError: One does not start; the text says why.
    """
    ports = [port + place if port else free_port() for place in range(4)]
    names = [f"localhost:{one}" for one in ports[2:]]
    with hold(folder), ExitStack() as stack:
        first, second = (
            stack.enter_context(
                Homeserver(
                    folder / place, own, settings=_settings(folder / place, own, speaks_at, names)
                )
            )
            for place, own, speaks_at in zip(("first", "second"), ports, ports[2:], strict=False)
        )
        yield first, second


def _settings(folder: Path, port: int, speaks_at: int, names: list[str]) -> dict[str, Any]:
    """Gives what Synapse needs to speak to others, which it does over TLS only.

    Args:
        folder: Where the homeserver keeps its data.
        port: Where its people reach it.
        speaks_at: Where other homeservers reach it.
        names: The names of the homeservers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    if not certificate.exists():
        run([PYTHON, _CERTIFICATE, certificate, key], doing="make a certificate")
    listener = {"bind_addresses": ["127.0.0.1"], "type": "http"}
    return {
        # Others look for a server at the port in its name.
        "server_name": f"localhost:{speaks_at}",
        "listeners": [
            {**listener, "port": port, "tls": False, "resources": [{"names": ["client"]}]},
            {**listener, "port": speaks_at, "tls": True, "resources": [{"names": ["federation"]}]},
        ],
        "tls_certificate_path": str(certificate),
        "tls_private_key_path": str(key),
        "federation_verify_certificates": False,
        "federation_domain_whitelist": names,
        # Both are on this machine, which Synapse never asks otherwise.
        "ip_range_blacklist": [],
        "federation_rr_transactions_per_room_per_second": 1_000,
    }


def _introduce(first: Homeserver, second: Homeserver) -> str:
    """Has a person on each talk in one room; gives what to tell."""
    ada, ben = (
        Person(server, name) for server, name in zip((first, second), ACCOUNTS, strict=True)
    )
    alias = f"#{_ALIAS}:{first.server_name}"
    try:
        room_id = ada.ask("GET", f"directory/room/{quote(alias)}")["room_id"]
    except HTTPError:
        settings = {"preset": "public_chat", "name": "Garden", "room_alias_name": _ALIAS}
        room_id = ada.ask("POST", "createRoom", settings)["room_id"]
    ben.ask("POST", f"join/{quote(alias)}", {})
    said = [(ada, ben, "Hello, Ben!"), (ben, ada, "Hello, Ada!")]
    for speaker, listener, text in said:
        mark = f"{text} ({time.strftime('%H:%M:%S')})"
        speaker.say(room_id, mark)
        listener.wait_for(room_id, mark)
    lines = [f"    {one.user_id}   homeserver {one.server.url[7:]}" for one in (ada, ben)]
    return "\n".join(
        (
            "Two homeservers (Synapse) are running, for this machine only. Ada and Ben, each on",
            f"their own, have just talked in {alias}.",
            "",
            *lines,
            "",
            f"The password of both is {PASSWORD}. Sign in as Ada in one browser and as Ben in",
            "another: see docs/homeserver.md. Press Ctrl+C to stop. Data is kept between runs;",
            "add `--fresh` to delete it and start over.",
        )
    )
