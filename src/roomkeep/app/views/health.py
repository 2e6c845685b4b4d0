"""The part of the storage page that checks and repairs."""

from typing import Any

from roomkeep.app.health_state import listed, say_problem, say_problems
from roomkeep.app.state import AccountState
from roomkeep.app.storage_state import say_store
from roomkeep.app.views.dom import KeyedList, by_id, clone, part, set_text
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import join_sentences, localize
from roomkeep.persistence import Problem

__all__ = ["HealthView"]

MANY = 100
"""So many problems are listed at most."""


class HealthView(AccountView):
    """The storage check, its result, and the question whether to repair."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._problems: KeyedList[tuple[str, str, str], Problem] = KeyedList(
            by_id("health-problems"), lambda: clone("skipped-row"), _fill
        )
        self._was_asking = False
        self.listen(by_id("health-check"), "click", lambda _: effects.health.check())
        self.listen(by_id("health-repair"), "click", lambda _: effects.health.ask_repair())
        self.listen(by_id("health-leave"), "click", lambda _: effects.health.cancel_repair())
        self.listen(by_id("health-repair-now"), "click", lambda _: effects.health.repair())
        self.watch(self._show_result)
        self.watch(self._show_question)

    def _show_result(self) -> None:
        account = self.account
        problems = account.health.problems()
        is_working = account.health.doing() != "nothing"
        # Not disabled: who pressed it by the keyboard stays on it.
        by_id("health-check").setAttribute("aria-disabled", "true" if is_working else "false")
        faults = [] if problems is None or is_working else listed(problems)
        self._problems.show({(one.store, one.key, one.kind): one for one in faults[:MANY]})
        by_id("health-table").hidden = not faults
        text = _say(account)
        if len(faults) > MANY:
            text = join_sentences(text, localize("storage.first", count=MANY))
        set_text(by_id("health-text"), text)

    def _show_question(self) -> None:
        account = self.account
        problems = account.health.problems()
        can_repair = account.health.doing() == "nothing" and any(
            one.can_be_repaired for one in problems or ()
        )
        asking = can_repair and account.health.is_asking()
        was, self._was_asking = self._was_asking, asking
        question, repair = by_id("health-question"), by_id("health-repair")
        focused = question.ownerDocument.activeElement
        had_focus = bool(question.contains(focused) or repair.contains(focused))
        question.hidden = not asking
        repair.hidden = asking or not can_repair
        if asking and not was:
            by_id("health-leave").focus()
            question.scrollIntoView(block="nearest")
        elif had_focus and not asking:
            (by_id("health-check") if repair.hidden else repair).focus()


def _say(account: AccountState) -> str:
    doing, problems = account.health.doing(), account.health.problems()
    if doing == "checking":
        return localize("health.checking")
    if doing == "repairing":
        return localize("health.repairing")
    if problems is None:
        return localize("health.text")
    mended = account.health.mended()
    if mended is None:
        return say_problems(problems)
    return join_sentences(localize("health.repaired", count=mended), say_problems(problems))


def _fill(element: Any, problem: Problem, _before: Problem | None) -> None:
    set_text(part(element, "store"), say_store(problem.store))
    set_text(part(element, "key"), problem.key)
    set_text(part(element, "reason"), say_problem(problem))
