"""Rules of the skeleton: what a translation must share with its source, so that only words can differ."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape

from markdown.extensions.toc import slugify

from hexapla import rendering
from hexapla.blocks import ATTRIBUTES, DEEPEST, Opaque, Piece, Segment
from hexapla.content import Document
from hexapla.inline import DEFINITION, Span
from hexapla.passages import Finding, Pair, Passage
from hexapla.problems import Fix, Problem, say, shown
from hexapla.rendering import host_of, is_safe_address, scheme_of
from hexapla.rules import Corpus, Scope, Subject, located, rule
from hexapla.rules_site import unclosed_fences
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


NESTS = {
    "li": say("an item of a list"),
    "quote": say("a quotation"),
    "footnote": say("a footnote"),
    "definition": say("a definition"),
    "admonition": say("an admonition"),
    "details": say("an admonition"),
    "tab": say("a tab"),
}
INNERMOST = frozenset({"item", "quote", "footnote", "definition"})
"""The kinds that say themselves what is around them."""


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
    if "\0" in subject.document.text or any(True for _ in conflict_marker(subject, corpus)):
        return  # such a text is cut otherwise; other rules tell what is wrong with it
    told: tuple[object, ...] = ()
    for unit in subject.units:
        own, source = unit.translation, unit.source
        if own and source:
            shapes = (source.shape, own.shape)
            is_changed = own.kind != "front matter" and source.shape != own.shape
            # A list that is numbered, and is not in the source, is one mistake and not one for each item.
            if is_changed and not (own.kind == "item" and shapes == told):
                yield _changed(subject, (source,), (own,))
            told = shapes if is_changed else ()
    for lost, added in _unpaired(subject):
        yield from _alone(subject, lost, added)
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


Row = tuple[Segment, ...]
"""A block of words: one segment, or the cells of a table's row."""


def _rows(segments: Sequence[Segment]) -> list[Row]:
    rows: list[Row] = []
    for segment in segments:
        last = rows[-1][-1] if rows else None
        if last and last.kind == segment.kind == "cell" and last.line == segment.line:
            rows[-1] += (segment,)
        else:
            rows.append((segment,))
    return rows


def _unpaired(subject: Subject) -> Iterator[tuple[list[Segment], list[Segment]]]:
    """Yield what stands alone between two pairs: segments of the source that are lost, and those that are added here.

    What the record explains is left out, and so are headings of which only the id was changed.
    """
    renamed = _renamed(subject)
    known = {segment for pair in renamed for segment in pair}
    for lost, added in _runs(subject):
        yield [one for one in lost if one not in known], [one for one in added if one not in known]


def _runs(subject: Subject) -> Iterator[tuple[list[Segment], list[Segment]]]:
    lost: list[Segment] = []
    added: list[Segment] = []
    for unit in subject.units:
        own, source = unit.translation, unit.source
        if own and source:
            yield lost, added
            lost, added = [], []
        elif own and not is_orphan(unit, subject):
            added.append(own)
        elif source and source.kind != "front matter" and not is_waiting(unit, subject):
            lost.append(source)
    yield lost, added


def _renamed(subject: Subject) -> list[tuple[Segment, Segment]]:
    """Headings whose ids are known to neither side: with its words, somebody has translated the id."""
    if subject.source is None:
        return []
    theirs = {one.key for one in subject.source.segments if one.kind == "heading"}
    ours = {one.key for one in subject.document.segments if one.kind == "heading"}
    found = []
    for lost, added in _runs(subject):
        sources = [one for one in lost if one.kind == "heading" and one.key and one.key not in ours]
        for own in added:
            match = next((one for one in sources if one.shape == own.shape), None)
            if match and own.key and own.key not in theirs:
                sources.remove(match)
                found.append((match, own))
    return found


def _alone(subject: Subject, lost: Sequence[Segment], added: Sequence[Segment]) -> Iterator[Problem]:
    """Tell which blocks have become others, which are lost, and which are added."""
    sources = _rows(lost)
    for own in _rows(added):
        if _is_told_elsewhere(own[0].text):
            continue
        shape = [segment.shape for segment in own]
        others = [one for one in sources if [segment.shape for segment in one] != shape]
        # Two of one kind that do not belong together are two mistakes.
        if len(others) < len(sources) or not others or own[0].kind == "front matter":
            yield _too_much(subject, own)
            continue
        match = next((one for one in others if one[0].kind == own[0].kind), others[0])
        sources.remove(match)
        yield _changed(subject, match, own)
    for source in sources:
        yield _missing(subject, source[0], _described(source))


