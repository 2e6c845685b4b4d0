"""How requests and answers cross between the page and the desktop's main process: as JSON.

A request is `{"type": "save-message", "account": 1, "payload": {"message": {…}}}`; `account` is the
handle that `open-account` gave, and is left out where the request is about no account. The answer
is `{"result": …}` or `{"error": {…}}`.
"""

from msgspec import Raw, Struct

from roomkeep.reports import Change
from roomkeep.unreadable import Unreadable

__all__ = ["MAX_REQUEST", "AccountChanges", "Answer", "Envelope", "Problem"]

MAX_REQUEST = 100_000_000
"""The most characters of a request's text. The app's largest file takes a third of it."""


class Envelope(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request as it is sent.

    Attributes:
        type: the request's name.
        account: the handle of the account that it is about; None for no account.
        payload: what the name stands for, as JSON.
    """

    type: str
    account: int | None = None
    payload: Raw = Raw(b"{}")


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong.

    Attributes:
        name: the name of one of the errors of `roomkeep.errors`.
        sentence: what there is to say of it.
        field: the field at fault, of an `InvalidRecord`.
        store: the store that was looked in, of a `RecordNotFound`.
        key: the key that was looked for, of a `RecordNotFound`.
    """

    name: str
    sentence: str
    field: str | None = None
    store: str | None = None
    key: str | None = None


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to a request.

    Attributes:
        result: the result, as JSON.
        changes: what was changed.
        unreadable: the records that were passed over because they cannot be decoded.
        error: why the request was not carried out; it has changed nothing then.
    """

    result: Raw = Raw(b"null")
    changes: tuple[Change, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    error: Problem | None = None


class AccountChanges(Struct, frozen=True, kw_only=True):
    """What another window has changed of an account that is open in this one.

    Attributes:
        account: the handle of the account here.
        changes: what was changed.
    """

    account: int
    changes: tuple[Change, ...]
