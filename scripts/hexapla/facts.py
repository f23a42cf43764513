"""What stands in the files of a built site, each read once: what it asks for, what it has, what is wrong by itself.

Processes read files side by side. What comes back is small: most files ask for the same, so what they ask for is
numbered. A check may keep it for the next one. That says what stands in a file, never what was found: where it all
leads is found out anew, by hexapla.resolution.
"""

from __future__ import annotations

import difflib
import os
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from hexapla import addresses, cache, pages
from hexapla.addresses import Base, Reference
from hexapla.cache import Store
from hexapla.pages import ABSOLUTE, LINKS, RESOURCES, Page, Use
from hexapla.problems import Text, say

GUESSES = 100
"""So often it is guessed for a file which of its anchors may be meant: one where everything is broken would take for
ever."""

REMEMBERED = 100_000
"""What so many uses come to is remembered at the same time."""

LINK, RESOURCE, REFRESH = "link", "resource", "refresh"


class Telling(NamedTuple):
    """A finding in a built file: by the number of the use there, by its `need`, by an id, or of the file as a whole.

    `right` is the path below the site's root where a reference should lead, if that is known.
    """

    rule: str
    path: str
    number: int
    message: Text | str
    hint: Text | str
    identity: str = ""
    right: str | None = None
    need: int = -1


class Need(NamedTuple):
    """What a file asks for with one use or with many: a file of the site, or a part of it, or another site.

    `path` is below the root, decoded; where there is a `host`, it is the whole address. `form` is LINK for what readers
    follow, RESOURCE for what is loaded, REFRESH, or nothing. Of a link it matters which `language` it names, whether it
    is one of the switcher, and whether it stands in the main part of its page.
    """

    path: str
    fragment: str = ""
    form: str = ""
    language: str = ""
    is_switcher: bool = False
    is_content: bool = False
    host: str = ""


Alternates = tuple[tuple[str, str], ...]


@dataclass
class Facts:
    """What is kept of one file. `needs` are the numbers of what it asks for, each once; by the one that is `refresh` it
    sends a reader on (-1 for none)."""

    path: str
    is_html: bool = False
    is_read: bool = True
    language: str = ""
    is_hidden: bool = False
    ids: frozenset[str] = frozenset()
    anchors: tuple[str, ...] = ()
    canonical: str | None = None
    alternates: Alternates = ()
    entries: tuple[tuple[str, Alternates], ...] = ()
    refresh: int = -1
    needs: array[int] = field(default_factory=lambda: array("I"))
    tellings: tuple[Telling, ...] = ()

    def has_head_of(self, other: Facts) -> bool:
        """Whether all is as in other facts but for ids, anchors and needs."""
        return replace(self, ids=other.ids, anchors=other.anchors, needs=other.needs) == other


class Needs:
    """Numbers needs, from one more than those that have a number already."""

    def __init__(self, needs: Mapping[int, Need] | None = None) -> None:
        """Take those that have one."""
        self.by_number = dict(needs or {})
        self._numbers = {need: number for number, need in self.by_number.items()}
        self._next = max(self.by_number, default=-1) + 1

    def number(self, need: Need) -> int:
        """Give the number of a need."""
        number = self._numbers.get(need)
        if number is None:
            number = self._numbers[need] = self._next
            self.by_number[number] = need
            self._next += 1
        return number


def used(facts: Iterable[Facts], needs: Mapping[int, Need]) -> dict[int, Need]:
    """Give those needs that some files have."""
    return {number: needs[number] for number in frozenset[int]().union(*(one.needs for one in facts))}


# What uses come to


class Sense(NamedTuple):
    """What a use comes to: the numbers of needs, that inside the site first; and what is wrong with it.

    `above` says where the same text comes to the same: in all files below the folder that is so many above this one, in
    all files of the site (ANYWHERE), or in no other (HERE).
    """

    needs: tuple[int, ...] = ()
    rule: str = ""
    message: Text | str = ""
    hint: Text | str = ""
    above: int = -2


ANYWHERE, HERE = -1, -2
NOTHING = Sense()


