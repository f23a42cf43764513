"""Rules of HTML and templates: a translation holds nothing that a browser or a program would run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from hexapla import rendering
from hexapla.addresses import SAFE_SCHEMES, scheme_of
from hexapla.blocks import lines_of
from hexapla.passages import Finding
from hexapla.problems import Problem, say
from hexapla.rules import Corpus, Scope, Subject, located, rule
from hexapla.rules_blocks import TEMPLATE_MARK, opaque
from hexapla.rules_links import links


@rule("html", Scope.DOCUMENT, is_guard=True)
def html(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """A translation has no element and no attribute that its source does not have.

    Looked for in the rendered page, so that attribute lists and entities cannot hide anything; Markdown's own elements
    are no matter. It does not close what the theme has opened. Nor may titles and descriptions hold HTML.

    Bad: `<script>…</script>`, `<b onclick="…">`, `[Outlook](https://outlook.com/){: onclick="…" }`
    Good: `**Outlook**`
    """
    if subject.source is None:
        return
    blocks = [problem for problem in opaque(subject) if problem.rule == "html"]
    yield from blocks
    told = {problem.line for problem in blocks}
    addresses = {problem.line for problem in links(subject) if problem.rule == "url-scheme"}
    yield from _tags_in_front_matter(subject)
    seen: set[tuple[str, str]] = set()
    for tag, name, value in rendering.foreign(subject.page, subject.source_page):
        # Where links and pictures lead is the matter of other rules, and so is what looks like an address in brackets.
        if (tag, name) in seen or (tag, name) in {("a", "href"), ("img", "src")} or _is_address(tag, name):
            continue
        if name and (tag, "") in seen:
            continue  # the element itself was told
        seen.add((tag, name))
        offset = _offset_of(subject, tag, name, value)
        if name:
            message = say("the source has no attribute %(name)s on <%(tag)s>", name=name, tag=tag)
        else:
            message = say("the source has no element <%(tag)s>", tag=tag)
        hint = say("remove it; write words and the marks of the source only")
        if not name and f"</{tag}>" in subject.document.body.lower():
            hint = say("remove <%(tag)s> and </%(tag)s>; write words and the marks of the source only", tag=tag)
        if offset is None:
            yield subject.at_offset("html", subject.document.body_start, message, hint)
            continue
        problem = subject.at_offset("html", offset, message, hint)
        # What looks like an element can be an address in angle brackets that no browser should follow.
        if problem.line not in told and not (":" in tag and problem.line in addresses):
            told.add(problem.line)
            yield problem
    stray = subject.page.stray_ends - subject.source_page.stray_ends
    places = {tag: _offset_of(subject, f"/{tag}", "", "") or subject.document.body_start for tag in stray}
    for tag, offset in sorted(places.items(), key=lambda one: one[1]):
        message = say("</%(tag)s> ends what nothing here has begun", tag=tag)
        problem = subject.at_offset("html", offset, message, say("remove it"))
        if problem.line not in told:
            told.add(problem.line)
            yield problem
    if subject.source_page.is_closed and not subject.page.is_closed and not told:
        message = say("HTML of this page closes what it has not opened, or leaves something open")
        yield subject.at_offset("html", _offset_of_unclosed(subject), message, say("write the tags of the source"))


def _is_address(tag: str, name: str) -> bool:
    """Whether an element is an automatic link, which Markdown leaves to the browser if it does not know its scheme."""
    return not name and ":" in tag and scheme_of(tag) in SAFE_SCHEMES


TAG = re.compile(r"</?[A-Za-z!?][^>]*>?|&(?:#\w+|\w+);")


def _tags_in_front_matter(subject: Subject) -> Iterator[Problem]:
    """HTML in a title, a description or a name, where no page would want it."""
    assert subject.source is not None
    hint = say("write plain words")
    told = set()
    for pair in subject.pairs:
        own = pair.translation
        match = next((one for one in TAG.finditer(own.text) if one[0] not in pair.source.text), None)
        if own.kind == "front matter" and match:
            told.add(own.segment.key if own.segment else "")
            message = say("HTML has no place in the front matter: %(what)s", what=repr(match[0]))
            yield located(own, "html", Finding(*match.span(), message, hint))
    for key, value in subject.document.meta.items():
        words, source = _texts(value), _texts(subject.source.meta.get(key))
        match = next((one for one in TAG.finditer(words) if one[0] not in source), None)
        if match and key not in told:
            place = subject.document.place(key)
            message = say("HTML has no place in the front matter: %(what)s", what=repr(match[0]))
            yield Problem(subject.document.path, place.line, place.column, "html", message, hint)


def _texts(value: object) -> str:
    """All texts in a value of the front matter."""
    if isinstance(value, dict):
        return "\n".join(map(_texts, value.values()))
    return "\n".join(map(_texts, value)) if isinstance(value, list) else str(value)


def _offset_of(subject: Subject, tag: str, name: str, value: str) -> int | None:
    """Where an element or an attribute was probably written: where it stands and the source does not have it."""
    text, start = subject.document.text, subject.document.body_start
    known = _source_lines(subject)
    patterns = [rf"(?<=<){re.escape(tag)}\b", re.escape(tag)]
    if name:
        patterns = [rf"<{re.escape(tag)}\b[^<]*?\s(?={re.escape(name)}\b)", rf"\b(?={re.escape(name)}\s*=)"]
        # An attribute list writes a class as `.name`.
        patterns += [rf"(?=\.{re.escape(one)})" for one in value.split() if name == "class"]
        # A link's title is written without the attribute's name.
        patterns += [rf"(?={re.escape(value)})"] if len(value) > 3 else []
    for pattern in patterns:
        matches = list(re.compile(pattern, re.IGNORECASE).finditer(text, start))
        if matches:
            new = (one for one in matches if _line_around(text, one.start()) not in known)
            match = next(new, matches[0])
            return match.end() if name else match.start() - (text[match.start() - 1 : match.start()] == "<")
    return None


def _source_lines(subject: Subject) -> set[str]:
    return {line.strip() for line in lines_of(subject.source.text)} if subject.source else set()


def _line_around(text: str, at: int) -> str:
    end = text.find("\n", at)
    return text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else len(text)].strip()


def _offset_of_unclosed(subject: Subject) -> int:
    """Where the first tag or comment stands on a line that the source does not have."""
    known = _source_lines(subject)
    text, start = subject.document.text, subject.document.body_start
    matches = re.compile(r"</?[A-Za-z!?]").finditer(text, start)
    return next((one.start() for one in matches if _line_around(text, one.start()) not in known), start)


@rule("template-code", Scope.DOCUMENT, is_guard=True)
def template_code(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """A translation holds no code of templates and no inclusion of files that its source does not hold.

    Such marks do nothing here, but plugins such as macros and snippets would run them.

    Bad: `{{ config.site_name }}`, `{% include "x" %}`, `--8<-- "secret.txt"`
    Good: `Hexapla`
    """
    if subject.source is None:
        return
    known = Counter(_template_marks(subject.source.text))
    for match in TEMPLATE_MARK.finditer(subject.document.text):
        if known[match[0]] > 0:
            known[match[0]] -= 1
            continue
        message = say("the source has no %(what)s", what=repr(match[0].strip()[:40]))
        start = match.end() - len(match[0].lstrip())
        yield subject.at_offset("template-code", start, message, say("remove it, or write it as the source does"))


def _template_marks(text: str) -> list[str]:
    return [match[0] for match in TEMPLATE_MARK.finditer(text)]