def _is_told_elsewhere(text: str) -> bool:
    """Whether a block is nothing but what the rules of templates, of links and of HTML tell about."""
    if TEMPLATE_MARK.fullmatch(text) or DEFINITION.fullmatch(text):
        return True
    tags = {element.tag for element in rendering.elements(text)}
    return not re.sub(r"<[^<>]*>", "", text).strip() and bool(tags - rendering.MARKDOWN_TAGS)


def _too_much(subject: Subject, own: Row) -> Problem:
    if own[0].kind == "front matter":
        message = say("the source has no %(key)s in its front matter", key=own[0].key)
        return subject.problem("structure", own[0], message, say("remove the line"))
    message = say("the source has no such block: %(kind)s is added here", kind=_described(own))
    return subject.problem("structure", own[0], message, say("remove it, or join it to the block that it belongs to"))


def _changed(subject: Subject, source: Row, own: Row) -> Problem:
    assert subject.source is not None
    values = {"own": _described(own), "source": _described(source), "place": _place(subject.source, source[0])}
    message = say("this is %(own)s, and its source is %(source)s: %(place)s", **values)
    return subject.problem("structure", own[0], message, say("write it as %(source)s", source=values["source"]))


def _described(row: Row) -> str:
    """Name a block as its writer would, as closely as it takes to tell it from others of its kind."""
    first = row[0]
    around = first.nest.split("/") if first.nest else []
    if first.kind == "cell":
        return say("a row of a table with %(count)s filled cells", count=len(row))
    if first.kind == "heading":
        described: str = say("a heading of level %(level)s", level=first.level)
    elif first.kind == "item":
        is_numbered = around[-2:-1] == ["ol"]
        described = say("an item of a numbered list") if is_numbered else say("an item of a list with bullets")
    else:
        described = _name(first)
    lists = around.count("ul") + around.count("ol")
    if lists > 1:
        return say("%(kind)s, in lists that are %(depth)s deep", kind=described, depth=lists)
    where = next(
        (NESTS[one] for one in reversed(around[:-1] if first.kind in INNERMOST else around) if one in NESTS), None
    )
    return say("%(kind)s in %(where)s", kind=described, where=where) if where else described


def _place(source: Document, piece: Piece) -> str:
    return f"{shown(source.path)}:{piece.line}"


def _missing(subject: Subject, piece: Piece, kind: str) -> Problem:
    """A block of the source that is nowhere: the place is where it belongs."""
    assert subject.source is not None
    values = {"kind": kind, "place": _place(subject.source, piece)}
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
            # Behind the first row of a table stands the line of hyphens.
            line = unit.translation.line + rows + (unit.translation.kind == "cell" and unit.translation.level == 1)
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
    if piece.kind == "hr":
        return ()
    if piece.kind == "html":
        tags = (element.tag for element in rendering.elements(piece.text))
        return tuple(tag for tag in tags if tag not in rendering.INLINE_TAGS)
    if piece.kind == "container":
        return (re.sub(r"\"[^\"]*\"\s*$", "", piece.text.strip()).strip(),)
    if piece.kind == "other" and piece.text.lstrip().startswith("*["):
        return tuple(re.findall(r"\*\[([^\]]+)\]", piece.text))  # abbreviations: what they stand for is translated
    if piece.kind == "other" and (links := DEFINITION.findall(piece.text)):
        return tuple(target for _, target in links)
    rows = re.split(r"\r\n|\r|\n", piece.text.strip())
    rows = [row.strip(" \t>") if piece.nest else row.rstrip() for row in rows]
    if piece.kind == "fence":  # backticks or tildes, and how many, is no matter
        rows[0] = rows[0].lstrip("`~ ")
        rows = rows[:-1] if len(rows) > 1 and re.fullmatch(r"`{3,}|~{3,}", rows[-1]) else rows
    return tuple(rows)


