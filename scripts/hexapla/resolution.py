"""Where everything in a built site leads: what its files ask for, found among what is there.

Most files ask for the same, so each need is looked for once in the whole site. A finding names a use by its need, and
whoever tells of it reads the file again.
"""

from __future__ import annotations

import difflib
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from hexapla import addresses, cache, pages, workers
from hexapla.addresses import Base
from hexapla.facts import (
    GUESSES,
    LINK,
    Facts,
    Kept,
    Known,
    Need,
    Needs,
    Reader,
    Reading,
    Senses,
    Sieve,
    Telling,
    address_of,
    fold,
    used,
)
from hexapla.pages import Page
from hexapla.problems import Text, say

SIZE_LIMIT = 1_000_000
"""A resource of more bytes than this keeps readers waiting: half a minute on a slow phone connection (256 kbit/s)."""

SITE_GUESSES = 1000
"""So often it is guessed for a site which page may be meant, and so often which anchor of another page."""

ALIASES = 10
"""A folder is looked at under so many names."""

CHUNK = 1 << 21
"""So many bytes of files are read by one call of a worker."""


class Target(NamedTuple):
    """What a path below the root is: the number of a file (-1 for none), and what is wrong with the way it is named."""

    file: int
    rule: str = ""
    message: Text | str = ""
    hint: Text | str = ""
    right: str | None = None


