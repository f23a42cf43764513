"""Markdown as Python-Markdown reads it, in a part of its time.

Python-Markdown tries each of its patterns on each text, though most texts hold no sign that any of them begins with; it
asks each of its processors of blocks whether a plain paragraph is theirs, and makes a table of contents of every page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, cast
from xml.etree import ElementTree

from markdown import Markdown, inlinepatterns
from markdown.blockparser import BlockParser
from markdown.blockprocessors import ParagraphProcessor
from markdown.extensions.toc import TocTreeprocessor
from markdown.inlinepatterns import DelimiterProcessor
from markdown.treeprocessors import InlineProcessor, UnescapeTreeprocessor
from markdown.util import AtomicString

SIGNS = {
    inlinepatterns.BACKTICK_RE: ("`",),
    inlinepatterns.ESCAPE_RE: ("\\",),
    inlinepatterns.LINK_RE: ("[",),
    inlinepatterns.REFERENCE_RE: ("[",),
    inlinepatterns.IMAGE_LINK_RE: ("![",),
    inlinepatterns.IMAGE_REFERENCE_RE: ("![",),
    inlinepatterns.AUTOLINK_RE: ("<",),
    inlinepatterns.AUTOMAIL_RE: ("<",),
    inlinepatterns.HTML_RE: ("<",),
    inlinepatterns.ENTITY_RE: ("&",),
    inlinepatterns.LINE_BREAK_RE: ("  \n",),
}
"""What every match of one of Python-Markdown's own patterns begins with."""


PLAIN = re.compile(r"[^\W\d_].*")
"""A block of one line that begins with a letter, which is a paragraph for all processors of these modules."""

BLOCKS = frozenset(
    "markdown.blockprocessors markdown.extensions.abbr markdown.extensions.admonition markdown.extensions.def_list"
    " markdown.extensions.footnotes markdown.extensions.md_in_html markdown.extensions.sane_lists"
    " markdown.extensions.tables".split()
)


def quicken(md: Markdown) -> None:
    """Let a Markdown object, whose extensions are there, do only what makes a difference. It gives the same pages.

    What somebody else has put into the place of Python-Markdown's own stays as it is.
    """
    if type(md.treeprocessors["inline"]) is InlineProcessor:
        md.treeprocessors.register(QuickInlineProcessor(md), "inline", 20)
    if type(md.parser) is BlockParser:
        md.parser.__class__ = QuickBlockParser  # the processors of blocks know the object
    if "toc" in md.treeprocessors and type(toc := md.treeprocessors["toc"]) is TocTreeprocessor:
        toc.__class__ = QuickTocTreeprocessor
    if "unescape" in md.treeprocessors and type(last := md.treeprocessors["unescape"]) is UnescapeTreeprocessor:
        last.__class__ = QuickUnescapeTreeprocessor


def _signs(pattern: Any) -> tuple[str, ...]:
    """The texts of which a match holds at least one; none for a pattern that is not known."""
    if type(pattern) is DelimiterProcessor:
        return tuple(pattern.tokens)
    return SIGNS.get(pattern.pattern, ()) if type(pattern).__module__ == inlinepatterns.__name__ else ()


class QuickInlineProcessor(InlineProcessor):
    """Python-Markdown's treeprocessor of inline patterns, but for patterns that cannot match."""

    may_have_escaped = True
    """Whether a sign may have been escaped in the tree: its own patterns do so where there is a backslash."""

    def run(self, tree: Any, ancestors: list[str] | None = None) -> Any:
        """Apply the patterns to a tree; see Python-Markdown's."""
        self.patterns = [(pattern, _signs(pattern)) for pattern in self.inlinePatterns]
        signs = {sign for _, own in self.patterns for sign in own}
        are_known = all(own for _, own in self.patterns)
        self.may_have_escaped = not are_known
        self.marked = re.compile("|".join(map(re.escape, signs))) if are_known and signs else None
        return super().run(tree, ancestors)

    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:
        # The method of this name is private in Python-Markdown, and nothing else is called for each text.
        if isinstance(data, AtomicString) or (self.marked and not self.marked.search(data)):
            return data
        self.may_have_escaped = self.may_have_escaped or "\\" in data
        apply = cast(Any, self)._InlineProcessor__applyPattern
        for index in range(patternIndex, len(self.patterns)):
            pattern, signs = self.patterns[index]
            start, matched = 0, True
            while matched and (not signs or any(sign in data for sign in signs)):
                data, matched, start = apply(pattern, data, index, start)
        return data


class QuickBlockParser(BlockParser):
    """Python-Markdown's parser of blocks, which knows a plain paragraph."""

    paragraphs: ParagraphProcessor | None = None

    def parseDocument(self, lines: Iterable[str]) -> ElementTree.ElementTree:
        """Parse the lines of a document; see Python-Markdown's."""
        processors = list(self.blockprocessors)
        are_known = all(type(one).__module__ in BLOCKS for one in processors)
        last = processors[-1]
        self.paragraphs = last if are_known and isinstance(last, ParagraphProcessor) else None
        return super().parseDocument(lines)

    def parseBlocks(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        """Parse blocks into an element; see Python-Markdown's."""
        while blocks:
            if self.paragraphs and PLAIN.fullmatch(blocks[0]):
                self.paragraphs.run(parent, blocks)
                continue
            for processor in self.blockprocessors:
                if processor.test(parent, blocks[0]) and processor.run(parent, blocks) is not False:
                    break


class QuickTocTreeprocessor(TocTreeprocessor):
    """Python-Markdown's treeprocessor of headings, which makes a table of contents where there is a mark for one.

    `md.toc` is empty elsewhere; nobody here reads it.
    """

    def run(self, doc: ElementTree.Element) -> None:
        """Give ids to headings; see Python-Markdown's."""
        marker = self.marker
        if marker and marker not in "".join(doc.itertext()):
            self.marker = ""
        try:
            super().run(doc)
        finally:
            self.marker = marker

    def build_toc_div(self, toc_list: list[Any]) -> ElementTree.Element:
        """Make the table of contents."""
        return super().build_toc_div(toc_list) if self.marker else ElementTree.Element("div")


class QuickUnescapeTreeprocessor(UnescapeTreeprocessor):
    """Python-Markdown's treeprocessor of what a backslash has escaped, which looks for it where there was one."""

    def run(self, root: ElementTree.Element) -> None:
        """Put escaped signs back; see Python-Markdown's."""
        inline = self.md.treeprocessors["inline"]
        if not isinstance(inline, QuickInlineProcessor) or inline.may_have_escaped:
            super().run(root)
