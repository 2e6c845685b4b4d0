"""The HTTP headers of the site's files, from the web server and in the window."""

from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

_POLICY: Final = (
    ("default-src", "'none'"),
    ("script-src", "'self' 'unsafe-eval'"),
    ("style-src", "'self'"),
    ("img-src", "'self' data: blob:"),
    ("font-src", "'self'"),
    ("connect-src", "'self'"),
    ("media-src", "'none'"),
    ("worker-src", "'self'"),
    ("manifest-src", "'self'"),
    ("object-src", "'none'"),
    ("base-uri", "'none'"),
    ("form-action", "'none'"),
    ("frame-ancestors", "'none'"),
)
"""PyScript makes functions from text, which needs 'unsafe-eval'. No inline script can run."""

_HOMESERVERS: Final = "https: http://localhost:* http://127.0.0.1:*"
"""A homeserver is typed in at run time. One on this machine may do without https.

The policy has no way to write the address ::1.
"""


def _policy(**more: str) -> str:
    """Return the Content-Security-Policy; `more` is allowed besides, by the directive's name."""
    allowed = {name: more.get(name.replace("-", "_"), "") for name, _ in _POLICY}
    return "; ".join(f"{name} {value} {allowed[name]}".rstrip() for name, value in _POLICY)


HEADERS: Final = MappingProxyType(
    {
        "Content-Security-Policy": _policy(connect_src=_HOMESERVERS),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        # Cached, and revalidated by its ETag each time. With no-store a browser would also discard
        # the machine code that it compiled from the WebAssembly.
        "Cache-Control": "no-cache",
    }
)

_TYPES: Final = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".mjs": "text/javascript; charset=utf-8",
        ".png": "image/png",
        ".py": "text/x-python; charset=utf-8",
        ".svg": "image/svg+xml",
        ".toml": "text/plain; charset=utf-8",
        ".txt": "text/plain; charset=utf-8",
        ".wasm": "application/wasm",
        ".webmanifest": "application/manifest+json",
        ".webp": "image/webp",
        ".whl": "application/zip",
        ".woff2": "font/woff2",
        ".zip": "application/zip",
    }
)


def content_type(name: str) -> str:
    """Return the Content-Type for a file's name."""
    return _TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")
