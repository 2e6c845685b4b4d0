"""The chart of `npm run bench:peers`."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

_ROW: Final = 14
_GAP: Final = 26
_LEFT: Final = 180
_RIGHT: Final = 600
_BAR: Final = 10
_LEGEND: Final = 150
"""The width of an entry of the legend; all lengths are in pixels."""
_LONGEST: Final = 6.0
"""Times of Dexie's; longer bars are cut."""
_PER_LINE: Final = 5

# Colors that are told apart on white and on black, also by those who see no red.
_COLORS: Final = ("#8c8c8c", "#56b4e9", "#0072b2", "#e69f00", "#d55e00", "#cc79a7", "#009e73")

_STYLE: Final = """
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.job { font-weight: 600; }
.line { stroke: #1f2328; stroke-dasharray: 3 3; }
.paper { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; } .line { stroke: #f0f6fc; } .paper { fill: #0d1117; }
}
"""


def draw(medians: Mapping[str, Mapping[str, float]], contenders: Sequence[str]) -> str:
    """Draws how long each contender takes for each job, next to Dexie, as SVG.

    Args:
        medians: The ms that each contender takes, by the job. Each job has those of Dexie.
        contenders: All contenders, in their order.
    """
    colors = dict(zip(contenders, _COLORS, strict=True))
    parts = ['<rect class="paper" x="-12" y="-12" width="100%" height="100%"/>', *_legend(colors)]
    top = 60 + _ROW * 2 * ((len(contenders) - 1) // _PER_LINE)
    y = top
    for job, found in medians.items():
        parts.append(f'<text class="job" x="0" y="{y}">{escape(job)}</text>')
        for who in contenders:
            if who in found:
                parts += _bar(y, found[who], found[who] / found["Dexie"], who, colors[who])
                y += _ROW
        y += _GAP
    at = _LEFT + (_RIGHT - _LEFT) / _LONGEST
    parts.append(f'<line class="line" x1="{at}" x2="{at}" y1="{top - 16}" y2="{y - _GAP}"/>')
    width = _RIGHT + 220
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -12 {width} {y}" width="{width}" '
        f'height="{y}" role="img"><title>Time of each job next to Dexie; shorter is better</title>'
        f"<style>{_STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _legend(colors: Mapping[str, str]) -> list[str]:
    parts = []
    for place, (who, color) in enumerate(colors.items()):
        line, column = divmod(place, _PER_LINE)
        x, y = column * _LEGEND, 4 + line * _ROW * 2
        parts.append(f'<rect x="{x}" y="{y}" width="{_BAR}" height="{_BAR}" fill="{color}"/>')
        parts.append(f'<text x="{x + 16}" y="{y + 10}">{escape(who)}</text>')
    return parts


def _bar(y: float, ms: float, ratio: float, who: str, color: str) -> list[str]:
    width = max(1.0, min(ratio, _LONGEST) / _LONGEST * (_RIGHT - _LEFT))
    text = f"{ms:.2f} ms, {ratio:.2f} of Dexie"
    shape = f'x="{_LEFT}" y="{y - 10}" width="{width:.1f}" height="{_BAR}" fill="{color}"'
    return [
        f"<rect {shape}><title>{escape(who)}: {text}</title></rect>",
        f'<text x="{_LEFT + width + 6:.1f}" y="{y}">{text}</text>',
    ]
