"""How far each translation is: a row per locale and document, and what is made of the rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from babel.messages.catalog import Message as BabelMessage

from hexapla import catalogs, records, translations, workers
from hexapla.catalogs import DOMAIN
from hexapla.config import Locale
from hexapla.problems import Problem, Stop
from hexapla.publication import Publication
from hexapla.translations import State, Unit, count_words

INTERFACE = f"{DOMAIN}.po"
"""The name under which the words of the interface stand among the documents."""


@dataclass(frozen=True)
class Row:
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


def row_of(locale: Locale, document: str, units: Sequence[Unit]) -> Row:
    """Count a document's pairs."""
    sourced = [unit for unit in units if unit.source]
    count = {state: sum(unit.state is state for unit in units) for state in State}
    return Row(
        locale=locale.code,
        document=document,
        segments=len(sourced),
        words=sum(unit.words for unit in sourced),
        current=count[State.CURRENT],
        stale=count[State.STALE],
        missing=count[State.MISSING],
        orphan=count[State.ORPHAN],
        current_words=sum(unit.words for unit in sourced if unit.state is State.CURRENT),
    )


Units = Mapping[tuple[str, str], Sequence[Unit]]
"""The pairs of each translated document, by locale code and path."""


@dataclass(frozen=True)
class Report:
    """All that a build needs to know of the state of the translations."""

    units: Units
    rows: tuple[Row, ...]
    has_records: bool


def report(publication: Publication) -> Report:
    """Pair every translated document, and count. Raises Stop with everything that is wrong in records."""
    site = publication.site
    work = [(locale, path) for locale in site.translations for path in publication.documents[locale.code]]
    results = workers.each(_pair, publication, work)
    problems = [problem for one in results if isinstance(one, tuple) for problem in one]
    units = {
        (locale.code, path): one
        for (locale, path), one in zip(work, results, strict=True)
        if not isinstance(one, tuple)
    }
    messages = catalogs.messages_of(site)
    found = []
    for locale in site.translations:
        for path, source in publication.documents[site.source.code].items():
            own = units.get((locale.code, path))
            found.append(row_of(locale, path, own if own is not None else translations.pair(source, None, [])))
        interface = _interface(publication, locale, messages)
        if isinstance(interface, Row):
            found.append(interface)
        else:
            problems += interface
    if problems:
        raise Stop(problems)
    has_records = any(records.path_of(site, locale, path).is_file() for locale, path in work)
    return Report(units, tuple(found), has_records)


def _pair(publication: Publication, locale: Locale, path: str) -> list[Unit] | tuple[Problem, ...]:
    try:
        return translations.of_document(publication, locale, path)
    except Stop as stop:
        return stop.problems


def publishable(publication: Publication, units: Units) -> Publication:
    """Leave out the translations that a locale's policy does not let through; the source's pages stand in for them."""
    site = publication.site
    left_out = {
        f"{locale.code}/{path}"
        for locale in site.translations
        for path in publication.documents[locale.code]
        if (locale.code, path) in units
        and row_of(locale, path, units[locale.code, path]).percent < site.policy(locale).publish
    }
    return publication.without(left_out) if left_out else publication


def rows(publication: Publication, problems: list[Problem] | None = None) -> list[Row]:
    """Count every document of the source in every other locale, and the words of the interface.

    What cannot be read is put into `problems`, and its document is left out.
    """
    site = publication.site
    paths = [path for path in publication.documents[site.source.code]]
    work = [(locale, path) for locale in site.translations for path in paths]
    results = workers.each(_count, publication, work)
    found = [one for one in results if isinstance(one, Row)]
    failed = [problem for one in results if not isinstance(one, Row) for problem in one]
    by_locale = {locale.code: [row for row in found if row.locale == locale.code] for locale in site.translations}
    messages = catalogs.messages_of(site)
    for locale in site.translations:
        interface = _interface(publication, locale, messages)
        if isinstance(interface, Row):
            by_locale[locale.code].append(interface)
        else:
            failed += interface
    if problems is not None:
        problems += failed
    return [row for locale in site.translations for row in by_locale[locale.code]]


def _count(publication: Publication, locale: Locale, path: str) -> Row | tuple[Problem, ...]:
    units = _pair(publication, locale, path)
    return units if isinstance(units, tuple) else row_of(locale, path, units)


def _interface(publication: Publication, locale: Locale, messages: Sequence[BabelMessage]) -> Row | tuple[Problem, ...]:
    """Count the messages of a locale's site.po."""
    path = catalogs.path_of(publication.site, locale)
    total = current = stale = missing = words = current_words = 0
    try:
        own = catalogs.read(path, locale) if path.is_file() else None
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


def total(locale: str, found: Iterable[Row]) -> Row:
    """Add up a locale's rows."""
    own = [row for row in found if row.locale == locale]
    names = ("segments", "words", "current", "stale", "missing", "orphan", "current_words")
    return Row(locale, "", *(sum(getattr(row, name) for row in own) for name in names))


def to_json(found: Iterable[Row]) -> str:
    """Give rows as JSON: a list of objects."""
    objects = []
    for row in found:
        values = asdict(row)
        del values["current_words"]
        objects.append(values)
    return json.dumps(objects, ensure_ascii=False, indent=2) + "\n"


COLUMNS = ("locale", "document", "segments", "words", "current", "stale", "missing", "orphan", "percent")


def cells(row: Row) -> list[str]:
    """Give a row as texts, in the order of COLUMNS."""
    return [str(getattr(row, name)) for name in COLUMNS[:-1]] + [f"{row.percent} %"]


def to_markdown(found: Iterable[Row]) -> str:
    """Give rows as a Markdown table."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "| --- | --- |" + " ---: |" * (len(COLUMNS) - 2)]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in found]
    return "\n".join(lines) + "\n"