def _compare(subject: Subject, sources: Sequence[Opaque], own: Sequence[Opaque]) -> Iterator[_Difference]:
    """Compare blocks in order: those of one kind differ in content, the others are missing or added."""
    assert subject.source is not None
    left = list(own)
    for source in sources:
        match = next((piece for piece in left if piece.kind == source.kind), None)
        if match is None:
            yield _Difference("structure", _missing(subject, source, _name(source)))
            continue
        left.remove(match)
        place = _place(subject.source, source)
        if source.kind in ("fence", "code"):
            if any(unclosed.line == match.line for unclosed in unclosed_fences(subject.document)):
                continue  # it has swallowed what follows, which the rule `fence` tells
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
        if TEMPLATE_MARK.match(piece.text):
            continue  # that is the rule `template-code`
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
    paired = [(unit.source, unit.translation) for unit in subject.units if unit.source and unit.translation]
    for source, own in [*paired, *_renamed(subject)]:
        if source.kind == own.kind == "heading" and source.key and source.key != own.key:
            wrong.add(own.start)
            hint = say("end the line with { #%(source)s }", source=source.key)
            if own.key:
                message = say(
                    "this heading has the id %(own)s, its source has %(source)s", own=own.key, source=source.key
                )
            else:
                message = say("this heading has no id, its source has %(source)s", source=source.key)
            fix = _id_fix(subject.document, own, source.key)
            yield replace(subject.problem("heading-id", own, message, hint), fix=fix)
    alike = _alike_in_source(paired)
    seen: set[str] = set()
    for segment in subject.document.segments:
        if segment.kind != "heading" or segment.start in wrong:
            continue
        anchor = segment.key or slugify(segment.text, "-")
        if anchor.startswith("__"):
            message = say("the id %(own)s belongs to the theme", own=anchor)
            yield subject.problem("heading-id", segment, message, say("choose an id that begins with a letter"))
        elif (anchor in seen and segment.start not in alike) or (not anchor and not subject.source):
            message = say("two headings have the id %(own)s", own=anchor or "–")
            yield subject.problem("heading-id", segment, message, say("give this one another id: { #other-words }"))
        if anchor:
            seen.add(anchor)
    yield from _ids_of_the_theme(subject, seen)


def _alike_in_source(paired: Sequence[tuple[Segment, Segment]]) -> set[int]:
    """Where headings start whose source has the id of another heading already: then it is the source that is wrong."""
    seen: set[str] = set()
    found = set()
    for source, own in paired:
        if source.kind == own.kind == "heading":
            anchor = source.key or slugify(source.text, "-")
            if anchor in seen:
                found.add(own.start)
            seen.add(anchor)
    return found


def _ids_of_the_theme(subject: Subject, told: set[str]) -> Iterator[Problem]:
    """Ids of the theme on other elements than headings, by an attribute list or by HTML."""
    text = subject.document.text
    written = unescape(text)  # what is not in it was made by an extension, such as `__tabbed_1_1`
    for element in subject.page.elements:
        anchor = element.attributes.get("id", "")
        if anchor.startswith("__") and anchor not in told and anchor in written:
            told.add(anchor)
            offset = max(text.find(anchor, subject.document.body_start), subject.document.body_start)
            message = say("the id %(own)s belongs to the theme", own=anchor)
            hint = say("choose an id that begins with a letter")
            yield subject.at_offset("heading-id", offset, message, hint)


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
    told: set[str] = set()
    for pair in subject.pairs:
        for target, link in (*_of_pair(pair, subject), *_pictures_of_pair(pair, subject)):
            told.add(_bare(target))
            yield link
    for passage in subject.passages if subject.source is None else ():
        for span in _spans(passage, "link", "autolink", "image"):
            if not _is_safe(span):
                told.add(_bare(span.target))
                yield _unsafe(subject, passage, span)
    for target in subject.page.links:
        if target in subject.source_page.links or _bare(target) in told:
            continue
        if not is_safe_address(target):
            yield _Link("url-scheme", _hidden(subject, "url-scheme", target, _scheme_message(target)))
        elif subject.source is not None and not _is_localized(target, subject.source_page.links, subject):
            name = "link-new-host" if _is_new_host(target, subject) else "link-target"
            # What protects readers is told in any case: nobody can have it ignored.
            if name == "link-new-host" or not _is_added_with_its_block(subject, target):
                message = say("a link leads to %(own)s, where the source has no link to", own=target)
                yield _Link(name, _hidden(subject, name, target, message))
    yield from _hidden_pictures(subject, told)


def _bare(target: str) -> str:
    """An address without what a renderer may change in it, so that no link is told twice."""
    return re.sub(r"[\s\x00-\x1f\ufffd\\]", "", unescape(target)).removeprefix("mailto:")


def _spans(passage: Passage, *kinds: str) -> list[Span]:
    """Spans of some kinds, with the targets that a browser sees: definitions can hold entities, too."""
    return [replace(span, target=unescape(span.target)) for span in passage.inline.of(*kinds)]


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


