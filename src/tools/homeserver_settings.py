"""The settings and secrets of the homeserver that runs on this machine."""

import base64
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tools.files import write_file

SERVER_NAME: Final = "localhost"
"""What stands behind the colon in the ids of its users and rooms."""

_LOGGING: Final = {
    "version": 1,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"level": "WARNING", "handlers": ["console"]},
    "disable_existing_loggers": False,
}


def shared_secret(folder: Path) -> str:
    """Gives the secret of the homeserver in a folder, with which accounts are made."""
    return _keep(folder / "secret", lambda: secrets.token_hex(32))


def write_settings(folder: Path, port: int, settings: dict[str, Any]) -> Path:
    """Writes what Synapse is started with; gives the path of its configuration.

    Args:
        folder: Where it keeps its data.
        port: The port to listen at.
        settings: Settings of Synapse that go before those made here.
    """
    secret = shared_secret(folder)
    key = folder / "signing.key"
    _keep(key, lambda: f"ed25519 a_first {_unpadded_base64(secrets.token_bytes(32))}\n")
    log = folder / "log.yaml"
    # JSON is YAML, too.
    write_file(log, json.dumps(_LOGGING, indent=1).encode())
    made = {
        "server_name": SERVER_NAME,
        "public_baseurl": f"http://localhost:{port}/",
        "listeners": [
            {
                "port": port,
                "bind_addresses": ["127.0.0.1"],
                "type": "http",
                "tls": False,
                "resources": [{"names": ["client"]}],
            }
        ],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(key),
        "log_config": str(log),
        "registration_shared_secret": secret,
        "macaroon_secret_key": secret,
        "form_secret": secret,
        "report_stats": False,
        "trusted_key_servers": [],
        "federation_domain_whitelist": [],
        # The passwords are known to all.
        "bcrypt_rounds": 4,
        "room_list_publication_rules": [{"action": "allow"}],
        # Whoever is signed in gets tokens to sign in with, as from single sign-on.
        "login_via_existing_session": {"enabled": True, "require_ui_auth": False},
        **_no_limits(),
        **settings,
    }
    configuration = folder / "homeserver.yaml"
    write_file(configuration, json.dumps(made, indent=1).encode())
    return configuration


def _no_limits() -> dict[str, Any]:
    """Gives settings by which Synapse slows nobody down: everyone here is on this machine."""
    none = {"per_second": 10_000, "burst_count": 10_000}
    parts = {
        "rc_login": ("address", "account", "failed_attempts"),
        "rc_joins": ("local", "remote"),
        "rc_invites": ("per_room", "per_user", "per_issuer"),
    }
    whole = ("rc_message", "rc_registration", "rc_joins_per_room", "rc_room_creation")
    return {
        **dict.fromkeys((*whole, "rc_admin_redaction"), none),
        **{name: dict.fromkeys(of, none) for name, of in parts.items()},
    }


def _keep(path: Path, make: Callable[[], str]) -> str:
    """Gives the text of a file that only this user may read; it is made where there is none."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(make())
    return path.read_text()


def _unpadded_base64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")
