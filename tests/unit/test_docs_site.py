"""The documentation's site: what it links to is there, and it asks no other host for anything."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tools.docs import build_pages

LOADED = {"src", "srcset", "poster", "data"}
"""The attributes by which a page loads something."""


class Page(HTMLParser):
    """What a page links to, what it loads, and the places that a link can lead to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.add(value or "")
            elif name in LOADED or (tag == "link" and name == "href"):
                self.loads.append(value or "")
            elif name == "href":
                self.links.append(value or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    build_pages(folder)
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    """The pages; not those of the gallery's apps, which need what is built beside them."""
    found = [*site.glob("*.html"), *site.glob("*/*.html")]
    return {path: Page(path) for path in found}


def test_every_link_leads_to_a_file_and_a_place_in_it(pages: dict[Path, Page]) -> None:
    lost = []
    for path, page in pages.items():
        for link in (*page.links, *page.loads):
            address = urlsplit(link)
            if address.scheme:
                continue
            target = (path.parent / unquote(address.path)).resolve() if address.path else path
            there = target.is_file()
            if there and address.fragment and target in pages:
                there = unquote(address.fragment) in pages[target].ids
            if not there:
                lost.append(f"{path.name}: {link}")
    assert lost == []


def test_the_site_loads_nothing_from_elsewhere(site: Path, pages: dict[Path, Page]) -> None:
    loaded = {one for page in pages.values() for one in page.loads}
    assert {urlsplit(one).scheme for one in loaded} == {"", "data"}
    assert not [one for one in loaded if one.startswith("/")]
    for style in site.rglob("*.css"):
        assert re.findall(r"url\(|@import|@font-face", style.read_text()) == []


def test_each_page_can_be_reached_from_the_first(site: Path, pages: dict[Path, Page]) -> None:
    first = site / "index.html"
    reached = {(first.parent / urlsplit(link).path).resolve() for link in pages[first].links}
    assert set(pages) <= {first, *reached}
