"""A built site, every file read once: where each reference leads, and what is wrong with it by itself.

Processes read and resolve files side by side. What comes back is small: numbers of files, fragments, and findings. A
finding names its use by number, and whoever tells of it reads the file again.
"""

from __future__ import annotations

import difflib
import os
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote

from hexapla import addresses, pages, workers
from hexapla.addresses import Base, Reference
from hexapla.pages import ABSOLUTE, LINKS, RESOURCES, Page, Use
from hexapla.problems import Text, say

SIZE_LIMIT = 1_000_000
"""A resource of more bytes than this keeps readers waiting: half a minute on a slow phone connection (256 kbit/s)."""

GUESSES = 100
"""So often it is guessed for a file what may be meant: one where everything is broken would take for ever."""

ALIASES = 10
"""A folder is looked at under so many names."""

CHUNK = 1 << 20
"""So many bytes of files are read by one call of a worker."""


class Telling(NamedTuple):
    """A finding in a built file: by the number of the use there, by an id, or of the file as a whole.

    `right` is the path below the site's root where a reference should lead, if that is known.
    """

    rule: str
    path: str
    number: int
    message: Text | str
    hint: Text | str
    identity: str = ""
    right: str | None = None


class Follow(NamedTuple):
    """A link that a reader follows to a file of the site: the number of the file, and of the use."""

    file: int
    number: int
    language: str
    is_switcher: bool


class Aim(NamedTuple):
    """A reference to a part of a file: the number of the file, the fragment, the number of the use."""

    file: int
    fragment: str
    number: int


class Exit(NamedTuple):
    """A reference to another host."""

    address: str
    host: str
    number: int


@dataclass
class Facts:
    """What is kept of one file. Paths and numbers are those of the Built that it belongs to."""

    path: str
    is_html: bool = False
    is_read: bool = True
    language: str = ""
    is_hidden: bool = False
    ids: frozenset[str] = frozenset()
    anchors: tuple[str, ...] = ()
    content: range = range(0)
    canonical: str | None = None
    alternates: tuple[tuple[str, str], ...] = ()
    entries: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    refresh: Follow | None = None
    follows: tuple[Follow, ...] = ()
    aims: tuple[Aim, ...] = ()
    exits: tuple[Exit, ...] = ()
    tellings: tuple[Telling, ...] = ()


class Target(NamedTuple):
    """What a path below the root is: the number of a file (-1 for none), and what is wrong with the way it is named."""

    file: int
    rule: str = ""
    message: Text | str = ""
    hint: Text | str = ""
    right: str | None = None


@dataclass
class Built:
    """A built site. `files` are the paths of all its files below `root`, with `/`, sorted, `sizes` their bytes."""

    root: Path
    base: Base
    files: tuple[str, ...]
    sizes: tuple[int, ...]
    size_limit: int = SIZE_LIMIT
    redirects: tuple[tuple[str, str], ...] = ()
    facts: list[Facts] = field(default_factory=list)
    known: dict[str, Target] = field(default_factory=dict, repr=False)
    worked_out: dict[str, object] = field(default_factory=dict, repr=False)
    guesses: int = GUESSES

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each file, by its path."""
        return {path: number for number, path in enumerate(self.files)}

    @cached_property
    def _folded(self) -> Mapping[str, list[str]]:
        folded: dict[str, list[str]] = {}
        for path in self.files:
            folded.setdefault(_fold(path), []).append(path)
        return folded

    @cached_property
    def by_number(self) -> Mapping[int, Facts]:
        """The facts of those files that hold references, by number."""
        return {self.numbers[one.path]: one for one in self.facts}

    def told(self, rule: str) -> Iterator[Telling]:
        """Yield what was found under a rule while the files were read."""
        for facts in self.facts:
            for telling in facts.tellings:
                if telling.rule == rule:
                    yield telling

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
            for near in self._folded.get(_fold(wanted), ()):
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

    def lead(self, facts: Facts, text: str) -> int:
        """Give the number of the file to which an address in a file leads; -1 where it leads to none of the site."""
        reference = addresses.read(text, self.base)
        if not reference.is_inside:
            return -1
        path = addresses.below(addresses.folders_of(facts.path), reference, self.base)
        return self.numbers[facts.path] if path is None else self.find(path).file


def _fold(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _shown(path: str) -> str:
    return "/" + addresses.visible(path)


def _parts(address: str) -> tuple[str, str]:
    """Divide an address into its folder and its name, which ends in a slash if it is a folder's own."""
    start = address.rstrip("/").rfind("/") + 1
    return address[:start], address[start:]


