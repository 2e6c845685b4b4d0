"""The example of docs/homeserver.md does what the page says."""

import asyncio
import os
import sys

import pytest

from tools.homeserver import ACCOUNTS, PASSWORD, Homeserver
from tools.paths import ROOT

pytestmark = pytest.mark.homeserver


async def test_the_example_prints_what_the_page_says(homeserver: Homeserver) -> None:
    for name in ACCOUNTS:
        homeserver.register(name, PASSWORD)
    page = (ROOT / "docs" / "homeserver.md").read_text()
    script = page.split("```python\n")[1].split("```")[0]
    printed = page.split("It prints:\n\n```\n")[1].split("```")[0]
    assert "localhost:8008" in script
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "error",
        "-c",
        script.replace("localhost:8008", f"localhost:{homeserver.port}"),
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await running.communicate()
    assert said.decode() == printed
