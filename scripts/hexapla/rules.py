"""What a rule is: a generator under a decorator, its docstring its documentation.

The modules rules_* hold the rules, by what they look at:

    rules_site        mkdocs.yml, folders, what a build relies on
    rules_files       files as files: names, links, sizes, line endings, what a pull request touches
    rules_blocks      what a translation must share with its source: blocks, headings and their ids
    rules_marks       code and footnotes
    rules_links       links and pictures
    rules_html        HTML, and code of templates
    rules_words       names, terms, numbers, languages, lengths, ends of sentences
    rules_grammar     verbs and negations, as far as a program sees them
    rules_typography  quotation marks, spaces, dashes as each language writes them; doubled words and marks
    rules_characters  characters that deceive or break
    rules_catalogs    gettext catalogs of the interface
    rules_records     which words a translation follows
    rules_pages       the built site: every reference leads somewhere
    rules_locales     the built site: its versions in several languages belong together
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from hexapla import catalogs, inline, passages, records, translations
from hexapla.addresses import host_of
from hexapla.blocks import Segment
from hexapla.config import Locale, Site
from hexapla.content import Document
from hexapla.glossary import Glossary
from hexapla.passages import Finding, Pair, Passage
from hexapla.problems import Problem, Severity, Stop
from hexapla.publication import Publication
from hexapla.records import Entry
from hexapla.rendering import Page, Renderer
from hexapla.translations import State, Unit


class Scope(Enum):
    """What a rule looks at, one at a time."""

    SITE = "site"
    DOCUMENT = "document"
    PASSAGE = "passage"
    PAIR = "pair"
    BUILT = "built"


class Rule(NamedTuple):
    """A rule. `check` yields Problems of a Corpus or Subject, Findings of a Passage or Pair, or Tellings of a Built.

    `severity` is what mkdocs.yml can change. A rule that `is_guard` protects readers, so no document can have it
    ignored. One that `is_for_build` is run before every build. Of what stands in built files, one that
    `is_of_heads` looks at nothing but heads (`Facts.has_head_of`).
    """

    name: str
    scope: Scope
    check: Callable[..., Iterator[Any]]
    severity: Severity
    is_guard: bool
    is_for_build: bool
    is_of_heads: bool

    @property
    def documentation(self) -> str:
        """What `hexapla check --explain` prints: the docstring, without its indentation."""
        return inspect.getdoc(self.check) or ""

    @property
    def summary(self) -> str:
        """The first paragraph of the documentation, on one line."""
        return " ".join(self.documentation.split("\n\n")[0].split())

    @property
    def details(self) -> str:
        """What stands between the first paragraph and the examples, on one line."""
        body = self.documentation.split("\nBad:")[0]
        return " ".join(" ".join(body.split("\n\n")[1:]).split())

    @property
    def bad(self) -> str:
        """An example of what the rule finds."""
        return self._line("Bad")

    @property
    def good(self) -> str:
        """The same, mended."""
        return self._line("Good")

    def _line(self, name: str) -> str:
        match = re.search(rf"^{name}: (.*?)(?=^\w+: |\Z)", self.documentation, re.MULTILINE | re.DOTALL)
        return " ".join(match[1].split()) if match else ""


RULES: dict[str, Rule] = {}
"""The rules of the modules that were imported so far; `all_rules` gives all there are."""

MODULES = (
    "rules_site",
    "rules_files",
    "rules_grammar",
    "rules_blocks",
    "rules_html",
    "rules_links",
    "rules_marks",
    "rules_words",
    "rules_typography",
    "rules_characters",
    "rules_catalogs",
    "rules_records",
    "rules_pages",
    "rules_locales",
    "checks",
)
"""Importing them registers their rules; a build needs few of them."""


def all_rules() -> Mapping[str, Rule]:
    """Give all rules, by their names."""
    for name in MODULES:
        import_module(f"hexapla.{name}")
    return RULES


Check = TypeVar("Check", bound=Callable[..., Iterator[Any]])


def rule(
    name: str,
    scope: Scope,
    severity: Severity = Severity.ERROR,
    is_guard: bool = False,
    is_for_build: bool = False,
    is_of_heads: bool = False,
) -> Callable[[Check], Check]:
    """Register a rule under the name that its problems carry."""

    def register(function: Check) -> Check:
        RULES[name] = Rule(name, scope, function, severity, is_guard, is_for_build, is_of_heads)
        return function

    return register


# What rules look at


@dataclass
class Corpus:
    """All that is checked, read once.

    `problems` were met while reading. `changed` are the files that a pull request changes, where that was asked, and
    `only` the locale that it says it is for. `domains` are further catalogs beside that of the interface.
    """

    publication: Publication
    glossary: Glossary
    problems: tuple[Problem, ...] = ()
    changed: tuple[Path, ...] | None = None
    only: Locale | None = None
    is_for_build: bool = False
    domains: tuple[str, ...] = ()

    @property
    def site(self) -> Site:
        """The site that is checked."""
        return self.publication.site

    @cached_property
    def renderer(self) -> Renderer:
        """What renders its documents."""
        return Renderer(self.site)

    def met_while_reading(self, rule: str) -> Iterator[Problem]:
        """Yield the problems of a rule that kept files from being read."""
        yield from (problem for problem in self.problems if problem.rule == rule)

    def met_in_catalogs(self, rule: str) -> Iterator[Problem]:
        """Yield the problems of a rule in the catalogs of the interface."""
        yield from (problem for problem in self._catalog_problems if problem.rule == rule)

    @cached_property
    def _catalog_problems(self) -> tuple[Problem, ...]:
        found = list(catalogs.check(self.site)) if catalogs.has_catalogs(self.site) else []
        for locale in self.site.translations:
            for domain in self.domains:
                if (path := catalogs.path_of(self.site, locale, domain)).is_file():
                    found += catalogs.check_file(path, locale)
        return tuple(found)

    def source_page(self, path: str, source: Document) -> Page:
        """Render a document of the source, once for all its translations."""
        if path not in self._source_pages:
            self._source_pages[path] = self.renderer.page(source.body)
        return self._source_pages[path]

    @cached_property
    def _source_pages(self) -> dict[str, Page]:
        return {}

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The hosts that documents of the source link to."""
        found = set()
        for document in self.publication.documents[self.site.source.code].values():
            addresses = re.findall(r"(?i)\bhttps?:[\\/]*[^\s<>()\"']+", document.text)
            found |= {host_of(address) for address in addresses}
        return frozenset(found)


