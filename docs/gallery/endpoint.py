"""Serves the gallery, and takes the answers of its form: `python3 endpoint.py FOLDER [PORT]`.

Each answer becomes one line of `answers.jsonl` in the current folder, also if it is sent again.
"""

import json
import sys
from functools import partial
from http import HTTPStatus
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

ANSWERS = Path("answers.jsonl")
LONGEST = 100_000
"""How many bytes an answer can have."""


class Handler(SimpleHTTPRequestHandler):
    """Answers one request at a time, so two copies of an answer cannot arrive at once."""

    timeout = 10

    def do_POST(self) -> None:
        self.close_connection = True
        if not self.path.endswith("/answers"):
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        size = self.headers.get("Content-Length", "")
        if not size.isdecimal() or int(size) > LONGEST:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        name = self.headers.get("Idempotency-Key")
        try:
            values = json.loads(self.rfile.read(int(size)))
        except ValueError:
            values = None
        if not name or not isinstance(values, dict):
            self.send_error(HTTPStatus.UNPROCESSABLE_ENTITY)
            return
        if name not in known_names():
            with ANSWERS.open("a") as file:
                file.write(json.dumps({"id": name, "values": values}) + "\n")
        self.send_response(HTTPStatus.NO_CONTENT)
        self.end_headers()


def known_names() -> set[str]:
    lines = ANSWERS.read_text().splitlines() if ANSWERS.exists() else []
    return {json.loads(line)["id"] for line in lines}


def main(folder: str, port: str = "8000") -> None:
    with HTTPServer(("127.0.0.1", int(port)), partial(Handler, directory=folder)) as server:
        print(f"http://127.0.0.1:{server.server_port}/", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
