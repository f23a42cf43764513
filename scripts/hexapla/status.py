"""How far each translation is: a row per locale and document, and what is made of the rows."""

from __future__ import annotations

import json
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from babel.messages.catalog import Message as BabelMessage

from hexapla import cache, catalogs, records, translations, workers
from hexapla.cache import Marks, Store, Table
from hexapla.catalogs import DOMAIN, Messages
from hexapla.config import Locale, Site
from hexapla.content import Document
from hexapla.problems import LARGEST, Problem, Stop
from hexapla.publication import Publication
from hexapla.translations import State, Unit, anchor_of, count_words

INTERFACE = f"{DOMAIN}.po"
"""The name under which the words of the interface stand among the documents."""


class Row(NamedTuple):
    """One document in one locale. `words` are those of the source; the last four count segments."""

    locale: str
    document: str
    segments: int
    words: int
    current: int
    stale: int
    missing: int
    orphan: int
    current_words: int

    @property
    def percent(self) -> int:
        """The share of the source's words whose translation is current, rounded down: 100 means all."""
        return 100 * self.current_words // self.words if self.words else 100

    @property
    def is_current(self) -> bool:
        """Whether every segment of the source has a translation that follows its present words."""
        return not self.stale and not self.missing


def row_of(locale: Locale, document: str, units: Sequence[Unit]) -> Row:
    """Count a document's pairs."""
    count = Counter(unit.state for unit in units)
    sizes = [(unit.state, unit.words) for unit in units if unit.source]
    return Row(
        locale=locale.code,
        document=document,
        segments=len(sizes),
        words=sum(size for _, size in sizes),
        current=count[State.CURRENT],
        stale=count[State.STALE],
        missing=count[State.MISSING],
        orphan=count[State.ORPHAN],
        current_words=sum(size for state, size in sizes if state is State.CURRENT),
    )


class Stale(NamedTuple):
    """A stale paragraph, as a list of them shows it: its words and their line, and its source's kind and anchor."""

    text: str
    line: int
    kind: str
    anchor: str


def stale_of(units: Sequence[Unit]) -> tuple[Stale, ...]:
    """Give the stale paragraphs among a document's pairs, in their order."""
    return tuple(
        Stale(unit.translation.text, unit.translation.line, unit.source.kind, anchor_of(unit.source))
        for unit in units
        if unit.state is State.STALE and unit.source and unit.translation
    )


ROWS = 40
"""A status page that has so many rows lists all documents in all languages. With more, a language's documents are only
on the page in that language, and of them only those that are not up to date."""

Name = tuple[str, str]
"""What tells a translated document from all others: its locale's code, and its path below the locale's folder."""

Units = Mapping[Name, Sequence[Unit]]
"""The pairs of each translated document."""


@dataclass(frozen=True)
class Report:
    """All that a build needs to know of the state of the translations.

    `rows` are those of every document of the source in every other locale, and of the interface. `counts` has the row
    of each document that is translated, `stale` the stale paragraphs of those that have some. `keys` are digests of all
    that a document's pairs are made from, where a cache is used. `units` are the pairs themselves, made when they are
    asked for: where nothing is stale or missing, a page does not need them.
    """

    units: Units
    rows: tuple[Row, ...]
    has_records: bool
    counts: Mapping[Name, Row] = field(default_factory=dict)
    stale: Mapping[Name, Sequence[Stale]] = field(default_factory=dict)
    keys: Mapping[Name, str] = field(default_factory=dict)

    @property
    def is_large(self) -> bool:
        """Whether the rows are too many for the status page to list them all."""
        return len(self.rows) > ROWS


@dataclass(eq=False)
class _Units(Units):
    """The pairs of each document that is in `counts`, made when they are asked for, once.

    Asking raises Stop where a record was broken after it was counted.
    """

    publication: Publication
    counts: Mapping[Name, Row]
    made: dict[Name, Sequence[Unit]]

    def __getitem__(self, name: Name) -> Sequence[Unit]:
        if name not in self.made:
            self.made[name] = self._make(self.counts[name])
        return self.made[name]

    def _make(self, row: Row) -> Sequence[Unit]:
        locale = self.publication.site.locale(row.locale)
        return translations.of_document(self.publication, locale, row.document)

    def __iter__(self) -> Iterator[Name]:
        return iter(self.counts)

    def __len__(self) -> int:
        return len(self.counts)


