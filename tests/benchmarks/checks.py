"""How long `hexapla check` takes, how that grows, and which rules take it: python3 -m tests.benchmarks.checks [PAIRS ...]

The documents are copies of the publication's article (about 700 words) in its six languages, five pairs to a copy, all
with their records. Nothing is asserted: seconds depend on the machine, the last column (to the first line's
milliseconds for a pair) does not. The publication itself comes first, as a whole process.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from hexapla import checks

from tests.benchmarks.status import measure
from tests.conftest import ROOT

ARTICLE = Path("articles/customer-service-versus-customer-support.md")
CODES = ("en", "fr", "de", "is", "hi", "sw")


def write_site(root: Path, copies: int) -> None:
    """Write a site with so many copies of the article in six languages, in folders of fifty."""
    shutil.copytree(ROOT / "locales", root / "locales", ignore=shutil.ignore_patterns("*.md.po"))
    shutil.copytree(ROOT / "overrides", root / "overrides")
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    (root / "mkdocs.yml").write_text(
        text[: text.index("nav:")] + text[text.index("markdown_extensions:") :], encoding="utf-8"
    )
    for code in CODES:
        article = (ROOT / "docs" / code / ARTICLE).read_text(encoding="utf-8")
        article = article.replace("related:\n  - about.md\n  - translating.md\n", "").replace(
            "picture: images/two-desks.svg\n", ""
        )
        for number in range(copies):
            path = Path("docs", code, str(number // 50), f"{number}.md")
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(article, encoding="utf-8")
            if code != "en":
                record = Path("locales", code, "LC_MESSAGES", str(number // 50), f"{number}.md.po")
                (root / record).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / "locales" / code / "LC_MESSAGES" / f"{ARTICLE}.po", root / record)


def main(counts: list[int]) -> None:
    """Print a line for each number of pairs, then the time of each rule, over all processes."""
    seconds, megabytes = measure(ROOT, "check")
    print(f"the publication: {seconds:.2f} s, {megabytes:.0f} MB")
    print(f"{'pairs':>7} {'seconds':>8} {'MB':>6} {'ms a pair':>10} {'to the first':>13}")
    first = 0.0
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            write_site(root, count // 5)
            seconds, megabytes = measure(root, "check")
            each = 1000 * seconds / count
            first = first or each
            print(f"{count:>7} {seconds:>8.2f} {megabytes:>6.0f} {each:>10.2f} {each / first:>13.2f}")
            if count == counts[-1]:
                start = time.perf_counter()
                report = checks.run(str(root / "mkdocs.yml"))
                whole = time.perf_counter() - start
                total = sum(report.seconds.values())
                print(f"\nby rule, {count} pairs, {total:.1f} s of processors in {whole:.1f} s:")
                for name, one in report.seconds.most_common():
                    print(f"  {name:<22} {one:>7.2f} s {100 * one / total:>6.1f} %")


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [250, 500, 1000])
