"""Rules of the skeleton: what a translation must share with its source, so that only words can differ."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from markdown.extensions.toc import slugify

from hexapla import rendering
from hexapla.blocks import ATTRIBUTES, DEEPEST, Opaque, Piece, Segment
from hexapla.content import Document
from hexapla.inline import DEFINITION, Span
from hexapla.passages import Finding, Pair, Passage
from hexapla.problems import Fix, Problem, say, shown
from hexapla.rendering import host_of, is_safe_address, scheme_of
from hexapla.rules import Corpus, Scope, Subject, located, rule
from hexapla.translations import State, Unit

COMMENT = re.compile(r"\s*<!--(?!>|->)(?:(?!--!?>).)*-->\s*", re.DOTALL)

KINDS = {
    "paragraph": say("a paragraph"),
    "heading": say("a heading"),
    "item": say("an item of a list"),
    "quote": say("a quotation"),
    "cell": say("a cell of a table"),
    "title": say("a title"),
    "term": say("a term"),
    "definition": say("a definition"),
    "footnote": say("a footnote"),
    "alt": say("a picture"),
    "fence": say("a block of code"),
    "code": say("an indented block of code"),
    "html": say("a block of HTML"),
    "hr": say("a rule"),
    "container": say("an admonition or a tab"),
    "other": say("a block that is left as it is"),
}


def _name(piece: Piece) -> str:
    return KINDS.get(piece.kind, KINDS["other"])


# Blocks


@rule("structure", Scope.DOCUMENT)
def structure(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """A translation has the blocks of its source, of the same kinds and in the same order.

    Bad: a paragraph of the source that is left out, or a list that has become a paragraph
    Good: a heading for each heading, a paragraph for each paragraph, an item for each item
    """
    if subject.source is None:
        return
    for unit in subject.units:
        own, source = unit.translation, unit.source
        if own and source and own.kind != "front matter" and own.shape != source.shape:
            values = {"own": _described(own), "source": _described(source), "place": _place(subject.source, source)}
            message = say("this is %(own)s, and its source is %(source)s: %(place)s", **values)
            yield subject.problem("structure", own, message, say("write it as %(source)s", source=values["source"]))
        elif own and not source and not is_orphan(unit, subject):
            message = say("the source has no such block: %(kind)s is added here", kind=_name(own))
            yield subject.problem(
                "structure", own, message, say("remove it, or join it to the block that it belongs to")
            )
        elif source and not own and source.kind != "front matter" and not is_waiting(unit, subject):
            yield _missing(subject, source)
    for difference in _opaque(subject):
        if difference.rule == "structure":
            yield difference.problem


def is_orphan(unit: Unit, subject: Subject) -> bool:
    """Whether a paragraph has lost its source, as the record knows, rather than being added."""
    present = {segment.text for segment in subject.source.segments} if subject.source else set()
    return unit.state is State.ORPHAN and bool(unit.follows) and unit.follows not in present


def is_waiting(unit: Unit, subject: Subject) -> bool:
    """Whether a paragraph of the source waits for its first translation, as the record knows, and is not lost."""
    if not subject.has_record or unit.source is None:
        return False
    return not any(
        entry.translation and unit.source.text in (entry.source, entry.previous) for entry in subject.entries
    )


def _described(segment: Segment) -> str:
    if segment.kind == "heading":
        return say("a heading of level %(level)s", level=segment.level)
    if segment.nest and segment.kind in ("paragraph", "item"):
        return say("%(kind)s in %(nest)s", kind=_name(segment), nest=segment.nest)
    return _name(segment)


def _place(source: Document, piece: Piece) -> str:
    return f"{shown(source.path)}:{piece.line}"


def _missing(subject: Subject, piece: Piece) -> Problem:
    """A block of the source that is nowhere: the place is where it belongs."""
    assert subject.source is not None
    values = {"kind": _name(piece), "place": _place(subject.source, piece)}
    message = say("%(kind)s of the source is missing here: %(place)s", **values)
    hint = say("translate it, and put it behind this line")
    return subject.problem("structure", _line_before(subject, piece), message, hint)


def _line_before(subject: Subject, piece: Piece) -> int:
    """The last line of the translated block before the place where a block of the source belongs."""
    line = subject.document.text[: subject.document.body_start].count("\n") + 1
    for unit in subject.units:
        if unit.source and unit.translation and unit.source.kind != "front matter":
            if unit.source.start >= piece.start:
                break
            rows = subject.document.text[unit.translation.start : unit.translation.end].count("\n")
            line = unit.translation.line + rows
    return line


@dataclass(frozen=True)
class _Difference:
    """How a block without words differs from the source's."""

    rule: str
    problem: Problem