FEW = 16
"""So many documents, each with its translations, keep a process busy for long enough to be worth starting."""


def report(publication: Publication, store: Store | None = None) -> Report:
    """Pair every translated document, and count. Raises Stop with everything that is wrong in records.

    Of what a `store` keeps since the last time, only what has changed is paired.
    """
    site = publication.site
    kept = _Kept(publication, store)
    own = {locale.code: publication.documents[locale.code] for locale in site.translations}
    sources = publication.documents[site.source.code]
    found: dict[Name, _Counted] = {}
    work: list[tuple[str, dict[str, str]]] = []
    for path in dict.fromkeys([*sources, *(path for paths in own.values() for path in paths)]):
        keys = kept.look_up(path, [code for code, paths in own.items() if path in paths or path in sources], found)
        if keys:
            work.append((path, keys))
    interfaces: list[Row | tuple[Problem, ...]] = []
    items = [(path, keys, len(work) < FEW) for path, keys in work]
    results = workers.each(_count, publication, items, FEW, lambda: interfaces.extend(_interfaces(site, kept)))
    problems = [problem for one in interfaces if not isinstance(one, Row) for problem in one]
    for (path, _), result in zip(work, results, strict=True):
        for code, one in result.items():
            if isinstance(one, _Counted):
                found[code, path] = one
            else:
                problems += one
    kept.write(found)
    if problems:
        raise Stop(problems)
    rows: list[Row] = []
    for code, interface in zip(own, interfaces, strict=True):
        rows += (found[code, path].row for path in sources)
        rows += [interface] if isinstance(interface, Row) else []
    counts = {(code, path): found[code, path].row for code, paths in own.items() for path in paths}
    has_records = any(records.path_of(site, site.locale(code), path).is_file() for code, path in counts)
    return Report(
        units=_Units(publication, counts, {name: found[name].units for name in counts if found[name].units}),
        rows=tuple(rows),
        has_records=has_records,
        counts=counts,
        stale={name: found[name].stale for name in counts if found[name].stale},
        keys={name: found[name].key for name in counts if found[name].key},
    )


class _Counted(NamedTuple):
    """What is known of a document in a locale. `key` is empty where that is not to be kept, `units` where nobody
    will ask for its pairs, or where they are to be made again for whoever does."""

    row: Row
    stale: tuple[Stale, ...] = ()
    key: str = ""
    units: Sequence[Unit] = ()


def _count(
    publication: Publication, path: str, keys: Mapping[str, str], with_units: bool
) -> dict[str, _Counted | tuple[Problem, ...]]:
    """Count a document's pairs in several locales, by their codes; `keys` are as in _Counted.

    The pairs are given `with_units` where a page will ask for them, because it has something to mark.
    """
    site = publication.site
    source = _aside(publication.document(site.source, path))
    found: dict[str, _Counted | tuple[Problem, ...]] = {}
    for code, key in keys.items():
        locale = site.locale(code)
        translation = _aside(publication.document(locale, path))
        try:
            entries = records.read(site, locale, path) if translation else None
        except Stop as stop:
            found[code] = stop.problems
            continue
        units = translations.pair(source, translation, entries or [])
        if key and key != _key(
            _digest(source), translation, str(records.path_of(site, locale, path)), Marks(Store(None))
        ):
            key = ""  # somebody has written the record meanwhile
        row = row_of(locale, path, units)
        is_marked = translation is not None and not row.is_current
        found[code] = _Counted(row, stale_of(units), key, units if with_units and is_marked else ())
    return found


def _aside(document: Document | None) -> Document | None:
    """The same document, so that what is found out about it is forgotten with it: all at once would take much room."""
    return replace(document) if document else None


@dataclass
class _Kept:
    """What is kept of each locale between two reports. Without a store, nothing is."""

    publication: Publication
    store: Store | None
    tables: dict[str, Table] = field(default_factory=dict, init=False)
    folders: dict[str, str] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        if self.store and self.store.folders:
            site = self.publication.site
            self.tables = {locale.code: self.store.table("status", locale.code) for locale in site.translations}
            self.folders = {locale.code: str(records.folder_of(site, locale)) for locale in site.translations}

    def look_up(self, path: str, codes: Sequence[str], found: dict[Name, _Counted]) -> dict[str, str]:
        """Put what is known of a document into `found`; give the keys under which the rest is to be kept, by locale."""
        if not self.tables or self.store is None:
            return dict.fromkeys(codes, "")
        site = self.publication.site
        source = _digest(self.publication.document(site.source, path))
        wanted = {}
        for code in codes:
            record = f"{self.folders[code]}/{path}.po"
            key = _key(source, self.publication.documents[code].get(path), record, self.store.marks)
            known = _counted(self.tables[code].get(key), code, path, key) if key else None
            if known:
                found[code, path] = known
            else:
                wanted[code] = key
        return wanted

    def write(self, found: Mapping[Name, _Counted]) -> None:
        """Keep what was counted."""
        for (code, _), one in found.items():
            if one.key and one.key not in self.tables[code].used:
                self.tables[code].set(one.key, _plain(one))
        for table in self.tables.values():
            table.write()