@dataclass
class Built:
    """A built site. `files` are the paths of all its files below `root`, with `/`, sorted, `sizes` their bytes.

    `needs` are what its files ask for, by the numbers by which their facts name them. `digests` are those of its files,
    as far as they are known.

    Where nothing was wrong the last time, and since then nothing has changed but ids, anchors and needs, `changed` are
    the files of which these are others; else it is None. What else a rule looks at need not be looked at again.
    """

    root: Path
    base: Base
    files: tuple[str, ...]
    sizes: tuple[int, ...]
    size_limit: int = SIZE_LIMIT
    redirects: tuple[tuple[str, str], ...] = ()
    facts: list[Facts] = field(default_factory=list)
    needs: dict[int, Need] = field(default_factory=dict, repr=False)
    digests: dict[str, str] = field(default_factory=dict, repr=False)
    changed: Sequence[Facts] | None = field(default=None, repr=False)
    known: dict[str, Target] = field(default_factory=dict, repr=False)
    worked_out: dict[str, object] = field(default_factory=dict, repr=False)
    guesses: int = field(default_factory=lambda: SITE_GUESSES)

    @cached_property
    def mark(self) -> str:
        """A digest of all that rules look at besides facts and needs: the names of files, which of them are too large,
        what is sent on, where the site is published; and of the rules."""
        heavy = [f"{path} {size}" for path, size in zip(self.files, self.sizes, strict=True) if size > self.size_limit]
        sent_on = [part for redirect in self.redirects for part in redirect]
        lists = (self.files, heavy, sent_on)
        return cache.digest(cache.tool_key(), *self.base, *(part for one in lists for part in (str(len(one)), *one)))

    @property
    def has_quotations(self) -> bool:
        """Whether a link quotes the text of a page, which no facts tell of."""
        return any(":~:" in need.fragment for need in self.needs.values())

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each file, by its path."""
        return {path: number for number, path in enumerate(self.files)}

    @cached_property
    def _folded(self) -> Mapping[str, list[str]]:
        folded: dict[str, list[str]] = {}
        for path in self.files:
            folded.setdefault(fold(path), []).append(path)
        return folded

    @cached_property
    def by_number(self) -> Mapping[int, Facts]:
        """The facts of those files that hold references, by number."""
        return {self.numbers[one.path]: one for one in self.facts}

    @cached_property
    def targets(self) -> Mapping[int, Target]:
        """Where the needs lead that lead inside the site."""
        inside = {number: need.path for number, need in self.needs.items() if not need.host}
        found = {path: self.find(path) for path in sorted({*inside.values()})}  # so the same guesses are made each time
        return {number: found[path] for number, path in inside.items()}

    @cached_property
    def _wrong(self) -> Mapping[str, Mapping[int, Target]]:
        """The targets that are named in a wrong way, by rule and need."""
        wrong: dict[str, dict[int, Target]] = {}
        for number, target in self.targets.items():
            if target.rule:
                wrong.setdefault(target.rule, {})[number] = target
        return wrong

    @cached_property
    def links(self) -> Mapping[int, tuple[Need, int]]:
        """The needs that are links to files that are there, and the numbers of these files."""
        return {
            number: (need, self.targets[number].file)
            for number, need in self.needs.items()
            if need.form == LINK and self.targets[number].file >= 0
        }

    @property
    def doubtful(self) -> Sequence[Facts]:
        """The files in which something can be wrong that they ask for, where it depends on nothing but that."""
        return self.facts if self.changed is None else self.changed

    @cached_property
    def doubtful_links(self) -> Mapping[int, tuple[Need, int]]:
        """The links of these files."""
        if self.changed is None:
            return self.links
        wanted = used(self.changed, self.needs)
        return {number: link for number, link in self.links.items() if number in wanted}

    @cached_property
    def refreshes(self) -> Mapping[int, int]:
        """The numbers of the files that send a reader on, and of those that they lead to."""
        targets = {number: self.targets[one.refresh].file for number, one in self.by_number.items() if one.refresh >= 0}
        return {number: file for number, file in targets.items() if file >= 0}

    def with_needs(
        self, wanted: Collection[int], among: Iterable[Facts] | None = None
    ) -> Iterator[tuple[Facts, list[int]]]:
        """Yield each file that has some of these needs, and which; among all files, or among some."""
        if not wanted:
            return
        some = frozenset(wanted)
        for one in self.facts if among is None else among:
            if not some.isdisjoint(one.needs):
                yield one, [number for number in one.needs if number in some]

    def told(self, rule: str) -> Iterator[Telling]:
        """Yield what is wrong under a rule with single files, and with the way that files are named."""
        for one in self.facts:
            for telling in one.tellings:
                if telling.rule == rule:
                    yield telling
        wrong = self._wrong.get(rule, {})
        for one, numbers in self.with_needs(wrong):
            for number in numbers:
                target = wrong[number]
                yield Telling(rule, one.path, -1, target.message, target.hint, right=target.right, need=number)

    def uses_of(self, page: Page) -> Mapping[int, list[int]]:
        """Give the numbers of a file's uses by the needs that they are."""
        uses: dict[int, list[int]] = {}
        sieve = Sieve(page, Senses(self.base, Needs(self.needs)))
        for number in range(len(page.uses)):
            for need in sieve.sense(number).needs:
                uses.setdefault(need, []).append(number)
        return uses

    def find(self, path: str) -> Target:
        """Find the file that a static host serves for a path (decoded, without a `/` in front)."""
        found = self.known.get(path)
        if found is None:
            found = self.known[path] = self._find(path)
        return found

    def _find(self, path: str) -> Target:
        if not path or path.endswith("/"):
            if (number := self.numbers.get(path + "index.html")) is not None:
                return Target(number)
        elif (number := self.numbers.get(path)) is not None:
            return Target(number)
        elif (number := self.numbers.get(path + "/index.html")) is not None:
            message = say(
                "%(target)s is a folder, and hosts send a reader on to %(right)s",
                target=_shown(path),
                right=_shown(path + "/"),
            )
            return Target(number, "missing-slash", message, say("write a slash behind it"), path + "/")
        whole = (self.base.path + path).strip("/")
        if whole in self._sent_on[0] or any(_is_redirected(whole, source) for source in self._sent_on[1]):
            return Target(-1)
        return self._missing(path)

    @cached_property
    def _sent_on(self) -> tuple[frozenset[str], tuple[str, ...]]:
        """What `_redirects` sends on: plain paths, and patterns."""
        sources = [source.strip("/") for source, _ in self.redirects]
        patterns = tuple(source for source in sources if "*" in source or ":" in source)
        return frozenset(sources).difference(patterns), patterns

    def _missing(self, path: str) -> Target:
        """Say what is not there, and what may be meant."""
        name = path + "index.html" if not path or path.endswith("/") else path
        for wanted in (name, name + "/index.html"):
            for near in self._folded.get(fold(wanted), ()):
                right = address_of(near)
                message = say("%(target)s is written otherwise: %(right)s", target=_shown(path), right=_shown(right))
                hint = say("write it letter by letter as the file is: %(right)s", right=_shown(right))
                return Target(self.numbers[near], "wrong-case", message, hint, right)
        message = say("there is no %(target)s on this site", target=_shown(path))
        others = [path.rstrip("/"), path + ".html", path.removesuffix(".html") + "/", path.removesuffix("index.htm")]
        likely = [one for one in others if one != path and (one in self.numbers or one + "index.html" in self.numbers)]
        wanted = path.removesuffix(".md") + "/" if path.endswith(".md") else path  # a document that there is not
        likely = likely or self._guess(wanted)
        if not likely:
            return Target(-1, "missing-page", message, say("mend the address, or remove the link"))
        hint = say("did you mean %(word)s?", word=_shown(likely[0]))
        return Target(-1, "missing-page", message, hint, likely[0])

    @cached_property
    def _alike(self) -> Mapping[str, list[str]]:
        """The addresses of all files by what a slip of the pen leaves as it is: the folder and the first letter, or
        the name."""
        alike: dict[str, list[str]] = {}
        for address in map(address_of, self.files):
            folder, name = _parts(address)
            alike.setdefault(folder + name[:1], []).append(address)
            alike.setdefault("/" + name, []).append(address)
        return alike

    def _guess(self, path: str) -> list[str]:
        self.guesses -= 1
        folder, name = _parts(path)
        alike = [*self._alike.get(folder + name[:1], ())[:GUESSES], *self._alike.get("/" + name, ())[:GUESSES]]
        return difflib.get_close_matches(path, alike, n=1, cutoff=0.75) if self.guesses >= 0 else []

    def lead(self, one: Facts, text: str) -> int:
        """Give the number of the file to which an address in a file leads; -1 where it leads to none of the site."""
        number = self._led.get(text)
        if number is not None:
            return number
        reference = addresses.read(text, self.base)
        if not reference.is_inside:
            number = self._led[text] = -1
        elif reference.path is None:
            number = self.numbers[one.path]
        elif reference.up < 0:
            number = self._led[text] = self.find(reference.path).file
        else:
            path = addresses.below(addresses.folders_of(one.path), reference, self.base)
            number = self.find(path or "").file
        return number

    @cached_property
    def _led(self) -> dict[str, int]:
        """Where addresses lead that are the same in every file."""
        return {}


