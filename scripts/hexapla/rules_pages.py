"""Rules of the built site: every reference leads somewhere, and to where it seems to lead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import TypeVar
from urllib.parse import unquote

from hexapla import addresses, pages
from hexapla.facts import RESOURCE, Telling, address_of, is_anchor, no_anchor
from hexapla.problems import Severity, say
from hexapla.resolution import SITE_GUESSES, Built
from hexapla.rules import Scope, rule

Place = TypeVar("Place")


@rule("missing-page", Scope.BUILT)
def missing_page(built: Built) -> Iterator[Telling]:
    """A reference to the site itself leads to a page or a file that is there.

    Hosts serve a folder by its `index.html`. What `_redirects` sends on is there too.

    Bad: `[us](abuot.md)`
    Good: `[us](about.md)`
    """
    yield from built.told("missing-page")


@rule("missing-anchor", Scope.BUILT)
def missing_anchor(built: Built) -> Iterator[Telling]:
    """A reference to a part of a page names an id that is there, percent-encoded or not; quoted text stands there.

    Bad: `[prices](about.md#prises)`, `#:~:text=no%20such%20words`
    Good: `[prices](about.md#prices)`
    """
    yield from built.told("missing-anchor")
    wrong = _wrong_parts(built)
    ids = {path: sorted(built.by_number[built.numbers[path]].ids) for path, _, is_text in wrong.values() if not is_text}
    # The same ones are guessed at each time, whatever their numbers.
    guessed = frozenset(sorted(one[:2] for one in wrong.values() if not one[2])[:SITE_GUESSES])
    for facts, numbers in built.with_needs(wrong):
        for number in numbers:
            path, part, is_text = wrong[number]
            where = "/" + address_of(path)
            if is_text:
                message = say("%(page)s has no text %(text)s", page=where, text=repr(part))
                hint = say("copy the words from the page, or leave the quotation out of the address")
            else:
                alike = ids[path] if (path, part) in guessed else ()
                message, hint = no_anchor(part, alike, "" if path == facts.path and facts.is_html else where)
            yield Telling("missing-anchor", facts.path, -1, message, hint, need=number)


def _wrong_parts(built: Built) -> dict[int, tuple[str, str, bool]]:
    """Give the needs of a part that is not there: the file, the anchor or the text, and whether it is text."""
    wrong: dict[int, tuple[str, str, bool]] = {}
    quotations: list[tuple[str, str, int]] = []
    targets, by_number = built.targets, built.by_number
    for number, need in built.needs.items():
        if not need.fragment:
            continue
        target = by_number.get(targets[number].file)
        if target is None or not target.is_read or not (target.is_html or target.ids):
            continue
        anchor, quotes, text = need.fragment.partition(":~:")
        if anchor and not is_anchor(anchor, target.ids):
            wrong[number] = (target.path, anchor, False)
        elif quotes:
            quotations.append((target.path, text, number))
    words_of = lru_cache(maxsize=1)(lambda path: _words_of(pages.text_of(built.root, path)))
    for path, text, number in sorted(quotations):
        if words := _missing_words(words_of(path), text):
            wrong[number] = (path, words, True)
    return wrong


def _missing_words(page: str, directive: str) -> str:
    """Give the words of a text fragment that are not on a page (WICG, "URL Fragment Text Directives")."""
    for part in directive.split("&"):
        if part.startswith("text="):
            position = 0
            for words in part.removeprefix("text=").split(","):
                wanted = unquote(words.removesuffix("-").removeprefix("-"))
                found = page.find(_words_of(wanted), position)
                if found < 0:
                    return wanted
                position = found
    return ""


def _words_of(text: str) -> str:
    return " ".join(text.split()).casefold()


@rule("wrong-case", Scope.BUILT)
def wrong_case(built: Built) -> Iterator[Telling]:
    """A reference writes a file's name as the file does: upper and lower case, and letters with their accents composed
    or not. Hosts tell them apart, though the computer of whoever wrote it may not.

    Bad: `![Two desks](images/Two-Desks.svg)`
    Good: `![Two desks](images/two-desks.svg)`
    """
    yield from built.told("wrong-case")


@rule("missing-slash", Scope.BUILT, Severity.WARNING)
def missing_slash(built: Built) -> Iterator[Telling]:
    """A reference to a folder ends in a slash; without it a host answers with a redirect, and the reader waits longer.

    Bad: `<a href="../about">`
    Good: `<a href="../about/">`
    """
    yield from built.told("missing-slash")


@rule("duplicate-id", Scope.BUILT)
def duplicate_id(built: Built) -> Iterator[Telling]:
    """An id is on a page once: a link leads to the first, and labels belong to it.

    Bad: `## One {: #one }` and `## Two {: #one }`
    Good: `## One {: #one }` and `## Two {: #two }`
    """
    yield from built.told("duplicate-id")


@rule("malformed-url", Scope.BUILT)
def malformed_url(built: Built) -> Iterator[Telling]:
    """An address is one: not empty, without spaces, control characters and backslashes, with a host that can be.

    Bad: `[write](mailto:)`, `[page](https:/example.org)`, `[none]()`
    Good: `[write](mailto:name@example.org)`, `[page](https://example.org)`
    """
    yield from built.told("malformed-url")
    yield from built.told("url-scheme")  # a rule of documents: rules_links


@rule("development-host", Scope.BUILT, is_guard=True)
def development_host(built: Built) -> Iterator[Telling]:
    """No address leads to somebody's own computer or network: `localhost`, a private address, a name such as `.local`.

    Bad: `<http://127.0.0.1:8000/>`
    Good: the address that readers can reach
    """
    yield from built.told("development-host")


@rule("insecure", Scope.BUILT, Severity.WARNING)
def insecure(built: Built) -> Iterator[Telling]:
    """A host that has `https:` is not linked to with `http:`, which lets anybody on the way read and change the page.

    A host has it if another link of this site uses it there, or if it is the site's own.

    Bad: `<http://example.org/>`, where another page has `<https://example.org/>`
    Good: `<https://example.org/>`
    """
    exits = {number: need for number, need in built.needs.items() if need.host}
    secure = {need.host for need in exits.values() if need.path[:6].lower() == "https:"} | {built.base.host}
    open_ = {number for number, need in exits.items() if need.path[:5].lower() == "http:" and need.host in secure}
    for facts, numbers in built.with_needs(open_):
        for number in numbers:
            message = say("%(host)s is linked to without encryption, and it has it", host=exits[number].host)
            yield Telling("insecure", facts.path, -1, message, say("write https: for http:"), need=number)


@rule("own-domain", Scope.BUILT, Severity.WARNING)
def own_domain(built: Built) -> Iterator[Telling]:
    """A link to the site itself is written as a path. It is followed like any other link.

    Where whole addresses belong, in canonical links, alternates, sitemaps and feeds, they are right.

    Bad: `[us](https://small.example/about/)` on small.example
    Good: `[us](about.md)`
    """
    yield from built.told("own-domain")


@rule("heavy", Scope.BUILT, Severity.WARNING)
def heavy(built: Built) -> Iterator[Telling]:
    """What a page loads is no larger than `size_limit` in locales/links.toml, a million bytes where that says nothing.

    Bad: a photograph of 8 MB, as it came from the camera
    Good: the same, 1,200 pixels wide
    """
    heavy = {
        number: target.file
        for number, target in built.targets.items()
        if built.needs[number].form == RESOURCE and target.file >= 0 and built.sizes[target.file] > built.size_limit
    }
    for facts, numbers in built.with_needs(heavy):
        for number in numbers:
            values = {
                "target": "/" + addresses.visible(built.files[heavy[number]]),
                "size": built.sizes[heavy[number]],
                "limit": built.size_limit,
            }
            message = say("%(target)s is %(size)s bytes large, and %(limit)s are the limit", **values)
            hint = say("make it smaller: fewer pixels, another format")
            yield Telling("heavy", facts.path, -1, message, hint, need=number)


@rule("unreadable", Scope.BUILT)
def unreadable(built: Built) -> Iterator[Telling]:
    """What the site is made of can be read: text as it is declared, JSON and XML well-formed, no entities declared.

    Bad: `<meta charset="utf-8">` on a page in Latin-1
    Good: the page in UTF-8
    """
    yield from built.told("unreadable")


@rule("base", Scope.BUILT, is_guard=True)
def base(built: Built) -> Iterator[Telling]:
    """No page has a `<base>` that makes all its relative addresses lead to another host.

    Bad: `<base href="https://elsewhere.example/">`
    Good: no `<base>`
    """
    yield from built.told("base")


@rule("redirect-loop", Scope.BUILT)
def redirect_loop(built: Built) -> Iterator[Telling]:
    """Pages and `_redirects` that send a reader on do not send them around in a circle.

    Bad: `/a/` refreshes to `/b/`, and `/b/` to `/a/`
    Good: `/a/` refreshes to `/b/`, which is a page
    """
    for start in _circles(built.refreshes):
        facts = built.by_number[start]
        message = say("this page sends readers around in a circle, and back to itself")
        hint = say("let it lead to a page that stays")
        yield Telling("redirect-loop", facts.path, -1, message, hint, need=facts.refresh)
    onward: dict[str, str] = {}
    numbers: dict[str, int] = {}
    for number, (source, target) in enumerate(pair for pair in built.redirects if pair[1]):
        if target.startswith("/") and source.strip("/") not in onward:  # a host takes the first that fits
            onward[source.strip("/")], numbers[source.strip("/")] = target.strip("/"), number
    for source in _circles(onward):
        message = say("%(path)s is sent around in a circle", path="/" + source)
        hint = say("let it lead to a page that stays")
        yield Telling("redirect-loop", "_redirects", numbers[source], message, hint)


def _circles(steps: Mapping[Place, Place]) -> Iterator[Place]:
    """Yield the places from which the way leads back to themselves."""
    seen: set[Place] = set()
    for start in steps:
        way: list[Place] = []
        place = start
        while place in steps and place not in seen:
            seen.add(place)
            way.append(place)
            place = steps[place]
        if place in way:
            yield from way[way.index(place) :]


@rule("orphan-page", Scope.BUILT, Severity.WARNING)
def orphan_page(built: Built) -> Iterator[Telling]:
    """Another page links to each page, so that readers can find it.

    Home pages, pages for errors, and pages that search engines are asked to leave out need no link.

    Bad: a page that stands in no navigation and in no text
    Good: a link to it
    """
    linked = _linked(built)
    homes = {"index.html", *(f"{facts.language}/index.html" for facts in built.facts if facts.language)}
    for number, facts in built.by_number.items():
        name = facts.path.rpartition("/")[2]
        is_needless = facts.is_hidden or number in built.refreshes or name == "404.html" or facts.path in homes
        if facts.is_html and facts.is_read and number not in linked and not is_needless:
            message = say("no page links to this one")
            yield Telling("orphan-page", facts.path, -1, message, say("link to it, or put it into the navigation"))


def _linked(built: Built) -> set[int]:
    """Give the numbers of the files to which another file links."""
    times = Counter(chain.from_iterable(facts.needs for facts in built.facts))
    links: dict[int, list[int]] = {}
    for number, (_, file) in built.links.items():
        links.setdefault(file, []).append(number)
    linked = set()
    for file, numbers in links.items():
        count = sum(times[number] for number in numbers)
        # What a file needs, it needs once; so much can be its own.
        if count <= len(numbers) and (own := built.by_number.get(file)):
            count -= len(set(numbers).intersection(own.needs))
        if count:
            linked.add(file)
    return linked


# What leads to other sites: hexapla.links asks them


@rule("dead-link", Scope.BUILT)
def dead_link(built: Built) -> Iterator[Telling]:
    """A link to another site leads to a page that is there. Looked at with `hexapla links --external` only.

    Dead is what answers 404 or 410, or whose host nobody knows, more than once.

    Bad: `<https://example.org/no-such-page>`
    Good: `<https://example.org/>`
    """
    yield from ()  # told by the runner, which asks the other sites


@rule("unverified-link", Scope.BUILT, Severity.WARNING)
def unverified_link(built: Built) -> Iterator[Telling]:
    """A link to another site can be verified. Looked at with `hexapla links --external` only; this never fails a check.

    Hosts that forbid programs to look (403), that have too much to do (429, 5xx) or take too long say nothing of a
    link; a browser may show the page.

    Bad: a link to a host that answers 503
    Good: the same link, on another day
    """
    yield from ()  # told by the runner


@rule("private-link", Scope.BUILT, is_guard=True)
def private_link(built: Built) -> Iterator[Telling]:
    """A link to another site leads to no private network, through a name or a redirect either. Such a one is not
    followed.

    Bad: a link to a host whose name means 10.0.0.1
    Good: a link to a public host
    """
    yield from ()  # told by the runner


@rule("links-file", Scope.BUILT)
def links_file(built: Built) -> Iterator[Telling]:
    """locales/links.toml can be read; each entry has a reason, is still needed, and its date has not come yet.

    Bad: `expires = 2020-01-01`
    Good: the link looked at again, and a date within a year
    """
    yield from ()  # told while reading the file