def _digest(document: Document | None) -> str:
    return document.digest if document else ""


def _key(source: str, translation: Document | None, record: str, marks: Marks) -> str:
    """A digest of what a document's pairs are made from, where `source` is that of its source; empty where it is not
    to be had."""
    if translation is None:
        return cache.digest(source)
    try:
        return cache.digest(source, translation.digest, _digest_of_file(record, marks))
    except OSError:
        return ""  # whoever reads it says what is wrong


def _digest_of_file(path: str, marks: Marks) -> str:
    """The digest of a file; empty where there is none. Raises OSError where it cannot be read, or is too large."""
    try:
        facts = os.stat(path)  # noqa: PTH116 - thousands of files
    except FileNotFoundError:
        return ""
    if not stat.S_ISREG(facts.st_mode):
        return ""
    if facts.st_size > LARGEST:
        raise OSError
    return marks.digest_of(path, facts)


def _plain(counted: _Counted) -> list[Any]:
    """What was counted, as JSON has it."""
    row = counted.row
    numbers = [row.segments, row.words, row.current, row.stale, row.missing, row.orphan, row.current_words]
    return [*numbers, [[one.text, one.line, one.kind, one.anchor] for one in counted.stale]]


def _counted(value: Any, code: str, path: str, key: str) -> _Counted | None:
    """What `_plain` has made of something counted; None for anything else."""
    try:
        *numbers, stale = value
        return _Counted(Row(code, path, *numbers), tuple(Stale(*one) for one in stale), key)
    except (TypeError, ValueError):
        return None


def publishable(publication: Publication, states: Report) -> Publication:
    """Leave out the translations that a locale's policy does not let through; the source's pages stand in for them."""
    least = {locale.code: publication.site.policy(locale).publish for locale in publication.site.translations}
    left_out = {f"{code}/{path}" for (code, path), row in states.counts.items() if row.percent < least[code]}
    return publication.without(left_out) if left_out else publication


def rows(publication: Publication, problems: list[Problem] | None = None) -> list[Row]:
    """Count every document of the source in every other locale, and the words of the interface.

    What cannot be read is put into `problems`, and its document is left out.
    """
    site = publication.site
    work = [(path,) for path in publication.documents[site.source.code]]
    results = workers.each(_rows, publication, work, FEW)
    found: list[Row | tuple[Problem, ...]] = []
    for number, interface in enumerate(_interfaces(site, _Kept(publication, None))):
        found += [*(result[number] for result in results), interface]
    if problems is not None:
        problems += [problem for one in found if not isinstance(one, Row) for problem in one]
    return [one for one in found if isinstance(one, Row)]


def _rows(publication: Publication, path: str) -> list[Row | tuple[Problem, ...]]:
    """Count a document's pairs in every locale."""
    found: list[Row | tuple[Problem, ...]] = []
    for locale in publication.site.translations:
        try:
            found.append(row_of(locale, path, translations.of_document(publication, locale, path)))
        except Stop as stop:
            found.append(stop.problems)
    return found


# The words of the interface


def _interfaces(site: Site, kept: _Kept) -> Iterator[Row | tuple[Problem, ...]]:
    """Count the messages of each locale's site.po, in the order of the locales."""
    marks = kept.store.marks if kept.store else Marks(Store(None))
    templates = _digest_of_templates(site, marks) if kept.tables else ""
    messages: list[BabelMessage] | None = None
    counted: dict[str, _Counted] = {}
    for locale in site.translations:
        key = _key_of_words(site, locale, marks, templates) if templates else ""
        known = _counted(kept.tables[locale.code].get(key), locale.code, INTERFACE, key) if key else None
        if known:
            yield known.row
            continue
        if messages is None:
            messages = catalogs.messages_of(site)
        row = _interface(site, locale, messages)
        if key and isinstance(row, Row) and key == _key_of_words(site, locale, marks, templates):
            counted[locale.code] = _Counted(row, key=key)
        yield row
    if counted and templates == _digest_of_templates(site, marks):  # nobody has changed one meanwhile
        for code, one in counted.items():
            kept.tables[code].set(one.key, _plain(one))