def _opaque(subject: Subject) -> Sequence[_Difference]:
    found: Sequence[_Difference] = subject.once("opaque", lambda one: list(_opaque_differences(one)))
    return found


def _opaque_differences(subject: Subject) -> Iterator[_Difference]:
    """Compare what stands between paired segments: code, HTML, admonitions, and blocks of unknown kinds."""
    assert subject.source is not None
    pairs = [unit for unit in subject.units if unit.source and unit.translation]
    theirs = _gaps(subject.source.pieces, {unit.source.start for unit in pairs if unit.source})
    ours = _gaps(subject.document.pieces, {unit.translation.start for unit in pairs if unit.translation})
    for gap in sorted({*theirs, *ours}):
        sources, own = theirs.get(gap, []), ours.get(gap, [])
        matcher = difflib.SequenceMatcher(None, [*map(_key, sources)], [*map(_key, own)], autojunk=False)
        for tag, start, end, first, last in matcher.get_opcodes():
            if tag != "equal":
                yield from _compare(subject, sources[start:end], own[first:last])


def _gaps(pieces: Sequence[Piece], paired: set[int]) -> dict[int, list[Opaque]]:
    """Sort blocks without words by the number of paired segments before them; comments do not count."""
    gaps: dict[int, list[Opaque]] = {}
    before = 0
    for piece in pieces:
        if isinstance(piece, Segment):
            before += piece.start in paired
        elif not COMMENT.fullmatch(piece.text):
            gaps.setdefault(before, []).append(piece)
    return gaps


def _key(piece: Opaque) -> tuple[str, ...]:
    return (piece.kind, piece.nest, *_content(piece))


def _content(piece: Opaque) -> tuple[str, ...]:
    """What of a block must be the same: all of code, the elements of HTML, the kind of an admonition."""
    if piece.kind == "html":
        return tuple(element.tag for element in rendering.elements(piece.text))
    if piece.kind == "container":
        return (re.sub(r"\"[^\"]*\"\s*$", "", piece.text.strip()).strip(),)
    if piece.kind == "other" and piece.text.lstrip().startswith("*["):
        return tuple(re.findall(r"\*\[([^\]]+)\]", piece.text))  # abbreviations: what they stand for is translated
    if piece.kind == "other" and (links := DEFINITION.findall(piece.text)):
        return tuple(target for _, target in links)
    lines = [line.strip(" \t>") if piece.nest else line.rstrip() for line in piece.text.strip().splitlines()]
    return tuple(lines)


def _compare(subject: Subject, sources: Sequence[Opaque], own: Sequence[Opaque]) -> Iterator[_Difference]:
    """Compare blocks in order: those of one kind differ in content, the others are missing or added."""
    assert subject.source is not None
    left = list(own)
    for source in sources:
        match = next((piece for piece in left if piece.kind == source.kind), None)
        if match is None:
            yield _Difference("structure", _missing(subject, source))
            continue
        left.remove(match)
        place = _place(subject.source, source)
        if source.kind in ("fence", "code"):
            message = say("this code is not that of the source: %(place)s", place=place)
            hint = say("copy the block from the source, and change nothing in it")
            problem = subject.problem("code", _first_difference(source, match), message, hint)
            fix = Fix(match.start, match.end, source.text) if source.nest == match.nest else None
            yield _Difference("code", replace(problem, fix=fix))
        elif source.kind == "html":
            extra = Counter(_content(match)) - Counter(_content(source))
            what = ", ".join(f"<{tag}>" for tag in extra) or say("fewer elements")
            message = say("this HTML is not that of the source: %(what)s; see %(place)s", what=what, place=place)
            hint = say("copy the block from the source, and translate only the words between its tags")
            yield _Difference("html" if extra else "structure", subject.problem("html", match.line, message, hint))
        else:
            message = say("this block is not that of the source: %(place)s", place=place)
            hint = say("copy its first line from the source; only words in quotation marks may differ")
            yield _Difference("structure", subject.problem("structure", match.line, message, hint))
    for piece in left:
        message = say("the source has no such block: %(kind)s is added here", kind=_name(piece))
        rule_name = "html" if piece.kind == "html" else "structure"
        yield _Difference(rule_name, subject.problem(rule_name, piece.line, message, say("remove it")))


