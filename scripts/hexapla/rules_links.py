"""Rules of links: a translation leads to where its source leads, and nowhere else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import unescape

from hexapla.addresses import SAFE_SCHEMES, host_of, is_safe_address, scheme_of
from hexapla.inline import DEFINITION, Span
from hexapla.passages import Finding, Pair, Passage
from hexapla.problems import Fix, Problem, say
from hexapla.rules import Corpus, Scope, Subject, located, rule
from hexapla.rules_marks import Wording, compared, spans


def links(subject: Subject) -> Sequence[Problem]:
    """Give how links and pictures differ from the source's: problems of all the rules of this module."""
    found: Sequence[Problem] = subject.once("links", lambda one: list(_link_differences(one)))
    return found


def _link_differences(subject: Subject) -> Iterator[Problem]:
    """Compare links pair by pair, then those of the rendered pages, which know what Markdown could hide."""
    told: set[str] = set()
    for pair in subject.pairs:
        for target, link in (*_of_pair(pair, subject), *_pictures_of_pair(pair, subject)):
            told.add(_bare(target))
            yield link
    for passage in subject.passages if subject.source is None else ():
        for span in spans(passage, "link", "autolink", "image"):
            if not _is_safe(span):
                told.add(_bare(span.target))
                yield _unsafe(subject, passage, span)
    followed = {
        span.target for pair in subject.pairs if pair.is_stale for span in spans(pair.source, "link", "autolink")
    }
    for target in subject.page.links:
        if target in subject.source_page.links or _bare(target) in told:
            continue
        if target in followed and is_safe_address(target) and not _is_new_host(target, subject):
            continue
        if not is_safe_address(target):
            yield _hidden(subject, "url-scheme", target, _scheme_message(target))
        elif subject.source is not None and not _is_localized(target, subject.source_page.links, subject):
            name = "link-new-host" if _is_new_host(target, subject) else "link-target"
            # What protects readers is told in any case: nobody can have it ignored.
            if name == "link-new-host" or not _is_added_with_its_block(subject, target):
                message = say("the source has no link to %(own)s", own=target)
                yield _hidden(subject, name, target, message)
    yield from _hidden_pictures(subject, told)


def _bare(target: str) -> str:
    """An address without what a renderer may change in it, so that no link is told twice."""
    return re.sub(r"[\s\x00-\x1f\ufffd\\]", "", unescape(target)).removeprefix("mailto:")


def _is_new_host(target: str, subject: Subject) -> bool:
    return bool(host_of(target)) and host_of(target) not in subject.corpus.hosts


def _is_added_with_its_block(subject: Subject, target: str) -> bool:
    """Whether a link stands in a block that the source does not have, which the rule `structure` tells."""
    added = [unit.translation.text for unit in subject.units if unit.translation and not unit.source]
    return any(target in text for text in added)


WRITTEN = re.compile(
    r"\b(?:href|src)\s*=\s*(?:\"(?P<double>[^\"]*)|'(?P<single>[^']*)|(?P<bare>[^\s<>\"']+))"
    r"|\](?:\(|:)\s*<?(?P<markdown>(?:[^\s<>()]|\([^\s()]*\))+)",
    re.IGNORECASE,
)
"""Where an address is written, in Markdown or in HTML."""


def _hidden(subject: Subject, name: str, target: str, message: str) -> Problem:
    """Make a problem of something that is only in the rendered page: find where it was probably written."""
    text, start = subject.document.text.replace("\0", "\ufffd"), subject.document.body_start
    written = (match for match in WRITTEN.finditer(text, start) if _bare(match[match.lastgroup or 0]) == _bare(target))
    if match := next(written, None):
        offset = match.start(match.lastgroup or 0)
    else:
        words = [target, target.split(":")[-1], target[-12:], *re.findall(r"[\w.-]{4,}", target)]
        offset = next((text.find(word, start) for word in words if word and text.find(word, start) >= 0), start)
    return subject.at_offset(name, offset, message, say("write only the links that the source has"))