def address_of(path: str) -> str:
    """Give the path that a link to a file has below the root: `about/` for `about/index.html`."""
    return path.removesuffix("index.html") if path == "index.html" or path.endswith("/index.html") else path


def _is_redirected(path: str, source: str) -> bool:
    """Whether `_redirects` sends a path on: `/old`, `/old/*`, `/news/:year`."""
    wanted, given = source.split("/"), path.split("/")
    for number, part in enumerate(wanted):
        if part == "*":
            return True
        if number >= len(given) or (part != given[number] and not part.startswith(":")):
            return False
    return len(wanted) == len(given)


def read(root: Path, site_url: str = "", size_limit: int = SIZE_LIMIT) -> Built:
    """Read a built site, published at `site_url`."""
    found = sorted(files(root))
    built = Built(
        root, Base.of(site_url), tuple(path for path, _ in found), tuple(size for _, size in found), size_limit
    )
    if "_redirects" in built.numbers and (page := pages.read(root, "_redirects")):
        built.redirects = tuple(page.redirects)
    chunks = list(_chunks(found))
    results = workers.each(_facts_of, built, [(chunk,) for chunk in chunks], 4)
    built.facts = [facts for result in results for facts in result]
    return built


def files(root: Path) -> Iterator[tuple[str, int]]:
    """Yield every file below a folder with its size. Links are followed, but never around in a circle."""
    pending = [("", frozenset({os.path.realpath(root)}))]
    entered: Counter[str] = Counter()
    while pending:
        prefix, above = pending.pop()
        try:
            entries = list(os.scandir(root / prefix))
        except OSError:
            continue  # gone, or closed to us
        for entry in entries:
            try:
                if entry.is_dir():
                    real = os.path.realpath(entry.path)
                    entered[real] += 1
                    # Folders that link to each other are there under names without number.
                    if real not in above and entered[real] <= ALIASES:
                        pending.append((f"{prefix}{entry.name}/", above | {real}))
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


def _facts_of(built: Built, paths: Sequence[str]) -> list[Facts]:
    """Read some files and keep what matters. Runs in any process."""
    return [_facts(built, page) for path in paths if (page := pages.read(built.root, path)) is not None]


def _facts(built: Built, page: Page) -> Facts:
    sieve = _Sieve(built, page)
    sieve.look()
    return Facts(
        path=page.path,
        is_html=page.is_html,
        is_read=not page.faults or bool(page.uses),
        language=page.language,
        is_hidden=page.is_hidden,
        ids=frozenset(page.ids),
        anchors=tuple(page.anchors),
        content=page.content,
        canonical=page.canonical,
        alternates=tuple(page.alternates),
        entries=tuple((address, tuple(alternates)) for address, alternates in page.entries),
        refresh=sieve.refresh,
        follows=tuple(sieve.follows),
        aims=tuple(sieve.aims),
        exits=tuple(sieve.exits),
        tellings=tuple(sieve.tellings),
    )


