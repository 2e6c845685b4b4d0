"""The page that says how Roomkeep meets each failure names tests that there are."""

import re

from tools.paths import ROOT


def test_every_test_that_the_page_names_is_there() -> None:
    page = (ROOT / "docs" / "failures.md").read_text()
    rows = [line.split("|") for line in page.splitlines() if line.startswith("|")][2:]
    named = {name for row in rows for name in re.findall(r"`(.+?)`", row[-2])}
    sources = [*ROOT.glob("tests/**/test_*.py"), *ROOT.glob("playwright/*.spec.mjs")]
    text = "\n".join(source.read_text() for source in sources)
    missing = [
        name for name in named if f"def {name}(" not in text and f"test('{name}'" not in text
    ]
    assert named
    assert not missing