def _of_pair(pair: Pair, subject: Subject) -> Iterator[tuple[str, _Link]]:
    """Compare the links of two passages: what is unsafe, what leads elsewhere, what is missing."""
    kinds = ("link", "autolink")
    own, source = pair.translation, pair.source
    ours, theirs = _spans(own, *kinds), [span.target for span in _spans(source, *kinds)]
    if [span.target for span in ours] == theirs:
        for span in ours:
            if not _is_safe(span):
                yield span.target, _unsafe(subject, own, span)
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
            yield span.target, _unsafe(subject, own, span)
            continue
        wanted = missing.pop(0) if missing else None
        is_new = _is_new_host(span.target, subject)
        name = "link-new-host" if is_new else "link-target"
        yield span.target, _Link(name, _at_target(subject, own, name, span, _wrong_target(span, wanted, is_new)))
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
    return Finding(*span.at, message, hint, wanted)


def _is_safe(span: Span) -> bool:
    return is_safe_address(span.target) or (span.kind == "autolink" and "@" in span.target and ":" not in span.target)


def _unsafe(subject: Subject, passage: Passage, span: Span) -> _Link:
    hint = say("link only to addresses with https:, http: or mailto:, as in the source")
    finding = Finding(*span.at, _scheme_message(span.target), hint)
    return _Link("url-scheme", _at_target(subject, passage, "url-scheme", span, finding))


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
        return located(passage, name, replace(finding, fix=None))
    problem = subject.at_offset(name, matches[-1].start("target"), finding.message, finding.hint)
    return replace(problem, fix=Fix(*matches[-1].span("target"), finding.fix) if finding.fix else None)


def _pictures_of_pair(pair: Pair, subject: Subject) -> Iterator[tuple[str, _Link]]:
    """Compare the pictures of two passages."""
    for span, finding in _compared(pair, "image", PICTURES):
        if span is None:
            yield "", _Link("image", located(pair.translation, "image", finding))
        elif not is_safe_address(span.target):
            yield span.target, _unsafe(subject, pair.translation, span)
        else:
            name = "link-new-host" if _is_new_host(span.target, subject) else "image"
            yield span.target, _Link(name, _at_target(subject, pair.translation, name, span, finding))