class Senses:
    """Says what uses come to on a site that is published at `base`, and remembers what is the same in many files."""

    def __init__(self, base: Base, needs: Needs) -> None:
        """Take what numbers needs."""
        self.base, self.needs = base, needs
        self.own: dict[Use, str] = {}
        self._shared: dict[tuple[int, tuple[str, ...], bool], dict[Use, tuple[int, ...]]] = {}

    def shared(self, above: int, folders: tuple[str, ...], is_content: bool) -> dict[Use, tuple[int, ...]]:
        """Give what is remembered for all files below the folder that is so many above, or ANYWHERE."""
        return self._shared.setdefault((above, folders[above : above + 1], is_content), {})

    def forget(self) -> None:
        """Forget what is remembered, if it is too much. Needs keep their numbers."""
        if len(self.own) + sum(map(len, self._shared.values())) > REMEMBERED:
            self.own.clear()
            self._shared.clear()

    def sense(self, use: Use, reference: Reference, folders: tuple[str, ...], is_content: bool) -> Sense:
        """Say what a use comes to that was read, in a file that is in a folder, and below others."""
        if reference.rule:
            return Sense((), reference.rule, reference.message, reference.hint)
        if reference.address:
            exits = (self._exit(reference.address, reference.host),) if reference.host else ()
            return Sense(exits, above=ANYWHERE)
        if use.kind == "base href":
            return NOTHING
        path = addresses.below(folders, reference, self.base)
        need = _inside(use, folders[0] if path is None else path, reference.fragment, is_content)
        needs: tuple[int, ...] = (self.needs.number(need),)
        if not reference.is_absolute:
            return Sense(needs, above=reference.up if reference.path is not None else HERE)
        if use.text[:5].lower() == "http:" and self.base.host:
            needs += (self._exit(use.text, self.base.host),)
        if ABSOLUTE.match(use.kind):
            return Sense(needs, above=ANYWHERE)
        message = say("%(address)s names this site by its whole address", address=addresses.quoted(use.text))
        hint = say("write it as a path, so that it works in a preview and after a move")
        return Sense(needs, "own-domain", message, hint)

    def reference(self, use: Use) -> Reference:
        """Read what a use says."""
        return addresses.read(use.text, self.base, use.kind in RESOURCES)

    def _exit(self, address: str, host: str) -> int:
        return self.needs.number(Need(address, host=host))


def _inside(use: Use, path: str, fragment: str, is_content: bool) -> Need:
    """Make the need of a use that leads inside the site."""
    if use.kind in LINKS:
        return Need(path, fragment, LINK, use.language, use.is_switcher, is_content)
    form = RESOURCE if use.kind in RESOURCES else REFRESH if use.kind == "meta refresh" else ""
    return Need(path, "" if use.kind == "json-ld" else fragment, form)


