"""Clients of all kinds act at random, are cut off, are killed; in the end all see the same."""

import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from roomkeep.sync.directory import NewChannel, NewRoom
from roomkeep.sync.wire import events
from support import long_run
from support.convergence import Part
from support.convergence_clients import Killable, Program, browser, window
from support.convergence_ledger import Ledger
from support.convergence_run import OneDirector, Run
from support.in_window import WINDOW_ENVIRONMENT
from support.sync_people import synced_people
from tools.browser import find_or_install_browser
from tools.homeserver import PASSWORD, Homeserver
from tools.homeserver_person import Person
from tools.paths import ROOT, SITE
from tools.python_page import write_python_page
from tools.qt import WINDOW_VARIABLE
from tools.server import SiteServer
from tools.site import build_site

pytestmark = pytest.mark.homeserver

OPERATIONS = int(os.environ.get("ROOMKEEP_SYNC_OPERATIONS", "60"))
KILLS = int(os.environ.get("ROOMKEEP_SYNC_KILLS", "3"))
"""How many: few, or as `npm run test:sync` says."""
KINDS = {"ada": "program", "ben": "browser", "cat": "browser", "dan": "window"}
"""Dan uses a browser, too, where there is no Qt."""
PAGE = "convergence"


async def make_parts(server: Homeserver) -> tuple[dict[str, Part], dict[str, str]]:
    """Make a room in which all may do all; return the clients' parts, and the room's channels."""
    tag = secrets.token_hex(4)
    user_ids = {name: server.register(f"{name}-{tag}", PASSWORD) for name in KINDS}
    new = NewRoom(name="Club", channels=tuple(NewChannel(name=name) for name in KINDS))
    async with synced_people(server, "host") as (host,):
        made = await host.client.create_room(new)
        channels = {one.id: one.name for one in made.room.channels}
        wire = host.client._connected.wire
        for place in (made.room.id, *channels):
            levels = await events.get_state_content(wire, place, "m.room.power_levels")
            assert levels is not None
            levels["users"].update(dict.fromkeys(user_ids.values(), 90))
            await events.put_state(wire, place, "m.room.power_levels", "", levels)
    parts = {}
    for channel, name in channels.items():
        victim = Person(server, f"victim-of-{name}-{tag}")
        victim.ask("POST", f"join/{made.room.id}", {})
        parts[name] = Part(
            name=name,
            server=server.url,
            user_id=user_ids[name],
            password=PASSWORD,
            room=made.room.id,
            channel=channel,
            victim=victim.user_id,
        )
    return parts, channels


def make_site(folder: Path) -> Path:
    """Make a copy of the site with the clients' page."""
    build_site(SITE, compile_own=True)
    site = folder / "site"
    shutil.copytree(SITE, site)
    write_python_page(
        site / PAGE,
        Path(__file__).with_name("convergence_page.py"),
        modules=[ROOT / "tests" / "support" / "convergence.py"],
    )
    return site


async def test_everyone_sees_the_same_in_the_end(
    homeserver: Homeserver, operations: Callable[[int], None], tmp_path: Path
) -> None:
    parts, channels = await make_parts(homeserver)
    ledger = Ledger(channels)
    site = make_site(tmp_path)
    with SiteServer({"/": site}) as server:
        server.start()
        try:
            async with Run(
                homeserver,
                parts,
                ledger,
                seed=long_run.SEED,
                operations=OPERATIONS,
                kills=KILLS,
            ) as run:
                for name, kind in KINDS.items():
                    run.clients[name] = make_client(kind, name, run, server.url, site, tmp_path)
                views = await run.run()
        finally:
            server.shutdown()
    first, *others = [{**one, "own": None} for one in views.values()]
    assert len(views) == len(KINDS)
    for one in others:
        assert one == first
    assert ledger.find_trouble(views) == []
    assert run.killed == KILLS
    operations(run.count)


def make_client(kind: str, name: str, run: Run, url: str, site: Path, folder: Path) -> Killable:
    if kind == "program":
        return Program(OneDirector(run, name))
    own = folder / name
    own.mkdir()
    place = f"{PAGE}/index.html?director={run.address(name)}"
    if kind == "window" and WINDOW_VARIABLE in os.environ:
        return window(os.environ[WINDOW_VARIABLE], site, place, own, WINDOW_ENVIRONMENT)
    return browser(find_or_install_browser(), f"{url}{place}", own)
