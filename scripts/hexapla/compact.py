"""Templates without their own blanks.

What a template writes for people, its indentation, line breaks and comments, is taken out when it is compiled. So no
page costs anything, and nothing but the template's own text changes: what is put into it keeps every blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

BREAK = re.compile(r"\s*\n\s*")
COMMENT = re.compile(r"<!--(?!/?text-->).*?-->", re.DOTALL)


class Compact(Extension):
    """Leaves out the line breaks of the templates below hexapla/, with the blanks around them.

    Beside a tag, at the ends of a file and beside `{% … %}`, a break is nothing; between words, attributes and what
    `{{ … }}` puts in, it is one blank. Blanks without a break stay.
    """

    def filter_stream(self, stream: TokenStream) -> TokenStream | Iterator[Token]:
        """Change the template's own text between Jinja's marks."""
        if not (stream.name or "").startswith("hexapla/") or not (stream.name or "").endswith(".html"):
            return stream
        return self._compacted(stream)

    def _compacted(self, stream: TokenStream) -> Iterator[Token]:
        before = "block_end"
        tokens = list(stream)
        for token, after in zip(tokens, [*tokens[1:], None], strict=True):
            if token.type == "data":
                is_before_words = after is not None and after.type == "variable_begin"
                text = compact(token.value, before == "variable_end", is_before_words)
                token = Token(token.lineno, "data", text)
            before = token.type
            yield token


def compact(text: str, follows_words: bool = False, precedes_words: bool = False) -> str:
    """Take the breaks out of a piece of a template.

    >>> compact("<ul>\\n  <li>One\\n    two</li>\\n</ul>\\n")
    '<ul><li>One two</li></ul>'
    """
    text = COMMENT.sub("", text)

    def kept(match: re.Match[str]) -> str:
        start, end = match.span()
        is_word_before = follows_words if start == 0 else text[start - 1] != ">"
        is_word_after = precedes_words if end == len(text) else text[end] != "<"
        return " " if is_word_before and is_word_after else ""

    return BREAK.sub(kept, text)
