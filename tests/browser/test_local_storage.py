"""App resume on the browser's own localStorage."""

from collections.abc import Iterator

import pytest

from roomkeep.errors import StorageFull, StorageUnavailable
from roomkeep.persistence import AppResumeStorage, LastViewedChat, LaunchSettings
from support.js import run_js


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    run_js("localStorage.clear()")
    yield
    run_js("localStorage.clear()")


def test_it_lies_in_local_storage_under_keys_that_carry_the_account() -> None:
    resume = AppResumeStorage()
    resume.save_launch_settings("ann b", LaunchSettings(theme="dark"))
    resume.save_last_viewed_chat("ann b", LastViewedChat(room_id="r1"))
    resume.save_current_user_id("ann b")
    assert sorted(run_js("Object.keys(localStorage)")) == [
        "roomkeep/currentUserId",
        "roomkeep::ann%20b/lastViewedChat",
        "roomkeep::ann%20b/launchSettings",
    ]
    again = AppResumeStorage()
    assert again.load_launch_settings("ann b").theme == "dark"
    assert again.load_last_viewed_chat("ann b") == LastViewedChat(room_id="r1")
    assert again.load_last_viewed_chat("ann") is None
    again.forget("ann b")
    assert list(run_js("Object.keys(localStorage)")) == ["roomkeep/currentUserId"]


def test_a_full_local_storage_says_so_and_keeps_the_rest() -> None:
    run_js("try { for (let n = 0, s = 'x'.repeat(2 ** 20); ; n++) localStorage[n] = s } catch {}")
    run_js("try { for (let n = 0; ; n++) localStorage['y' + n] = 'x'.repeat(64) } catch {}")
    resume = AppResumeStorage()
    with pytest.raises(StorageFull):
        resume.save_last_viewed_chat("ann", LastViewedChat(room_id="r" * 500))
    assert resume.load_last_viewed_chat("ann") is None


@pytest.mark.parametrize(
    "window",
    [
        "({get localStorage() { throw new DOMException('no', 'SecurityError') }})",
        "({localStorage: null})",
        "({})",
    ],
)
def test_a_refused_local_storage_reads_as_empty(
    monkeypatch: pytest.MonkeyPatch, window: str
) -> None:
    refusing = run_js(window)
    monkeypatch.setattr("roomkeep.persistence.app_resume_storage.js", refusing)
    resume = AppResumeStorage()
    assert resume.load_launch_settings("ann") == LaunchSettings()
    assert resume.load_current_user_id() is None
    resume.save_current_user_id(None)
    with pytest.raises(StorageUnavailable):
        resume.save_current_user_id("ann")
