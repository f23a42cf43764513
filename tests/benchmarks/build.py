"""How long a build takes, cold and after an edit, beside other tools: python3 -m tests.benchmarks.build [ARTICLES ...]

The articles have 600 words, and there are so many of them in each of six languages. Every build is a process of its own
in a fresh copy of the site. The tools take turns, so that a machine that is slow for a while is slow for all of them,
and each ratio is the median of those within a turn. Nothing is asserted: seconds depend on the machine, ratios much
less, and those of the seconds that processors worked the least. Memory is that of the largest process.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from tests.benchmarks import corpus, peers
from tests.benchmarks.peers import Tool

COLD, EDITED, PREVIEW = "cold", "a paragraph of the source edited", "preview of a saved change"
"""What is measured of other tools, too."""

PATIENCE = 600  # seconds
SAVES = 5
"""So many changes are saved in each preview."""

ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


@dataclass
class Figure:
    """What was measured of one thing, a value for each turn. `to_stock` are ratios to MkDocs."""

    count: int
    tool: str
    what: str
    seconds: list[float] = field(default_factory=list)
    processors: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    to_stock: float | None = None
    processors_to_stock: float | None = None


@dataclass(frozen=True)
class Step:
    """Something to measure of our build, from what the steps before it have left. `options` follow `hexapla build`.

    `prepare` changes the site's folder before. Where our tool does not know `needs`, an option or a verb, the step is
    left out.
    """

    what: str
    prepare: Callable[[Path, int], None] = lambda root, count: None
    options: Sequence[str] = ("build",)
    needs: str = ""


# What is edited


def middle(count: int) -> int:
    """The number of the article that is edited."""
    return count // 2


def document(root: Path, code: str, number: int) -> Path:
    """Where an article is."""
    return root / "docs" / code / "articles" / f"{corpus.slug(number)}.md"


def edit_text(path: Path, edit: Callable[[str], str]) -> None:
    """Change a file. Raises ValueError where nothing has changed."""
    old = path.read_text(encoding="utf-8")
    new = edit(old)
    if new == old:
        raise ValueError(f"{path} was not changed")
    path.write_text(new, encoding="utf-8")


def add_sentence(path: Path, code: str, turn: int = 0) -> str:
    """Put a sentence behind the first paragraph of an article; give a name in it that is nowhere else."""
    own = corpus.language(code)
    said = corpus.take(corpus.sentences(-2 - turn), 1)[0]
    village = 10**6 + turn
    words = own.say(dataclasses.replace(said, village=village))
    edit_text(
        path, lambda text: re.sub(r"^(# .*\n\n.*)", lambda match: f"{match[1]} {words}", text, count=1, flags=re.M)
    )
    return own.name(village)


def edit_source(root: Path, count: int) -> None:
    """A paragraph of the source: its five translations are stale from then on."""
    add_sentence(document(root, "en", middle(count)), "en")


def edit_translation(root: Path, count: int) -> None:
    """A paragraph of a translation."""
    add_sentence(document(root, "fr", middle(count)), "fr")


def edit_title(root: Path, count: int) -> None:
    """The title of the source, which other pages name as well."""
    edit_text(
        document(root, "en", middle(count)),
        lambda text: re.sub(r"^(title: .*)$", r"\1 today", text, count=1, flags=re.M),
    )


def edit_catalog(root: Path, count: int) -> None:
    """A word that is on all pages of a locale."""
    catalog = root / "locales" / "fr" / "LC_MESSAGES" / "site.po"
    edit_text(catalog, lambda text: re.sub(r'(msgid "Search"\nmsgstr ")', r"\1Ici, ", text))


def forget(root: Path, count: int) -> None:
    """Take away what earlier builds have kept.

    It is only put aside: for minutes after thousands of files were deleted, ext4 takes seconds longer to make as many
    new ones, because it passes over the inodes of each (recently_deleted in fs/ext4/ialloc.c).
    """
    aside = Path(tempfile.mkdtemp(prefix="aside-", dir=root.parent))
    for name in (".cache", "site"):
        if (root / name).exists():
            (root / name).rename(aside / name)


PARTS = 4


def build_other_parts(root: Path, count: int) -> None:
    """Build what is left for a merge."""
    for number in range(2, PARTS + 1):
        measure(root, [*OURS, "build", "--shard", f"{number}/{PARTS}", "--out", f"part-{number}"])


OURS = (sys.executable, "-m", "hexapla")
STEPS = (
    Step(COLD, forget),
    Step("nothing changed"),
    Step("a paragraph of a translation edited", edit_translation),
    Step(EDITED, edit_source),
    Step("a title of the source edited", edit_title),
    Step("a word of a catalog edited", edit_catalog),
    Step("one locale, cold", forget, ("build", "--locale", "fr", "--out", "part-fr"), "--locale"),
    Step(f"a shard of {PARTS}, cold", forget, ("build", "--shard", f"1/{PARTS}", "--out", "part-1"), "--shard"),
    Step(
        f"{PARTS} parts merged",
        build_other_parts,
        ("merge", *(f"part-{number}" for number in range(1, PARTS + 1))),
        "merge",
    ),
)


def known() -> str:
    """What our tool says of its verbs and of the options of a build."""
    asked = [[*OURS, "--help"], [*OURS, "build", "--help"]]
    return "".join(subprocess.run(one, capture_output=True, text=True, check=True).stdout for one in asked)


# Measuring


def measure(root: Path, command: Sequence[str]) -> tuple[float, float, float]:
    """Run a command in a folder; give seconds, seconds of processors, and megabytes of the largest of its processes.

    What was written before is on the disk by then: nobody waits for another's files. Ends the program with what the
    command said where it failed.
    """
    if hasattr(os, "sync"):
        os.sync()
    helper = [sys.executable, "-I", "-S", str(Path(__file__).with_name("measured.py")), *command]
    result = subprocess.run(helper, cwd=root, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if result.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {result.returncode}:\n{result.stderr}")
    seconds, processors, megabytes = map(float, result.stdout.split())
    return seconds, processors, megabytes


@contextlib.contextmanager
def running(command: Sequence[str], root: Path) -> Iterator[str]:
    """Run a preview; give its address."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{one.getsockname()[1]}"
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [word.replace(peers.ADDRESS, address) for word in command],
            cwd=root,
            env=ENVIRONMENT,
            stdout=output,
            stderr=output,
            # What runs in the background has this signal ignored, and that is inherited.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        try:
            yield f"http://{address}/"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def wait_for(url: str, words: str) -> None:
    """Fetch an address until some words are there. Raises TimeoutError where they do not come."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            if words in answer.read().decode():
                return
        time.sleep(0.005)
    raise TimeoutError(f"{words!r} did not come at {url}")


def preview(tool: Tool, root: Path, count: int, saves: int) -> list[float]:
    """Give the seconds from saving a change until the preview serves the changed page, for each of some changes."""
    number = middle(count)
    path = document(root, "fr", number)
    taken = []
    with running(tool.preview, root) as address:
        url = address + tool.page.format(locale="fr", number=corpus.slug(number))
        wait_for(url, "<h1")
        for turn in range(saves):
            time.sleep(1)  # whoever writes does not save twice within a second
            name = add_sentence(path, "fr", turn)
            start = time.perf_counter()
            wait_for(url, name)
            taken.append(time.perf_counter() - start)
    return taken


class Run:
    """The figures of one number of articles, turn by turn. `folder` is for the sites."""

    def __init__(self, count: int, folder: Path) -> None:
        self.count, self.folder = count, folder
        self.figures: dict[tuple[str, str], Figure] = {}

    def fresh(self, tool: Tool) -> Path:
        """Give a fresh copy of a tool's site. No earlier one is deleted; see `forget`."""
        original = self.folder / tool.name
        if not original.exists():
            tool.write(original, self.count)
        copy = Path(tempfile.mkdtemp(prefix=f"{tool.name}-", dir=self.folder))
        shutil.copytree(original, copy, dirs_exist_ok=True)
        return copy

    def note(self, tool: Tool, what: str, seconds: float, processors: float = 0, megabytes: float = 0) -> None:
        """Note what was measured."""
        figure = self.figures.setdefault((tool.name, what), Figure(self.count, tool.name, what))
        figure.seconds.append(round(seconds, 3))
        if megabytes:
            figure.processors.append(round(processors, 3))
            figure.megabytes.append(round(megabytes, 1))

    def turn(self, tools: Sequence[Tool], steps: Sequence[Step], with_preview: bool) -> None:
        """Let every tool have its turn, in each thing that is measured."""
        roots = {tool.name: self.fresh(tool) for tool in tools}
        for step in steps:
            ours = roots[peers.HEXAPLA.name]
            step.prepare(ours, self.count)
            self.note(peers.HEXAPLA, step.what, *measure(ours, [*OURS, *step.options]))
            for tool in tools[1:]:
                root = roots[tool.name]
                if step.what == EDITED:
                    edit_source(root, self.count)
                if step.what in (COLD, EDITED):
                    self.note(tool, step.what, *measure(root, tool.build))
        for tool in tools:
            if with_preview and tool.preview:
                saves = SAVES if tool is peers.HEXAPLA else 1
                for seconds in preview(tool, self.fresh(tool), self.count, saves):
                    self.note(tool, PREVIEW, seconds)

    def compare(self) -> None:
        """Work out the ratios: what is cold to MkDocs' cold build, what follows an edit to its build after one."""
        for figure in self.figures.values():
            against = COLD if COLD in figure.what else PREVIEW if figure.what == PREVIEW else EDITED
            if stock := self.figures.get((peers.STOCK.name, against)):
                figure.to_stock = ratio(figure.seconds, stock.seconds)
                figure.processors_to_stock = ratio(figure.processors, stock.processors)


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """Give the median of the ratios within turns; that of the medians where one was measured more often."""
    if not ours or not theirs:
        return None
    if len(ours) != len(theirs):
        return round(median(ours) / median(theirs), 4)
    return round(median(one / other for one, other in zip(ours, theirs, strict=True)), 4)


