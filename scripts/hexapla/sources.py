"""From a reference in a built page to the line to edit: in a document, mkdocs.yml, a catalog, a template.

A reference is looked for where it most probably comes from; what nothing explains is told at its place in the built
file itself. What stands where is read by hexapla.written, once for each file.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from html import unescape
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urljoin

from hexapla import addresses, catalogs, config, editing, marking, pages, publication, translations
from hexapla.blocks import Segment
from hexapla.config import Locale
from hexapla.pages import Page, Use
from hexapla.problems import Stop, read_exact
from hexapla.publication import MARKDOWN_SUFFIXES, Publication
from hexapla.views import template_of
from hexapla.written import (
    HEAD,
    JINJA,
    MISSING,
    Built,
    Found,
    Said,
    Slot,
    Source,
    Spot,
    Text,
    Written,
    in_catalog,
    key_of,
    letters,
    scalars,
    slots,
    standing,
    without_tags,
)

TEMPLATES = Path(__file__).parent / "templates"
TEMPLATE_SUFFIXES = (".html", ".xml", ".css", ".js", ".svg")


# Looking for a reference

Item = TypeVar("Item")
Sign = tuple[str, str | tuple[str, str]]
"""What a reference is known by: the name of its attribute, and its text or the place where it leads."""


def _nth(items: Sequence[Item], number: int) -> Item:
    """Give the item of a number, or the last one."""
    return items[min(number, len(items) - 1)]


class Sources:
    """Knows where everything in a built site comes from. `found` is None for HTML whose sources nobody has."""

    def __init__(self, root: Path, base: addresses.Base, found: Publication | None) -> None:
        """Take the folder of the built site, where it is published, and the documents that it was built of."""
        self.root, self.base, self.found = root, base, found
        self._built = lru_cache(maxsize=8)(self._read_built)
        self._source = lru_cache(maxsize=512)(_read_source)
        self._text = lru_cache(maxsize=64)(self._read_text)
        self._references = lru_cache(maxsize=16)(self._references_of)
        self._index = lru_cache(maxsize=8)(self._index_of)
        self._published = lru_cache(maxsize=64)(self._published_of)
        self._said = lru_cache(maxsize=None)(self._read_catalog)
        self._ranked: tuple[Page | None, Sequence[int]] = (None, ())

    def of_use(self, page: Page, number: int) -> Spot:
        """Say where to edit the use of a number in `page.uses`."""
        if number >= len(page.uses):  # the page has changed since, or is gone
            return self._built(page.path).source.spot()
        if self.found is not None:
            for search in self._searches:
                if spot := search(page, number):
                    return spot
        built = self._built(page.path)
        return self._in_built(built, page, number) or built.source.spot()

    @cached_property
    def _searches(self) -> Sequence[Callable[[Page, int], Spot | None]]:
        """Where a reference is looked for, the most probable first."""
        return (
            self._in_published_file,
            self._in_documents,
            self._in_configuration,
            self._in_catalogs,
            self._in_templates,
            self._somewhere_in_documents,
        )

    def of_id(self, page: Page, identity: str, repeat: int = 0) -> Spot:
        """Say where an id of a page is written, or the heading that makes it; `repeat` counts its places from 0."""
        built = self._built(page.path)
        places = [one for one in built.written if one.name in ("id", "name") and one.text == identity]
        if not places:
            return self.of_page(page)
        own = _nth(places, repeat)
        if self.found is not None and (spot := self._of_id(page, built, own, places)):
            return spot
        return built.source.spot(own.start, own.end)

    def of_page(self, page: Page) -> Spot:
        """Say which file makes a page: the first line of its document, of its template, or of the page itself."""
        if texts := self._texts(page):
            return texts[0].source.spot()
        if origin := self._published(page.path):
            return origin.source.spot()
        if template := self._template_of(page.path):
            return template.spot()
        return self._built(page.path).source.spot()

    # Built files

    def _read_built(self, path: str) -> Built:
        return Built(Source(self.root / path, _read_any(self.root / path)))

    def _rank(self, page: Page, number: int) -> int:
        """Count how many uses before this one are the same."""
        if self._ranked[0] is not page:
            counts: dict[tuple[str, tuple[str, str]], int] = {}
            ranks = []
            for use in page.uses:
                same = (use.text, key_of(use))
                ranks.append(counts.get(same, 0))
                counts[same] = ranks[-1] + 1
            self._ranked = (page, ranks)
        return self._ranked[1][number]

    def _in_built(self, built: Built, page: Page, number: int) -> Spot | None:
        places = built.find(page.uses[number])
        if not places:
            return None
        one = _nth(places, self._rank(page, number))
        return built.source.spot(one.start, one.end)

    def _published_of(self, path: str) -> Built | None:
        """Find the file that is published as it is under a path of the site."""
        if self.found is None or path in self._documents:
            return None
        site = self.found.site
        locale = self._locale_of(path)
        own = path.removeprefix(locale.folder)
        names = {locale.code: own, site.source.code: path.removeprefix(locale.folder), "": path}
        folders = [(code, site.docs_dir / code / name) for code, name in names.items()]
        if site.custom_dir:
            folders.append(("", site.custom_dir / path))
        for code, file in folders:
            source = self._source(file, code)
            # What Jinja fills in is a template, not a file.
            if source and not (file.suffix in (".html", ".xml") and JINJA.search(source.text)):
                return Built(source)
        return None

    def _in_published_file(self, page: Page, number: int) -> Spot | None:
        origin = self._published(page.path)
        return self._in_built(origin, page, number) if origin else None

    # Documents

    @cached_property
    def _documents(self) -> Mapping[str, tuple[Locale, str]]:
        """The locale and the document of each page, by its file."""
        assert self.found is not None
        site, files = self.found.site, self.found.files
        pairs: dict[str, tuple[Locale, str]] = {}
        for locale in site.locales:
            for path in {*files[locale.code], *files[site.source.code]}:
                url = unquote(self.found.url(locale, path))
                pairs[url + "index.html" if url.endswith("/") or not url else url] = (locale, path)
        return pairs

    def _locale_of(self, path: str) -> Locale:
        assert self.found is not None
        site = self.found.site
        return next((one for one in site.translations if path.startswith(one.folder)), site.source)

    def _read_text(self, code: str, path: str) -> Text | None:
        assert self.found is not None
        locale = self.found.site.locale(code)
        document = self.found.document(locale, path)
        return Text(document, locale, path) if document else None

    def _texts(self, page: Page) -> list[Text]:
        """Give the documents that a page shows: its locale's own, then the source's."""
        if self.found is None or page.path not in self._documents:
            return []
        locale, path = self._documents[page.path]
        source = self.found.site.source
        own = None if self._is_fallback(page, locale, path) else self._text(locale.code, path)
        further = self._text(source.code, path) if not locale.is_source else None
        return [text for text in (own, further) if text]

    def _is_fallback(self, page: Page, locale: Locale, path: str) -> bool:
        """Whether a page shows the source's document although its locale has its own: its canonical address says so."""
        assert self.found is not None
        if locale.is_source or page.canonical is None or path not in self.found.documents[locale.code]:
            return False
        place = self._place(page, page.canonical)
        source = self.found.site.source
        return place is not None and place[0] == _bare(self.found.url(source, path))

    def _references_of(self, page: str, is_fallback: bool) -> list[Found]:
        """Give what a page's own text refers to, in its order: what is not translated comes from the source."""
        assert self.found is not None
        locale, path = self._documents[page]
        source = self._text(self.found.site.source.code, path)
        own = None if is_fallback else self._text(locale.code, path)
        if own is None or source is None or own is source:
            text = own or source
            return [Found(text.source, one) for text in [text] if text for one in text.written]
        found = [Found(own.source, one) for one in own.written]
        if MISSING not in self._built(page).source.text:
            return found  # pairing the paragraphs would only take time
        shown: dict[Written, int] = {}
        known = sorted(source.written, key=lambda one: one.order[-1])
        for at, start, end in _missing(self.found, own, source):
            first, last = (bisect_left(known, offset, key=lambda one: one.order[-1]) for offset in (start, end))
            shown |= dict.fromkeys(known[first:last], at)
        # What is put in comes behind what ends at the same place.
        found += [Found(source.source, one._replace(order=(one.order[0], at, *one.order))) for one, at in shown.items()]
        return sorted(found, key=lambda one: one.written.order)

    def _place(self, page: Page, text: str) -> tuple[str, str] | None:
        """Say where in the site a reference of a page leads: the path and the fragment, decoded; None for outside."""
        folders = addresses.folders_of(page.path)
        if page.base:
            reference = addresses.read(page.base, self.base)
            inside = addresses.below(folders, reference, self.base) if reference.is_inside else None
            folders = addresses.folders_of(inside) if inside is not None else folders
        reference = addresses.read(text, self.base)
        if not reference.is_inside:
            return None
        path = addresses.below(folders, reference, self.base)
        return _bare(page.path if path is None else path), unquote(reference.fragment)

    def _leads(self, page: str, text: str, folder: str, code: str) -> set[tuple[str, str]]:
        """Say where in the site an address can lead that a file of a locale's folder has, for a page that shows it.

        A document of the same locale stands for its page in the locale of the page too.
        """
        assert self.found is not None
        address, _, fragment = text.partition("#")
        address = unquote(address.partition("?")[0])
        if not address or address.startswith("/") or addresses.scheme_of(text):
            return set()
        site = self.found.site
        first, _, rest = posixpath.normpath(posixpath.join(code, folder, address)).partition("/")
        owner = next((one for one in site.locales if one.code == first), None)
        if owner is None or not rest:
            return set()
        locales = [owner, self._locale_of(page)] if first == code else [owner]
        if rest.endswith(MARKDOWN_SUFFIXES):
            paths = {self.found.url(one, rest) for one in (*locales, site.source)}
        else:
            paths = {one.folder + rest for one in (*locales, site.source)}
        return {(_bare(path), unquote(fragment)) for path in paths}

    def _index_of(self, page: str, is_fallback: bool) -> Mapping[Sign, list[Found]]:
        """Give what a page's documents refer to, by all that a use of it can be known by, in the order of the page.

        That is the text and the place where it leads, each with the name of an attribute and without.
        """
        index: dict[Sign, list[Found]] = {}
        for one in self._references(page, is_fallback):
            written = one.written
            if written.name in ("id", "name"):
                continue
            signs: set[Sign] = {(written.name, unquote(written.text)), ("", unquote(written.text))}
            if written.text and written.name != "bare":
                leads = self._leads(page, written.text, posixpath.dirname(one.source.document), one.source.locale)
                signs |= {
                    (name, lead) for lead in leads for name in ("", written.name) if written.is_markdown or not name
                }
            for sign in signs:
                index.setdefault(sign, []).append(one)
        return index

    def _candidates(self, page: Page, use: Use, is_loose: bool = False) -> list[Found]:
        """Give what a use in the main part of a page can come from in its documents."""
        if page.path not in self._documents:
            return []
        name = "" if is_loose else key_of(use)[1]
        place = self._place(page, use.text) if use.text else None
        # The source's document comes last: a page may show more of it than is known.
        for is_fallback in dict.fromkeys((self._is_fallback(page, *self._documents[page.path]), True)):
            index = self._index(page.path, is_fallback)
            found = dict.fromkeys(index.get((name, unquote(use.text)), ()))
            if place:
                found |= dict.fromkeys(index.get((name, place), ()))
            # An address that only an extension makes a link of counts where nothing else is there.
            if candidates := list(found) or (index.get(("bare", use.text), []) if name == "href" else []):
                # MkDocs leaves fragments as they are written, in letters or in escapes.
                alike = [one for one in candidates if _tail(one.written.text) == _tail(use.text)]
                return sorted(alike or candidates, key=lambda one: one.written.order)
        return []

    def _in_documents(self, page: Page, number: int) -> Spot | None:
        """Look into the document of the page: its text, its heading, its front matter."""
        use = page.uses[number]
        is_inside = number in page.content
        if is_inside and (candidates := self._candidates(page, use)):
            position = self._position_in_prose(page, number)
            if position is not None:
                return _nth(candidates, position).spot
            titles = [one for one in candidates if self._is_in_title(page, one)]
            if titles:
                return _nth(titles, self._rank(page, number)).spot
        if is_inside or HEAD.match(use.kind):
            return self._in_front_matter(page, use)
        return None

    def _position_in_prose(self, page: Page, number: int) -> int | None:
        """Count the same uses before one in the text of a document; None where it stands in the frame."""
        built = self._built(page.path)
        places = built.find(page.uses[number])
        if not places:
            return self._rank(page, number)
        index = min(self._rank(page, number), len(places) - 1)
        if not built.is_in_prose(places[index]):
            return None
        return index - bisect_left(places, built.prose[0], key=lambda one: one.start)

    def _is_in_title(self, page: Page, found: Found) -> bool:
        """Whether something stands in the first heading, which themes put outside of the text."""
        for text in self._texts(page):
            if text.source == found.source:
                first = next((one for one in text.headings if one.level == 1), None)
                return first is not None and first.start <= found.written.start < first.end
        return False

    def _in_front_matter(self, page: Page, use: Use) -> Spot | None:
        place = self._place(page, use.text)
        for text in self._texts(page):
            for _, one in text.settings:
                value = one.text
                if not value or not use.text:
                    continue
                if value == use.text:
                    return _inside(text.source, one, use.text)
                leads: set[tuple[str, str]] = set()
                if re.search(r"[./]", value) and not re.search(r"\s", value):
                    for folder in ("", posixpath.dirname(text.path)):
                        leads |= self._leads(page.path, value, folder, text.locale.code)
                if place and place in leads:
                    return text.source.spot(one.start, one.end)
        return None

    def _somewhere_in_documents(self, page: Page, number: int) -> Spot | None:
        """Take anything in the document that fits, whatever a plugin has made of it."""
        if number not in page.content:
            return None
        for is_loose in (False, True):
            if page.uses[number].text and (found := self._candidates(page, page.uses[number], is_loose)):
                return _nth(found, self._position_in_prose(page, number) or 0).spot
        return None

    # mkdocs.yml

    @cached_property
    def _settings(self) -> Sequence[tuple[Source, str, Written]]:
        """The values of mkdocs.yml, and of those that it inherits from."""
        assert self.found is not None
        found: list[tuple[Source, str, Written]] = []
        path: Path | None = self.found.site.config_file
        for _ in range(8):  # however they inherit from each other
            source = self._source(path, "") if path else None
            if source is None:
                break
            own = [(source, key, one) for key, one in scalars(source.text)]
            parent = next((one.text for _, key, one in own if key == "INHERIT"), "")
            found += own
            path = config.absolute(source.path.parent / parent) if parent else None
        return found

    def _in_configuration(self, page: Page, number: int) -> Spot | None:
        """Look into mkdocs.yml: the text as it is, then what leads to the same place, then texts that hold it."""
        use = page.uses[number]
        if not use.text:
            return None
        # What a page says about itself comes of its document's name, not of a setting that leads there.
        is_own = re.match(r"link (?:canonical|alternate)|meta og:url|sitemap|feed|search|json-ld|robots", use.kind)
        for source, key, one in self._settings:
            if one.text == use.text and re.search(r"[./:#]", one.text) and not (is_own and key == "site_url"):
                return source.spot(one.start, one.end)
        if not is_own and not use.is_switcher and (place := self._place(page, use.text)):
            for source, key, one in self._settings:
                if self._is_setting_for(page, key, one.text, place):
                    return source.spot(one.start, one.end)
        for source, _, one in self._settings:
            if re.search(r"[<(\s]", one.text) and any(standing(one.text, use.text)):
                return _inside(source, one, use.text)
        return self._in_edit_address(use)

    def _is_setting_for(self, page: Page, key: str, value: str, place: tuple[str, str]) -> bool:
        """Whether a value names the document, or the file, that a reference leads to."""
        assert self.found is not None
        if not re.search(r"[./]", value) or re.search(r"\s", value) or re.search(r"_dir$|^INHERIT|edit_uri", key):
            return False
        path, _, fragment = value.partition("#")
        locale, site = self._locale_of(page.path), self.found.site
        for one in (locale, site.source):
            below = self.found.url(one, path) if path.endswith(MARKDOWN_SUFFIXES) else one.folder + path
            # MkDocs leaves the name of a document that is not there as it is.
            if place in ((_bare(below), unquote(fragment)), (one.folder + path, unquote(fragment))):
                return True
        return False

    def _in_edit_address(self, use: Use) -> Spot | None:
        """Links to a page's file at its host begin with what `repo_url` and `edit_uri` say."""
        values = {key: (source, one) for source, key, one in reversed(self._settings)}
        repository, edit = values.get("repo_url"), values.get("edit_uri") or values.get("edit_uri_template")
        if repository is None or edit is None:
            return None
        begins = urljoin(repository[1].text.rstrip("/") + "/", edit[1].text.partition("{")[0])
        return edit[0].spot(edit[1].start, edit[1].end) if use.text.startswith(begins) else None

    # Catalogs

    def _read_catalog(self, code: str) -> tuple[Source | None, tuple[Said, ...]]:
        assert self.found is not None
        path = catalogs.path_of(self.found.site, self.found.site.locale(code))
        source = self._source(path, code)
        return source, tuple(in_catalog(source.text)) if source else ()

    def _in_catalogs(self, page: Page, number: int) -> Spot | None:
        """Look into the words of the page's locale; the source's own are in templates and in mkdocs.yml."""
        text, locale = page.uses[number].text, self._locale_of(page.path)
        if locale.is_source or not re.search(r"\w\w", text):
            return None
        source, said = self._said(locale.code)
        for one in said if source else ():
            for match in standing(one.text, text):
                assert source is not None
                return source.spot(one.offsets[match.start], one.offsets[match.end])
        return None

    # Templates

    @cached_property
    def _templates(self) -> Mapping[str, Source]:
        """The templates by their names; those of the site stand before those of the tool, and in their place."""
        assert self.found is not None
        found: dict[str, Source] = {}
        for folder in (self.found.site.custom_dir, TEMPLATES):
            for path in publication.files_below(folder) if folder else ():
                name = path.relative_to(folder).as_posix() if folder else ""
                if path.suffix in TEMPLATE_SUFFIXES and name not in found and (source := self._source(path, "")):
                    found[name] = source
        return found

    @cached_property
    def _slots(self) -> Sequence[Slot]:
        return [slot for source in self._templates.values() for slot in slots(source)]

    def _template_of(self, path: str) -> Source | None:
        """Find the template of a page that no document makes."""
        if self.found is None:
            return None
        below = path.removeprefix(self._locale_of(path).folder)
        if below == "404.html":
            return self._templates.get(below)
        name = template_of(re.sub(r"(?:/index)?\.html$", ".md", below))
        return self._templates.get(name) if name else None

    def _in_templates(self, page: Page, number: int) -> Spot | None:
        """Look for what is most like a reference in the templates: the same text, the same file, the same ending."""
        use = page.uses[number]
        tag, name = key_of(use)
        place = self._place(page, use.text)
        best: list[tuple[Source, Written]] = []
        highest = (0, 0, False)
        for slot in self._slots:
            if slot.written.name != name:
                continue
            score, one = self._judge(page, use, place, slot)
            whole = (*score, slot.written.tag == tag)
            if score[0] and whole >= highest:
                best = [*best, (slot.source, one)] if whole == highest else [(slot.source, one)]
                highest = whole
        if best:
            same = [one for one in best if one[0] is best[0][0]]
            source, one = _nth(same, self._rank(page, number))
            return source.spot(one.start, one.end)
        if len(use.text) > 3 and re.search(r"\w\w", use.text):
            for source in self._templates.values():
                for one in standing(source.text, use.text):
                    return source.spot(one.start, one.end)
        return None

    def _judge(
        self, page: Page, use: Use, place: tuple[str, str] | None, slot: Slot
    ) -> tuple[tuple[int, int], Written]:
        """Say how surely an attribute of a template has become a use, and what is to be edited there."""
        written = slot.written
        if slot.form is None:
            return ((3 if written.text == use.text else 0), 0), written
        for path in slot.paths:
            locale = self._locale_of(page.path)
            if path.text == use.text or (place and place[0] in {_bare(path.text), _bare(locale.folder + path.text)}):
                return (2, len(path.text)), path
        is_telling = bool(re.search(r"\w\w", slot.literal))
        return ((1 if is_telling and slot.form.fullmatch(use.text) else 0), len(slot.literal)), written

    # Ids

    def _of_id(self, page: Page, built: Built, own: Written, places: Sequence[Written]) -> Spot | None:
        """Find what gives an id to an element: in the document where it stands in its text, else in a template."""
        is_own = page.path in self._documents
        within = next((one for one in built.headings if one[0] <= own.start < one[1]), None)
        if is_own and (built.is_in_prose(own) or within):
            locale, path = self._documents[page.path]
            references = self._references(page.path, self._is_fallback(page, locale, path))
            explicit = [
                one for one in references if one.written.name in ("id", "name") and one.written.text == own.text
            ]
            if explicit:
                before = sum(built.is_in_prose(one) and one.start < own.start for one in places)
                return _nth(explicit, before).spot
            if within and (spot := self._of_heading(page, built, within)):
                return spot
        if origin := self._published(page.path):
            same = [one for one in origin.written if one.name == own.name and one.text == own.text]
            if same:
                one = _nth(same, places.index(own))
                return origin.source.spot(one.start, one.end)
        fitting = [slot for slot in self._slots if slot.written.name == own.name and slot.written.text == own.text]
        for slot in sorted(fitting, key=lambda slot: slot.written.tag != own.tag):
            return slot.source.spot(slot.written.start, slot.written.end)
        return None

    def _of_heading(self, page: Page, built: Built, within: tuple[int, int, str]) -> Spot | None:
        """Find the heading of a document that has become one of its page: the same letters, as often before it."""
        before = sum(one[2] == within[2] and one[0] < within[0] for one in built.headings)
        for text in self._texts(page):
            same = [one for one in text.headings if _letters_of(one) == within[2]]
            if same:
                one = _nth(same, before)
                return text.source.spot(one.start, one.end)
        return None


