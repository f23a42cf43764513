"""Rules of blocks: a translation has the blocks of its source, so that only words can differ."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import unescape

from markdown.extensions.toc import slugify

from hexapla import rendering
from hexapla.blocks import ATTRIBUTES, DEEPEST, Opaque, Piece, Segment, lines_of
from hexapla.content import Document
from hexapla.inline import DEFINITION
from hexapla.problems import Fix, Problem, say, shown
from hexapla.rules import Corpus, Scope, Subject, rule
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
    "hr": say("a horizontal line"),
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


@rule("structure", Scope.DOCUMENT, is_guard=True)
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
    yield from (problem for problem in opaque(subject) if problem.rule == "structure")


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


def opaque(subject: Subject) -> Sequence[Problem]:
    """Give how blocks without words differ from the source's: problems of the rules structure, code and html."""
    found: Sequence[Problem] = subject.once("opaque", lambda one: list(_opaque_differences(one)))
    return found


def _opaque_differences(subject: Subject) -> Iterator[Problem]:
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


def _compare(subject: Subject, sources: Sequence[Opaque], own: Sequence[Opaque]) -> Iterator[Problem]:
    """Compare blocks in order: those of one kind differ in content, the others are missing or added."""
    assert subject.source is not None
    left = list(own)
    for source in sources:
        match = next((piece for piece in left if piece.kind == source.kind), None)
        if match is None:
            yield _missing(subject, source, _name(source))
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
            yield replace(problem, fix=fix)
        elif source.kind == "html":
            extra = Counter(_content(match)) - Counter(_content(source))
            what = ", ".join(f"<{tag}>" for tag in extra) or say("fewer elements")
            message = say("this HTML is not that of the source: %(what)s; see %(place)s", what=what, place=place)
            hint = say("copy the block from the source, and translate only the words between its tags")
            yield subject.problem("html" if extra else "structure", match.line, message, hint)
        else:
            message = say("this block is not that of the source: %(place)s", place=place)
            hint = say("copy its first line from the source; only words in quotation marks may differ")
            yield subject.problem("structure", match.line, message, hint)
    for piece in left:
        if TEMPLATE_MARK.match(piece.text):
            continue  # that is the rule `template-code`
        message = say("the source has no such block: %(kind)s is added here", kind=_name(piece))
        rule_name = "html" if piece.kind == "html" else "structure"
        yield subject.problem(rule_name, piece.line, message, say("remove it"))


def _first_difference(source: Opaque, own: Opaque) -> int:
    """The line of the first difference between two blocks."""
    pairs = zip(lines_of(source.text), lines_of(own.text), strict=False)
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


TEMPLATE_MARK = re.compile(r"\{\{.*?(?:\}\}|$)|\{%.*?(?:%\}|$)|^[ \t]*;?-+8<-+.*$", re.MULTILINE)


@rule("conflict-marker", Scope.DOCUMENT, is_guard=True)
def conflict_marker(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """No marks of an unfinished merge are left in a document.

    Bad: a line of seven `<`
    Good: one of the two versions
    """
    code = [piece for piece in subject.document.pieces if piece.kind in ("fence", "code")]
    shown_as_code = {piece.line + number for piece in code for number in range(piece.text.count("\n") + 1)}
    inside = False
    for number, line in enumerate(lines_of(subject.document.text), start=1):
        mark = re.match(r"(<{7}|>{7})(?: |$)", line)
        if not mark or number in shown_as_code:
            continue
        if line.startswith("<") or not inside:
            message = say("holds the marks of an unfinished merge")
            hint = say("choose one side, and remove the lines of <<<<<<<, ======= and >>>>>>>")
            yield subject.problem("conflict-marker", number, message, hint)
        inside = line.startswith("<")