def _of_pair(pair: Pair, subject: Subject) -> Iterator[tuple[str, Problem]]:
    """Compare the links of two passages: what is unsafe, what leads elsewhere, what is missing."""
    kinds = ("link", "autolink")
    own, source = pair.translation, pair.source
    ours, theirs = spans(own, *kinds), [span.target for span in spans(source, *kinds)]
    if [span.target for span in ours] == theirs and not pair.is_stale:
        for span in ours:
            if not _is_safe(span):
                yield span.target, _unsafe(subject, own, span)
        return
    swapped = list(_swapped(pair))
    yield from swapped
    missing = theirs.copy()
    extra = []
    for span in ours if not swapped else ():
        match = next((one for one in missing if one == span.target), None)
        match = match or next((one for one in missing if is_localized(one, span.target, subject)), None)
        # A record cannot bring in a host that no page of the source links to any more.
        if match is not None and not (pair.is_stale and _is_new_host(span.target, subject)):
            missing.remove(match)
        else:
            extra.append(span)
    for span in extra:
        if not _is_safe(span):
            if missing:
                missing.pop(0)
            yield span.target, _unsafe(subject, own, span)
            continue
        wanted = missing.pop(0) if missing else None
        is_new = _is_new_host(span.target, subject)
        name = "link-new-host" if is_new else "link-target"
        yield span.target, _at_target(subject, own, name, span, _wrong_target(span, wanted, is_new))
    for target in missing if not swapped else ():
        message = say("the link to %(target)s is missing here", target=target)
        hint = say("write [words](%(target)s) around the words that are linked in the source", target=target)
        yield target, located(own, "link-target", own.whole(message, hint))


def _swapped(pair: Pair) -> Iterator[tuple[str, Problem]]:
    """Links of the same words, such as a name, whose targets have changed places."""
    own, kinds = pair.translation, ("link",)
    known: dict[str, set[str]] = {}
    for span in spans(pair.source, *kinds):
        known.setdefault(pair.source.text[slice(*span.inner)], set()).add(span.target)
    for span in spans(own, *kinds):
        words = own.text[slice(*span.inner)]
        wanted = known.get(words, set())
        if wanted and span.target not in wanted and any(span.target in one for one in known.values()):
            finding = _wrong_target(span, min(wanted), False)
            yield span.target, located(own, "link-target", finding)


def _wrong_target(span: Span, wanted: str | None, is_new: bool) -> Finding:
    if is_new:
        message = say("no page of the source links to the host %(host)s", host=host_of(span.target))
    elif wanted is None:
        message = say("the source has no link to %(own)s", own=span.target)
    else:
        message = say("this link leads to %(own)s, in the source to %(wanted)s", own=span.target, wanted=wanted)
    if wanted is None:
        return Finding(span.start, span.end, message, say("write only the links that the source has"))
    hint = say("let it lead to %(wanted)s", wanted=wanted)
    return Finding(*span.at, message, hint, wanted)


def _is_safe(span: Span) -> bool:
    return is_safe_address(span.target) or (span.kind == "autolink" and "@" in span.target and ":" not in span.target)


def _unsafe(subject: Subject, passage: Passage, span: Span) -> Problem:
    hint = say("link only to addresses with https:, http: or mailto:, as in the source")
    finding = Finding(*span.at, _scheme_message(span.target), hint)
    return _at_target(subject, passage, "url-scheme", span, finding)


def _at_target(subject: Subject, passage: Passage, name: str, span: Span, finding: Finding) -> Problem:
    """Make a problem of where a link leads: at its definition, where it is a link by reference."""
    is_reference = span.kind in ("link", "image") and span.at[1] == span.end
    if not is_reference:
        return located(passage, name, finding)
    text = subject.document.text
    matches = [
        one for one in DEFINITION.finditer(text, subject.document.body_start) if unescape(one["target"]) == span.target
    ]
    if not matches:
        return located(passage, name, finding._replace(fix=None))
    problem = subject.at_offset(name, matches[-1].start("target"), finding.message, finding.hint)
    return replace(problem, fix=Fix(*matches[-1].span("target"), finding.fix) if finding.fix else None)


def _pictures_of_pair(pair: Pair, subject: Subject) -> Iterator[tuple[str, Problem]]:
    """Compare the pictures of two passages."""
    for span, finding in compared(pair, "image", PICTURES):
        if span is None:
            yield "", located(pair.translation, "image", finding)
        elif not is_safe_address(span.target):
            yield span.target, _unsafe(subject, pair.translation, span)
        else:
            name = "link-new-host" if _is_new_host(span.target, subject) else "image"
            yield span.target, _at_target(subject, pair.translation, name, span, finding)