class _Sieve:
    """Takes one file's uses apart: what leads inside, what leads outside, what is wrong."""

    def __init__(self, built: Built, page: Page) -> None:
        self.built, self.page = built, page
        self.own = built.numbers[page.path]
        self.folders = addresses.folders_of(page.path)
        self.ids = frozenset(page.ids)
        self.refresh: Follow | None = None
        self.follows: list[Follow] = []
        self.aims: list[Aim] = []
        self.exits: list[Exit] = []
        self.tellings: list[Telling] = []
        self.is_elsewhere = False

    def look(self) -> None:
        """Look at everything."""
        self.built.guesses = GUESSES
        for fault in self.page.faults:
            self.tell("unreadable", -1, fault.message, fault.hint)
        if self.page.base:
            self._follow_base()
        for identity, count in Counter(self.page.ids).items() if len(self.page.ids) > len(self.ids) else ():
            if count > 1:
                message = say("the id %(id)s is on this page %(count)s times", id=repr(identity), count=count)
                hint = say("give each element its own id; a link leads to the first")
                self.tellings.append(Telling("duplicate-id", self.page.path, -1, message, hint, identity))
        base = self.built.base
        for number, use in enumerate(self.page.uses):
            reference = addresses.read(use.text, base, use.kind in RESOURCES)
            if reference.rule:
                self.tell(reference.rule, number, reference.message, reference.hint)
            elif reference.address:
                if reference.host:
                    self.exits.append(Exit(reference.address, reference.host, number))
            else:
                self._inside(number, use, reference)

    def tell(self, rule: str, number: int, message: Text | str, hint: Text | str, right: str | None = None) -> None:
        """Note a finding."""
        self.tellings.append(Telling(rule, self.page.path, number, message, hint, right=right))

    def _follow_base(self) -> None:
        """Let relative addresses begin where `<base>` says."""
        reference = addresses.read(self.page.base, self.built.base)
        number = next(number for number, use in enumerate(self.page.uses) if use.kind == "base href")
        if reference.address:
            self.is_elsewhere = True
            message = say("<base> makes every relative address of this page lead to %(host)s", host=reference.host)
            self.tell("base", number, message, say("remove it"))
        elif not reference.rule and reference.path is not None:
            path = addresses.below(self.folders, reference, self.built.base) or ""
            self.folders = addresses.folders_of(path)

    def _inside(self, number: int, use: Use, reference: Reference) -> None:
        """Look at a reference to the site itself."""
        if use.kind == "base href":
            return
        if reference.is_absolute:
            self._absolute(number, use)
        elif self.is_elsewhere:
            return
        if reference.path is None and not self.page.base:
            self._part(number, use, self.own, reference.fragment)
            return
        path = addresses.below(self.folders, reference, self.built.base)
        target = self.built.find(path if path is not None else self.folders[0])
        if target.rule:
            self.tell(target.rule, number, target.message, target.hint, target.right)
        if target.file < 0:
            return
        if use.kind in LINKS:
            self.follows.append(Follow(target.file, number, use.language, use.is_switcher))
        elif use.kind == "meta refresh":
            self.refresh = Follow(target.file, number, "", False)
        elif use.kind in RESOURCES and self.built.sizes[target.file] > self.built.size_limit:
            values = {
                "target": _shown(self.built.files[target.file]),
                "size": self.built.sizes[target.file],
                "limit": self.built.size_limit,
            }
            message = say("%(target)s is %(size)s bytes large, and %(limit)s are the limit", **values)
            self.tell("heavy", number, message, say("make it smaller: fewer pixels, another format"))
        if reference.fragment:
            self._part(number, use, target.file, reference.fragment)

    def _absolute(self, number: int, use: Use) -> None:
        if use.text[:5].lower() == "http:" and self.built.base.host:
            self.exits.append(Exit(use.text, self.built.base.host, number))
        if not ABSOLUTE.match(use.kind):
            message = say("%(address)s names this site by its whole address", address=addresses.quoted(use.text))
            self.tell(
                "own-domain", number, message, say("write it as a path, so that it works in a preview and after a move")
            )

    def _part(self, number: int, use: Use, file: int, fragment: str) -> None:
        """Note which part of a file a reference means; one on the same page is looked up at once."""
        if not fragment or use.kind == "json-ld":
            return
        if file == self.own and self.page.is_html and ":~:" not in fragment:
            if not is_anchor(fragment, self.ids):
                self.built.guesses -= 1
                ids = self.page.ids if self.built.guesses >= 0 else ()
                self.tell("missing-anchor", number, *no_anchor(fragment, ids, ""))
        else:
            self.aims.append(Aim(file, fragment, number))


def is_anchor(fragment: str, ids: frozenset[str]) -> bool:
    """Whether a fragment names a part of a page that has these ids (HTML standard, "select the indicated part")."""
    return fragment in ids or unquote(fragment) in ids or fragment.lower() == "top"


def no_anchor(fragment: str, ids: Sequence[str], where: str) -> tuple[Text, Text]:
    """Say that a page has no such anchor; guess what was meant."""
    wanted = unquote(fragment)
    if where:
        message = say("%(page)s has no anchor %(anchor)s", page=where, anchor="#" + addresses.visible(wanted))
    else:
        message = say("this page has no anchor %(anchor)s", anchor="#" + addresses.visible(wanted))
    alike = [one for one in ids if one[:1] == wanted[:1]][:GUESSES]
    near = [one for one in ids if _fold(one) == _fold(wanted)] or difflib.get_close_matches(wanted, alike, n=1)
    return message, say("did you mean %(word)s?", word="#" + addresses.visible(near[0])) if near else say(
        "name a heading's id, or leave the anchor out"
    )


def url(path: str) -> str:
    """Write a path below the root as it stands in an address."""
    return quote(path, safe="/~!$&'()*+,;=:@-._")
