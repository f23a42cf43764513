"""What the templates get: everything worked out and worded, so that a template only places it.

Addresses are of two kinds: `href` leads from the present page (relative, so that a site works below any folder),
`url` is absolute (for search engines, feeds and other sites).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from html import unescape
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from hexapla import cldr, speech
from hexapla.catalogs import Messages
from hexapla.config import Comments, Locale, Site
from hexapla.marking import UNMARKABLE
from hexapla.publication import Publication
from hexapla.rules import Rule, all_rules
from hexapla.status import INTERFACE, Report, Row, total
from hexapla.translations import plain_text

WORDS_PER_MINUTE = 200
"""A calm reader's pace; Brysbaert (2019) found 238 words a minute for English non-fiction read silently."""

OWN_PAGES = {"comments/thanks.md": "hexapla/thanks.html", "comments/sorry.md": "hexapla/sorry.html"}
"""Pages that a comment service sends readers back to, and their templates. Not for search engines."""


STATUS = "status.md"
"""The page that shows how far each translation is."""

CHECKS = "checks.md"
"""The page that lists the rules."""

PAGES = "pages.md"
"""The page that lists all pages, where they are too many for each page to list them."""

PAGES_OF_A_LIST, MEMBERS_OF_A_LIST = 60, 24
"""So many pages, or members of a category with their descriptions, one page lists; further ones list the rest."""

RULES_OF_A_PAGE = 14
"""So many rules, with their examples, one page shows; before them is a page that names all."""

TEMPLATES_OF_PAGES = OWN_PAGES | {
    STATUS: "hexapla/status.html",
    CHECKS: "hexapla/checks.html",
    PAGES: "hexapla/pages.html",
}
"""The templates of pages that no document makes, but for those of categories."""

NUMBERED = re.compile(r"(category/[^/]+|pages|checks)/(\d+)\.md")


def numbered(path: str, number: int) -> str:
    """The path of one of the pages that a list takes: `pages.md`, `pages/2.md` …"""
    return path if number == 1 else f"{path.removesuffix('.md')}/{number}.md"


def number_of(path: str) -> tuple[str, int]:
    """Give the path of a list's first page, and which of its pages one is."""
    match = NUMBERED.fullmatch(path)
    return (f"{match[1]}.md", int(match[2])) if match else (path, 1)


def template_of(path: str) -> str | None:
    """The template of a page that no document makes, by the path that its document would have; None of any other."""
    first, _ = number_of(path)
    return TEMPLATES_OF_PAGES.get(first) or ("hexapla/category.html" if first.startswith("category/") else None)