class Sieve:
    """Takes one file's uses apart: what they come to, and what is wrong by itself."""

    def __init__(self, page: Page, senses: Senses) -> None:
        """Take a file."""
        self.page, self._senses = page, senses
        self.folders = addresses.folders_of(page.path)
        self.ids = frozenset(page.ids)
        self.tellings: list[Telling] = []
        self.guesses = GUESSES
        self.is_elsewhere = False
        if page.base:
            self._follow_base()

    def facts(self) -> Facts:
        """Look at everything."""
        page = self.page
        for fault in page.faults:
            self._tell("unreadable", -1, fault.message, fault.hint)
        for identity, count in Counter(page.ids).items() if len(page.ids) > len(self.ids) else ():
            if count > 1:
                message = say("the id %(id)s is on this page %(count)s times", id=repr(identity), count=count)
                hint = say("give each element its own id; a link leads to the first")
                self.tellings.append(Telling("duplicate-id", page.path, -1, message, hint, identity))
        needs = self._needs()
        return Facts(
            path=page.path,
            is_html=page.is_html,
            is_read=not page.faults or bool(page.uses),
            language=page.language,
            is_hidden=page.is_hidden,
            ids=self.ids,
            anchors=tuple(page.anchors),
            canonical=page.canonical,
            alternates=tuple(page.alternates),
            entries=tuple((address, tuple(alternates)) for address, alternates in page.entries),
            refresh=self._refresh(),
            needs=array("I", needs),
            tellings=tuple(self.tellings),
        )

    def _needs(self) -> set[int]:
        """Give all needs; tell of what is wrong with uses."""
        needs: set[int] = set()
        uses, content = self.page.uses, self.page.content
        # Pages lie side by side, or each in a folder of its own.
        least = int(address_of(self.page.path) != self.page.path)
        own = self.ids if self.page.is_html and not self.page.base else frozenset[str]()
        for start, stop in pairwise((0, content.start, content.stop, len(uses))):
            if start == stop:
                continue
            beside = self._senses.shared(least, self.folders, start in content)
            anywhere = self._senses.shared(ANYWHERE, (), start in content)
            # Most uses are as in other files, and found at once; only the rest is looked at one by one.
            found = [None] * (stop - start) if self.page.base else list(map(beside.get, uses[start:stop]))
            needs.update(chain.from_iterable(one for one in found if one))
            for number in (start + place for place, one in enumerate(found) if one is None) if None in found else ():
                use = uses[number]
                if (known := anywhere.get(use)) is not None and not self.page.base:
                    beside[use] = known
                    needs.update(known)
                elif self._senses.own.get(use) not in own:
                    sense = self.sense(number)
                    needs.update(sense.needs)
                    if sense.rule:
                        self._tell_of(number, sense)
                    elif sense.above == ANYWHERE:
                        anywhere[use] = beside[use] = sense.needs
                    elif least <= sense.above < len(self.folders):
                        beside[use] = sense.needs
        return needs

    def _tell_of(self, number: int, sense: Sense) -> None:
        """Tell of what is wrong with a use."""
        message, hint = sense.message, sense.hint
        if sense.rule == "missing-anchor":
            self.guesses -= 1
            fragment = self._senses.reference(self.page.uses[number]).fragment
            message, hint = no_anchor(fragment, self.page.ids if self.guesses >= 0 else (), "")
        self._tell(sense.rule, number, message, hint)

    def _refresh(self) -> int:
        """Give the need by which the page sends a reader on to another of the site, or -1."""
        numbers = range(len(self.page.uses)) if self.page.refresh else ()
        senses = [self.sense(number) for number in numbers if self.page.uses[number].kind == "meta refresh"]
        inside = [sense.needs[0] for sense in senses if sense.needs]
        by_number = self._senses.needs.by_number
        return next((number for number in reversed(inside) if not by_number[number].host), -1)

    def _tell(self, rule: str, number: int, message: Text | str, hint: Text | str) -> None:
        self.tellings.append(Telling(rule, self.page.path, number, message, hint))

    def _follow_base(self) -> None:
        """Let relative addresses begin where `<base>` says."""
        reference = addresses.read(self.page.base, self._senses.base)
        number = next(number for number, use in enumerate(self.page.uses) if use.kind == "base href")
        if reference.address:
            self.is_elsewhere = True
            message = say("<base> makes every relative address of this page lead to %(host)s", host=reference.host)
            self._tell("base", number, message, say("remove it"))
        elif not reference.rule and reference.path is not None:
            path = addresses.below(self.folders, reference, self._senses.base) or ""
            self.folders = addresses.folders_of(path)

    def sense(self, number: int) -> Sense:
        """Say what the use of a number comes to."""
        use = self.page.uses[number]
        reference = self._senses.reference(use)
        if reference.is_inside and not reference.is_absolute:
            if self.is_elsewhere:
                return NOTHING
            if reference.path is None and not self.page.base:
                return self._own(use, reference.fragment)
        return self._senses.sense(use, reference, self.folders, number in self.page.content)

    def _own(self, use: Use, fragment: str) -> Sense:
        """Say what a use comes to that names a part of its own file."""
        if not fragment or use.kind == "json-ld":
            return NOTHING
        if self.page.is_html and ":~:" not in fragment:
            self._senses.own[use] = fragment
            return NOTHING if is_anchor(fragment, self.ids) else Sense(rule="missing-anchor")
        return Sense((self._senses.needs.number(Need(self.page.path, fragment)),))


def is_anchor(fragment: str, ids: frozenset[str]) -> bool:
    """Whether a fragment names a part of a page that has these ids (HTML standard, "select the indicated part")."""
    return fragment in ids or unquote(fragment) in ids or fragment.lower() == "top"


def no_anchor(fragment: str, ids: Sequence[str], where: str) -> tuple[Text, Text]:
    """Say that a page has no such anchor; guess what was meant. `where` is empty for the page itself."""
    wanted = unquote(fragment)
    if where:
        message = say("%(page)s has no anchor %(anchor)s", page=where, anchor="#" + addresses.visible(wanted))
    else:
        message = say("this page has no anchor %(anchor)s", anchor="#" + addresses.visible(wanted))
    alike = [one for one in ids if one[:1] == wanted[:1]][:GUESSES]
    near = [one for one in ids if fold(one) == fold(wanted)] or difflib.get_close_matches(wanted, alike, n=1)
    return message, say("did you mean %(word)s?", word="#" + addresses.visible(near[0])) if near else say(
        "name a heading's id, or leave the anchor out"
    )


def address_of(path: str) -> str:
    """Give the path that a link to a file has below the root: `about/` for `about/index.html`."""
    return path.removesuffix("index.html") if path == "index.html" or path.endswith("/index.html") else path


def fold(text: str) -> str:
    """Give what two ways to write the same have in common: letters small, accents composed."""
    return unicodedata.normalize("NFC", text).casefold()


# Reading


