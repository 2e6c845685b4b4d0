"""A server for single sign-on by the protocol CAS, which lets in whoever comes as one person."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

_ANSWER = """<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas"><cas:authenticationSuccess>
<cas:user>{user}</cas:user></cas:authenticationSuccess></cas:serviceResponse>"""


@contextmanager
def cas_server(user: str) -> Iterator[str]:
    """Run the server; its URL is given."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if asked.path == "/login":
                service = parse_qs(asked.query)["service"][0]
                self.send_response(302)
                self.send_header("Location", f"{service}{'&' if '?' in service else '?'}ticket=T1")
                self.end_headers()
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(_ANSWER.format(user=user).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