def count_of_pages(entries: int, of_a_page: int) -> int:
    """How many pages a list takes."""
    return max(1, -(-entries // of_a_page))


def count_of_rule_pages() -> int:
    """How many pages the rules take, with the one that names them."""
    return 1 + count_of_pages(len(all_rules()), RULES_OF_A_PAGE)


ROWS_BEHIND, LINKS_OF_A_ROW = 12, 2
"""So many of these are listed at most, those most behind first, each with so many of its stale paragraphs."""


class LanguageLink(NamedTuple):
    """A version of the page in one language. `is_fallback` tells that it shows the source's text."""

    tag: str
    name: str
    direction: str
    href: str
    is_current: bool
    is_fallback: bool


class Alternate(NamedTuple):
    """An entry of `rel=alternate`: `tag` is a language tag or `x-default`."""

    tag: str
    url: str


class Lost(NamedTuple):
    """What a locale's readers are told on the page that stands in for everything that is not found."""

    tag: str
    direction: str
    href: str
    title: str
    text: str
    link: str


class Link(NamedTuple):
    """A link to a page of this site. `tag` is set where its title is in another language than the page."""

    href: str
    title: str
    description: str = ""
    tag: str = ""


class NumberLink(NamedTuple):
    """A link to another page of a list. Without `href`, it is the present page, or a gap."""

    text: str
    href: str = ""
    relation: str = ""
    is_current: bool = False


class Day(NamedTuple):
    """A date, for machines and for people."""

    iso: str
    text: str


class AuthorCard(NamedTuple):
    """Whose argument it is."""

    name: str
    url: str
    role: str
    bio: str


class CommentForm(NamedTuple):
    """The comment form; `action` is empty as long as no service is configured."""

    action: str
    spam_filter: str
    notice_href: str
    fields: Mapping[str, str]
    hidden: Sequence[tuple[str, str]]
    thanks: str
    sorry: str


class StaleLink(NamedTuple):
    """A stale paragraph: its place on the page, and the line to edit."""

    href: str
    text: str
    edit_url: str


class Progress(NamedTuple):
    """How far a document is, or a whole locale: figures as the reader's language writes them.

    `tag` is set where the title is in another language than the page.
    """

    title: str
    href: str
    percent: int
    percent_text: str
    current: str
    stale: str
    missing: str
    orphan: str
    tag: str = ""
    links: Sequence[StaleLink] = ()


class LocaleProgress(NamedTuple):
    """How far a locale is, as a whole and by document.

    `href` leads to the page that lists its documents, where this one does not. `current_text` and `more_text` count the
    documents that are up to date, and those that are not and are not listed; they are empty where all are listed.
    """

    tag: str
    name: str
    whole: Progress
    documents: Sequence[Progress]
    href: str = ""
    current_text: str = ""
    more_text: str = ""


class RuleCard(NamedTuple):
    """A rule of `hexapla check` on the page that lists them. `tag` is the language of its text, if not the page's."""

    name: str
    severity: str
    summary: Markup
    details: Markup
    bad: Markup
    good: Markup
    tag: str = ""


@dataclass(frozen=True)
class View:
    """One page, as its template sees it. What a page does not have is empty."""

    # What every page has.
    locale: Locale
    source: Locale
    site_name: str
    title: str
    description: str
    base: str
    root: str
    home: str
    url: str
    feed: str
    status_href: str
    notice: str
    notice_key: str
    og_locale: str
    # Its versions in other languages.
    canonical: str = ""
    alternates: Sequence[Alternate] = ()
    languages: Sequence[LanguageLink] = ()
    offers: Mapping[str, str] = field(default_factory=dict)
    """The languages that the page is offered in to readers who prefer them, with the address of each one's home."""
    og_alternates: Sequence[str] = ()
    # What kind of page it is.
    is_document: bool = False
    is_home: bool = False
    is_article: bool = False
    is_fallback: bool = False
    is_indexed: bool = True
    # A document's text, and what is known about it.
    heading: Markup = Markup()
    text: Markup = Markup()
    json_ld: Markup = Markup()
    translators: str = ""
    published: Day | None = None
    updated: Day | None = None
    minutes: int = 0
    minutes_text: str = ""
    category: Link | None = None
    author: AuthorCard | None = None
    picture: str = ""
    picture_url: str = ""
    picture_alt: str = ""
    related: Sequence[Link] = ()
    comments: CommentForm | None = None
    edit_url: str = ""
    # How many paragraphs are behind the original, or not translated.
    stale: int = 0
    missing: int = 0
    stale_text: str = ""
    missing_text: str = ""
    # The documents of a category; the languages of the root's 404.html.
    members: Sequence[Link] = ()
    numbers: Sequence[NumberLink] = ()
    lost: Sequence[Lost] = ()
    progress: Sequence[LocaleProgress] = ()
    figures: str = ""
    rules: Sequence[RuleCard] = ()
    rule_links: Sequence[Link] = ()


def inline_html(text: str) -> Markup:
    """Turn code and emphasis in a sentence of the tool's own documentation into HTML."""
    escaped = str(escape(text))
    escaped = re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped)
    return Markup(re.sub(r"(?<![\w*])\*([^*<>]+)\*(?![\w*])", r"<em>\1</em>", escaped))  # noqa: S704 - escaped above


@dataclass(frozen=True)
class Viewer:
    """Makes the views of one locale's pages. `messages` holds every locale's words, for what speaks to all.

    `has_status` says whether the site has a page that shows how far each translation is.
    """

    publication: Publication
    locale: Locale
    messages: Mapping[str, Messages] = field(repr=False)
    has_status: bool = False

    @property
    def site(self) -> Site:
        """The site."""
        return self.publication.site

    @cached_property
    def _words(self) -> Messages:
        return self.messages[self.locale.code]

    @cached_property
    def fallbacks(self) -> frozenset[str]:
        """The addresses, below the site's root, of this locale's pages that show the source's text."""
        found = self.publication
        paths = found.documents[found.site.source.code]
        return frozenset(found.url(self.locale, path) for path in paths if found.is_fallback(self.locale, path))

    def document(self, path: str, base: str, title: str, edit_url: str) -> View:
        """The view of a document, but for its text: `path` is below the locale's folder."""
        publication, locale, site = self.publication, self.locale, self.site
        meta = publication.meta(locale, path)
        translated = publication.locales_of(path)
        is_fallback = publication.is_fallback(locale, path)
        owner = site.source if is_fallback else locale
        urls = {one: publication.url(one, path) for one in site.locales}
        own_urls = {one: urls[one] for one in translated}
        picture = str(meta.get("picture", ""))
        view = self._view(base, title, urls[locale], str(meta.get("description", "")))
        return replace(
            view,
            canonical=publication.absolute_url(owner, path),
            alternates=() if is_fallback else self._alternates(own_urls),
            languages=self._languages(urls, translated, base),
            offers=self._offers(own_urls, base),
            og_locale=cldr.territory_tag(owner.code),
            og_alternates=[cldr.territory_tag(one.code) for one in translated if one != owner],
            is_document=True,
            is_home=path == "index.md",
            is_article=bool(meta.get("author")),
            is_fallback=is_fallback,
            json_ld=Markup() if is_fallback else self._json_ld(path, meta, title),
            translators=cldr.format_list([_name(one) for one in meta.get("translators") or []], locale.code),
            published=self._day(meta.get("date")) if meta.get("category") else None,
            updated=self._day(meta.get("updated") or meta.get("date")),
            category=self._category(str(meta.get("category", "")), base),
            author=self._author(str(meta.get("author", ""))),
            picture=base + picture if picture else "",
            picture_url=site.site_url + picture if picture else "",
            picture_alt=str(meta.get("picture_alt", "")),
            related=[self._link(one, base) for one in meta.get("related") or []],
            comments=self._comment_form(base) if meta.get("comments") else None,
            edit_url=edit_url,
        )

    def with_text(self, view: View, html: str) -> View:
        """The view of a document with its rendered text."""
        heading, text = split_heading(html)
        minutes = max(1, round(count_words(html) / WORDS_PER_MINUTE))
        return replace(
            view,
            heading=heading or Markup("<h1>{}</h1>").format(view.title),
            text=text,
            minutes=minutes,
            minutes_text=cldr.format_number(minutes, self.locale.code),
        )

    def with_states(self, view: View, row: Row | None) -> View:
        """The view of a translated document that also tells how it stands to its source."""
        if row is None:
            return view
        code = self.locale.code
        return replace(
            view,
            stale=row.stale,
            missing=row.missing,
            stale_text=cldr.format_number(row.stale, code),
            missing_text=cldr.format_number(row.missing, code),
        )

    def category_page(self, path: str, title: str, base: str) -> View:
        """The view of a page that lists members of a category."""
        first, number = number_of(path)
        members = self.publication.in_category(first.removeprefix("category/").removesuffix(".md"))
        own = members[(number - 1) * MEMBERS_OF_A_LIST : number * MEMBERS_OF_A_LIST]
        translated = {one for path in own for one in self.publication.locales_of(path)}
        shown = [one for one in self.site.locales if one in translated]
        dates = [day for path in own if (day := self.publication.last_modified(self.locale, path))]
        return replace(
            self._generated(path, title, shown, base),
            members=[self._link(path, base) for path in own],
            numbers=self._numbers(path, count_of_pages(len(members), MEMBERS_OF_A_LIST), base),
            updated=self._day(max(dates, default=None)),
        )

    def _numbers(self, path: str, count: int, base: str) -> list[NumberLink]:
        """The links between the pages of a list: to the first, the last and those around the present one."""
        first, present = number_of(path)
        chosen = sorted({1, count, *range(max(1, present - 2), min(count, present + 2) + 1)}) if count > 1 else []
        found = []
        for before, number in zip([0, *chosen], chosen, strict=False):
            if number > before + 1:
                found.append(NumberLink("…"))
            text = cldr.format_number(number, self.locale.code)
            relation = {present - 1: "prev", present + 1: "next"}.get(number, "")
            href = "" if number == present else base + self.publication.url(self.locale, numbered(first, number))
            found.append(NumberLink(text, href, relation, number == present))
        return found

    def status_page(self, path: str, title: str, base: str, states: Report, edit: str) -> View:
        """The view of the page that shows how far each translation is; `edit` is what edit addresses begin with."""
        view = self._generated(path, title, self.site.locales, base)
        folder = base + self.publication.url(self.site.source, path)
        folder = folder if folder.endswith("/") else folder.rpartition("/")[0] + "/status/"
        rows: dict[str, list[Row]] = {locale.code: [] for locale in self.site.translations}
        for row in states.rows:
            if self._has(row.document):
                rows[row.locale].append(row)
        progress = []
        for locale in self.site.translations:
            whole = self._figures(
                total(locale.code, states.rows), locale.name, base + self.publication.url(locale, "index.md")
            )
            one = LocaleProgress(locale.tag, locale.name, whole, ())
            own = rows[locale.code]
            if not states.is_large:
                one = one._replace(documents=[self._progress(row, locale, base, states, edit) for row in own])
            elif locale != self.locale:
                one = one._replace(href=base + self.publication.url(locale, path))
            else:
                one = self._most_behind(one, own, base, states, edit)
            progress.append(one)
        dates = [
            day for code, name in states.counts if (day := self.publication.last_modified(self.site.locale(code), name))
        ]
        updated = self._day(max(dates, default=None))
        return replace(view, progress=progress, figures=f"{folder}status.json", updated=updated)

    def _most_behind(
        self, one: LocaleProgress, rows: Sequence[Row], base: str, states: Report, edit: str
    ) -> LocaleProgress:
        """The documents of this locale that are not up to date, as many as a page can list, and how many others."""
        behind = sorted(
            (row for row in rows if row.orphan or not row.is_current),
            key=lambda row: row.stale + row.missing,
            reverse=True,
        )
        documents = [self._progress(row, self.locale, base, states, edit) for row in behind[:ROWS_BEHIND]]
        more, code = len(behind) - len(documents), self.locale.code
        pages = [row for row in rows if row.document != INTERFACE]
        current = sum(row not in behind for row in pages)
        values = {"count": cldr.format_number(current, code), "total": cldr.format_number(len(pages), code)}
        return one._replace(
            documents=[document._replace(links=document.links[:LINKS_OF_A_ROW]) for document in documents],
            # translators: on the page that shows how far each translation is; both values are numbers of pages
            current_text=self._words.gettext("Pages that are up to date: %(count)s of %(total)s") % values,
            # translators: below a list of pages that are not up to date; count is the number of those not listed
            more_text=self._words.gettext("Further pages that are not: %(count)s")
            % {"count": cldr.format_number(more, code)}
            if more
            else "",
        )

    def _has(self, document: str) -> bool:
        """Whether a document of the figures is published in its source's language; drafts are not."""
        return document == INTERFACE or document in self.publication.documents[self.site.source.code]

    def pages_page(self, path: str, title: str, base: str, count: int) -> View:
        """The view of a page that lists pages of the site; `count` is the number of those that do."""
        view = self._generated(path, title, self.site.locales, base)
        return replace(view, numbers=self._numbers(path, count, base))

    def checks_page(self, path: str, title: str, base: str) -> View:
        """The view of a page with the rules of `hexapla check`, in the language of the page; the first names all."""
        number = number_of(path)[1]
        view = self._generated(path, title, self.site.locales, base)
        rules = [rule for _, rule in sorted(all_rules().items())]
        shown = rules[(number - 2) * RULES_OF_A_PAGE : (number - 1) * RULES_OF_A_PAGE] if number > 1 else []
        return replace(
            view,
            rules=[self._rule(rule) for rule in shown],
            rule_links=[self._rule_link(rule.name, at, base) for at, rule in enumerate(rules)] if number == 1 else (),
            numbers=self._numbers(path, count_of_rule_pages(), base),
        )

    def _rule_link(self, name: str, at: int, base: str) -> Link:
        """Where a rule is explained; `at` is its place among all."""
        path = numbered(CHECKS, at // RULES_OF_A_PAGE + 2)
        return Link(f"{base}{self.publication.url(self.locale, path)}#{name}", name)

    def _rule(self, rule: Rule) -> RuleCard:
        translate = speech.translator(self.locale.code)
        is_translated = self.locale.code.startswith("en") or translate(rule.summary) != rule.summary
        details = inline_html(translate(rule.details)) if rule.details else Markup()
        return RuleCard(
            name=rule.name,
            severity=rule.severity.value,
            summary=inline_html(translate(rule.summary)),
            details=details,
            bad=inline_html(rule.bad),
            good=inline_html(rule.good),
            tag="" if is_translated else "en",
        )

    def _progress(self, row: Row, locale: Locale, base: str, states: Report, edit: str) -> Progress:
        """One document of the status page, with its stale paragraphs."""
        if row.document == INTERFACE:
            # translators: the buttons, labels and notices of the site, as an entry among its pages
            return self._figures(row, self._words.gettext("Words of the interface"), "")
        href = base + self.publication.url(locale, row.document)
        title = str(self.publication.meta(self.locale, row.document).get("title") or row.document)
        is_published = not self.publication.is_fallback(locale, row.document)
        links = []
        for one in states.stale.get((locale.code, row.document), ()):
            line = f"{edit}{locale.code}/{row.document}#L{one.line}" if edit else ""
            short = one.text if len(one.text) <= 60 else one.text[:59].rpartition(" ")[0].rstrip(" .,;:।") + "…"
            # A page that is not published has no marks, nor have words that are no block of their own.
            is_marked = is_published and one.kind not in UNMARKABLE and one.anchor
            links.append(StaleLink(f"{href}#{one.anchor}" if is_marked else href, plain_text(short), line))
        is_foreign = self.publication.is_fallback(self.locale, row.document)
        tag = self.site.source.tag if is_foreign else ""
        return self._figures(row, title, href)._replace(tag=tag, links=links)

    def _figures(self, row: Row, title: str, href: str) -> Progress:
        def number(value: int) -> str:
            return cldr.format_number(value, self.locale.code)

        percent = cldr.format_percent(row.percent, self.locale.code)
        counts = (number(row.current), number(row.stale), number(row.missing), number(row.orphan))
        return Progress(title, href, row.percent, percent, *counts)

    def own_page(self, path: str, base: str, title: str) -> View:
        """The view of a page of OWN_PAGES."""
        return self._generated(path, title, [], base)

    def not_found(self, base: str) -> View:
        """The view of 404.html. It has no address of its own, so the languages lead to their home pages."""
        title = self._words.gettext("This page does not exist")
        lost = [self._lost(one, base) for one in self.site.locales] if self.locale.is_source else []
        return replace(self._generated("index.md", title, [], base), lost=lost)

    def _view(self, base: str, title: str, url: str, description: str = "") -> View:
        """What every page has; `url` is below the site's root."""
        site, locale = self.site, self.locale
        return View(
            locale=locale,
            source=site.source,
            site_name=site.site_name,
            title=title,
            description=description or (self._words.gettext(site.site_description) if site.site_description else ""),
            base=base,
            root=base + locale.folder,
            home=base + self.publication.url(locale, "index.md"),
            url=site.site_url + url,
            feed=f"{locale.folder}feed.xml",
            status_href=base + self.publication.url(locale, STATUS) if self.has_status else "",
            notice=self._words.gettext(site.notice) if site.notice else "",
            notice_key=hashlib.sha256(site.notice.encode()).hexdigest()[:8],
            og_locale=cldr.territory_tag(locale.code),
        )

    def _generated(self, path: str, title: str, shown: Sequence[Locale], base: str) -> View:
        """What pages without a document have in common; `shown` are the locales worth pointing search engines to."""
        urls = {one: self.publication.url(one, path) for one in self.site.locales}
        is_shown = self.locale in shown
        view = self._view(base, title, urls[self.locale])
        return replace(
            view,
            canonical=view.url if is_shown else "",
            is_indexed=is_shown,
            alternates=self._alternates({one: urls[one] for one in shown}) if is_shown else (),
            languages=self._languages(urls, self.site.locales, base),
            offers=self._offers(shown, base),
            og_alternates=[cldr.territory_tag(one.code) for one in shown if one != self.locale],
        )

    def _alternates(self, urls: Mapping[Locale, str]) -> list[Alternate]:
        """Every version of a page, this one included, and the source as the one for everybody else."""
        found = [Alternate(one.tag, self.site.site_url + url) for one, url in urls.items()]
        default = [Alternate("x-default", self.site.site_url + url) for one, url in urls.items() if one.is_source]
        return found + default

    def _languages(self, urls: Mapping[Locale, str], translated: Sequence[Locale], base: str) -> list[LanguageLink]:
        return [
            LanguageLink(one.tag, one.name, one.direction, base + urls[one], one == self.locale, one not in translated)
            for one in self.site.locales
        ]

    def _offers(self, locales: Iterable[Locale], base: str) -> dict[str, str]:
        return {one.tag: base + one.folder for one in locales if one != self.locale}

    def _lost(self, locale: Locale, base: str) -> Lost:
        words = self.messages[locale.code]
        return Lost(
            tag=locale.tag,
            direction=locale.direction,
            href=base + self.publication.url(locale, "index.md"),
            title=words.gettext("This page does not exist"),
            # translators: on the page that is shown for an address that does not exist
            text=words.gettext("It may have moved, or the address may have a typing mistake in it."),
            link=words.gettext("Go to the home page"),
        )

    def _link(self, path: str, base: str) -> Link:
        meta = self.publication.meta(self.locale, path)
        title = str(meta.get("title") or path)
        tag = self.site.source.tag if self.publication.is_fallback(self.locale, path) else ""
        return Link(base + self.publication.url(self.locale, path), title, str(meta.get("description", "")), tag)

    def _category(self, key: str, base: str) -> Link | None:
        if not key or key not in self.site.categories:
            return None
        url = self.publication.url(self.locale, f"category/{key}.md")
        return Link(base + url, self._words.gettext(self.site.categories[key]))

    def _author(self, key: str) -> AuthorCard | None:
        author = self.site.authors.get(key)
        if not author:
            return None
        words = self._words
        role = words.gettext(author.role) if author.role else ""
        return AuthorCard(author.name, author.url, role, words.gettext(author.bio) if author.bio else "")

    def _comment_form(self, base: str) -> CommentForm:
        comments: Comments = self.site.comments
        notice = self.publication.url(self.locale, comments.notice_page) if comments.notice_page else ""
        names = {name: comments.fields.get(name) or name for name in COMMENT_FIELDS}
        return CommentForm(
            comments.action,
            comments.spam_filter,
            base + notice if notice else "",
            names,
            list(comments.hidden.items()),
            self._own_url("comments/thanks.md"),
            self._own_url("comments/sorry.md"),
        )

    def _own_url(self, path: str) -> str:
        """Where a comment service sends a reader back to."""
        return self.publication.absolute_url(self.locale, path)

    def _day(self, value: object) -> Day | None:
        day: date | None = cldr.as_date(value)
        return Day(day.isoformat(), cldr.format_date(day, self.locale.code)) if day else None

    def words(self) -> dict[str, Any]:
        """The words that only scripts show, fetched when they are needed, as JSON in the locale's folder."""
        words = self._words
        return {
            # translators: followed by the name of the language, which is a link to the page
            "offer": words.gettext("This page is also available in your language:"),
            # translators: closes the offer of the page in the language that the browser prefers
            "dismiss": words.gettext("Do not offer this again"),
            "search": {
                "label": words.gettext("Search in this language"),
                "close": words.gettext("Close the search"),
                # translators: how many results a search has found; for Intl.PluralRules, by CLDR category
                "results": words.plural_forms("%(count)s result", "%(count)s results"),
                "none": words.gettext("Nothing found"),
                "failed": words.gettext("The search index could not be loaded. Are you online?"),
            },
            "comment": {
                "summary": words.gettext("Your comment has not been sent yet. Please look at the marked fields."),
                # translators: told at a form field that is still empty
                "missing": words.gettext("Please fill in this field."),
                "consent": words.gettext("Without your consent the comment cannot be taken."),
                "email": words.gettext("This is not a complete e-mail address. Example: %(example)s")
                % {"example": "name@example.org"},
                "url": words.gettext("This is not a complete web address. Example: %(example)s")
                % {"example": "https://example.org/"},
            },
        }

    def _json_ld(self, path: str, meta: Mapping[str, Any], title: str) -> Markup:
        """Describe a document to search engines (schema.org: Article or WebPage, translationOfWork)."""
        publication, site, locale = self.publication, self.site, self.locale
        kind = "Article" if meta.get("author") else "WebPage"
        url = publication.absolute_url(locale, path)
        work: dict[str, Any] = {
            "@context": "https://schema.org",
            "@type": kind,
            "@id": url,
            "url": url,
            "headline" if kind == "Article" else "name": title,
            "inLanguage": locale.tag,
            "isAccessibleForFree": True,
            "publisher": {"@type": "Organization", "name": site.site_name, "url": site.site_url},
        }
        for key, name in (("date", "datePublished"), ("updated", "dateModified")):
            if day := cldr.as_date(meta.get(key)):
                work[name] = day.isoformat()
        if author := site.authors.get(str(meta.get("author", ""))):
            work["author"] = {"@type": "Person", "name": author.name, "url": author.url}
        if meta.get("picture"):
            work["image"] = site.site_url + str(meta["picture"])
        if translators := meta.get("translators"):
            work["translator"] = [{"@type": _type(one), "name": _name(one)} for one in translators]
        others = [one for one in publication.locales_of(path) if one != locale]
        versions = [
            {"@type": kind, "@id": publication.absolute_url(one, path), "inLanguage": one.tag} for one in others
        ]
        if locale.is_source:
            work["workTranslation"] = versions
        else:
            work["translationOfWork"] = next(one for one in versions if one["inLanguage"] == site.source.tag)
        return to_json({key: value for key, value in work.items() if value != [] and value != ""})


COMMENT_FIELDS = ("name", "email", "website", "comment", "consent", "page", "locale", "trap", "thanks", "sorry")


def to_json(value: object) -> Markup:
    """Give JSON that can stand in a script element: no `<`, `>` or `&` in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - every sign that HTML knows is escaped above


def split_heading(html: str) -> tuple[Markup, Markup]:
    """Cut rendered text after its first heading, if it begins with one, so that facts can stand between."""
    match = re.match(r"\s*<h1\b.*?</h1>", html, re.DOTALL)
    end = match.end() if match else 0
    return Markup(html[:end]), Markup(html[end:])  # noqa: S704 - rendered from the site's own Markdown


def count_words(html: str) -> int:
    """Count the words of rendered text."""
    return len(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def _name(translator: Any) -> str:
    return str(translator["name"]) if isinstance(translator, dict) else str(translator)


def _type(translator: Any) -> str:
    return str(translator.get("type", "Person")) if isinstance(translator, dict) else "Organization"