@dataclass
class Reading:
    """What came of some files: the facts of those that are not known yet, their needs, and digests found out."""

    facts: list[Facts] = field(default_factory=list)
    needs: dict[int, Need] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)


class Reader:
    """Reads the files of a site."""

    def __init__(
        self,
        root: Path,
        base: Base,
        kept: Mapping[str, str] | None = None,
        digests: Mapping[str, str] | None = None,
        is_keeping: bool = False,
    ) -> None:
        """Take the site's folder, and where it is published; the digests that the files had the last time, and those
        that they have, as far as they are known. The others are found out where that `is_keeping`."""
        self.root, self.kept, self.digests, self.is_keeping = root, kept or {}, digests or {}, is_keeping
        self.senses = Senses(base, Needs())

    def is_known(self, path: str) -> bool:
        """Whether a file is what it was, as far as that is known without a look at it."""
        return path in self.kept and self.kept[path] == self.digests.get(path)

    def read(self, paths: Iterable[str]) -> Reading:
        """Read some files."""
        reading = Reading()
        self.senses.forget()
        for path in paths:
            data = pages.load(self.root, path)
            if isinstance(data, pages.Fault):
                reading.facts.append(Sieve(Page(path, faults=[data]), self.senses).facts())
                continue
            if self.is_keeping and path not in self.digests:
                reading.digests[path] = cache.digest_of_bytes(data)
            if path not in self.kept or self.kept[path] != reading.digests.get(path):
                reading.facts.append(Sieve(pages.parse(path, data), self.senses).facts())
        reading.needs = used(reading.facts, self.senses.needs.by_number)
        return reading


# Keeping


@dataclass
class Known:
    """What is known of a site before it is read.

    `digests` are those of its files, by their paths below the root: what has the same digest as the last time is not
    opened. They must be right; any digest will do that differs for different bytes, and is made the same way each time.
    `sizes` are the bytes of all its files by the same paths; None where they have to be looked for. `readings` have
    been made of some files, `kept` is what the last check has kept, where it was taken out of the store already.
    """

    digests: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[str, int] | None = None
    readings: Sequence[Reading] = ()
    kept: Kept | None = None


HTML, HIDDEN = 1, 2
SWITCHER, CONTENT = 1, 2

SHARE = 8
"""All facts are written anew where those of more than one file in so many have changed since they were."""