def _shown(path: str) -> str:
    return "/" + addresses.visible(path)


def _parts(address: str) -> tuple[str, str]:
    """Divide an address into its folder and its name, which ends in a slash if it is a folder's own."""
    start = address.rstrip("/").rfind("/") + 1
    return address[:start], address[start:]


def _is_redirected(path: str, source: str) -> bool:
    """Whether `_redirects` sends a path on: `/old`, `/old/*`, `/news/:year`."""
    wanted, given = source.split("/"), path.split("/")
    for number, part in enumerate(wanted):
        if part == "*":
            return True
        if number >= len(given) or (part != given[number] and not part.startswith(":")):
            return False
    return len(wanted) == len(given)


def read(
    root: Path,
    site_url: str = "",
    size_limit: int = SIZE_LIMIT,
    known: Known | None = None,
) -> Built:
    """Read a built site, published at `site_url`.

    What is `known` need not be found out: files are taken apart only where their digests are others than those that
    are kept of the last check.
    """
    known = known or Known()
    found = sorted(files(root) if known.sizes is None else known.sizes.items())
    built = Built(
        root, Base.of(site_url), tuple(path for path, _ in found), tuple(size for _, size in found), size_limit
    )
    if "_redirects" in built.numbers and (page := pages.read(root, "_redirects")):
        built.redirects = tuple(page.redirects)
    kept = known.kept or Kept(None, built.base)
    built.digests = dict(known.digests)
    reader = Reader(root, built.base, kept.digests, built.digests, kept.is_written)
    looked_at = [(path, size) for path, size in found if pages.is_looked_at(path)]
    new: dict[str, Facts] = {}
    for reading in known.readings:
        new |= kept.take(reading)
    chunks = _chunks([one for one in looked_at if one[0] not in new and not reader.is_known(one[0])])
    for reading in workers.each(_read, reader, [(chunk,) for chunk in chunks], 2):
        new |= kept.take(reading)
        built.digests |= reading.digests
    built.facts = [new[path] if path in new else kept.facts[path] for path, _ in looked_at]
    built.needs = used(built.facts, kept.needs.by_number)
    return built


def _read(reader: Reader, paths: Sequence[str]) -> Reading:
    """Read some files. Runs in any process."""
    return reader.read(paths)


def files(root: Path) -> Iterator[tuple[str, int]]:
    """Yield every file below a folder with its size. Links are followed, but never around in a circle."""
    above = os.path.realpath(root)
    pending = [("", above, frozenset({above}))]
    entered: Counter[str] = Counter()
    while pending:
        prefix, own, above_it = pending.pop()
        try:
            with os.scandir(os.path.join(root, prefix)) as scan:  # noqa: PTH118 - a Path for each folder takes longer
                entries = list(scan)
        except OSError:
            continue  # gone, or closed to us
        for entry in entries:
            try:
                if entry.is_dir():
                    real = os.path.realpath(entry.path) if entry.is_symlink() else f"{own}/{entry.name}"
                    entered[real] += 1
                    # Folders that link to each other are there under names without number.
                    if real not in above_it and entered[real] <= ALIASES:
                        pending.append((f"{prefix}{entry.name}/", real, above_it | {real}))
                elif entry.is_file():
                    yield prefix + entry.name, entry.stat().st_size
            except OSError:
                continue


def _chunks(files: Sequence[tuple[str, int]]) -> Iterator[tuple[str, ...]]:
    """Divide files into runs of about the same size."""
    chunk: list[str] = []
    size = 0
    for path, one in files:
        chunk.append(path)
        size += one if path.endswith((".html", ".htm", ".xml")) else 4096
        if size >= CHUNK:
            yield tuple(chunk)
            chunk, size = [], 0
    if chunk:
        yield tuple(chunk)


def url(path: str) -> str:
    """Write a path below the root as it stands in an address."""
    return quote(path, safe="/~!$&'()*+,;=:@-._")
