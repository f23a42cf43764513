"""How long `record` and `status` take, and how that grows: python3 -m tests.benchmarks.status [DOCUMENTS ...]

Each document has about 600 words in English and in French; every figure is of a whole process, memory of its largest.
Nothing is asserted: figures depend on the machine, the ratio of the last column much less.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import SMALL

WORDS = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore".split()


def write_site(root: Path, count: int) -> None:
    """Write a site with so many translated documents, in folders of twenty."""
    chance = random.Random(count)

    def words(number: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(number)).capitalize()

    (root / "mkdocs.yml").write_text(SMALL, encoding="utf-8")
    for code, longer in (("en", 40), ("fr", 44)):
        (root / "docs" / code).mkdir(parents=True)
        (root / "docs" / code / "index.md").write_text("# Home\n", encoding="utf-8")
        for number in range(count):
            parts = [f"---\ntitle: Document {number}\n---\n# Document {number} {{ #document }}\n"]
            for section in range(12):
                items = f"- {words(4)}\n- {words(3)}\n"
                parts.append(f"## {words(3)} {{ #s{section} }}\n\n{words(longer)}.\n\n{items}")
            path = root / "docs" / code / str(number // 20) / f"{number}.md"
            path.parent.mkdir(exist_ok=True)
            path.write_text("\n".join(parts), encoding="utf-8")


def measure(root: Path, *arguments: str) -> tuple[float, float]:
    """Run the tool in a folder; give seconds, and megabytes of the largest of its processes."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "hexapla", *arguments], cwd=root, stdout=subprocess.DEVNULL)
    _, exit_status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if exit_status:
        raise SystemExit(f"hexapla {' '.join(arguments)} ended with {exit_status}")
    return seconds, usage.ru_maxrss / 1024


def main(counts: list[int]) -> None:
    """Print a line for each number of documents and each verb."""
    print(f"{'documents':>9}  {'verb':<14} {'seconds':>8} {'MB':>6} {'ms a document':>14}")
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            write_site(root, count)
            for name, arguments in (("first record", ["record"]), ("record again", ["record"]), ("status", ["status"])):
                seconds, megabytes = measure(root, *arguments)
                print(f"{count:>9}  {name:<14} {seconds:>8.2f} {megabytes:>6.0f} {1000 * seconds / count:>14.2f}")


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [250, 500, 1000, 2000])
