"""Errors in plain words: what happened, and what to do next. The one place where they are made."""

from roomkeep.errors import (
    InvalidRecord,
    NotReady,
    RecordNotFound,
    RoomkeepError,
    SchemaTooNew,
    StorageBlocked,
    StorageFull,
    StorageLost,
    StorageUnavailable,
    TransactionAborted,
)

__all__ = ["Refused", "explain"]

_FIELDS = {
    "content": "The message",
    "name": "The name",
    "topic": "The topic",
    "icon": "The icon",
    "display_name": "The name",
    "bio": "What you say about yourself",
    "reason": "The reason",
    "oder_id": "The name",
    "user_id": "The name",
}

_UNDONE = "Nothing was changed. "

_NEXT: dict[type[RoomkeepError], tuple[str, str]] = {
    RecordNotFound: (
        "it is not there any more",
        "It may have been deleted in another tab. Reload the page to see what there is.",
    ),
    NotReady: ("the storage is closed", "Reload the page."),
    StorageFull: (
        "the storage of this browser is full",
        _UNDONE + "Free some space on the device, then try again.",
    ),
    StorageBlocked: (
        "another tab still runs an older version of Roomkeep",
        "Close all other tabs with Roomkeep, then try again.",
    ),
    SchemaTooNew: (
        "a newer version of Roomkeep made these data",
        "They are untouched. Reload the page to get the newest version.",
    ),
    StorageLost: (
        "the browser closed its storage",
        "Try again. If it happens again, reload the page.",
    ),
    StorageUnavailable: (
        "the browser does not give access to its storage",
        "Allow this page to keep data, or leave private browsing, then reload the page.",
    ),
    TransactionAborted: ("the browser undid it", _UNDONE + "Try again."),
}


class Refused(RoomkeepError):
    """Something that a person may not do.

    Attributes:
        text: what was refused, and why, in a plain sentence.
        advice: what became of what the person meant to do.
    """

    def __init__(self, text: str, advice: str) -> None:
        super().__init__(text)
        self.text = text
        self.advice = advice


def explain(error: BaseException, doing: str, *, is_one_of_many: bool = False) -> tuple[str, str]:
    """Say what happened and what to do next.

    Args:
        error: what was raised.
        doing: what was to be done, to complete the sentence "Could not …".
        is_one_of_many: others were done before, so it is not to be said that nothing was changed.
    """
    if isinstance(error, Refused):
        return error.text, error.advice
    if isinstance(error, InvalidRecord):
        return _invalid(error, doing), "Nothing was saved. Change it, then try again."
    for kind, (reason, advice) in _NEXT.items():
        if isinstance(error, kind):
            done = _UNDONE if is_one_of_many else ""
            return f"Could not {doing}: {reason}.", advice.removeprefix(done)
    if isinstance(error, RoomkeepError):
        return f"Could not {doing}: the storage failed.", "Try again, or reload the page."
    return (
        f"Something went wrong. Could not {doing}.",
        "Try again. If it happens again, reload the page.",
    )


def _invalid(error: InvalidRecord, doing: str) -> str:
    reason = str(error).removeprefix(f"{error.field}: ")
    if error.field in _FIELDS:
        return f"{_FIELDS[error.field]} {reason}."
    named = reason if error.field is None else f"“{error.field}” {reason}"
    return f"Could not {doing}: {named}."
