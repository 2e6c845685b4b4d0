"""The site's files: what lies below their folder is given out, and nothing else."""

from pathlib import Path

import pytest

from roomkeep.desktop.site_files import find_file


@pytest.fixture
def site(tmp_path: Path) -> Path:
    made = tmp_path / "site"
    (made / "static").mkdir(parents=True)
    (made / "index.html").write_text("the page")
    (tmp_path / "secret").write_text("not of the site")
    (made / "way-out").symlink_to(tmp_path)
    return made


def test_a_file_of_the_site_is_found(site: Path) -> None:
    for path in ("", "/", "/index.html", "/%69ndex.html"):
        assert find_file(site, path) == site / "index.html"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/static",
        "/static/",
        "/index.html/",
        "/../secret",
        "/%2e%2e/secret",
        "/static/..%2f../secret",
        "/..\\secret",
        "/way-out/secret",
        "/index.html%00",
        "/" + "x" * 5_000,
    ],
)
def test_nothing_else_is(site: Path, path: str) -> None:
    assert find_file(site, path) is None


def test_a_path_of_the_system_is_none_of_the_site(site: Path) -> None:
    assert find_file(site, "/" + str(site.parent / "secret")) is None
