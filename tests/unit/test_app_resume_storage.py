"""App resume: how to start and where one left off, on any mapping."""

from collections.abc import Iterator, MutableMapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomkeep.errors import InvalidRecord, StorageFull
from roomkeep.persistence import (
    AppResumeStorage,
    KnownAccount,
    LastViewedChat,
    LaunchSettings,
    PendingSignIn,
)

CHANGED = LaunchSettings(reopen_last_chat=False, theme="dark", density="compact")


def test_settings_are_the_defaults_until_they_are_saved() -> None:
    resume = AppResumeStorage({})
    assert resume.load_launch_settings("ann") == LaunchSettings()
    resume.save_launch_settings("ann", CHANGED)
    assert resume.load_launch_settings("ann") == CHANGED


def test_each_account_has_its_own() -> None:
    storage: dict[str, str] = {}
    resume = AppResumeStorage(storage)
    chats = {
        who: LastViewedChat(room_id=f"of {who}") for who in [None, "ann", "a/nn", "ann/", "a%2Fnn"]
    }
    for who, chat in chats.items():
        resume.save_last_viewed_chat(who, chat)
    assert {who: resume.load_last_viewed_chat(who) for who in chats} == chats
    resume.forget("ann")
    assert resume.load_last_viewed_chat("ann") is None
    assert resume.load_last_viewed_chat("ann/") == chats["ann/"]
    assert len(storage) == len(chats) - 1


def test_where_one_left_off_can_be_forgotten() -> None:
    resume = AppResumeStorage({})
    assert resume.load_last_viewed_chat("ann") is None
    resume.save_last_viewed_chat("ann", LastViewedChat(room_id="r1", channel_id="dev"))
    assert resume.load_last_viewed_chat("ann") == LastViewedChat(room_id="r1", channel_id="dev")
    resume.save_last_viewed_chat("ann", None)
    resume.save_last_viewed_chat("ann", None)
    assert resume.load_last_viewed_chat("ann") is None


def test_who_is_signed_in_is_remembered() -> None:
    resume = AppResumeStorage({})
    assert resume.load_current_user_id() is None
    resume.save_current_user_id("ann")
    assert resume.load_current_user_id() == "ann"
    resume.save_current_user_id(None)
    assert resume.load_current_user_id() is None


@pytest.mark.parametrize("lost", ["launchSettings", "lastViewedChat"])
@given(
    rubbish=st.text() | st.sampled_from(["null", "{}", "[]", '{"theme": "pink"}', '{"roomId": ""}'])
)
def test_whatever_is_unreadable_counts_as_absent(lost: str, rubbish: str) -> None:
    resume = AppResumeStorage({f"roomkeep::ann/{lost}": rubbish})
    assert resume.load_launch_settings("ann") == LaunchSettings()
    assert resume.load_last_viewed_chat("ann") is None


@pytest.mark.parametrize("rubbish", ["", "\ud800", "x" * 1_025])
def test_what_is_no_id_is_signed_in_as_nobody(rubbish: str) -> None:
    resume = AppResumeStorage({"roomkeep/currentUserId": rubbish})
    assert resume.load_current_user_id() is None


def test_bad_settings_are_refused_and_the_old_stay() -> None:
    resume = AppResumeStorage({})
    resume.save_launch_settings("ann", CHANGED)
    with pytest.raises(InvalidRecord) as caught:
        resume.save_launch_settings("ann", LaunchSettings(theme="pink"))  # type: ignore[arg-type]
    assert caught.value.field == "theme"
    with pytest.raises(InvalidRecord) as caught:
        resume.save_last_viewed_chat("ann", LastViewedChat(room_id=""))
    assert caught.value.field == "room_id"
    assert resume.load_launch_settings("ann") == CHANGED


def test_what_the_database_may_not_have_is_kept_until_it_has() -> None:
    storage: dict[str, str] = {}
    resume = AppResumeStorage(storage)
    resume.save_unsaved("ann", {"draft/r/general": "half", "draft/r/dev": None})
    assert resume.load_unsaved("ann") == {"draft/r/general": "half", "draft/r/dev": None}
    assert resume.load_unsaved("bob") == {}
    resume.save_unsaved("ann", {})
    assert (resume.load_unsaved("ann"), storage) == ({}, {})
    resume.save_unsaved("ann", {"draft/r/general": "half"})
    resume.forget("ann")
    assert storage == {}
    storage["roomkeep::ann/unsaved"] = '{"settings": 3}'
    assert resume.load_unsaved("ann") == {}


class Full(MutableMapping[str, str]):
    """A storage with no room left."""

    def __getitem__(self, key: str) -> str:
        raise KeyError(key)

    def __setitem__(self, key: str, value: str) -> None:
        raise StorageFull("localStorage is full")

    def __delitem__(self, key: str) -> None:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def test_a_full_storage_says_so() -> None:
    with pytest.raises(StorageFull):
        AppResumeStorage(Full()).save_launch_settings("ann", CHANGED)


def test_how_accounts_look_is_kept_apart_and_forgotten() -> None:
    resume = AppResumeStorage({})
    assert resume.load_known_account("ann") is None
    ann = KnownAccount(display_name="Ann ✓", avatar_url="data:image/png;base64,x")
    resume.save_known_account("ann", ann)
    resume.save_known_account("bob", KnownAccount(display_name="Bob"))
    assert resume.load_known_account("ann") == ann
    with pytest.raises(InvalidRecord):
        resume.save_known_account("ann", KnownAccount(display_name="A", avatar_url="x" * 1_048_577))
    resume.forget("ann")
    assert resume.load_known_account("ann") is None
    assert resume.load_known_account("bob") == KnownAccount(display_name="Bob")


def test_a_sign_in_that_was_begun_is_taken_once_and_not_too_late() -> None:
    kept: dict[str, str] = {}
    pending = PendingSignIn(address="m.test", nonce="n", started_at=1_000)
    AppResumeStorage(kept).save_pending_sign_in(pending)
    assert AppResumeStorage(kept).take_pending_sign_in("other", 2_000) is None
    assert AppResumeStorage(kept).take_pending_sign_in("n", 2_000) == pending
    assert AppResumeStorage(kept).take_pending_sign_in("n", 2_000) is None
    AppResumeStorage(kept).save_pending_sign_in(pending)
    assert AppResumeStorage(kept).take_pending_sign_in("n", 1_001 + 60 * 60 * 1000) is None
    assert kept == {}
