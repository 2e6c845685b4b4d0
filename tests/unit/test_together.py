"""Parts of a rule side by side: what they ask for, and what becomes of their errors."""

from collections.abc import Generator
from typing import Any

import pytest

from roomkeep.storage.together import together


class Asked:
    """A request that was issued; whoever drives the rule answers it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __await__(self) -> Generator["Asked", str, str]:
        return (yield self)


class Driver:
    """Drives a rule: answers each request that it waits for, or makes it fail.

    Attributes:
        log: what was asked, answered and closed, in this order.
    """

    def __init__(self, *failing: str) -> None:
        self.log: list[str] = []
        self._failing = failing

    def ask(self, name: str) -> Asked:
        self.log.append(f"ask {name}")
        return Asked(name)

    async def part(self, *names: str) -> list[str]:
        try:
            return [await self.ask(name) for name in names]
        finally:
            self.log.append(f"end {names[0]}")

    def run(self, rule: Any) -> Any:
        step, value = rule.send, None
        while True:
            try:
                request = step(value)
            except StopIteration as end:
                return end.value
            self.log.append(f"answer {request.name}")
            if request.name in self._failing:
                step, value = rule.throw, LookupError(request.name)
            else:
                step, value = rule.send, request.name.upper()


def test_all_parts_ask_before_the_first_is_answered() -> None:
    driver = Driver()
    rule = together(driver.part("a", "b"), driver.part("c"))
    assert driver.run(rule) == (["A", "B"], ["C"])
    assert driver.log == [
        *("ask a", "ask c", "answer a", "ask b", "answer c", "end c", "answer b", "end a")
    ]


def test_parts_may_run_parts_side_by_side_themselves() -> None:
    driver = Driver()
    inner = together(driver.part("b"), driver.part("c"))
    assert driver.run(together(driver.part("a"), inner)) == (["A"], (["B"], ["C"]))
    assert driver.log[:3] == ["ask a", "ask b", "ask c"]


def test_a_failure_closes_the_other_parts_and_comes_out() -> None:
    driver = Driver("b")
    rule = together(driver.part("a", "d"), driver.part("b"), driver.part("c"))
    with pytest.raises(LookupError, match="b"):
        driver.run(rule)
    assert driver.log[3:] == [
        *("answer a", "ask d", "answer b", "end b", "end c", "end a"),
    ]


def test_the_part_that_asked_may_catch_its_failure() -> None:
    driver = Driver("b")

    async def careful() -> str:
        try:
            return await driver.ask("b")
        except LookupError:
            return "caught"

    rule = together(driver.part("a"), careful(), driver.part("c"))
    assert driver.run(rule) == (["A"], "caught", ["C"])


def test_a_part_that_raises_at_once_keeps_the_later_ones_from_beginning() -> None:
    driver = Driver()

    async def refuse() -> None:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 it has no text
        driver.run(together(driver.part("a"), refuse(), driver.part("b")))
    assert driver.log == ["ask a", "end a"]


def test_closing_the_rule_closes_all_parts() -> None:
    driver = Driver()
    rule = together(driver.part("a"), driver.part("b"))
    rule.send(None)
    rule.close()
    assert driver.log == ["ask a", "ask b", "end b", "end a"]


def test_a_part_that_fails_to_close_does_not_keep_the_others_open() -> None:
    driver = Driver("a")

    async def stubborn() -> str:
        try:
            return await driver.ask("c")
        finally:
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 it has no text
        driver.run(together(driver.part("a"), driver.part("b"), stubborn(), driver.part("d")))
    assert driver.log[-3:] == ["end a", "end d", "end b"]
