"""Link checks of a built site: read, resolve, and report at the line to edit.

Idea of untitaker/hyperlink: uses and definitions are collected from the built pages, what is used and not defined is
broken, and the report names the Markdown. The rules are in rules_pages and rules_locales.
"""

from __future__ import annotations

import gc
import json
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hexapla import linksfile, pages, resolution, rules_locales, rules_pages
from hexapla.addresses import Base
from hexapla.cache import Store
from hexapla.config import absolute
from hexapla.facts import Kept, Known, Telling
from hexapla.findings import Report, weighed
from hexapla.linksfile import LinksFile
from hexapla.pages import Page
from hexapla.problems import Fix, Problem, Severity, Stop, Text, say
from hexapla.publication import Publication
from hexapla.resolution import Built
from hexapla.rules import RULES, Scope, all_rules
from hexapla.sources import Sources
from hexapla.written import Spot

if TYPE_CHECKING:
    from hexapla.external import Verdict

MODULES = (rules_pages, rules_locales)
"""Importing them registers their rules."""

ANCHORS_ONLY = 3
"""The exit status where anchors are broken, and nothing else is."""


class Subject(NamedTuple):
    """What is checked: a folder of built files, where it is published, and the publication it was built from, if any.

    `shown_as` is the folder that problems name, where the files are not there yet. `today` is the date by which entries
    of locales/links.toml have expired: a build must not fail because a day has come.
    """

    root: Path
    site_url: str = ""
    found: Publication | None = None
    shown_as: Path | None = None
    today: date | None = None


@dataclass
class Checked:
    """What a check of links found, and the site as it was read."""

    report: Report
    built: Built


def subject(root: Path, found: Publication | None = None, base_url: str | None = None) -> Subject:
    """Find out what a folder is. Raises Stop where it holds no HTML.

    Without `base_url`, a site is published where mkdocs.yml says, or else where its home page's canonical link leads.
    """
    root = absolute(root)
    if not any(path.endswith((".html", ".htm", ".xhtml")) for path, _ in resolution.files(root)):
        hint = say("build it first: hexapla build; or name a folder of HTML")
        raise Stop([Problem(root, 1, 1, "target", say("holds no HTML"), hint)])
    if base_url and not re.match(r"https?://[^/]", base_url):
        hint = say("write it as https://example.org/ or https://example.org/docs/")
        raise Stop([Problem(Path(base_url), 1, 1, "target", say("is no address of a site"), hint)])
    url = base_url if base_url is not None else found.site.site_url if found else ""
    if not url and (home := pages.read(root, "index.html")) and re.match(r"(?i)https?://", home.canonical or ""):
        url = home.canonical or ""
    return Subject(root, url, found)


def check(
    one: Subject,
    store: Store | None = None,
    known: Known | None = None,
) -> Checked:
    """Check the links of a built site, but for those that lead to other sites.

    A store keeps what stands in the files for the next check of the site, and whether all was well: where it was, less
    has to be looked at. What is `known` need not be found out.
    """
    settings, problems = _settings(one)
    limit = settings.size_limit or resolution.SIZE_LIMIT
    with _uncollected():
        known = known or Known()
        kept = known.kept or Kept(store, Base.of(one.site_url))
        built = resolution.read(one.root, one.site_url, limit, replace(known, kept=kept))
        if kept.sound and kept.sound == built.mark:
            built.changed = kept.changed(built.facts)
        tellings = set() if built.changed == [] else _told(built)
        is_sound = kept.is_written and not tellings and not built.has_quotations
        kept.keep(built.facts, built.needs, built.digests, built.mark if is_sound else "")
    problems = [*problems, *_Reporter(one, built).problems(tellings)]
    return Checked(_report(one, problems), built)


def _told(built: Built) -> set[Telling]:
    """Look at a built site with all rules that could tell of something."""
    rules = [each for each in RULES.values() if each.scope is Scope.BUILT]
    if built.changed is not None:
        rules = [each for each in rules if not each.is_of_heads]
    return {telling for each in rules for telling in each.check(built)}