def _hidden_pictures(subject: Subject, told: set[str]) -> Iterator[Problem]:
    """Compare the pictures of the rendered pages: those that stand alone, and those in HTML."""
    ours, theirs = subject.page.pictures, subject.source_page.pictures
    if subject.source is None:
        theirs = [target for target in ours if is_safe_address(target)]
    for target in Counter(ours) - Counter(theirs):
        if _bare(target) in told:
            continue
        # With as many pictures as the source has, each stands for the one at its place.
        wanted = theirs[ours.index(target)] if len(ours) == len(theirs) else None
        if not is_safe_address(target):
            yield _hidden(subject, "url-scheme", target, _scheme_message(target))
            continue
        name = "link-new-host" if _is_new_host(target, subject) else "image"
        message = PICTURES.extra(repr(target))
        problem = _hidden(subject, name, target, message)
        if wanted is not None:
            problem = replace(problem, hint=say("the source has %(wanted)s", wanted=repr(wanted)))
        yield problem


def _scheme_message(target: str) -> str:
    scheme = scheme_of(target)
    if scheme and scheme not in SAFE_SCHEMES:
        return say("an address with %(scheme)s can run a program or open a file", scheme=f"{scheme}:")
    return say("%(target)s is written so that a browser goes elsewhere than a reader thinks", target=repr(target))


def is_localized(source: str, own: str, subject: Subject) -> bool:
    """Whether a target is the source's in the reader's own language, by a pattern of the configuration.

    `localized_links` maps patterns of the source's targets to those of translations; `*` is any text, and `{locale}`
    the locale's code.
    """
    for pattern, translated in subject.corpus.site.localized_links.items():
        if re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), source) is None:
            continue
        # What stands for `*` may be translated too, such as the name of an article.
        allowed = translated.replace("{locale}", subject.locale.code)
        host, slash, rest = re.match(r"((?:https?:)?(?://[^/]*)?)(/?)(.*)", allowed, re.DOTALL).groups()  # type: ignore[union-attr]
        # In the place of a host nothing may stand that ends it.
        form = re.escape(host).replace(r"\*", r"[\w.-]+") + slash + re.escape(rest).replace(r"\*", ".+")
        if re.fullmatch(form, own):
            return True
    return False


def _is_localized(target: str, sources: Counter[str], subject: Subject) -> bool:
    return any(is_localized(source, target, subject) for source in sources)


@rule("link-target", Scope.DOCUMENT, is_guard=True)
def link_target(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """A translation links to what its source links to, paragraph by paragraph.

    A target in the reader's own language is allowed by a pattern in mkdocs.yml: `localized_links`.

    Bad: `[Outlook](https://outlook.com/mail)`, where the source leads to `https://outlook.com/`
    Good: `[Outlook](https://outlook.com/)`
    """
    yield from (problem for problem in links(subject) if problem.rule == "link-target")


@rule("link-new-host", Scope.DOCUMENT, is_guard=True)
def link_new_host(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """A translation does not bring in a host that no page of the source links to, for a link or for a picture.

    Bad: `[Outlook](https://outlook.example/)`
    Good: `[Outlook](https://outlook.com/)`
    """
    yield from (problem for problem in links(subject) if problem.rule == "link-new-host")


@rule("url-scheme", Scope.DOCUMENT, is_guard=True)
def url_scheme(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """An address leads to a page or a mailbox, and to where a reader thinks that it leads.

    Read as a browser reads it (WHATWG URL standard): entities, tabs and control characters hide nothing. Not allowed
    are `javascript:`, `data:`, `vbscript:`, `file:` and their like, `//host`, backslashes, and `user@host`.

    Bad: `[Outlook](jAvAsCrIpT:alert(1))`
    Good: `[Outlook](https://outlook.com/)`
    """
    yield from (problem for problem in links(subject) if problem.rule == "url-scheme")


PICTURES = Wording(
    missing=lambda one: say("the picture %(one)s of the source is missing here", one=one),
    extra=lambda one: say("the source has no picture %(one)s", one=one),
    hint=lambda one: say("write ![what it shows](%(one)s)", one=one),
)


@rule("image", Scope.DOCUMENT, is_guard=True)
def image(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """A translation shows the pictures that its source shows; their texts are translated.

    Bad: `![Deux bureaux](https://elsewhere.example/desks.png)`
    Good: `![Deux bureaux](images/two-desks.svg)`
    """
    yield from (problem for problem in links(subject) if problem.rule == "image")