def _first_difference(source: Opaque, own: Opaque) -> int:
    """The line of the first difference between two blocks."""
    pairs = zip(source.text.splitlines(), own.text.splitlines(), strict=False)
    return own.line + next((number for number, (one, other) in enumerate(pairs) if one.strip() != other.strip()), 0)


@rule("nesting", Scope.DOCUMENT, is_guard=True)
def nesting(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """Lists and quotations are nested less than fifty deep.

    Bad: a list in a list in a list, and so on 300 times
    Good: a list in a list
    """
    if subject.document.depth >= DEEPEST:
        message = say("blocks are nested %(depth)s deep or more here", depth=DEEPEST)
        yield subject.problem("nesting", subject.document.deepest_line, message, say("write flatter lists"))


# Headings


@rule("heading-id", Scope.DOCUMENT)
def heading_id(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """A heading has the id of its source, so that links into the page work in all languages; no id is there twice.

    Ids that begin with two underscores belong to the theme.

    Bad: `## Deux promesses`, where the source has `## Two promises { #two-promises }`
    Good: `## Deux promesses { #two-promises }`
    """
    wrong = set()
    for unit in subject.units:
        own, source = unit.translation, unit.source
        if own and source and source.kind == own.kind == "heading" and source.key and source.key != own.key:
            wrong.add(own.start)
            message = say(
                "this heading has the id %(own)s, its source %(source)s", own=own.key or "–", source=source.key
            )
            hint = say("end the line with { #%(source)s }", source=source.key)
            yield replace(
                subject.problem("heading-id", own, message, hint), fix=_id_fix(subject.document, own, source.key)
            )
    seen: dict[str, Segment] = {}
    for segment in subject.document.segments:
        if segment.kind != "heading" or segment.start in wrong:
            continue
        anchor = segment.key or slugify(segment.text, "-")
        if anchor.startswith("__"):
            message = say("the id %(own)s belongs to the theme", own=anchor)
            yield subject.problem("heading-id", segment, message, say("choose an id that begins with a letter"))
        elif anchor in seen or (not anchor and not subject.source):
            message = say("two headings have the id %(own)s", own=anchor or "–")
            yield subject.problem("heading-id", segment, message, say("give this one another id: { #other-words }"))
        if anchor:
            seen[anchor] = segment


def _id_fix(document: Document, heading: Segment, anchor: str) -> Fix | None:
    """Write the right id behind a heading, in its attribute list where it has one."""
    end = document.text.find("\n", heading.end)
    end = len(document.text) if end < 0 else end
    rest = document.text[heading.end : end].rstrip("\r")
    match = ATTRIBUTES.search(rest)
    if not match:
        return Fix(heading.end, heading.end + len(rest), f" {{ #{anchor} }}") if not rest.strip(" #") else None
    others = [part for part in match["list"].split() if not part.startswith("#")]
    return Fix(heading.end, heading.end + len(rest), " { " + " ".join([f"#{anchor}", *others]) + " }")


# Links


@dataclass(frozen=True)
class _Link:
    """A link of a translation that is not as in its source. `span` is missing where the link itself is."""

    rule: str
    problem: Problem


def _links(subject: Subject) -> Sequence[_Link]:
    found: Sequence[_Link] = subject.once("links", lambda one: list(_link_differences(one)))
    return found


def _link_differences(subject: Subject) -> Iterator[_Link]:
    """Compare links pair by pair, then those of the rendered pages, which know what Markdown could hide."""
    told: Counter[str] = Counter()
    for pair in subject.pairs:
        for target, link in _of_pair(pair, subject):
            told[target] += 1
            yield link
    for passage in subject.passages if subject.source is None else ():
        for span in passage.inline.of("link", "autolink", "image"):
            if not _is_safe(span):
                told[span.target] += 1
                yield _unsafe(passage, span)
    hidden = Counter({target: 1 for target in subject.page.links if target not in subject.source_page.links}) - told
    for target in hidden:
        if not is_safe_address(target):
            yield _Link("url-scheme", _hidden(subject, "url-scheme", target, _scheme_message(target)))
        elif subject.source is not None and not _is_localized(target, subject.source_page.links, subject):
            is_new = host_of(target) and host_of(target) not in subject.corpus.hosts
            name = "link-new-host" if is_new else "link-target"
            if not _is_added_with_its_block(subject, target):
                message = say("a link leads to %(own)s, where the source has no link to", own=target)
                yield _Link(name, _hidden(subject, name, target, message))


def _is_added_with_its_block(subject: Subject, target: str) -> bool:
    """Whether a link stands in a block that the source does not have, which the rule `structure` tells."""
    added = [unit.translation.text for unit in subject.units if unit.translation and not unit.source]
    return any(target in text for text in added)


def _hidden(subject: Subject, name: str, target: str, message: str) -> Problem:
    """Make a problem of something that is only in the rendered page: find where it was probably written."""
    text = subject.document.text
    words = [target, target.split(":")[-1], target[-12:], *re.findall(r"[\w.-]{4,}", target)]
    offset = next((text.find(word) for word in words if word and text.find(word) >= 0), subject.document.body_start)
    return subject.at_offset(name, offset, message, say("write only the links that the source has"))


def _of_pair(pair: Pair, subject: Subject) -> Iterator[tuple[str, _Link]]:
    """Compare the links of two passages: what is unsafe, what leads elsewhere, what is missing."""
    kinds = ("link", "autolink")
    own, source = pair.translation, pair.source
    ours, theirs = list(own.inline.of(*kinds)), [span.target for span in source.inline.of(*kinds)]
    if [span.target for span in ours] == theirs:
        for span in ours:
            if not _is_safe(span):
                yield span.target, _unsafe(own, span)
        return
    missing = theirs.copy()
    extra = []
    for span in ours:
        match = next((one for one in missing if one == span.target), None)
        match = match or next((one for one in missing if is_localized(one, span.target, subject)), None)
        if match is not None:
            missing.remove(match)
        else:
            extra.append(span)
    for span in extra:
        if not _is_safe(span):
            if missing:
                missing.pop(0)
            yield span.target, _unsafe(own, span)
            continue
        wanted = missing.pop(0) if missing else None
        is_new = host_of(span.target) and host_of(span.target) not in subject.corpus.hosts
        name = "link-new-host" if is_new else "link-target"
        yield span.target, _Link(name, located(own, name, _wrong_target(span, wanted, bool(is_new))))
    for target in missing:
        message = say("the link to %(target)s is missing here", target=target)
        hint = say("write [words](%(target)s) around the words that are linked in the source", target=target)
        yield target, _Link("link-target", located(own, "link-target", own.whole(message, hint)))


def _wrong_target(span: Span, wanted: str | None, is_new: bool) -> Finding:
    if is_new:
        message = say("no page of the source links to the host %(host)s", host=host_of(span.target))
    elif wanted is None:
        message = say("a link leads to %(own)s, where the source has no link to", own=span.target)
    else:
        message = say("this link leads to %(own)s, in the source to %(wanted)s", own=span.target, wanted=wanted)
    if wanted is None:
        return Finding(span.start, span.end, message, say("write only the links that the source has"))
    hint = say("let it lead to %(wanted)s", wanted=wanted)
    return Finding(*span.at, message, hint, wanted if span.kind in ("link", "autolink") else None)


def _is_safe(span: Span) -> bool:
    return is_safe_address(span.target) or (span.kind == "autolink" and "@" in span.target and ":" not in span.target)


def _unsafe(passage: Passage, span: Span) -> _Link:
    hint = say("link only to addresses with https:, http: or mailto:, as in the source")
    finding = Finding(*span.at, _scheme_message(span.target), hint)
    return _Link("url-scheme", located(passage, "url-scheme", finding))


def _scheme_message(target: str) -> str:
    scheme = scheme_of(target)
    if scheme and scheme not in rendering.SAFE_SCHEMES:
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
        if re.fullmatch(re.escape(allowed).replace(r"\*", ".+"), own):
            return True
    return False


def _is_localized(target: str, sources: Counter[str], subject: Subject) -> bool:
    return any(is_localized(source, target, subject) for source in sources)


@rule("link-target", Scope.DOCUMENT)
def link_target(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """A translation links to what its source links to, paragraph by paragraph.

    A target in the reader's own language is allowed by a pattern in mkdocs.yml: `localized_links`.

    Bad: `[Outlook](https://outlook.com/mail)`, where the source leads to `https://outlook.com/`
    Good: `[Outlook](https://outlook.com/)`
    """
    yield from (link.problem for link in _links(subject) if link.rule == "link-target")


@rule("link-new-host", Scope.DOCUMENT, is_guard=True)
def link_new_host(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """A translation does not bring in a host that no page of the source links to.

    Bad: `[Outlook](https://outlook.example/)`
    Good: `[Outlook](https://outlook.com/)`
    """
    yield from (link.problem for link in _links(subject) if link.rule == "link-new-host")


@rule("url-scheme", Scope.DOCUMENT, is_guard=True)
def url_scheme(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """An address leads to a page or a mailbox, and to where a reader thinks that it leads.

    Read as a browser reads it (WHATWG URL standard): entities, tabs and control characters hide nothing. Not allowed
    are `javascript:`, `data:`, `vbscript:`, `file:` and their like, `//host`, backslashes, and `user@host`.

    Bad: `[Outlook](jAvAsCrIpT:alert(1))`
    Good: `[Outlook](https://outlook.com/)`
    """
    yield from (link.problem for link in _links(subject) if link.rule == "url-scheme")


# Code, pictures, footnotes


@dataclass(frozen=True)
class _Wording:
    """How to say that something of the source is missing, that something is too much, and what to do."""

    missing: Callable[[str], str]
    extra: Callable[[str], str]
    hint: Callable[[str], str]


def _compared(pair: Pair, kind: str, wording: _Wording) -> Iterator[Finding]:
    """Compare spans of one kind in two passages."""
    ours, theirs = list(pair.translation.inline.of(kind)), [span.target for span in pair.source.inline.of(kind)]
    if sorted(span.target for span in ours) == sorted(theirs):
        return
    left = theirs.copy()
    changed = []
    for span in ours:
        if span.target in left:
            left.remove(span.target)
        else:
            changed.append(span)
    for span in changed:
        wanted = left.pop(0) if left else None
        instead = say("the source has %(wanted)s", wanted=repr(wanted)) if wanted is not None else say("remove it")
        yield Finding(*span.at, wording.extra(repr(span.target)), instead, wanted)
    for target in left:
        yield pair.translation.whole(wording.missing(repr(target)), wording.hint(target))


CODE = _Wording(
    missing=lambda one: say("the code %(one)s of the source is missing here", one=one),
    extra=lambda one: say("the source has no code %(one)s", one=one),
    hint=lambda one: say("write `%(one)s` where your sentence needs it", one=one),
)
PICTURES = _Wording(
    missing=lambda one: say("the picture %(one)s of the source is missing here", one=one),
    extra=lambda one: say("the source has no picture %(one)s", one=one),
    hint=lambda one: say("write ![what it shows](%(one)s)", one=one),
)
FOOTNOTES = _Wording(
    missing=lambda one: say("the footnote %(one)s of the source is missing here", one=one),
    extra=lambda one: say("the source has no footnote %(one)s here", one=one),
    hint=lambda one: say("write [^%(one)s] where it belongs", one=one),
)


@rule("code", Scope.DOCUMENT)
def code(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """Code is that of the source, letter for letter: blocks, and what stands between backticks.

    Bad: `pip installer hexapla`
    Good: `pip install hexapla`
    """
    if subject.source is None:
        return
    yield from (difference.problem for difference in _opaque(subject) if difference.rule == "code")
    for pair in subject.pairs:
        yield from (located(pair.translation, "code", finding) for finding in _compared(pair, "code", CODE))


@rule("image", Scope.PAIR)
def image(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """A translation shows the pictures that its source shows; their texts are translated.

    Bad: `![Deux bureaux](https://elsewhere.example/desks.png)`
    Good: `![Deux bureaux](images/two-desks.svg)`
    """
    yield from _compared(pair, "image", PICTURES)


@rule("footnote", Scope.PAIR)
def footnote(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """A paragraph refers to the footnotes that its source refers to.

    Bad: `C’est le support.`, where the source has `That is support.[^1]`
    Good: `C’est le support.[^1]`
    """
    yield from _compared(pair, "footnote", FOOTNOTES)


# HTML


@rule("html", Scope.DOCUMENT, is_guard=True)
def html(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """A translation has no element and no attribute that its source does not have.

    Looked for in the rendered page, so that attribute lists and entities cannot hide anything; Markdown's own elements
    are no matter. Nor may titles and descriptions hold HTML.

    Bad: `<script>…</script>`, `<b onclick="…">`, `[Outlook](https://outlook.com/){: onclick="…" }`
    Good: `**Outlook**`
    """
    if subject.source is None:
        return
    yield from (difference.problem for difference in _opaque(subject) if difference.rule == "html")
    told = {difference.problem.line for difference in _opaque(subject) if difference.rule == "html"}
    for pair in subject.pairs:
        if pair.translation.kind == "front matter":
            yield from _tags_in_words(pair)
    seen: set[tuple[str, str]] = set()
    for tag, name, value in rendering.foreign(subject.page, subject.source_page):
        if (tag, name) in seen or (name in rendering.ADDRESSES and scheme_of(value) and tag in ("a", "area")):
            continue
        if name and (tag, "") in seen:
            continue  # the element itself was told
        seen.add((tag, name))
        offset = _offset_of(subject, tag, name)
        if name:
            message = say("the source has no attribute %(name)s on <%(tag)s>", name=name, tag=tag)
        else:
            message = say("the source has no element <%(tag)s>", tag=tag)
        problem = subject.at_offset(
            "html", offset, message, say("remove it; write words and the marks of the source only")
        )
        if problem.line not in told:
            yield problem


def _tags_in_words(pair: Pair) -> Iterator[Problem]:
    """HTML in a title or a description, where no page would want it."""
    for match in re.finditer(r"</?[A-Za-z!?][^>]*>?|&(?:#\w+|\w+);", pair.translation.text):
        if match[0] not in pair.source.text:
            message = say("HTML has no place in the front matter: %(what)s", what=repr(match[0]))
            finding = Finding(*match.span(), message, say("write plain words"))
            yield located(pair.translation, "html", finding)


def _offset_of(subject: Subject, tag: str, name: str) -> int:
    """Where an element or an attribute was probably written: where it stands and the source does not have it."""
    text = subject.document.text
    patterns = [rf"<{re.escape(tag)}\b[^<]*?\s{re.escape(name)}\b", rf"\b{re.escape(name)}\s*=", re.escape(name)]
    if not name:
        patterns = [rf"<{re.escape(tag)}\b", re.escape(tag)]
    for pattern in patterns:
        if match := re.compile(pattern, re.IGNORECASE).search(text, subject.document.body_start):
            return match.start()
    return subject.document.body_start


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
        message = say("the source has no %(what)s", what=repr(match[0][:40]))
        yield subject.at_offset(
            "template-code", match.start(), message, say("remove it, or write it as the source does")
        )


TEMPLATE_MARK = re.compile(r"\{\{.*?(?:\}\}|$)|\{%.*?(?:%\}|$)|^\s*;?-+8<-+.*$", re.MULTILINE)


def _template_marks(text: str) -> list[str]:
    return [match[0] for match in TEMPLATE_MARK.finditer(text)]


@rule("conflict-marker", Scope.DOCUMENT, is_guard=True)
def conflict_marker(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """No marks of an unfinished merge are left in a document.

    Bad: a line of seven `<`
    Good: one of the two versions
    """
    inside = False
    for number, line in enumerate(subject.document.text.splitlines(), start=1):
        is_mark = re.match(r"(<{7}|>{7})(?: |$)", line)
        if is_mark or (inside and re.fullmatch(r"={7}", line)):
            inside = line.startswith("<") or (inside and line.startswith("="))
            hint = say("choose one side and remove the three mark lines")
            yield subject.problem("conflict-marker", number, say("holds the marks of an unfinished merge"), hint)
