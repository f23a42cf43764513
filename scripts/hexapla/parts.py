"""A build on several machines: which locale and which pages each of them renders, and what they hand back.

A part is a folder of cached pages and a file that says what it is made from. Merging parts is a build that finds every
page in them, so it gives the same bytes as one build.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hexapla import inputs
from hexapla.config import Site
from hexapla.problems import Problem, Stop, say

if TYPE_CHECKING:
    from hexapla.publication import Publication

HEAD = "part.json"
"""The file of a part that says what it is."""


class Shard(NamedTuple):
    """The `number`-th of `of` shares of a locale's pages; both count from 1."""

    number: int = 1
    of: int = 1

    def __str__(self) -> str:
        """The share as it is written on the command line."""
        return f"{self.number}/{self.of}"

    def chosen(self, words: Sequence[int]) -> frozenset[int]:
        """Give the indexes of the pages that belong to it. `words` are the pages' sizes: the longest pages are dealt
        out first, each to the share that has the least so far."""
        sums = [0] * self.of
        own = set()
        for index in sorted(range(len(words)), key=lambda index: (-words[index], index)):
            least = sums.index(min(sums))
            sums[least] += words[index] + 1
            if least == self.number - 1:
                own.add(index)
        return frozenset(own)


WHOLE = Shard()


def parse(text: str) -> Shard:
    """Read `2/4`. Raises Stop with a `target` problem where it is no share."""
    match = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", text)
    if match and int(match[1]) <= int(match[2]):
        return Shard(int(match[1]), int(match[2]))
    message = say("%(text)s is no share of the pages", text=repr(text))
    hint = say("write it as 2/4: the second of four; the first number is at least 1 and at most the second")
    raise Stop([Problem(Path("--shard"), 1, 1, "target", message, hint)])


# The plan


def plan(found: Publication, most: int, each: int) -> list[dict[str, Any]]:
    """Deal a site out to jobs, balanced by words; give for each its name, its arguments and its words.

    There are as many jobs as it takes for each to have `each` words at most, but no more than `most`. With fewer jobs
    than locales, a job has several locales; with more, the largest locales are cut into shares.
    """
    words = {locale.code: _words(found, locale.code) for locale in found.site.locales}
    jobs = min(most, max(1, math.ceil(sum(words.values()) / each)))
    if jobs < len(words):
        groups: list[list[str]] = [[] for _ in range(jobs)]
        for code in sorted(words, key=lambda code: (-words[code], code)):
            min(groups, key=lambda group: (sum(words[one] for one in group), len(group))).append(code)
        return [_job(group, WHOLE, sum(words[one] for one in group)) for group in groups]
    shares = dict.fromkeys(words, 1)
    for _ in range(jobs - len(words)):
        largest = max(words, key=lambda code: (words[code] / shares[code], code))
        shares[largest] += 1
    return [
        _job([code], Shard(number, of), round(words[code] / of))
        for code, of in shares.items()
        for number in range(1, of + 1)
    ]


def _job(codes: Sequence[str], shard: Shard, words: int) -> dict[str, Any]:
    name = "-".join(codes) + ("" if shard == WHOLE else f"-{shard.number}")
    arguments = [f"--locale {code}" for code in codes] + ([] if shard == WHOLE else [f"--shard {shard}"])
    return {"name": name, "arguments": " ".join(arguments), "words": words}


def _words(found: Publication, code: str) -> int:
    """Count what a locale has to render: a fallback is rendered too."""
    own, source = found.documents[code], found.documents[found.site.source.code]
    return sum(len((own.get(path) or document).text.split()) for path, document in source.items())


# What a part is


class Head(NamedTuple):
    """What a part says of itself: a digest of what it is made from, its locales, its share of their pages."""

    inputs: str
    locales: tuple[str, ...]
    number: int
    of: int


def write(folder: Path, site: Site, locales: Sequence[str], shard: Shard) -> None:
    """Say what a part is. The last that is written of it: a folder without it is no part."""
    head = Head(inputs.of_site(site), tuple(locales), shard.number, shard.of)
    folder.mkdir(exist_ok=True)  # a share may have no page
    (folder / HEAD).write_text(json.dumps(head._asdict()) + "\n", encoding="utf-8")


def read(folder: Path) -> Head:
    """Read what a part says of itself. Raises Stop with a `part` problem where it is none."""
    try:
        values = json.loads((folder / HEAD).read_bytes())
        head = Head(str(values["inputs"]), tuple(map(str, values["locales"])), int(values["number"]), int(values["of"]))
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        message, hint = say("is no part of a build"), say("name folders that hexapla build --out has written")
        raise Stop([Problem(folder, 1, 1, "part", message, hint)]) from None
    return head


def verify(site: Site, folders: Sequence[Path]) -> None:
    """Raises Stop unless the parts are of the present state of the site, and nothing of it is missing."""
    heads = {folder: read(folder) for folder in folders}
    present = inputs.of_site(site)
    hint = say("build every part, and merge, from one commit and with one version of the tool")
    strange = [folder for folder, head in heads.items() if head.inputs != present]
    if strange:
        message = say("was made from another state of the site than the one here")
        raise Stop(Problem(folder, 1, 1, "part", message, hint) for folder in strange)
    problems = []
    for locale in site.locales:
        if lacking := _lacking(locale.code, heads):
            message = say("parts are missing: %(names)s", names=", ".join(lacking))
            hint = say("build them with hexapla build --locale --shard --out, and name their folders too")
            problems.append(Problem(site.config_file, 1, 1, "part", message, hint))
    if problems:
        raise Stop(problems)


def _lacking(code: str, heads: Mapping[Path, Head]) -> list[str]:
    """Name the shares of a locale that are not there, of the cut of which the most is there."""
    cuts: dict[int, set[int]] = {}
    for head in heads.values():
        if code in head.locales:
            cuts.setdefault(head.of, set()).add(head.number)
    if not cuts:
        return [code]
    missing = {of: sorted(set(range(1, of + 1)) - numbers) for of, numbers in cuts.items()}
    of = min(missing, key=lambda of: (len(missing[of]), of))
    return [f"{code} {number}/{of}" for number in missing[of]]
