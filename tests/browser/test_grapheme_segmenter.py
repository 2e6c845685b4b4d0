"""In a browser, text is cut by the browser's own rules; they agree with the short ones."""

import pytest

from roomkeep.app import graphemes

TEXTS = ["Zoë", "a👩‍🚀👍🏽❤️b", "🇩🇪🇫🇷🇪", "1️⃣e\u0301नी\r\n", "👨‍👩‍👧‍👦\ud800x", ""]


@pytest.mark.parametrize("text", TEXTS)
def test_the_browser_splits_text_as_the_short_rules_do(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert graphemes._grapheme_at is not graphemes._in_python
    found = list(graphemes.graphemes(text)), [graphemes.cut(text, n) for n in range(len(text))]
    monkeypatch.setattr(graphemes, "_grapheme_at", graphemes._in_python)
    assert found == (
        list(graphemes.graphemes(text)),
        [graphemes.cut(text, n) for n in range(len(text))],
    )
