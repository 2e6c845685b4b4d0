"""Text is cut where a reader would cut it."""

import pytest

from roomkeep.app.files import MAX_DOWNLOAD_NAME, download_name
from roomkeep.app.formatting import summary
from roomkeep.app.graphemes import cut, first_grapheme, graphemes

FLAG_OF_ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
WHOLE = ["👩‍🚀", "👍🏽", "❤️", "🇩🇪", "👨‍👩‍👧‍👦", "1️⃣", "e\u0301", "नी", "\r\n", FLAG_OF_ENGLAND]


@pytest.mark.parametrize("whole", WHOLE)
def test_what_is_one_to_a_reader_is_never_split(whole: str) -> None:
    assert list(graphemes(f"a{whole}b{whole}{whole}")) == ["a", whole, "b", whole, whole]
    assert first_grapheme(whole + "z") == whole
    for most in range(len(whole) + 2):
        assert cut(f"x{whole}y", 1 + most) in ("x", f"x{whole}", f"x{whole}y")
        assert cut(f"x{whole}y", 1 + most) == cut(f"x{whole}y", 1 + most)[: 1 + most]


def test_flags_go_in_pairs() -> None:
    assert list(graphemes("🇩🇪🇫🇷🇪")) == ["🇩🇪", "🇫🇷", "🇪"]


def test_a_short_text_is_left_alone() -> None:
    assert cut("", 3) == first_grapheme("") == ""
    assert cut("abc", 3) == "abc"


def test_previews_and_names_of_files_end_with_whole_emoji() -> None:
    assert summary("👩‍🚀" * 9, most=10) == "👩‍🚀" * 3 + "…"
    name = download_name("👩‍🚀" * 90 + ".png")
    assert name.removesuffix("….png").replace("👩‍🚀", "") == ""
    assert len(name) <= MAX_DOWNLOAD_NAME