def _digest_of_templates(site: Site, marks: Marks) -> str:
    """A digest of all that messages come from, but for the tool itself."""
    files = cache.digest_of_files(site.custom_dir, marks) if site.custom_dir else ""
    return cache.digest(files, *(message.text for message in site.messages))


def _key_of_words(site: Site, locale: Locale, marks: Marks, templates: str = "") -> str:
    """A digest of what a locale's site.po holds, beside something else; empty where it cannot be read."""
    try:
        return cache.digest("words", templates, _digest_of_file(str(catalogs.path_of(site, locale)), marks))
    except OSError:
        return ""


def _interface(site: Site, locale: Locale, messages: Sequence[BabelMessage]) -> Row | tuple[Problem, ...]:
    """Count the messages of a locale's site.po."""
    path = catalogs.path_of(site, locale)
    total = current = stale = missing = words = current_words = 0
    try:
        own = catalogs.shared(path, locale) if path.is_file() else None
    except Stop as stop:
        return stop.problems
    for message in messages:
        mine = own.get(message.id, message.context) if own is not None else None
        size = count_words(message.id if isinstance(message.id, str) else message.id[0])
        total, words = total + 1, words + size
        forms = catalogs.forms_of(mine) if mine else ("",)
        if not all(forms):
            missing += 1
        elif mine and mine.fuzzy:
            stale += 1
        else:
            current, current_words = current + 1, current_words + size
    return Row(locale.code, INTERFACE, total, words, current, stale, missing, 0, current_words)


def words(site: Site, store: Store | None = None) -> dict[str, Messages]:
    """Give every locale's words of the interface, by its code, ready for use.

    A `store` keeps them, because catalogs take long to read. Raises Stop with what is wrong in all of them.
    """
    found: dict[str, Messages] = {}
    problems: list[Problem] = []
    marks = store.marks if store else Marks(Store(None))
    for locale in site.locales:
        table = store.table("words", locale.code) if store and store.folders else None
        key = _key_of_words(site, locale, marks) if table else ""
        known = _messages(locale, table.get(key)) if table and key else None
        try:
            found[locale.code] = known or catalogs.load(site, locale)
        except Stop as stop:
            problems += stop.problems
            continue
        if table and known is None and key and key == _key_of_words(site, locale, marks):
            entries = found[locale.code].entries
            table.set(key, [[context, singular, *forms] for (context, singular), forms in entries.items()])
            table.write()
    if problems:
        raise Stop(problems)
    return found


def _messages(locale: Locale, value: Any) -> Messages | None:
    """What a table holds of a locale's words; None for anything else."""
    if not isinstance(value, list):
        return None
    try:
        return Messages(locale, {(context, singular): tuple(forms) for context, singular, *forms in value})
    except (TypeError, ValueError):
        return None


def total(locale: str, found: Iterable[Row]) -> Row:
    """Add up a locale's rows."""
    own = [row for row in found if row.locale == locale]
    names = ("segments", "words", "current", "stale", "missing", "orphan", "current_words")
    return Row(locale, "", *(sum(getattr(row, name) for row in own) for name in names))


def to_json(found: Iterable[Row]) -> str:
    """Give rows as JSON: a list of objects, each on a line of its own."""
    objects = []
    for row in found:
        values = row._asdict()
        del values["current_words"]
        objects.append(json.dumps(values, ensure_ascii=False))
    return "[\n" + ",\n".join(objects) + "\n]\n"


COLUMNS = ("locale", "document", "segments", "words", "current", "stale", "missing", "orphan", "percent")


def cells(row: Row) -> list[str]:
    """Give a row as texts, in the order of COLUMNS."""
    return [str(getattr(row, name)) for name in COLUMNS[:-1]] + [f"{row.percent} %"]


def to_markdown(found: Iterable[Row]) -> str:
    """Give rows as a Markdown table."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "| --- | --- |" + " ---: |" * (len(COLUMNS) - 2)]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in found]
    return "\n".join(lines) + "\n"
