"""What an app must know before any database is open: how to start, and where one left off.

It lies in the browser's `localStorage`, under keys that carry the account's id. Whatever is
unreadable there counts as absent.
"""

from collections.abc import Iterator, MutableMapping
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from roomkeep.errors import InvalidRecord, StorageFull, StorageUnavailable
from roomkeep.models import Id
from roomkeep.storage.encoding import encode
from roomkeep.storage.schema import database_name
from roomkeep.storage.validation import check_record, check_value

try:
    import js
    from pyodide.ffi import JsException
except ImportError:  # CPython: there is no localStorage, and a mapping stands in
    js = None

__all__ = [
    "AppResumeStorage",
    "KnownAccount",
    "LastViewedChat",
    "LaunchSettings",
    "PendingSignIn",
]

S = TypeVar("S", bound=Struct)

CURRENT_USER_KEY = "roomkeep/currentUserId"
PENDING_SIGN_IN_KEY = "roomkeep/pendingSignIn"
LONGEST_SIGN_IN_MS = 60 * 60 * 1000
"""How long one may take on a homeserver's page for single sign-on, in ms."""


class LaunchSettings(Struct, frozen=True, kw_only=True, rename="camel"):
    """How the app starts and looks.

    Attributes:
        reopen_last_chat: open where one left off.
        theme: the colours; `"system"` follows the device.
        density: how much room messages take.
    """

    reopen_last_chat: bool = True
    theme: Literal["system", "light", "dark"] = "system"
    density: Literal["comfortable", "compact"] = "comfortable"


class LastViewedChat(Struct, frozen=True, kw_only=True, rename="camel"):
    """The room, and the channel in it, that was looked at last."""

    room_id: Id
    channel_id: Id | None = None


class KnownAccount(Struct, frozen=True, kw_only=True, rename="camel"):
    """How an account looks in a list to choose from, before its database is open.

    Attributes:
        display_name: what the person is called.
        avatar_url: the person's picture.
    """

    display_name: str
    avatar_url: str | None = None


class PendingSignIn(Struct, frozen=True, kw_only=True, rename="camel"):
    """A single sign-on that was begun here, and from which one has not come back.

    Attributes:
        address: the homeserver, as it was typed.
        nonce: comes back in the address, so that nobody can be signed in by a link of someone else.
        started_at: when it was begun, in ms.
    """

    address: str
    nonce: Id
    started_at: int


class LocalStorage(MutableMapping[str, str]):
    """The browser's `localStorage` as a mapping.

    Reading from one that the browser refuses finds nothing; writing to it raises
    `StorageUnavailable`, and to a full one `StorageFull`.
    """

    def __getitem__(self, key: str) -> str:
        storage = self._open()
        value = None if storage is None else storage.getItem(key)
        if not isinstance(value, str):
            raise KeyError(key)
        return value

    def __setitem__(self, key: str, value: str) -> None:
        storage = self._open()
        if storage is None:
            raise StorageUnavailable("the browser refuses localStorage to this page")
        try:
            storage.setItem(key, value)
        except JsException as error:
            raise StorageFull("localStorage is full", name=error.name) from error

    def __delitem__(self, key: str) -> None:
        self[key]
        self._open().removeItem(key)

    def __iter__(self) -> Iterator[str]:
        storage = self._open()
        keys = [] if storage is None else [storage.key(number) for number in range(storage.length)]
        return iter(keys)

    def __len__(self) -> int:
        storage = self._open()
        return 0 if storage is None else int(storage.length)

    def _open(self) -> Any:
        try:
            # Where it is turned off it may also be there as null, which is not None.
            return getattr(js, "localStorage", None) or None
        except JsException:  # cookies and site data are turned off
            return None


class _Unsaved(Struct, frozen=True, kw_only=True):
    settings: dict[str, object]


