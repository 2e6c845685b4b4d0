"""The views of an account end with it: they leave nothing on the page, and nothing that listens."""

import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest

from support.chat import Chat, until
from support.worlds import IndexedDBWorld


@pytest.fixture
async def chat(world: IndexedDBWorld) -> AsyncIterator[Chat]:
    """The app with the views of an account, in the elements of the app's page."""
    import js
    from pyodide.http import pyfetch

    from roomkeep.app.views.account_views import AccountViews
    from roomkeep.app.views.overlays import OverlaysView
    from roomkeep.app.views.scope import ViewScope

    html = await (await pyfetch("/")).text()
    parsed = js.DOMParser.new().parseFromString(html, "text/html")
    for element in parsed.querySelectorAll("script, link"):
        element.remove()
    host = js.document.createElement("div")
    host.append(*parsed.body.childNodes)
    js.document.body.append(host)
    made = Chat()
    scope = ViewScope(made.page, made.effects)
    views = AccountViews(scope), OverlaysView(scope)
    await made.effects.accounts.begin()
    yield made
    await made.db.close()
    scope.close()
    del views
    host.remove()


async def use(chat: Chat, name: str) -> None:
    """Sign in, fill as much of the page as one can, and sign out with all of it there."""
    await chat.effects.accounts.create(name)
    account = chat.account
    await chat.effects.rooms.create(f"Room of {name}")
    for text in ("hello", "\n".join(map(str, range(60))), "https://example.org"):
        await chat.write(text)
    timeline = account.timeline()
    assert timeline is not None
    first = timeline.messages[0]
    await chat.effects.reactions.toggle(first.id, "🎉")
    chat.effects.sending.begin_reply(first.id)
    chat.effects.edits.begin(first.id)
    chat.effects.sending.write_draft(chat.here, f"a draft of {name}")
    chat.effects.room_settings.open_dialog()
    await chat.effects.people.open_card(account.user_id)
    chat.effects.edits.ask_delete(first.id)
    chat.effects.storage.open_page()
    await chat.idle()
    await until(lambda: name in shown())
    await chat.effects.accounts.sign_out()
    await chat.idle()


def shown() -> str:
    """Return all that the page shows of an account, and what its fields hold."""
    from js import document

    marked = list(document.querySelectorAll("[data-of-account]"))
    fields = [one for root in marked for one in root.querySelectorAll("input, textarea")]
    return "\n".join([*(str(one.innerHTML) for one in marked), *(str(one.value) for one in fields)])


async def test_an_account_that_is_closed_leaves_the_page_as_it_was(chat: Chat) -> None:
    before = shown()
    await use(chat, "Ada")
    assert shown() == before


async def test_what_opens_over_the_page_opens_for_the_next_account_too(chat: Chat) -> None:
    from js import document

    await use(chat, "Ada")
    await chat.effects.accounts.create("Ben")
    await chat.effects.rooms.create("Tea")
    chat.effects.overlays.open_room_menu()
    await until(lambda: document.querySelector("#room-menu:popover-open"))
    overlays = document.querySelectorAll("dialog, [popover]")
    assert all(not one.parentElement.closest("[data-of-account]") for one in overlays)
    await chat.effects.accounts.sign_out()


async def test_accounts_that_open_and_close_leave_no_proxy_behind(chat: Chat) -> None:
    module = _pyodide()

    def live() -> int:
        gc.collect()
        # Python objects that JavaScript holds.
        return int(module.pyproxy_alloc_map.size)

    module.enable_pyproxy_allocation_tracing()
    try:
        await use(chat, "Ada")
        before = live()
        for name in ("Ben", "Cleo", "Dora"):
            await use(chat, name)
        after = live()
    finally:
        module.disable_pyproxy_allocation_tracing()
    # An account has some 150 of them. What the event loop holds comes and goes: a handful.
    assert after - before < 20


def _pyodide() -> Any:
    import pyodide_js

    return pyodide_js._module