@dataclass
class Subject:
    """One document in one locale, with its source and its record.

    `source` is missing where the document is the source's own, or has none. `problems` are those of its record.
    """

    corpus: Corpus
    locale: Locale
    path: str
    document: Document
    source: Document | None
    entries: list[Entry] = field(default_factory=list)
    has_record: bool = False
    problems: tuple[Problem, ...] = ()
    worked_out: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, work: Callable[[Subject], Any]) -> Any:
        """Do work that several rules need once; give its result."""
        if name not in self.worked_out:
            self.worked_out[name] = work(self)
        return self.worked_out[name]

    @cached_property
    def units(self) -> list[Unit]:
        """The pairs of its segments with those of the source; none where there is no source."""
        return translations.pair(self.source, self.document, self.entries) if self.source else []

    @cached_property
    def definitions(self) -> Mapping[str, str]:
        """The document's link definitions."""
        return inline.definitions_of(self.document.body)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The document's own segments, read."""
        return tuple(self._passages.values())

    @cached_property
    def _passages(self) -> dict[int, Passage]:
        found = {}
        for segment in self.document.segments:
            found[segment.start] = passages.of_segment(self.document, self.locale, segment, self.definitions)
        return found

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """What is translated, each with the source words that it follows: those of then, where it is stale."""
        return tuple(self._pairs())

    def _pairs(self) -> Iterator[Pair]:
        assert self.source or not self.units
        source_locale = self.corpus.site.source
        definitions = inline.definitions_of(self.source.body) if self.source else {}
        for unit in self.units:
            if not unit.source or not unit.translation or not self.source:
                continue
            own = self._passages[unit.translation.start]
            origin = passages.of_segment(self.source, source_locale, unit.source, definitions)
            is_stale = unit.state is State.STALE and unit.follows not in ("", records.DOUBTED)
            if is_stale:
                yield Pair(passages.of_words(origin, unit.follows, definitions), own, origin)
            else:
                yield Pair(origin, own)

    @cached_property
    def page(self) -> Page:
        """The document as it is rendered."""
        return self.corpus.renderer.page(self.document.body)

    @property
    def source_page(self) -> Page:
        """The source as it is rendered. Words that its record says a stale paragraph follows are no part of it."""
        return self.corpus.source_page(self.path, self.source) if self.source else Page("")

    def problem(self, rule: str, place: Segment | int, message: str, hint: str) -> Problem:
        """Make a problem at a segment, or on a line."""
        if isinstance(place, int):
            return Problem(self.document.path, place, 1, rule, message, hint)
        return Problem(self.document.path, place.line, place.column, rule, message, hint, segment=place.text)

    def at_offset(self, rule: str, offset: int, message: str, hint: str) -> Problem:
        """Make a problem at an offset of the file's text."""
        before = self.document.text[:offset].replace("\r\n", "\n").replace("\r", "\n")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return Problem(self.document.path, line, column, rule, message, hint)


def subject_of(corpus: Corpus, locale: Locale, path: str) -> Subject:
    """Get a document ready for the rules. What is wrong with its record is noted, not raised."""
    document = corpus.publication.document(locale, path)
    assert document is not None
    if locale.is_source:
        return Subject(corpus, locale, path, document, None)
    source = corpus.publication.document(corpus.site.source, path)
    try:
        entries = records.read(corpus.site, locale, path)
    except Stop as stop:
        return Subject(corpus, locale, path, document, source, problems=stop.problems)
    return Subject(corpus, locale, path, document, source, entries or [], entries is not None)


def located(passage: Passage, rule: str, finding: Finding) -> Problem:
    """Turn a finding into a problem at its place in the file."""
    line, column, _ = passage.placer(finding.start)
    end_line, end_column, _ = passage.placer(max(finding.start, finding.end - 1))
    return Problem(
        passage.path,
        line,
        column,
        rule,
        finding.message,
        finding.hint,
        end_line=end_line,
        end_column=end_column + 1,
        segment=passage.text,
        fix=passage.fix(finding),
    )
