"""The storage page."""

from typing import Any

from msgspec import Struct
from reaktiv import untracked

from roomkeep.app.app_files import measure_app_files
from roomkeep.app.state import AccountState
from roomkeep.app.storage_state import (
    BACKENDS,
    STORES,
    StorageState,
    say_contents,
    say_store,
    split_usage,
)
from roomkeep.app.views.dom import KeyedList, by_id, clone, part, set_text
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import (
    format_number,
    format_percent,
    format_size,
    join_sentences,
    localize,
)
from roomkeep.persistence import StorageReport, UnreadableRecord

__all__ = ["StorageView"]

MANY = 100
"""So many unreadable records are listed at most."""


class StoreRow(Struct, frozen=True):
    """A row of the chart."""

    store: str
    count: int
    most: int


class StorageView(AccountView):
    """The dialog of the storage."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._stores: KeyedList[str, StoreRow] = KeyedList(
            by_id("storage-stores"), lambda: clone("store-row"), _fill_store
        )
        self._skipped: KeyedList[tuple[str, str], UnreadableRecord] = KeyedList(
            by_id("storage-skipped"), lambda: clone("skipped-row"), _fill_skipped
        )
        self._problems: KeyedList[str, str] = KeyedList(
            by_id("storage-problems"), lambda: clone("plain-row"), _fill_problem
        )
        self._confirm = by_id("storage-confirm")
        self._was_clearing = False
        self.listen(by_id("open-storage"), "click", lambda _: effects.storage.open_page())
        self.listen(by_id("storage-refresh"), "click", lambda _: effects.storage.refresh())
        self.listen(by_id("storage-keep"), "click", lambda _: effects.storage.ask_to_keep())
        self.listen(by_id("storage-clear"), "click", lambda _: effects.storage.ask_clear())
        self.listen(by_id("storage-unclear"), "click", lambda _: effects.storage.cancel_clear())
        self.listen(self._confirm, "submit", self._on_clear)
        self.listen(self._confirm, "input", lambda _: self._check_name())
        self.watch(self._show_report)
        self.watch(self._show_space)
        self.watch(self._measure_app)
        self.watch(self._show_trouble)
        self.watch(self._close_advanced)
        self.watch(self._show_skipped)
        self.watch(self._show_keeping)
        self.watch(self._show_confirm)

    def _show_report(self) -> None:
        report = self.account.storage.report()
        by_id("storage-loading").hidden = report is not None
        by_id("storage-found").hidden = report is None
        refresh = by_id("storage-refresh")
        is_loading = self.account.storage.is_loading()
        # Not disabled: who pressed it by the keyboard stays on it.
        refresh.setAttribute("aria-disabled", "true" if is_loading else "false")
        if report is None:
            self._stores.show({})
            self._problems.show({})
            set_text(by_id("storage-database"), "")
            return
        set_text(by_id("storage-backend"), localize(BACKENDS[report.backend]))
        set_text(by_id("storage-database"), report.database_name)
        set_text(by_id("storage-version"), str(report.version))
        self._show_stores(report)
        by_id("storage-sound").hidden = bool(report.problems)
        self._problems.show({problem: problem for problem in report.problems})

    def _show_stores(self, report: StorageReport) -> None:
        most = max(report.rows.values(), default=0)
        names = [name for name in STORES if name in report.rows]
        names += [name for name in report.rows if name not in STORES]
        self._stores.show({name: StoreRow(name, report.rows[name], most) for name in names})
        set_text(by_id("storage-total"), format_number(sum(report.rows.values())))

    def _show_space(self) -> None:
        report = self.account.storage.report()
        if report is None:
            return
        quota = report.quota
        bar = by_id("storage-space-bar")
        bar.hidden = quota.usage is None or not quota.quota
        if quota.usage is None:
            text = localize("storage.space_unknown")
        elif not quota.quota:
            text = localize("storage.space_used", size=format_size(quota.usage))
        else:
            bar.max, bar.value = quota.quota, quota.usage
            share = quota.usage / quota.quota
            text = localize(
                "storage.space_of",
                size=format_size(quota.usage),
                quota=format_size(quota.quota),
                percent=_percent(share),
            )
        set_text(by_id("storage-space"), text)
        parts = split_usage(quota, self.account.storage.app_files())
        by_id("storage-parts").hidden = parts is None
        data, own = parts or (0, 0)
        is_alone = len(self.page.accounts()) <= 1
        label = "storage.data" if is_alone else "storage.data_of_all"
        set_text(by_id("storage-data-label"), localize(label))
        set_text(by_id("storage-data"), format_size(data))
        set_text(by_id("storage-app"), format_size(own))

    def _measure_app(self) -> None:
        """Measure the app's own files whenever the report was loaded."""
        if self.account.storage.report() is not None:

            async def measure(storage: StorageState) -> None:
                storage.app_files.set(await measure_app_files())

            with untracked():
                self.effects.context.start(measure(self.account.storage), "failed.load_storage")

    def _show_trouble(self) -> None:
        report = self.account.storage.report()
        unreadable = self.account.storage.unreadable()
        is_well = not unreadable and (report is None or not report.problems)
        by_id("storage-trouble").hidden = is_well

    def _close_advanced(self) -> None:
        """Close the advanced part whenever the dialog closes."""
        if self.account.dialog() != "storage":
            by_id("storage-advanced").open = False

    def _show_keeping(self) -> None:
        report = self.account.storage.report()
        persisted = None if report is None else report.quota.persisted
        keeping = self.account.storage.keeping()
        if persisted is None:
            text = localize("storage.protection_unavailable")
        elif persisted:
            text = localize("storage.protection_on")
        elif keeping == "asking":
            text = localize("storage.protection_asking")
        elif keeping == "refused":
            text = localize("storage.protection_refused")
        else:
            text = localize("storage.protection_off")
        set_text(by_id("storage-kept"), text)
        button = by_id("storage-keep")
        had_focus = bool(button.matches(":focus"))
        button.hidden = persisted is not False
        button.setAttribute("aria-disabled", "true" if keeping == "asking" else "false")
        if had_focus and button.hidden:
            by_id("storage-refresh").focus()

    def _show_skipped(self) -> None:
        skipped = self.account.storage.unreadable()
        listed = skipped[:MANY]
        self._skipped.show({(one.store, one.key): one for one in listed})
        by_id("storage-skipped-table").hidden = not skipped
        if not skipped:
            text = localize("storage.none_unreadable")
        else:
            text = localize("storage.some_unreadable", count=len(skipped))
            if len(skipped) > len(listed):
                text = join_sentences(text, localize("storage.first", count=len(listed)))
        set_text(by_id("storage-skipped-text"), text)

    # Delete everything

    def _show_confirm(self) -> None:
        account = self.account
        wanted = account.dialog() == "storage" and account.storage.is_clearing()
        was, self._was_clearing = self._was_clearing, wanted
        self._confirm.hidden = not wanted
        clear = by_id("storage-clear")
        clear.hidden = wanted
        set_text(by_id("storage-goes"), _goes(account) if wanted else "")
        name = account.user().display_name if wanted else ""
        set_text(by_id("storage-confirm-name"), name)
        if wanted == was:
            return
        self._confirm.reset()
        self._check_name()
        if wanted:
            self._confirm.elements.namedItem("name").focus()
            self._confirm.scrollIntoView(block="nearest")
        elif by_id("storage-dialog").open:
            clear.focus()

    def _check_name(self) -> None:
        typed = str(self._confirm.elements.namedItem("name").value).strip()
        is_right = typed == self.account.user().display_name
        by_id("storage-clear-now").disabled = not is_right

    def _on_clear(self, event: Any) -> None:
        event.preventDefault()
        self.effects.storage.clear()


def _goes(account: AccountState) -> str:
    report = account.storage.report()
    what = localize("storage.all_contents") if report is None else say_contents(report.rows)
    return localize("storage.delete_text", contents=what)


def _percent(share: float) -> str:
    tenth = 0.001
    if 0 < share < tenth:
        return localize("storage.less_than", percent=format_percent(tenth, 1))
    return format_percent(share, 1)


def _fill_store(element: Any, row: StoreRow, _before: StoreRow | None) -> None:
    set_text(part(element, "what"), say_store(row.store))
    set_text(part(element, "store"), row.store)
    set_text(part(element, "count"), format_number(row.count))
    bar = part(element, "bar")
    bar.max = max(row.most, 1)
    bar.value = row.count


def _fill_skipped(element: Any, one: UnreadableRecord, _before: UnreadableRecord | None) -> None:
    set_text(part(element, "store"), say_store(one.store))
    set_text(part(element, "key"), one.key)
    set_text(part(element, "reason"), one.reason)


def _fill_problem(element: Any, problem: str, _before: str | None) -> None:
    set_text(element, problem)
