"""Draw what tests.benchmarks.build has measured: python3 -m tests.benchmarks.chart [FIGURES.json [PICTURE.svg]]

The picture is for README.md. It shows one number of articles: the largest for which MkDocs was measured too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import jinja2

from tests.benchmarks import build, peers

FOLDER = Path(__file__).parent
TITLES = {
    build.COLD: "Everything built, nothing kept from before",
    build.EDITED: "Built again after one paragraph of the original was edited",
    build.PREVIEW: "Preview: from saving a translation until the page shows it",
}
"""What is drawn, in this order."""

LEFT, LONGEST = 92, 520
"""Where bars begin, and how long the longest is, in the picture's units."""

TOP, BAR, GAP, HEADING = 64, 22, 20, 28


@dataclass(frozen=True)
class Bar:
    """A bar: seconds of a tool. `y` is its upper edge."""

    tool: str
    seconds: float
    y: int
    width: float

    @property
    def is_ours(self) -> bool:
        """Whether it stands for our own tool."""
        return self.tool == peers.HEXAPLA.name

    @property
    def text(self) -> str:
        """The seconds, with two digits that count."""
        return f"{self.seconds:.{0 if self.seconds >= 9.95 else 1 if self.seconds >= 0.995 else 2}f} s"


@dataclass(frozen=True)
class Group:
    """What was measured of all tools; the fastest comes last."""

    title: str
    y: int
    bars: Sequence[Bar]


def count_of(figures: Sequence[dict[str, Any]]) -> int:
    """Give the number of articles that is drawn. Raises ValueError where MkDocs was measured for none."""
    return max(int(figure["count"]) for figure in figures if figure["tool"] == peers.STOCK.name)


def groups(figures: Sequence[dict[str, Any]], count: int) -> Iterator[Group]:
    """Lay out the bars of all that is drawn; all have one scale."""
    shown = [one for one in figures if one["count"] == count and one["what"] in TITLES]
    longest = max(median(one["seconds"]) for one in shown)
    y = TOP
    for what, title in TITLES.items():
        own = sorted((one for one in shown if one["what"] == what), key=lambda one: -median(one["seconds"]))
        if own:
            seconds = [(one["tool"], median(one["seconds"])) for one in own]
            bars = [
                Bar(tool, value, y + HEADING + BAR * index, max(1, round(LONGEST * value / longest, 1)))
                for index, (tool, value) in enumerate(seconds)
            ]
            yield Group(title, y, bars)
            y += HEADING + BAR * len(bars) + GAP


def draw(kept: dict[str, Any]) -> str:
    """Give the picture, as SVG."""
    figures = kept["figures"]
    count = count_of(figures)
    found = list(groups(figures, count))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    height = found[-1].bars[-1].y + BAR + GAP
    template = environment.get_template("chart.svg")
    return template.render(groups=found, count=count, processors=kept["processors"], left=LEFT, height=height) + "\n"


def main(figures: Path = FOLDER / "build.json", picture: Path = FOLDER / "build.svg") -> None:
    """Read figures, write the picture."""
    kept = json.loads(figures.read_text(encoding="utf-8"))
    picture.write_text(draw(kept), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