def table(figures: Sequence[Figure]) -> Iterator[str]:
    """Give the lines of a table."""
    yield f"{'articles':>8}  {'tool':<9} {'what':<36} {'seconds':>8} {'CPU s':>8} {'MB':>6} {'to MkDocs':>9} {'in CPU':>7}"
    for one in figures:
        processors = number(median(one.processors or [0]), 2)
        megabytes = number(max(one.megabytes, default=0))
        yield (
            f"{one.count:>8}  {one.tool:<9} {one.what:<36} {median(one.seconds):>8.2f} {processors:>8} {megabytes:>6} "
            f"{number(one.to_stock, 3):>9} {number(one.processors_to_stock, 3):>7}"
        )


def number(value: float | None, digits: int = 0) -> str:
    """Write a number; a dash where nothing was measured."""
    return f"{value:.{digits}f}" if value else "–"


def kept(figures: Sequence[Figure], turns: int) -> str:
    """Give the figures as JSON, a line for each."""
    lines = ",\n".join(json.dumps(asdict(one)) for one in figures)
    return f'{{"processors": {os.cpu_count()}, "turns": {turns}, "figures": [\n{lines}\n]}}\n'


def main(counts: Sequence[int], turns: int, stock_up_to: int, file: Path | None) -> None:
    """Measure each number of articles, print a table, and keep the figures."""
    words = known()
    steps = [step for step in STEPS if re.search(rf"^\s+{step.needs}\b", words, re.MULTILINE)]
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        for count in counts:
            tools = [peers.HEXAPLA, *([peers.STOCK] if count <= stock_up_to else []), *peers.installed()]
            run = Run(count, Path(name, str(count)))
            run.folder.mkdir()
            for turn in range(turns):
                run.turn(tools, steps, with_preview=turn == 0)
            run.compare()
            figures += run.figures.values()
    print(*table(figures), sep="\n")
    if file:
        file.write_text(kept(figures, turns), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure builds.")
    parser.add_argument("counts", nargs="*", type=int, default=[1, 50, 200], metavar="ARTICLES")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--stock-up-to", type=int, default=200, help="MkDocs takes very long for more articles")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures, for tests.benchmarks.chart")
    chosen = parser.parse_args()
    main(chosen.counts, chosen.turns, chosen.stock_up_to, chosen.json)
