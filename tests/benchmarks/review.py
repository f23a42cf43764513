"""How long `hexapla review` takes for a pull request of many documents: python3 -m tests.benchmarks.review [COUNT ...]

Each document is a copy of the publication's article in six languages; the pull request changes three paragraphs of each
in French. Nothing is asserted: seconds depend on the machine. (It is meant to stay below 20 s for 200 documents.)
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests import forge
from tests.benchmarks.checks import write_site


def main(counts: list[int]) -> None:
    """Print a line for each number of documents."""
    print(f"{'documents':>9} {'seconds':>8} {'comment s':>10} {'report KB':>10}")
    for count in counts:
        with tempfile.TemporaryDirectory() as name:
            root = Path(name) / "site"
            write_site(root, count)
            forge.git(root, "init", "--quiet")
            forge.tool(root, "record")
            forge.commit(root, {}, "The publication")
            forge.git(root, "checkout", "--quiet", "-b", "translator")
            for path in sorted((root / "docs" / "fr").rglob("*.md")):
                text = path.read_text(encoding="utf-8")
                path.write_text(text.replace("est ", "est bien ", 3), encoding="utf-8")
            forge.commit(root, {}, "A change")
            start = time.perf_counter()
            forge.tool(root, "review", "--base", "main", "--report", str(Path(name) / "report"))
            middle = time.perf_counter()
            result = forge.tool(root, "comment", str(Path(name) / "report"), "-o", name)
            end = time.perf_counter()
            assert result.returncode == 0, result.stderr
            size = (Path(name) / "report" / "review.json").stat().st_size / 1000
            print(f"{count:9} {middle - start:8.2f} {end - middle:10.2f} {size:10.0f}")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [1, 50, 200])