class AppResumeStorage:
    """The app-resume helpers.

    What saves raises `StorageError` where nothing can be kept, and `InvalidRecord` for a value that
    is not what it should be.

    Args:
        storage: where to keep the texts. Without it, the browser's `localStorage`; under CPython,
            a new dict.
    """

    def __init__(self, storage: MutableMapping[str, str] | None = None) -> None:
        if storage is None:
            storage = {} if js is None else LocalStorage()
        self._storage = storage

    def load_launch_settings(self, user_id: str | None) -> LaunchSettings:
        """Return an account's launch settings; the defaults where none were saved."""
        return self._load(_key(user_id, "launchSettings"), LaunchSettings) or LaunchSettings()

    def save_launch_settings(self, user_id: str | None, settings: LaunchSettings) -> None:
        """Keep an account's launch settings."""
        self._save(_key(user_id, "launchSettings"), settings)

    def load_last_viewed_chat(self, user_id: str | None) -> LastViewedChat | None:
        """Return where an account left off; None where that is not known."""
        return self._load(_key(user_id, "lastViewedChat"), LastViewedChat)

    def save_last_viewed_chat(self, user_id: str | None, chat: LastViewedChat | None) -> None:
        """Keep where an account left off; None forgets it."""
        key = _key(user_id, "lastViewedChat")
        if chat is None:
            self._storage.pop(key, None)
        else:
            self._save(key, chat)

    def load_known_account(self, user_id: str) -> KnownAccount | None:
        """Return how an account looks; None where that is not known."""
        return self._load(_key(user_id, "knownAccount"), KnownAccount)

    def save_known_account(self, user_id: str, known: KnownAccount) -> None:
        """Keep how an account looks."""
        self._save(_key(user_id, "knownAccount"), known)

    def load_unsaved(self, user_id: str | None) -> dict[str, object]:
        """Return the settings that the database may not have yet, by their keys."""
        unsaved = self._load(_key(user_id, "unsaved"), _Unsaved)
        return {} if unsaved is None else unsaved.settings

    def save_unsaved(self, user_id: str | None, settings: dict[str, object]) -> None:
        """Keep settings that the database may not get any more, as the page goes.

        Nothing else is written as fast. An empty dict forgets those that are kept.
        """
        key = _key(user_id, "unsaved")
        if settings:
            self._save(key, _Unsaved(settings=settings))
        else:
            self._storage.pop(key, None)

    def load_has_data(self, user_id: str | None) -> bool:
        """Return whether an account has a database, as far as it was noted here."""
        return self._storage.get(_key(user_id, "hasData")) == "true"

    def save_has_data(self, user_id: str | None) -> None:
        """Note that an account has a database, so that its loss can be noticed."""
        self._storage[_key(user_id, "hasData")] = "true"

    def load_current_user_id(self) -> str | None:
        """Return who was signed in when the app last ran; None for nobody."""
        user_id = self._storage.get(CURRENT_USER_KEY)
        try:
            return check_value(user_id, Id | None, "user_id")  # type: ignore[no-any-return]
        except InvalidRecord:
            return None

    def save_current_user_id(self, user_id: str | None) -> None:
        """Remember who is signed in; None for nobody."""
        if user_id is None:
            self._storage.pop(CURRENT_USER_KEY, None)
        else:
            self._storage[CURRENT_USER_KEY] = user_id

    def save_pending_sign_in(self, pending: PendingSignIn) -> None:
        """Remember a single sign-on before the page is left for it; it replaces any other."""
        self._save(PENDING_SIGN_IN_KEY, pending)

    def take_pending_sign_in(self, nonce: str, now: int) -> PendingSignIn | None:
        """Return and forget the single sign-on with this nonce; None where it is not, or too old.

        Args:
            nonce: what came back.
            now: the time, in ms.
        """
        pending = self._load(PENDING_SIGN_IN_KEY, PendingSignIn)
        if pending is None or pending.nonce != nonce:
            return None
        self._storage.pop(PENDING_SIGN_IN_KEY, None)
        return pending if 0 <= now - pending.started_at <= LONGEST_SIGN_IN_MS else None

    def forget(self, user_id: str | None) -> None:
        """Delete all that is kept here for an account."""
        prefix = _key(user_id, "")
        for key in [key for key in self._storage if key.startswith(prefix)]:
            del self._storage[key]

    def _load(self, key: str, kind: type[S]) -> S | None:
        text = self._storage.get(key)
        if text is None:
            return None
        try:
            return msgspec.json.decode(text, type=kind)
        except ValueError:
            return None

    def _save(self, key: str, value: Struct) -> None:
        self._storage[key] = encode(check_record(value, type(value), "settings"))


def _key(user_id: str | None, name: str) -> str:
    return f"{database_name(user_id)}/{name}"