def _letters_of(heading: Segment) -> str:
    return letters(unescape(without_tags(translations.plain_text(heading.text))))


def _tail(text: str) -> str:
    """Give the query and the fragment of an address, as they are written."""
    return text[len(re.split("[?#]", text, maxsplit=1)[0]) :]


def _bare(path: str) -> str:
    """Give a path of the site as it is told to be the same as another: decoded, without the name of an index."""
    path = unquote(path)
    return re.sub(r"(?:^|(?<=/))index\.html$", "", path).rstrip("/")


def _inside(source: Source, value: Written, text: str) -> Spot:
    """Give the place of a reference inside of a value; that of the value where it is written in another way."""
    for one in standing(source.text[value.start : value.end], text):
        return source.spot(value.start + one.start, value.start + one.end)
    return source.spot(value.start, value.end)


def _missing(found: Publication, own: Text, source: Text) -> Iterable[tuple[int, int, int]]:
    """Give what a translation's page shows of the source: where it is put, and where it starts and ends there."""
    try:
        units = translations.of_document(found, own.locale, own.path)
    except Stop:
        return []
    placed = []
    at = own.document.body_start
    for unit in units:
        if unit.translation and unit.translation.kind != "front matter":
            at = editing.end_of_block(own.source.text, unit.translation)
        elif unit.source and not unit.translation and unit.source.kind not in marking.UNMARKABLE:
            line = max(source.source.text.rfind(end, 0, unit.source.start) for end in "\r\n") + 1
            placed.append((at, line, editing.end_of_block(source.source.text, unit.source)))
    return placed


def _read_source(path: Path, code: str) -> Source | None:
    """Read a source file; None where that cannot be done."""
    try:
        return Source(path, read_exact(path), code) if path.is_file() else None
    except (Stop, OSError):
        return None


def _read_any(path: Path) -> str:
    """Read a built file as a browser would; nothing where that cannot be done, or where it is too large."""
    try:
        with path.open("rb") as file:
            data = file.read(pages.LARGEST + 1)
    except (OSError, ValueError):
        return ""
    if len(data) > pages.LARGEST:
        return ""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        declared = re.search(rb"<meta[^>]*charset\s*=\s*[\"']?\s*([\w:.-]+)", data[:2048], re.IGNORECASE)
    try:
        return data.decode(declared[1].decode("ascii", "replace") if declared else "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")
