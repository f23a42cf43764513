"""Show on the page what is stale and what is missing: marks go through Markdown, and become attributes of blocks.

A link to a page that is missing, and shows the source's text, says so too.

Each such paragraph gets a mark of two private-use characters around its number. Python-Markdown leaves it in the text,
and an extension turns it into attributes of the block that it has become. So it works in every kind of block.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import quote

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from hexapla import addresses, editing, quickening
from hexapla.addresses import Base
from hexapla.catalogs import Messages
from hexapla.config import Locale
from hexapla.content import Document
from hexapla.editing import Edits
from hexapla.translations import State, Unit, anchor_of, plain_text

OPENING, CLOSING = "\ue000", "\ue001"
MARK = re.compile(f"{OPENING}(\\d+){CLOSING}")
BLOCKS = frozenset("p li h1 h2 h3 h4 h5 h6 td th dt dd summary label figcaption blockquote div".split())
UNMARKABLE = frozenset({"front matter", "alt"})
"""Kinds of segments that are no block of their own."""


def mark(document: Document, source: Document, units: Sequence[Unit]) -> str:
    """Give a translation's body with marks at what is stale, and with what is missing put in its place."""
    edits = Edits(document.text)
    rows: set[int] = set()
    for number, unit in enumerate(units):
        segment = unit.translation or unit.source
        if unit.state not in (State.STALE, State.MISSING) or not segment or segment.kind in UNMARKABLE:
            continue
        if unit.translation:
            box = re.match(r"\[[ xX]\] ", unit.translation.text)  # of a task list, which must come first
            edits.insert(unit.translation.start + (box.end() if box else 0), f"{OPENING}{number}{CLOSING}")
        elif unit.source and not (unit.source.kind == "cell" and unit.source.line in rows):
            whole = [(index, one) for index, one in enumerate(units) if _same_row(one, unit)]
            rows.add(unit.source.line)
            words = {
                one.source.start: f"{OPENING}{index}{CLOSING}{one.source.text}" for index, one in whole if one.source
            }
            edits.insert(*editing.insertion(document, source, units, unit, words))
    body = edits.result()[document.body_start :]
    return body.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")


def place_left(html: str, page: Page | None) -> str:
    """Give the HTML of a page without the marks that are left in it: anchors stand there, but not inside of a tag."""

    def anchor(match: re.Match[str]) -> str:
        number = int(match[1])
        unit = page.units[number] if page and number < len(page.units) else None
        name = anchor_of(unit.source) if unit and unit.source else ""
        before = html[: match.start()]
        is_inside = before.rfind("<") > before.rfind(">")
        return "" if not name or is_inside or f'id="{name}"' in html else f'<span id="{name}"></span>'

    return MARK.sub(anchor, html)


def mark_links(html: str, page: str, fallbacks: Collection[str], source: Locale) -> str:
    """Give a page's HTML, with `hreflang` at its links to pages that show the source's text.

    `page` is the page's own address below the site's root, `fallbacks` are those of such pages.
    """
    if not fallbacks:
        return html
    folders = addresses.folders_of(page)

    def marked(match: re.Match[str]) -> str:
        href = re.search(r"""\shref=(["'])(.*?)\1""", match[0])
        reference = addresses.read(unescape(href[2]), Base("", "/")) if href else None
        if not reference or not reference.is_inside or re.search(r"\s(?:hreflang|lang)=", match[0]):
            return match[0]
        path = addresses.below(folders, reference, Base("", "/"))
        is_fallback = path is not None and quote(path) in fallbacks
        return f'{match[0][:-1]} hreflang="{source.tag}">' if is_fallback else match[0]

    return re.sub(r"<a\s[^>]*>", marked, html)


def _same_row(one: Unit, other: Unit) -> bool:
    """Whether two missing paragraphs are put in their place together: the cells of one row, else just the one."""
    if one is other:
        return True
    if not one.source or not other.source or one.state is not State.MISSING or one.translation:
        return False
    return one.source.kind == other.source.kind == "cell" and one.source.line == other.source.line


@dataclass
class Page:
    """What the extension needs to know of the page that is being rendered."""

    units: Sequence[Unit]
    source: Locale
    words: Messages
    anchors: set[str] = field(default_factory=set)
    """The ids that blocks were given so far: of paragraphs with the same words, the first has it."""


@dataclass(eq=False)
class MarkExtension(Extension):
    """Turns marks into attributes. One object serves all pages; `page` is the present one, or None."""

    page: Page | None = None
    config: dict[str, Any] = field(default_factory=dict)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register behind inline Markdown (20), and before the table of contents (5) reads the headings."""
        quickening.quicken(md)
        md.treeprocessors.register(_MarkProcessor(md, self), "hexapla-marks", 15)


class _MarkProcessor(Treeprocessor):
    def __init__(self, md: Markdown, extension: MarkExtension) -> None:
        super().__init__(md)
        self.extension = extension

    def run(self, root: ElementTree.Element) -> None:
        page = self.extension.page
        if page is None:
            return
        parents = {child: parent for parent in root.iter() for child in parent}
        for element in list(root.iter()):
            for found in (element, *element):
                text = found.text if found is element else found.tail
                match = MARK.search(text or "")
                if match:
                    cleaned = MARK.sub("", text or "")
                    if found is element:
                        found.text = cleaned
                    else:
                        found.tail = cleaned
                    block = element
                    while block.tag not in BLOCKS and block in parents:
                        block = parents[block]
                    _decorate(block, parents, page, int(match[1]))


def _decorate(
    block: ElementTree.Element, parents: dict[ElementTree.Element, ElementTree.Element], page: Page, number: int
) -> None:
    """Give a block its attributes, and what readers may open."""
    if number >= len(page.units):
        return
    unit = page.units[number]
    if not unit.source:
        return
    state = "missing" if unit.state is State.MISSING else "stale"
    block.set("class", " ".join(filter(None, (block.get("class"), f"hx-{state}"))))
    name = anchor_of(unit.source)
    if name and not block.get("id") and name not in page.anchors:
        block.set("id", name)
        page.anchors.add(name)
    if state == "missing":
        block.set("lang", page.source.tag)
        block.set("dir", page.source.direction)
        block.set("data-search-exclude", "true")
        if not re.fullmatch(r"h[1-6]|label|summary", block.tag):
            note = ElementTree.SubElement(block, "small", {"class": "hx-mark", "lang": page.words.locale.tag})
            # translators: short mark, in parentheses, at a paragraph that is shown in the original language
            words = page.words.gettext("not yet translated")
            note.text = f" ({words})"
        return
    if block.tag in ("label", "summary", "dt"):
        return
    original = ElementTree.Element("details", {"class": "hx-original", "data-search-exclude": "true"})
    # translators: opens the present original text of a paragraph whose translation is older
    ElementTree.SubElement(original, "summary").text = page.words.gettext("The original has changed since")
    shown = ElementTree.SubElement(original, "div", {"lang": page.source.tag, "dir": page.source.direction})
    shown.text = plain_text(unit.source.text)
    parent = parents.get(block)
    if block.tag in ("li", "td", "th", "dd", "div", "blockquote") or parent is None:
        block.append(original)
    else:
        parent.insert(list(parent).index(block) + 1, original)
