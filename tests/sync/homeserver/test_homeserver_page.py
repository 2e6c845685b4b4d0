"""The bot of docs/homeserver.md does what the page says."""

import asyncio
import os
import re
import sys

import pytest

from roomkeep.sync.directory import NewChannel, NewRoom
from roomkeep.sync.httpx_transport import HttpxTransport
from roomkeep.sync.matrix_directory import MatrixDirectory
from roomkeep.sync.wire import account
from support.sync_people import synced_people
from tools.homeserver import ACCOUNTS, PASSWORD, Homeserver
from tools.paths import ROOT

pytestmark = pytest.mark.homeserver


async def test_the_bot_answers(homeserver: Homeserver) -> None:
    for name in ACCOUNTS:
        homeserver.register(name, PASSWORD)
    page = (ROOT / "docs" / "homeserver.md").read_text()
    script = page.split("```python\n")[1].split("```")[0]
    assert "localhost:8008" in script
    async with synced_people(homeserver, "cat") as (cat,), HttpxTransport() as transport:
        made = await cat.client.create_room(
            NewRoom(name="Club", channels=(NewChannel(name="general"),))
        )
        room, channel = made.room.id, made.room.channels[0].id
        nobody = await account.discover(transport, homeserver.url)
        login = await account.log_in_with_password(nobody, "ben", PASSWORD, device_name="a test")
        ben = nobody.signed_in(login.access_token)
        await MatrixDirectory(ben, login.user_id).join_room(room)
        await cat.say(room, channel, "!time")
        running = await asyncio.create_subprocess_exec(
            sys.executable,
            "-W",
            "error",
            "-c",
            script.replace("localhost:8008", f"localhost:{homeserver.port}"),
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        )

        async def answers() -> list[str]:
            said = await cat.texts(room, channel)
            return [text for text in said if re.fullmatch(r"It is \d\d:\d\d", text)]

        try:
            # It answers what is said from now on; asked until it has begun.
            async def asked() -> bool:
                await cat.say(room, channel, "!time")
                return bool(await answers())

            await cat.until(asked)
        finally:
            running.terminate()
            await running.wait()
