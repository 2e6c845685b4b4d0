"""Errors in plain words: what happened, and what to do next."""

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
from roomkeep.localization import join_sentences, localize
from roomkeep.sync import errors as sync

__all__ = ["InvalidInput", "Refused", "explain"]

_REASONS: dict[type[RoomkeepError], tuple[str, str]] = {
    sync.BadAddress: ("error.bad_address", "error.bad_address_advice"),
    sync.NotReachable: ("error.unreachable", "error.unreachable_advice"),
    sync.ServerTooOld: ("error.server_old", "error.server_old_advice"),
    sync.BadCredentials: ("error.credentials", "error.credentials_advice"),
    sync.OtherHomeserver: ("error.other_server", "error.other_server_advice"),
    sync.AccountDisabled: ("error.account_disabled", "error.account_disabled_advice"),
    sync.UnknownToken: ("error.session_ended", "error.session_ended_advice"),
    sync.Banned: ("error.banned", "error.banned_advice"),
    sync.InviteGone: ("error.invite_gone", "error.invite_gone_advice"),
    sync.NoRight: ("error.no_right", "error.no_right_advice"),
    sync.NotFound: ("error.nothing_there", "error.nothing_there_advice"),
    sync.RateLimited: ("error.rate_limited", "error.rate_limited_advice"),
    sync.ServerFull: ("error.server_full", "error.server_full_advice"),
    sync.RequestRefused: ("error.refused", "error.again"),
    sync.HomeserverError: ("error.server", "error.server_advice"),
    InvalidRecord: ("error.invalid", "error.invalid_advice"),
    RecordNotFound: ("error.not_found", "error.not_found_advice"),
    NotReady: ("error.closed", "error.reload"),
    StorageFull: ("error.full", "error.full_advice"),
    StorageBlocked: ("error.blocked", "error.blocked_advice"),
    SchemaTooNew: ("error.too_new", "error.too_new_advice"),
    StorageLost: ("error.lost", "error.again_or_reload"),
    StorageUnavailable: ("error.unavailable", "error.unavailable_advice"),
    TransactionAborted: ("error.aborted", "error.again"),
}
"""What happened, and what to do, by the ids of their texts."""

_UNDONE = (StorageFull, TransactionAborted)
"""The errors after which a person may fear that half of it was done."""


class Refused(RoomkeepError):
    """Something that is not allowed.

    Attributes:
        text: what was refused, and why, in a plain sentence.
        advice: what became of what the person meant to do.
    """

    def __init__(self, text: str, advice: str) -> None:
        super().__init__(text)
        self.text = text
        self.advice = advice


class InvalidInput(InvalidRecord):
    """Input that cannot be saved.

    Attributes:
        text: why, in a plain sentence.
    """

    def __init__(self, text: str, *, field: str) -> None:
        super().__init__(text, field=field)
        self.text = text


def explain(
    error: BaseException, failure: str, *, is_one_of_many: bool = False, **values: str
) -> tuple[str, str]:
    """Say what happened and what to do next.

    Args:
        error: what was raised.
        failure: the id of the text that says what failed.
        is_one_of_many: others were done before, so it is not to be said that nothing was changed.
        values: what the placeholders of that text stand for.
    """
    if isinstance(error, Refused):
        return error.text, error.advice
    if isinstance(error, InvalidInput):
        return error.text, localize("error.input_advice")
    failed = localize(failure, **values)
    for kind, (reason, advice) in _REASONS.items():
        if isinstance(error, kind):
            is_undone = isinstance(error, _UNDONE) and not is_one_of_many
            return (
                join_sentences(failed, localize(reason)),
                join_sentences(localize("error.undone") if is_undone else "", localize(advice)),
            )
    if isinstance(error, RoomkeepError):
        return join_sentences(failed, localize("error.storage")), localize("error.again_or_reload")
    return (
        join_sentences(failed, localize("error.unknown")),
        localize("error.again_or_reload"),
    )
