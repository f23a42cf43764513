"""Rules of the built site between its locales: the versions of a page belong together, and lead to each other.

Google Search Central, "Tell Google about localized versions of your page", says what alternates have to be; RFC 5646
says what language tags are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from hexapla import addresses, pages
from hexapla.facts import Alternates, Facts, Telling, address_of
from hexapla.problems import Severity, say
from hexapla.resolution import Built
from hexapla.rules import Scope, rule

TAG = r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-[A-Za-z0-9]{5,8})*"
"""A language tag as pages use them: language, script, region, variants (RFC 5646)."""

WHOLE = re.compile(r"(?i)https?://")
"""The beginning of a whole address."""

OWN_IDS = ("__", "hx-")
"""Ids that themes and this tool make for themselves begin with these; they may differ between versions of a page."""


@dataclass(frozen=True)
class Versions:
    """The pages of a built site by language: each language has a folder of its own, the source's is the root."""

    built: Built
    _split: dict[str, tuple[str, str]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _fallbacks: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def folders(self) -> Mapping[str, str]:
        """The folder of each language, ending in `/`, the root's empty: a folder is a language's if it is called by its
        tag, and a page in it says that it is in that language."""
        folders: dict[str, str] = {}
        others: Counter[str] = Counter()
        for facts in self.built.facts:
            if facts.is_html and facts.language:
                first, slash, _ = facts.path.partition("/")
                if slash and _same_language(facts.language, first):
                    folders[first] = f"{first}/"
                else:
                    others[facts.language] += 1
        if others:
            folders.setdefault(others.most_common(1)[0][0], "")
        return folders if len(folders) > 1 else {}

    @cached_property
    def root(self) -> str:
        """The language whose folder is the root; empty where each has its own."""
        return next((language for language, folder in self.folders.items() if not folder), "")

    @cached_property
    def source(self) -> str:
        """The language that others are translated from: that of the root, or the one for all others (x-default)."""
        if self.root:
            return self.root
        for facts in self.built.facts:
            for tag, address in facts.alternates:
                if tag.lower() == "x-default" and (number := self.built.lead(facts, address)) >= 0:
                    first = self.built.files[number].partition("/")[0]
                    return first if first in self.folders else ""
        return ""

    def split(self, path: str) -> tuple[str, str]:
        """Take a path apart: the language of its folder, and the rest, by which versions of a page are known."""
        found = self._split.get(path)
        if found is None:
            first, _, rest = path.partition("/")
            language = self._by_folder.get(first.lower())
            found = self._split[path] = (self.root, path) if language is None else (language, rest)
        return found

    @cached_property
    def _by_folder(self) -> Mapping[str, str]:
        """The languages that have a folder, by its name in small letters."""
        pairs = [(folder[:-1].lower(), language) for language, folder in self.folders.items() if folder]
        return dict(reversed(pairs))

    def other(self, facts: Facts, language: str) -> Facts | None:
        """Find the version of a page in a language."""
        number = self.built.numbers.get(self.folders[language] + self.split(facts.path)[1])
        return self.built.by_number.get(number) if number is not None else None

    def is_fallback(self, path: str) -> bool:
        """Whether a page shows another version's text, and says so: its canonical link leads to it."""
        found = self._fallbacks.get(path)
        if found is None:
            found = self._fallbacks[path] = self._is_fallback(path)
        return found

    def _is_fallback(self, path: str) -> bool:
        facts = self.built.by_number.get(self.built.numbers.get(path, -1))
        if facts is None or not facts.canonical or not self._may_have_versions(facts):
            return False
        target = self.built.by_number.get(self.built.lead(facts, facts.canonical))
        return target is not None and target.path != path and _may_be_canonical(self, facts, target)

    @cached_property
    def pages(self) -> tuple[Facts, ...]:
        """The pages that can have versions."""
        return tuple(facts for facts in self.built.facts if self._may_have_versions(facts))

    def _may_have_versions(self, facts: Facts) -> bool:
        """Whether search engines may show a page, and it can be read."""
        if not facts.is_html or not facts.is_read or facts.is_hidden or facts.path.endswith("404.html"):
            return False
        return self.built.numbers[facts.path] not in self.built.refreshes

    def translated(self, facts: Facts) -> dict[str, Facts]:
        """Give the versions of a page that are in their own language, by language, its own included."""
        found = {}
        for language in self.folders:
            version = self.other(facts, language)
            if version and not self.is_fallback(version.path) and not version.is_hidden:
                found[language] = version
        return found

    @cached_property
    def agreed(self) -> Mapping[tuple[Alternates, str], bool]:
        """Whether nothing can be wrong with alternates on a page, by them and by what its versions are known by."""
        return {key: self._agree(*key) for key in {(one.alternates, self.split(one.path)[1]) for one in self.pages}}

    def _agree(self, alternates: Alternates, rest: str) -> bool:
        """Whether alternates are whole addresses, each of the right version of a page, and none is left out."""
        languages = {tag.lower() for tag, _ in alternates}
        if len(languages) < len(alternates) or not all(
            _is_tag(tag) and WHOLE.match(address) for tag, address in alternates
        ):
            return False
        for tag, address in alternates:
            target = self.built.by_number.get(self.built.lead(self.pages[0], address))
            if target is None:
                continue
            if self.is_fallback(target.path) or self.split(target.path)[1] != rest:
                return False
            if tag.lower() != "x-default" and not _same_language(target.language, tag):
                return False
        versions = {language: folder + rest for language, folder in self.folders.items()}
        there = {language for language, path in versions.items() if path in self.built.numbers}
        return all(one.lower() in languages or self.is_fallback(versions[one]) for one in there)


def versions(built: Built) -> Versions:
    """Find out which pages are versions of each other; once for a built site."""
    found = built.worked_out.get("versions")
    if found is None:
        found = built.worked_out["versions"] = Versions(built)
    assert isinstance(found, Versions)
    return found


def _number(built: Built, facts: Facts, kind: str, text: str, language: str = "", before: int = 0) -> int:
    """Find the use of a page by what it is, and by how many of the same come before; -1 where there is none."""
    page = pages.read(built.root, facts.path)
    for number, use in enumerate(page.uses if page else ()):
        if (use.kind, use.text) == (kind, text) and use.language == (language or use.language):
            if not before:
                return number
            before -= 1
    return -1


# Alternates


@rule("alternate", Scope.BUILT, is_of_heads=True)
def alternate(built: Built) -> Iterator[Telling]:
    """A page names all its versions, itself among them, each by its whole address and with its language.

    What a page names names it too, and is in the language that it says. A page without other versions names none, or
    itself. A page that shows another version's text names none.

    Bad: `<link rel="alternate" hreflang="de" href="../de/about/">`, or none for German
    Good: `<link rel="alternate" hreflang="de" href="https://small.example/de/about/">`
    """
    found = versions(built)
    if not any(facts.alternates for facts in found.pages):
        return
    for facts in found.pages:
        is_fallback = found.is_fallback(facts.path)
        if found.agreed[facts.alternates, found.split(facts.path)[1]] or (is_fallback and not facts.alternates):
            continue  # as almost everywhere
        if found.folders and not is_fallback:
            yield from _missing_alternates(found, facts)
        for index in range(len(facts.alternates)):
            if telling := _wrong_alternate(found, facts, index):
                yield telling


def _missing_alternates(found: Versions, facts: Facts) -> Iterator[Telling]:
    """Tell of the versions of a page that it does not name."""
    wanted = found.translated(facts)
    if len(wanted) < 2:
        return
    named = {found.built.lead(facts, address) for language, address in facts.alternates if language != "x-default"}
    languages = {language.lower() for language, _ in facts.alternates}
    for language, version in wanted.items():
        if found.built.numbers[version.path] in named or language.lower() in languages:
            continue  # named, or named wrongly, which is told there
        where = "/" + address_of(version.path)
        if version.path == facts.path:
            message = say("the alternates of this page do not name the page itself")
        else:
            message = say(
                "the alternates of this page do not name its version in %(language)s: %(page)s",
                language=language,
                page=where,
            )
        hint = say("add a link with rel=alternate and hreflang=%(language)s", language=language)
        yield Telling("alternate", facts.path, -1, message, hint, right=address_of(version.path))


def _wrong_alternate(found: Versions, facts: Facts, index: int) -> Telling | None:
    """Say what is wrong with one of a page's alternates."""
    built = found.built
    language, address = facts.alternates[index]
    earlier = facts.alternates[:index]

    def tell(message: str, hint: str) -> Telling:
        before = earlier.count((language, address))
        number = _number(built, facts, "link alternate", address, language, before)
        return Telling("alternate", facts.path, number, message, hint)

    if not _is_tag(language):
        return tell(
            say("%(language)s is no language tag", language=repr(language)), say("write one such as fr or pt-BR")
        )
    if language.lower() in {one.lower() for one, _ in earlier}:
        return tell(say("two alternates are for %(language)s", language=language), say("keep one"))
    if not WHOLE.match(address):
        message = say("the alternate %(address)s is not a whole address", address=addresses.quoted(address))
        return tell(message, say("write it with https: and the host"))
    number = built.lead(facts, address)
    target = built.by_number.get(number)
    if target is None:
        return None  # another site, or a page that is not there, which is told as such
    where = "/" + address_of(target.path)
    if language.lower() != "x-default" and not _same_language(target.language, language):
        message = say(
            "the alternate for %(language)s leads to %(page)s, which is in %(other)s",
            language=language,
            page=where,
            other=target.language or "?",
        )
        return tell(message, say("name the version in that language, or mend its lang"))
    if target.path != facts.path and found.is_fallback(target.path):
        message = say("the alternate %(page)s is no translation: it shows the text of another version", page=where)
        return tell(message, say("leave it out until it is translated"))
    if found.split(target.path)[1] != found.split(facts.path)[1]:
        back = {built.lead(target, other) for _, other in target.alternates}
        if built.numbers[facts.path] not in back:
            message = say("%(page)s is named as a version of this page, and does not name it back", page=where)
            return tell(message, say("name the version of this page"))
    return None


@lru_cache(maxsize=1000)
def _is_tag(language: str) -> bool:
    return language.lower() == "x-default" or bool(re.fullmatch(TAG, language))


@lru_cache(maxsize=1000)
def _same_language(one: str, other: str) -> bool:
    """Whether two tags mean the same language; one of them may leave the region out."""
    one, other = one.lower(), other.lower()
    return one == other or one.startswith(other + "-") or other.startswith(one + "-")


@rule("sitemap-alternate", Scope.BUILT, is_of_heads=True)
def sitemap_alternate(built: Built) -> Iterator[Telling]:
    """A sitemap names the same versions of a page as the page itself does.

    Bad: a sitemap with German and French, where the page has German only
    Good: the same in both, or none in the sitemap
    """
    for facts in built.facts:
        for address, alternates in facts.entries:
            target = built.by_number.get(built.lead(facts, address))
            if target is None or not alternates:
                continue
            if alternates == target.alternates and all(WHOLE.match(other) for _, other in alternates):
                continue  # the same in both, wherever it stands
            own = {(language.lower(), built.lead(target, other)) for language, other in target.alternates}
            theirs = {(language.lower(), built.lead(facts, other)) for language, other in alternates}
            if differing := sorted({language for language, _ in own ^ theirs}):
                message = say(
                    "for %(address)s, sitemap and page name other versions: %(languages)s",
                    address=address,
                    languages=", ".join(differing),
                )
                number = _number(built, facts, "sitemap loc", address)
                yield Telling("sitemap-alternate", facts.path, number, message, say("name the same in both"))


@rule("canonical", Scope.BUILT, is_of_heads=True)
def canonical(built: Built) -> Iterator[Telling]:
    """A page's canonical link is the whole address of the page itself; of the source's, where it shows its text.

    Bad: `<link rel="canonical" href="https://small.example/about/">` on the French page
    Good: `<link rel="canonical" href="https://small.example/fr/about/">` there
    """
    found = versions(built)
    if not any(facts.canonical is not None for facts in found.pages):
        return
    for facts in found.pages:
        if facts.canonical is None:
            hint = say("add a link with rel=canonical and the address of the page")
            yield Telling("canonical", facts.path, -1, say("this page has no canonical link, and others have"), hint)
            continue
        target = built.by_number.get(built.lead(facts, facts.canonical))
        hint = say("let it lead to the page itself")
        if not WHOLE.match(facts.canonical) and addresses.read(facts.canonical, built.base).is_inside:
            shown = addresses.quoted(facts.canonical)
            message = say("the canonical link %(address)s is not a whole address", address=shown)
            hint = say("write it with https: and the host")
        elif target is not None and target.path != facts.path and not _may_be_canonical(found, facts, target):
            message = say("the canonical link of this page leads to %(page)s", page="/" + address_of(target.path))
        elif built.base.host and (host := addresses.read(facts.canonical, built.base).host):
            message = say("the canonical link of this page leads to %(page)s", page=host)
        else:
            continue
        place = _number(built, facts, "link canonical", facts.canonical)
        yield Telling("canonical", facts.path, place, message, hint)


def _may_be_canonical(found: Versions, facts: Facts, target: Facts) -> bool:
    """Whether a page shows the text of the one that it calls canonical: a version of it, and it names no alternates."""
    is_version = found.split(target.path)[1] == found.split(facts.path)[1]
    return is_version and not facts.alternates and found.split(target.path)[0] != found.split(facts.path)[0]


# Links from one language into another


@rule("wrong-locale", Scope.BUILT)
def wrong_locale(built: Built) -> Iterator[Telling]:
    """A page links to pages in its own language, where they are there.

    A link that says with `hreflang` or `lang` that it leads to another language is left alone.

    Bad: `[us](../en/about.md)` in docs/fr, which has an about.md
    Good: `[us](about.md)`
    """
    found = versions(built)
    if not found.folders:
        return
    leading: dict[str, set[int]] = {}
    for number, (need, file) in built.doubtful_links.items():
        target = built.by_number.get(file)
        if target is not None and target.is_html and not need.language:
            leading.setdefault(found.split(target.path)[0], set()).add(number)
    for language in found.folders:
        away = frozenset[int]().union(*(numbers for other, numbers in leading.items() if other != language))
        own = [facts for facts in built.doubtful if facts.is_html and found.split(facts.path)[0] == language]
        for facts, numbers in built.with_needs(away, own):
            yield from _wrong_locales(found, facts, language, numbers)


def _wrong_locales(found: Versions, facts: Facts, language: str, numbers: Iterable[int]) -> Iterator[Telling]:
    """Tell of those links of a page out of its language that need not lead out of it."""
    for number in numbers:
        target = found.built.by_number[found.built.links[number][1]]
        version = found.other(target, language)
        if version is not None and not found.is_fallback(version.path):
            right = address_of(version.path)
            values = {"page": "/" + address_of(target.path), "language": language}
            message = say("this leads to %(page)s, out of %(language)s, which has the page too", **values)
            hint = say("link to %(right)s", right="/" + right)
            yield Telling("wrong-locale", facts.path, -1, message, hint, right=right, need=number)


@rule("fallback-link", Scope.BUILT, Severity.WARNING)
def fallback_link(built: Built) -> Iterator[Telling]:
    """A link to a page that is not translated yet, and shows the source's text, says so: with `hreflang` or `lang`.

    The build adds it to the links of documents.

    Bad: `<a href="about/">`, where /fr/about/ is in English
    Good: `<a href="about/" hreflang="en">`
    """
    found = versions(built)
    silent = {
        number: built.files[file]
        for number, (need, file) in built.doubtful_links.items()
        if not need.language and need.is_content and found.is_fallback(built.files[file])
    }
    for facts, numbers in built.with_needs(silent, built.doubtful):
        if not facts.is_html or found.is_fallback(facts.path):
            continue
        for number in numbers:
            page = "/" + address_of(silent[number])
            message = say("%(page)s is not translated yet, and this link does not say so", page=page)
            hint = say("add hreflang=%(language)s to the link", language=found.source)
            yield Telling("fallback-link", facts.path, -1, message, hint, need=number)


@rule("switcher", Scope.BUILT)
def switcher(built: Built) -> Iterator[Telling]:
    """Who changes the language stays on the page: each language of the switcher leads to the same page in it.

    Where that language has no version of the page, its home page is right too.

    Bad: on /about/, `<a hreflang="fr" href="/fr/">` in the menu of languages
    Good: `<a hreflang="fr" href="/fr/about/">`
    """
    found = versions(built)
    if not found.folders:
        return
    by_tag = {language.lower(): language for language in found.folders}
    places: dict[int, tuple[str, tuple[str, str]]] = {}
    for number, (need, file) in built.doubtful_links.items():
        if not need.is_switcher:
            continue
        language = by_tag.get(need.language.lower()) or next(
            (one for one in found.folders if _same_language(one, need.language)), None
        )
        if language is not None:
            places[number] = (language, found.split(built.files[file]))
    for facts, numbers in built.with_needs(places, built.doubtful):
        own = found.split(facts.path)[1]
        for number in numbers:
            language, place = places[number]
            if place == (language, own) or not facts.is_html or facts.path.endswith("404.html"):
                continue
            version = found.other(facts, language)
            if version is None and place == (language, "index.html"):
                continue
            values = {"language": language, "page": "/" + address_of(built.files[built.links[number][1]])}
            message = say("the switcher’s link for %(language)s leads to %(page)s", **values)
            right = address_of(version.path) if version else found.folders[language]
            hint = say("link to %(right)s", right="/" + right)
            yield Telling("switcher", facts.path, -1, message, hint, right=right, need=number)


@rule("same-anchors", Scope.BUILT, Severity.WARNING)
def same_anchors(built: Built) -> Iterator[Telling]:
    """All versions of a page have the same anchors, so that a link to a part of one is right in each, and who changes
    the language stays where they were.

    Bad: `## Les prix` in French, `## Prices {: #prices }` in the source
    Good: `## Les prix {: #prices }`
    """
    found = versions(built)
    for facts in found.pages:
        language, _ = found.split(facts.path)
        source = found.other(facts, found.source) if found.source and language != found.source else None
        if source is None or facts.anchors == source.anchors:
            continue
        if found.is_fallback(facts.path) or not source.is_html:
            continue
        own, theirs = _anchors(facts), _anchors(source)
        lost = list(dict.fromkeys(one for one in source.anchors if one in theirs - own))
        extra = list(dict.fromkeys(one for one in facts.anchors if one in own - theirs))
        where = "/" + address_of(source.path)
        if lost:
            message = say("this page lacks anchors that %(page)s has: %(anchors)s", page=where, anchors=_listed(lost))
            hint = say("give its headings the ids of the source: {: #%(id)s }", id=lost[0])
            yield Telling("same-anchors", facts.path, -1, message, hint, identity=extra[0] if extra else "")
        elif extra:
            message = say(
                "this page has anchors that %(page)s has not: %(anchors)s", page=where, anchors=_listed(extra)
            )
            hint = say("remove them, or add them to the source")
            yield Telling("same-anchors", facts.path, -1, message, hint, identity=extra[0])


def _anchors(facts: Facts) -> set[str]:
    return {one for one in facts.anchors if not one.startswith(OWN_IDS)}


def _listed(names: list[str]) -> str:
    return ", ".join(f"#{name}" for name in names[:5]) + (" …" if len(names) > 5 else "")