def _hidden_pictures(subject: Subject, told: set[str]) -> Iterator[_Link]:
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
            yield _Link("url-scheme", _hidden(subject, "url-scheme", target, _scheme_message(target)))
            continue
        name = "link-new-host" if _is_new_host(target, subject) else "image"
        message = PICTURES.extra(repr(target))
        problem = _hidden(subject, name, target, message)
        if wanted is not None:
            problem = replace(problem, hint=say("the source has %(wanted)s", wanted=repr(wanted)))
        yield _Link(name, problem)


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
        host, slash, rest = re.match(r"((?:https?:)?(?://[^/]*)?)(/?)(.*)", allowed, re.DOTALL).groups()  # type: ignore[union-attr]
        # In the place of a host nothing may stand that ends it.
        form = re.escape(host).replace(r"\*", r"[\w.-]+") + slash + re.escape(rest).replace(r"\*", ".+")
        if re.fullmatch(form, own):
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
    """A translation does not bring in a host that no page of the source links to, for a link or for a picture.

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


def _compared(pair: Pair, kind: str, wording: _Wording) -> Iterator[tuple[Span | None, Finding]]:
    """Compare spans of one kind in two passages; yield what is wrong with the span, if it is one of the translation."""
    ours, theirs = list(pair.translation.inline.of(kind)), [span.target for span in pair.source.inline.of(kind)]
    if kind == "image":
        ours, theirs = _spans(pair.translation, kind), [span.target for span in _spans(pair.source, kind)]
    if kind == "code":  # a sentence may have to name it twice, where the source's has a pronoun
        ours, theirs = [span for span in ours if span.target not in theirs], _without(theirs, ours)
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
        yield span, Finding(*span.at, wording.extra(repr(span.target)), instead, wanted)
    for target in left:
        yield None, pair.translation.whole(wording.missing(repr(target)), wording.hint(target))


def _without(targets: Sequence[str], spans: Sequence[Span]) -> list[str]:
    """Each of some targets once, but for those that spans have."""
    known = {span.target for span in spans}
    return [target for target in dict.fromkeys(targets) if target not in known]


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
        yield from (located(pair.translation, "code", finding) for _, finding in _compared(pair, "code", CODE))


@rule("image", Scope.DOCUMENT)
def image(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """A translation shows the pictures that its source shows; their texts are translated.

    Bad: `![Deux bureaux](https://elsewhere.example/desks.png)`
    Good: `![Deux bureaux](images/two-desks.svg)`
    """
    yield from (link.problem for link in _links(subject) if link.rule == "image")


NOTE = re.compile(r"^[ ]{0,3}\[\^(?P<label>[^\]\s]+)\]:", re.MULTILINE)


@rule("footnote", Scope.DOCUMENT)
def footnote(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """A paragraph refers to the footnotes that its source refers to, and the footnotes have the names that it uses.

    Bad: `C’est le support.`, where the source has `That is support.[^1]`
    Good: `C’est le support.[^1]`
    """
    if subject.source is None:
        return
    used = set()
    for pair in subject.pairs:
        used |= {span.target for span in pair.translation.inline.of("footnote")}
        yield from (located(pair.translation, "footnote", one) for _, one in _compared(pair, "footnote", FOOTNOTES))
    theirs = [match["label"] for match in NOTE.finditer(subject.source.body)]
    ours = list(NOTE.finditer(subject.document.text, subject.document.body_start))
    lost = [label for label in theirs if label not in {match["label"] for match in ours}]
    for match in ours:
        if lost and match["label"] not in theirs and match["label"] not in used:
            wanted = lost.pop(0)
            message = say("no paragraph refers to the footnote %(one)s", one=repr(match["label"]))
            hint = say("the source has %(wanted)s", wanted=repr(wanted))
            problem = subject.at_offset("footnote", match.start("label"), message, hint)
            yield replace(problem, fix=Fix(*match.span("label"), wanted))


# HTML


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
    yield from (difference.problem for difference in _opaque(subject) if difference.rule == "html")
    told = {difference.problem.line for difference in _opaque(subject) if difference.rule == "html"}
    yield from _tags_in_front_matter(subject)
    seen: set[tuple[str, str]] = set()
    for tag, name, value in rendering.foreign(subject.page, subject.source_page):
        # Where links and pictures lead is the matter of other rules, and so is what looks like an address in brackets.
        if (tag, name) in seen or (tag, name) in {("a", "href"), ("img", "src")} or (not name and ":" in tag):
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
        if offset is None:
            yield subject.at_offset("html", subject.document.body_start, message, hint)
            continue
        problem = subject.at_offset("html", offset, message, hint)
        if problem.line not in told:
            told.add(problem.line)
            yield problem
    if subject.source_page.is_closed and not subject.page.is_closed and not told:
        message = say("HTML of this page closes what it has not opened, or leaves something open")
        yield subject.at_offset("html", _offset_of_unclosed(subject), message, say("write the tags of the source"))


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
    known = {line.strip() for line in subject.source.text.splitlines()} if subject.source else set()
    patterns = [rf"(?<=<){re.escape(tag)}\b", re.escape(tag)]
    if name:
        patterns = [rf"<{re.escape(tag)}\b[^<]*?\s(?={re.escape(name)}\b)", rf"\b(?={re.escape(name)}\s*=)"]
        # An attribute list writes a class as `.name`.
        patterns += [rf"(?=\.{re.escape(one)})" for one in value.split() if name == "class"]
    for pattern in patterns:
        matches = list(re.compile(pattern, re.IGNORECASE).finditer(text, start))
        if matches:
            new = (one for one in matches if _line_around(text, one.start()) not in known)
            match = next(new, matches[0])
            return match.end() if name else match.start() - (text[match.start() - 1 : match.start()] == "<")
    return None


def _line_around(text: str, at: int) -> str:
    end = text.find("\n", at)
    return text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else len(text)].strip()


def _offset_of_unclosed(subject: Subject) -> int:
    """Where the first tag or comment stands on a line that the source does not have."""
    known = {line.strip() for line in subject.source.text.splitlines()} if subject.source else set()
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


TEMPLATE_MARK = re.compile(r"\{\{.*?(?:\}\}|$)|\{%.*?(?:%\}|$)|^[ \t]*;?-+8<-+.*$", re.MULTILINE)


def _template_marks(text: str) -> list[str]:
    return [match[0] for match in TEMPLATE_MARK.finditer(text)]


@rule("conflict-marker", Scope.DOCUMENT, is_guard=True)
def conflict_marker(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """No marks of an unfinished merge are left in a document.

    Bad: a line of seven `<`
    Good: one of the two versions
    """
    code = [piece for piece in subject.document.pieces if piece.kind in ("fence", "code")]
    shown_as_code = {piece.line + number for piece in code for number in range(piece.text.count("\n") + 1)}
    inside = False
    for number, line in enumerate(subject.document.text.splitlines(), start=1):
        mark = re.match(r"(<{7}|>{7})(?: |$)", line)
        if not mark or number in shown_as_code:
            continue
        if line.startswith("<") or not inside:
            message = say("holds the marks of an unfinished merge")
            hint = say("choose one side, and remove the lines of <<<<<<<, ======= and >>>>>>>")
            yield subject.problem("conflict-marker", number, message, hint)
        inside = line.startswith("<")