def kept_of(site_url: str, store: Store) -> Kept:
    """Take out of a store what the last check of a site has kept, for the next one."""
    with _uncollected():
        return Kept(store, Base.of(site_url))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Do without Python's search for objects that hold each other: there are hardly any, and it takes an eighth of the
    time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def check_external(one: Subject, checked: Checked, cache: Path, guard_allowed: Collection[str] = ()) -> Report:
    """Check the links that lead to other sites, through lychee. Raises Stop where that cannot be run."""
    from hexapla import external  # takes long to import
    from hexapla.external import Kind

    settings, _ = _settings(one)
    uses: dict[str, list[tuple[str, int]]] = {}
    built = checked.built
    exits = {number: need for number, need in built.needs.items() if need.host and need.host != built.base.host}
    for facts, numbers in built.with_needs(exits):
        for number in numbers:
            uses.setdefault(exits[number].path, []).append((facts.path, number))
    verdicts = external.check(sorted(uses), settings, cache, guard_allowed)
    reporter = _Reporter(one, built)
    problems = [
        reporter.of_verdict(address, verdict, uses[address], settings)
        for address, verdict in verdicts.items()
        if verdict.kind is not Kind.OK
    ]
    return _report(one, [*problems, *settings.unused(uses)])


def _settings(one: Subject) -> tuple[LinksFile, Sequence[Problem]]:
    """Read locales/links.toml, where there are sources."""
    return linksfile.load(one.found.site.root, one.today) if one.found else (LinksFile(), [])


def _report(one: Subject, problems: Iterable[Problem]) -> Report:
    if one.found:
        return Report(tuple(sorted(weighed(one.found.site, set(problems)))))
    return Report(
        tuple(sorted(replace(problem, severity=all_rules()[problem.rule].severity) for problem in set(problems)))
    )


def joined(*reports: Report) -> Report:
    """Join reports into one."""
    return Report(tuple(sorted({problem for one in reports for problem in one.problems})))


def status(problems: Iterable[Problem], is_strict: bool = False) -> int:
    """Give the exit status: 0 all is well, 3 anchors are broken and nothing else, 1 anything else."""
    rules = {problem.rule for problem in problems if is_strict or problem.severity is Severity.ERROR}
    return 0 if not rules else ANCHORS_ONLY if rules == {"missing-anchor"} else 1


# Where to edit

FIXABLE = frozenset({"wrong-case", "wrong-locale", "missing-slash"})
"""Rules that know where a link should lead, for sure."""


