"""What `npm run homeserver` and the tests start: it keeps its data, and ends with its parent."""

import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from roomkeep.sync.httpx_transport import HttpxTransport
from roomkeep.sync.wire import account
from support.homeserver import people
from tools.homeserver import PASSWORD, Homeserver
from tools.paths import ROOT, ToolError

pytestmark = pytest.mark.homeserver

STARTS = """
import sys, time
from pathlib import Path
from tools.homeserver import Homeserver
server = Homeserver(Path(sys.argv[1]))
print(server._process.pid, flush=True)
time.sleep(600)
"""


async def test_it_keeps_its_data_and_holds_its_folder(
    homeserver: Homeserver, tmp_path: Path
) -> None:
    with Homeserver(tmp_path) as first:
        first.register("ada", PASSWORD)
        with pytest.raises(ToolError, match="is running on"):
            Homeserver(tmp_path)
    with Homeserver(tmp_path) as second:
        assert second.register("ada", PASSWORD) == "@ada:localhost"
        async with HttpxTransport() as transport:
            wire = await account.discover(transport, second.url)
            login = await account.log_in_with_password(wire, "ada", PASSWORD, device_name="a test")
            assert login.user_id == "@ada:localhost"
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", second.port)).close()


def test_a_port_in_use_is_told(homeserver: Homeserver, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=f"Port {homeserver.port} is in use"):
        Homeserver(tmp_path, homeserver.port)


@pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="Linux alone can wait for another's child"
)
def test_it_ends_with_its_parent(homeserver: Homeserver, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(
        [sys.executable, "-c", STARTS, tmp_path], env=environment, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        ended = os.pidfd_open(pid)
        parent.send_signal(signal.SIGKILL)
    try:
        # It becomes readable when the process has ended.
        assert select.select([ended], [], [], 30)[0]
    finally:
        os.close(ended)


async def test_each_test_has_people_of_its_own(homeserver: Homeserver) -> None:
    async with people(homeserver, "ada") as (one,), people(homeserver, "ada") as (other,):
        assert one.user_id != other.user_id
