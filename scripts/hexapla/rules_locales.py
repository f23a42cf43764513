"""Rules of the built site between its locales: the versions of a page belong together, and lead to each other.

Google Search Central, "Tell Google about localized versions of your page", says what alternates have to be; RFC 5646
says what language tags are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from hexapla import addresses, pages
from hexapla.problems import Severity, say
from hexapla.resolution import Built, Facts, Telling, address_of
from hexapla.rules import Scope, rule

TAG = r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-[A-Za-z0-9]{5,8})*"
"""A language tag as pages use them: language, script, region, variants (RFC 5646)."""

OWN_IDS = ("__", "hx-")
"""Ids that themes and this tool make for themselves begin with these; they may differ between versions of a page."""


@dataclass(frozen=True)
class Versions:
    """The pages of a built site by language: each language has a folder of its own, the source's is the root."""

    built: Built

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
        first = path.partition("/")[0].lower()
        for language, folder in self.folders.items():
            if folder and folder[:-1].lower() == first:
                return language, path[len(folder) :]
        return self.root, path

    def other(self, facts: Facts, language: str) -> Facts | None:
        """Find the version of a page in a language."""
        number = self.built.numbers.get(self.folders[language] + self.split(facts.path)[1])
        return self.built.by_number.get(number) if number is not None else None

    @cached_property
    def fallbacks(self) -> frozenset[str]:
        """The pages that show another version's text, and say so: their canonical link leads to it."""
        found = set()
        for facts in self.pages:
            target = self._canonical(facts)
            if target and target.path != facts.path and _may_be_canonical(self, facts, target):
                found.add(facts.path)
        return frozenset(found)

    def _canonical(self, facts: Facts) -> Facts | None:
        number = self.built.lead(facts, facts.canonical) if facts.canonical else -1
        return self.built.by_number.get(number)

    @cached_property
    def pages(self) -> tuple[Facts, ...]:
        """The pages that can have versions: those that search engines may show, and that can be read."""
        candidates = (facts for facts in self.built.facts if facts.is_html and facts.is_read)
        return tuple(
            facts
            for facts in candidates
            if not facts.is_hidden and not facts.refresh and not facts.path.endswith("404.html")
        )

    def translated(self, facts: Facts) -> dict[str, Facts]:
        """Give the versions of a page that are in their own language, by language, its own included."""
        found = {}
        for language in self.folders:
            version = self.other(facts, language)
            if version and version.path not in self.fallbacks and not version.is_hidden:
                found[language] = version
        return found


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


@rule("alternate", Scope.BUILT)
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
        if found.folders and facts.path not in found.fallbacks:
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

    if language.lower() != "x-default" and not re.fullmatch(TAG, language):
        return tell(
            say("%(language)s is no language tag", language=repr(language)), say("write one such as fr or pt-BR")
        )
    if language.lower() in {one.lower() for one, _ in earlier}:
        return tell(say("two alternates are for %(language)s", language=language), say("keep one"))
    if not re.match(r"(?i)https?://", address):
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
    if target.path != facts.path and target.path in found.fallbacks:
        message = say("the alternate %(page)s is no translation: it shows the text of another version", page=where)
        return tell(message, say("leave it out until it is translated"))
    if found.split(target.path)[1] != found.split(facts.path)[1]:
        back = {built.lead(target, other) for _, other in target.alternates}
        if built.numbers[facts.path] not in back:
            message = say("%(page)s is named as a version of this page, and does not name it back", page=where)
            return tell(message, say("name the version of this page"))
    return None


def _same_language(one: str, other: str) -> bool:
    """Whether two tags mean the same language; one of them may leave the region out."""
    one, other = one.lower(), other.lower()
    return one == other or one.startswith(other + "-") or other.startswith(one + "-")


@rule("sitemap-alternate", Scope.BUILT)
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


@rule("canonical", Scope.BUILT)
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
        number = built.lead(facts, facts.canonical)
        target = built.by_number.get(number)
        shown = addresses.quoted(facts.canonical)
        place = (
            _number(built, facts, "link canonical", facts.canonical)
            if target is None or target.path != facts.path
            else -1
        )
        if not urlsplit(facts.canonical).scheme and addresses.read(facts.canonical, built.base).is_inside:
            message = say("the canonical link %(address)s is not a whole address", address=shown)
            place = _number(built, facts, "link canonical", facts.canonical)
            yield Telling("canonical", facts.path, place, message, say("write it with https: and the host"))
        elif target is not None and target.path != facts.path and not _may_be_canonical(found, facts, target):
            message = say("the canonical link of this page leads to %(page)s", page="/" + address_of(target.path))
            yield Telling("canonical", facts.path, place, message, say("let it lead to the page itself"))
        elif built.base.host and (host := addresses.read(facts.canonical, built.base).host):
            message = say("the canonical link of this page leads to %(page)s", page=host)
            yield Telling("canonical", facts.path, place, message, say("let it lead to the page itself"))


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
    languages = {number: found.split(facts.path)[0] for number, facts in built.by_number.items() if facts.is_html}
    for own, facts in built.by_number.items():
        language = languages.get(own)
        for follow in facts.follows:
            other = languages.get(follow.file)
            if other is None or language is None or other == language or follow.language:
                continue
            version = found.other(built.by_number[follow.file], language)
            if version is not None and version.path not in found.fallbacks:
                right = address_of(version.path)
                values = {"page": "/" + address_of(built.files[follow.file]), "language": language}
                message = say("this leads to %(page)s, out of %(language)s, which has the page too", **values)
                hint = say("link to %(right)s", right="/" + right)
                yield Telling("wrong-locale", facts.path, follow.number, message, hint, right=right)


@rule("fallback-link", Scope.BUILT, Severity.WARNING)
def fallback_link(built: Built) -> Iterator[Telling]:
    """A link to a page that is not translated yet, and shows the source's text, says so: with `hreflang` or `lang`.

    The build adds it to the links of documents.

    Bad: `<a href="about/">`, where /fr/about/ is in English
    Good: `<a href="about/" hreflang="en">`
    """
    found = versions(built)
    for facts in built.facts:
        if not facts.is_html or facts.path in found.fallbacks:
            continue
        for follow in facts.follows:
            path = built.files[follow.file]
            if path in found.fallbacks and not follow.language and follow.number in facts.content:
                message = say(
                    "%(page)s is not translated yet, and this link does not say so", page="/" + address_of(path)
                )
                hint = say("add hreflang=%(language)s to the link", language=found.source)
                yield Telling("fallback-link", facts.path, follow.number, message, hint)


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
    for facts in built.facts:
        for follow in facts.follows:
            if not follow.is_switcher or not facts.is_html or facts.path.endswith("404.html"):
                continue
            language = by_tag.get(follow.language.lower()) or next(
                (one for one in found.folders if _same_language(one, follow.language)), None
            )
            version = found.other(facts, language) if language is not None else None
            own = found.split(facts.path)[1]
            target = built.files[follow.file]
            if language is None or (found.split(target)[1] == own and found.split(target)[0] == language):
                continue
            if version is None and found.split(target) == (language, "index.html"):
                continue
            values = {"language": language, "page": "/" + address_of(target)}
            message = say("the switcher’s link for %(language)s leads to %(page)s", **values)
            right = address_of(version.path) if version else found.folders[language]
            hint = say("link to %(right)s", right="/" + right)
            yield Telling("switcher", facts.path, follow.number, message, hint, right=right)


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
        if source is None or facts.path in found.fallbacks or not source.is_html:
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