class _Reporter:
    """Makes problems of findings: each at the line to edit, the same place once."""

    def __init__(self, one: Subject, built: Built) -> None:
        self.one, self.built = one, built
        self.sources = Sources(one.root, built.base, one.found)
        self.last: Page | None = None
        self.uses: tuple[Page | None, Mapping[int, Sequence[int]]] = (None, {})

    def problems(self, tellings: Iterable[Telling]) -> Iterator[Problem]:
        """Yield the problems of findings. What a template says on every page is told once."""
        told: set[tuple[Path, int, int, str, str]] = set()
        by_path: dict[str, list[Telling]] = {}
        for telling in tellings:
            by_path.setdefault(telling.path, []).append(telling)
        for telling in (telling for path in sorted(by_path) for telling in self._numbered(path, by_path[path])):
            page = self._page(telling.path)
            spot = self._spot(page, telling)
            target = page.uses[telling.number].text if 0 <= telling.number < len(page.uses) else ""
            is_shared = not spot.document and not spot.path.is_relative_to(self.one.root)
            key = (spot.path, spot.line, spot.column, telling.rule, target if is_shared else str(telling.message))
            if key not in told:
                told.add(key)
                yield self._problem(
                    telling.rule, spot, page.path, target, telling.message, telling.hint, self._fix(telling, page, spot)
                )

    def _numbered(self, path: str, tellings: Iterable[Telling]) -> Sequence[Telling]:
        """Give the findings of a file in their order, each use by itself."""
        found = {telling for telling in tellings if telling.need < 0}
        for telling in tellings:
            if telling.need >= 0:
                found |= {telling._replace(number=number, need=-1) for number in self._numbers(path, telling.need)}
        return sorted(found, key=lambda one: (one.number, one.rule, one.identity, str(one.message)))

    def _numbers(self, path: str, need: int) -> Sequence[int]:
        """Give the numbers of a file's uses that are a need; one that there is not if the file is another by now."""
        page = self._page(path)
        if self.uses[0] is not page:
            self.uses = (page, self.built.uses_of(page))
        return self.uses[1].get(need) or [len(page.uses)]

    def of_verdict(
        self, address: str, verdict: Verdict, uses: Sequence[tuple[str, int]], settings: LinksFile
    ) -> Problem:
        """Make one problem of a link that fails, at its first place, with every locale that has it."""
        rules = {"broken": "dead-link", "unverifiable": "unverified-link", "refused": "private-link"}
        path, need = min(uses, key=lambda use: (not self._is_source(use[0]), use))
        spot = self.sources.of_use(self._page(path), self._numbers(path, need)[0])
        locales = sorted({self._language(path) for path, _ in uses} - {""})
        if len(locales) > 1:
            values = {"address": address, "reason": verdict.reason, "locales": ", ".join(locales)}
            message = say("%(address)s: %(reason)s; in %(locales)s", **values)
        else:
            message = say("%(address)s: %(reason)s", address=address, reason=verdict.reason)
        entry, fix = settings.replacement(address), None
        hint = say("look at it in a browser; if it is right, add it to locales/links.toml with a reason")
        if verdict.kind == "broken":
            hint = say("link to another page, or remove the link")
        if entry:
            hint = say("write %(address)s: %(reason)s", address=entry.by, reason=entry.reason)
            fix = Fix(spot.start, spot.end, entry.by) if spot.written == address else None
        return self._problem(rules[verdict.kind], spot, path, address, message, hint, fix)

    def _is_source(self, path: str) -> bool:
        """Whether a page is the source's, where there are sources."""
        return self.one.found is not None and self._language(path) == self.one.found.site.source.tag

    def _language(self, path: str) -> str:
        number = self.built.numbers.get(path)
        facts = self.built.by_number.get(number) if number is not None else None
        return facts.language if facts else ""

    def _page(self, path: str) -> Page:
        """Read a built file again; findings come file by file."""
        if self.last is None or self.last.path != path:
            self.last = pages.read(self.one.root, path) or Page(path)
        return self.last

    def _spot(self, page: Page, telling: Telling) -> Spot:
        if telling.number >= 0:
            return self.sources.of_use(page, telling.number)
        if telling.identity:
            return self.sources.of_id(page, telling.identity, 1 if telling.rule == "duplicate-id" else 0)
        return self.sources.of_page(page)

    def _fix(self, telling: Telling, page: Page, spot: Spot) -> Fix | None:
        """Give the change that would mend a finding in a document."""
        if telling.rule not in FIXABLE or telling.right is None or not spot.document or not self.one.found:
            return None
        address, hash_sign, rest = spot.written.partition("#")
        if address.endswith(".md"):
            return self._to_document(telling.right, spot, hash_sign + rest)
        here = posixpath.dirname(page.path)
        end = "/" if telling.right.endswith("/") or not telling.right else ""
        path = posixpath.relpath(telling.right or ".", here or ".")
        return Fix(spot.start, spot.end, resolution.url(path + end) + hash_sign + rest)

    def _to_document(self, right: str, spot: Spot, rest: str) -> Fix | None:
        """Let a link between documents lead to the one that makes a page."""
        assert self.one.found
        for locale in self.one.found.site.locales:
            for path in self.one.found.files[locale.code]:
                if locale.code == spot.locale and self.one.found.url(locale, path) == resolution.url(right):
                    target = posixpath.relpath(path, posixpath.dirname(spot.document) or ".")
                    return Fix(spot.start, spot.end, target + rest)
        return None

    def _problem(
        self, rule: str, spot: Spot, page: str, target: str, message: Text | str, hint: Text | str, fix: Fix | None
    ) -> Problem:
        path = spot.path
        if self.one.shown_as and path.is_relative_to(self.one.root):
            path = self.one.shown_as / path.relative_to(self.one.root)
        return Problem(
            path,
            spot.line,
            spot.column,
            rule,
            message,
            hint,
            spot.end_line,
            spot.end_column,
            locale=spot.locale,
            fix=fix,
            page=page,
            target=target,
        )


# Dump


def dump(one: Subject) -> Iterator[str]:
    """Yield every use and every definition of a built site as JSON, one to a line, file by file."""
    for path, _ in sorted(resolution.files(one.root)):
        yield _json(kind="file", page=path)
        page = pages.read(one.root, path)
        for use in page.uses if page else ():
            yield _json(kind="use", page=path, by=use.kind, target=use.text, hreflang=use.language or None)
        for identity in page.ids if page else ():
            yield _json(kind="anchor", page=path, id=identity)


def _json(**fields: Any) -> str:
    # What no UTF-8 can hold is escaped.
    text = json.dumps({key: value for key, value in fields.items() if value is not None}, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode()
