"""The entry point of the app in the page."""

import gc
from typing import Final

from js import document, location, performance

from roomkeep.app.address import parse_address
from roomkeep.app.effects import Context, Effects
from roomkeep.app.offline import keep_for_offline
from roomkeep.app.state import PageState
from roomkeep.app.views.account_views import AccountViews
from roomkeep.app.views.accounts import AccountsView
from roomkeep.app.views.history import HistoryView
from roomkeep.app.views.homeserver import HomeserverView, take_login_token
from roomkeep.app.views.kept_positions import read_positions
from roomkeep.app.views.notices import NoticesView
from roomkeep.app.views.overlays import OverlaysView
from roomkeep.app.views.scope import View, ViewScope
from roomkeep.app.views.settings import SettingsView
from roomkeep.app.views.shell import ShellView
from roomkeep.app.views.today import TodayView
from roomkeep.app.views.update import UpdateView
from roomkeep.localization import use_language
from roomkeep.persistence import AppResumeStorage, DatabaseService

__all__ = ["main"]

PAGE_VIEWS: Final = (
    TodayView,
    ShellView,
    NoticesView,
    UpdateView,
    AccountsView,
    HomeserverView,
    SettingsView,
    AccountViews,
    OverlaysView,
    HistoryView,
)
"""The views that are there as long as the page. They show what is open after that was filled."""

_views: list[View] = []
"""The views of the page. They are kept here, or they would be collected."""


async def main() -> None:
    """Open the storage, show the account that was open last, and remove the splash."""
    # Modules stay as long as the page. Else each full collection would look through them, too, for
    # most of a frame.
    gc.freeze()
    use_language(str(document.documentElement.lang))
    page = PageState()
    page.address = parse_address(str(location.hash))
    page.kept_positions = read_positions()
    effects = Effects(Context(DatabaseService(), AppResumeStorage(), page))
    scope = ViewScope(page, effects)
    _views.extend(kind(scope) for kind in PAGE_VIEWS)
    await effects.accounts.begin()
    document.getElementById("splash").remove()
    performance.mark("roomkeep-ready")
    login = take_login_token()
    if login is not None:
        effects.sign_in.finish_single_sign_on(*login)
    effects.storage_cleanup.warn()
    await keep_for_offline(lambda: page.is_outdated.set(True))
