"""Inline Markdown as Python-Markdown reads it, in half of its time.

Python-Markdown tries each of its patterns on each text, though most texts hold no sign that any of them begins with.
"""

from __future__ import annotations

from typing import Any, cast

from markdown import Markdown, inlinepatterns
from markdown.inlinepatterns import DelimiterProcessor
from markdown.treeprocessors import InlineProcessor
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


def quicken(md: Markdown) -> None:
    """Let a Markdown object try only those patterns on a text that can match there; other objects stay as they are."""
    if type(md.treeprocessors["inline"]) is InlineProcessor:
        md.treeprocessors.register(QuickInlineProcessor(md), "inline", 20)


def _signs(pattern: Any) -> tuple[str, ...]:
    """The texts of which a match holds at least one; none for a pattern that is not known."""
    if type(pattern) is DelimiterProcessor:
        return tuple(pattern.tokens)
    return SIGNS.get(pattern.pattern, ()) if type(pattern).__module__ == inlinepatterns.__name__ else ()


class QuickInlineProcessor(InlineProcessor):
    """Python-Markdown's treeprocessor of inline patterns, but for patterns that cannot match."""

    def run(self, tree: Any, ancestors: list[str] | None = None) -> Any:
        """Apply the patterns to a tree; see Python-Markdown's."""
        self.patterns = [(pattern, _signs(pattern)) for pattern in self.inlinePatterns]
        return super().run(tree, ancestors)

    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:
        # The method of this name is private in Python-Markdown, and nothing else is called for each text.
        if isinstance(data, AtomicString):
            return data
        apply = cast(Any, self)._InlineProcessor__applyPattern
        for index in range(patternIndex, len(self.patterns)):
            pattern, signs = self.patterns[index]
            start, matched = 0, True
            while matched and (not signs or any(sign in data for sign in signs)):
                data, matched, start = apply(pattern, data, index, start)
        return data
