"""The chart of the benchmark that compares libraries."""

from xml.etree import ElementTree as ET

from benchmarks.peers import CONTENDERS
from benchmarks.peers_chart import draw

SVG = "{http://www.w3.org/2000/svg}"


def test_the_chart_has_a_bar_for_each_time() -> None:
    names = list(CONTENDERS.values())
    times = {"get <one>": {"Dexie": 0.5, "indexeddb": 1.0}, "bulk": {"Dexie": 900.0, "idb": 9.0}}
    chart = ET.fromstring(draw(times, names))  # noqa: S314 it is our own
    titles = [one.text for one in chart.iterfind(f"{SVG}rect/{SVG}title")]
    assert titles == [
        "Dexie: 0.50 ms, 1.00 of Dexie",
        "indexeddb: 1.00 ms, 2.00 of Dexie",
        "idb: 9.00 ms, 0.01 of Dexie",
        "Dexie: 900.00 ms, 1.00 of Dexie",
    ]
    widths = [float(one.attrib["width"]) for one in chart.iterfind(f"{SVG}rect[{SVG}title]")]
    assert widths[1] == 2 * widths[0]
    texts = [one.text for one in chart.iter(f"{SVG}text")]
    assert {"get <one>", "bulk", *names} <= set(texts)


def test_both_color_schemes_can_read_the_chart() -> None:
    chart = draw({"get": {"Dexie": 1.0}}, list(CONTENDERS.values()))
    assert "prefers-color-scheme: dark" in chart