class Kept:
    """What an earlier check has kept of a site: the facts of files in which nothing is wrong by itself.

    They are in one table, and what has changed since that was written in another, as long as it is little: to write
    what stands in a thousand files takes as long as to check them. `sound` is the mark of the site (`Built.mark`), if
    nothing was wrong in it with these facts; else it is empty.
    """

    def __init__(self, store: Store | None, base: Base) -> None:
        """Read what there is; nothing where no check has written it, or where there is no store."""
        name = f"{base.host} {base.path}"
        self._table = store.table("links", name) if store else None
        self._since = store.table("links-since", name) if store else None
        self.facts: dict[str, Facts] = {}
        self.digests: dict[str, str] = {}
        self.is_written = bool(store and store.folder)
        self.sound = ""
        self._all: dict[str, str] = {}  # the digests in the first table
        needs: dict[int, Need] = {}
        try:
            if self._table and self._since and self._table.values:
                needs = self._load(self._table.values, frozenset())
                self._all = dict(self.digests)
                if self._since.values.get("of") == self._table.values["of"]:
                    needs |= self._load(self._since.values, frozenset(needs))
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError):
            needs, self.facts, self.digests, self._all, self.sound = {}, {}, {}, {}, ""
        self.needs = Needs(needs)

    def _load(self, values: Mapping[str, Any], numbers: frozenset[int]) -> dict[int, Need]:
        """Take facts from a table; give their needs, but for those whose `numbers` are known.

        Raises any of many errors where it holds something else.
        """
        texts = [_strings(values["needs"][name]) for name in ("path", "fragment", "form", "language", "host")]
        kinds = values["needs"]["kind"]
        switchers, contents = ([bool(kind & flag) for kind in kinds] for flag in (SWITCHER, CONTENT))
        columns = zip(*texts[:4], switchers, contents, texts[4], strict=True)
        needs = dict(zip(array("I", values["numbers"]), map(Need._make, columns), strict=True))
        numbers |= frozenset(needs)
        ids = [frozenset(_strings(one)) for one in values["ids"]]
        anchors = [tuple(_strings(one)) for one in values["anchors"]]
        alternates = [tuple((tag, address) for tag, address in map(_strings, one)) for one in values["alternates"]]
        for path, row in values["files"].items():
            digest, language, canonical, kind, refresh, at_ids, at_anchors, at_alternates, entries, own = row
            _strings([digest, language, "" if canonical is None else canonical])
            if not isinstance(entries, list) or not isinstance(own, list):
                raise TypeError(path)
            facts = self.facts[path] = Facts(
                path=path,
                is_html=bool(kind & HTML),
                language=language,
                is_hidden=bool(kind & HIDDEN),
                ids=ids[at_ids],
                anchors=anchors[at_anchors],
                canonical=canonical,
                alternates=alternates[at_alternates],
                entries=tuple((str(address), alternates[at]) for address, at in entries),
                refresh=refresh,
                needs=array("I", own),
            )
            self.digests[path] = digest
            if not numbers.issuperset(facts.needs) or not (refresh == -1 or refresh in facts.needs):
                raise ValueError(path)
        for path in _strings(values["gone"]):
            del self.facts[path], self.digests[path]
        (self.sound,) = _strings([values["sound"]])
        return needs

    def take(self, reading: Reading) -> dict[str, Facts]:
        """Give the facts that were read, by their paths, with the numbers that needs have here."""
        numbers = {number: self.needs.number(need) for number, need in reading.needs.items()}
        for facts in reading.facts:
            facts.needs = array("I", map(numbers.__getitem__, facts.needs))
            facts.refresh = numbers.get(facts.refresh, -1)
        return {facts.path: facts for facts in reading.facts}

    def changed(self, facts: Sequence[Facts]) -> list[Facts] | None:
        """Give the files with other ids, anchors or needs than what is kept of them; None where it is kept of other
        files, or something else has changed."""
        if len(facts) != len(self.facts):
            return None
        changed = []
        for one in facts:
            was = self.facts.get(one.path)
            if one is was:
                continue
            if was is None or not one.has_head_of(was):
                return None
            if one.ids != was.ids or one.anchors != was.anchors or {*one.needs} != {*was.needs}:
                changed.append(one)
        return changed

    def keep(self, facts: Iterable[Facts], needs: Mapping[int, Need], digests: Mapping[str, str], sound: str) -> None:
        """Keep facts for the next check, and the mark of a site in which nothing is wrong, unless they are there
        already."""
        good = {one.path: one for one in facts if not one.tellings and digests.get(one.path)}
        if not (self._table and self._since):
            return
        if self.sound == sound and self.digests == {path: digests[path] for path in good}:
            return
        changed = [one for path, one in good.items() if self._all.get(path) != digests[path]]
        gone = [path for path in self._all if path not in good]
        if (len(changed) + len(gone)) * SHARE < len(self._all):
            known = frozenset(self._table.values["numbers"])
            new = {number: need for number, need in used(changed, needs).items() if number not in known}
            self._since.update(_columns(changed, new, digests).items())
            self._since.update({"of": self._table.values["of"], "gone": gone, "sound": sound}.items())
            self._since.write()
        else:
            self._table.update(_columns(good.values(), needs, digests).items())
            self._table.update({"of": os.urandom(8).hex(), "gone": [], "sound": sound}.items())
            self._table.write()


def _columns(facts: Iterable[Facts], needs: Mapping[int, Need], digests: Mapping[str, str]) -> dict[str, Any]:
    """Give facts and needs as JSON has them: what many have alike once, and a list for each field of a need."""
    ids: dict[frozenset[str], int] = {}
    anchors: dict[tuple[str, ...], int] = {}
    alternates: dict[Alternates, int] = {}
    files = {
        one.path: (
            *(digests[one.path], one.language, one.canonical, HTML * one.is_html | HIDDEN * one.is_hidden),
            one.refresh,
            ids.setdefault(one.ids, len(ids)),
            anchors.setdefault(one.anchors, len(anchors)),
            alternates.setdefault(one.alternates, len(alternates)),
            [(address, alternates.setdefault(named, len(alternates))) for address, named in one.entries],
            one.needs.tolist(),
        )
        for one in facts
    }
    rows = {
        "path": [one.path for one in needs.values()],
        "fragment": [one.fragment for one in needs.values()],
        "form": [one.form for one in needs.values()],
        "language": [one.language for one in needs.values()],
        "kind": [SWITCHER * one.is_switcher | CONTENT * one.is_content for one in needs.values()],
        "host": [one.host for one in needs.values()],
    }
    lists = {"ids": [sorted(one) for one in ids], "anchors": [*anchors], "alternates": [*alternates]}
    return {"numbers": [*needs], "needs": rows, "files": files} | lists


def _strings(row: Any) -> list[str]:
    """Give a list of strings. Raises TypeError where it is something else."""
    if not isinstance(row, list):
        raise TypeError(row)
    "".join(row)
    return row
