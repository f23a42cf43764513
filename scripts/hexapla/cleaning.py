"""What protects readers where nobody has run `check`: a translation's page is cleaned of what could run a program.

Almost always there is nothing to clean, and a page stays as it is, byte for byte.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

import nh3
from jinja2.filters import do_striptags
from markupsafe import escape
from mkdocs.structure.toc import AnchorLink
from selectolax.lexbor import LexborHTMLParser

from hexapla import rendering
from hexapla.addresses import SAFE_SCHEMES, is_safe_address
from hexapla.rendering import ALIGNMENT, MARKDOWN_TAGS, TEXT_ATTRIBUTES, Element, Page, is_made_by_markdown

# Pages

TAG_IN_VALUE = re.compile(r"<[A-Za-z/!?]")
"""A tag in an attribute: scripts of themes put titles into the page as HTML, and what cuts pages may cut there."""

STRANGE_ID = re.compile(r"^__|[\s<>\"'`=&]")
"""An id of the theme's own, such as that of its settings, or one that leaves an attribute which is not escaped."""

OPAQUE = frozenset("script style iframe template object plaintext noscript noembed noframes xmp textarea".split())
"""Elements whose content is no HTML for a browser, or not always; what is in them is compared as a text."""

WORDY = frozenset({"noscript", "noembed", "noframes", "xmp", "textarea"})
"""Of these, those that may hold words for readers."""


def clean(html: str, source: Callable[[], str]) -> str:
    """Take out of a translation's page what its source's page does not have and what no Markdown makes.

    `html` is the rendered text, `source` renders that of its source, which is asked for only where it is needed. A page
    with anything suspect is written anew by nh3 (ammonia), which leaves only known-harmless elements, attributes and
    addresses.
    """
    if is_plain(html):
        return html
    page = Page(html)
    if not _is_suspect(page, Page("")) or not _is_suspect(page, Page(source())):
        return html
    attributes = {tag: {"id", "class", "data-search-exclude", *TEXT_ATTRIBUTES} for tag in MARKDOWN_TAGS}
    attributes["a"] |= {"href"}
    attributes["img"] |= {"src", "width", "height", "loading"}
    attributes["input"] |= {"type", "disabled", "checked"}
    attributes["ol"] |= {"start"}
    for cell in ("td", "th"):
        attributes[cell] |= {"colspan", "rowspan", "align", "style"}
    return nh3.clean(
        html,
        tags=set(MARKDOWN_TAGS),
        attributes=attributes,
        attribute_filter=_kept,
        url_schemes=set(SAFE_SCHEMES - {""}),
        clean_content_tags={"script", "style"},
        link_rel=None,
        strip_comments=True,
    )


TOKEN = re.compile(r"""(<(/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"<>&]*")*)(?: /)?>|[^<]+)""")
"""A tag as Python-Markdown writes it, or a text."""

ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')

VOID = frozenset({"br", "hr", "img"})
INLINE = frozenset("a em strong code img br span sup sub del kbd".split())
BLOCKS = frozenset("p h1 h2 h3 h4 h5 h6 ul ol pre blockquote div hr table".split())
INSIDE = {
    **dict.fromkeys([*INLINE, *"p h1 h2 h3 h4 h5 h6 pre".split()], INLINE),
    **dict.fromkeys(("ul", "ol"), frozenset({"li"})),
    "table": frozenset({"thead", "tbody"}),
    **dict.fromkeys(("thead", "tbody"), frozenset({"tr"})),
    "tr": frozenset({"th", "td"}),
}
"""What a browser leaves within an element, where it closes some elements before others begin; within those that are not
named here, that is all INLINE and BLOCKS."""


def is_plain(html: str) -> bool:
    """Whether a page has nothing that could be suspect, as a quick look tells.

    It holds only a few elements, each within those where a browser leaves it, with attributes that Markdown writes. Of
    what is not plain, nothing is said.
    """
    tokens = TOKEN.findall(html)
    if sum(len(token[0]) for token in tokens) != len(html):
        return False
    opened: list[str] = [""]
    for _, is_end, tag, attributes in tokens:
        if is_end:
            if attributes or opened.pop() != tag:
                return False
        elif tag:
            may_stand = tag in INSIDE.get(opened[-1], INLINE | BLOCKS) and not (tag == "a" and "a" in opened)
            if not may_stand or not _is_harmless(tag, attributes):
                return False
            if tag not in VOID:
                opened.append(tag)
    return opened == [""]


@functools.lru_cache(maxsize=4096)
def _is_harmless(tag: str, attributes: str) -> bool:
    """Whether Markdown writes such attributes of an element, each once."""
    pairs = ATTRIBUTE.findall(attributes)
    element = Element(tag, dict(pairs))
    return len(element.attributes) == len(pairs) and all(
        is_made_by_markdown(element, name, value) and not _is_strange(name, value) for name, value in pairs
    )


def _is_suspect(page: Page, source: Page) -> bool:
    """Whether a page has anything that its source has not, and that could be more than words."""
    if any(True for _ in rendering.foreign(page, source)):
        return True
    known = {(name, value) for element in source.elements for name, value in element.attributes.items()}
    for element in page.elements:
        for name, value in element.attributes.items():
            if _is_strange(name, value) and (name, value) not in known:
                return True
    if _opaque(page) - _opaque(source):
        return True
    return (source.is_closed and not page.is_closed) or bool(page.stray_ends - source.stray_ends)


def _opaque(page: Page) -> Counter[str]:
    """The elements of a page whose content a browser may read otherwise than a parser."""
    if not OPAQUE.intersection(page.tags):
        return Counter()
    tree = LexborHTMLParser(page.html)
    found = [node.html or "" for node in tree.css(",".join(sorted(OPAQUE)))]
    wordy = re.compile(rf"<({'|'.join(sorted(WORDY))})>[^<]*</\1>")
    return Counter(html for html in found if not wordy.fullmatch(html))


def _kept(tag: str, name: str, value: str) -> str | None:
    """What is left of an attribute that the page may have; None where nothing is."""
    if name == "class":
        return " ".join(rendering.generated_classes(tag, value)) or None
    if name in ("href", "src"):
        return value if is_safe_address(value) and not TAG_IN_VALUE.search(value) else None
    if name == "style":
        return value if ALIGNMENT.fullmatch(value) else None
    return None if _is_strange(name, value) else value


def _is_strange(name: str, value: str) -> bool:
    return bool(TAG_IN_VALUE.search(value) or (name == "id" and STRANGE_ID.search(value)))


# Titles, front matter, tables of contents

RISKY = re.compile(r"[<>]|[\"'`].*=|=.*[\"'`]", re.DOTALL)
"""What could end an element or an attribute that a theme puts a text into as it is."""

ENTITIES = str.maketrans({"<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "`": "&#96;"})


class Shown(str):
    """A contributed text that templates may print without escaping it; those that escape get all of it, escaped once.

    `whole` is the text as it was written.
    """

    whole: str

    def __new__(cls, text: str) -> Shown:
        """Make one; brackets and quotation marks become entities, entities stay what they are."""
        shown = super().__new__(cls, text.translate(ENTITIES))
        shown.whole = text
        return shown

    def __html__(self) -> str:
        """Give what escaping gives for the text as it was written."""
        return str(escape(self.whole))


def shown(text: str) -> str:
    """Make a contributed text harmless in a template that does not escape; an honest one stays the same object."""
    return Shown(text) if RISKY.search(text) else text


def whole(value: Any) -> str:
    """Give a text as it was written; of any other value, what a template prints."""
    return value.whole if isinstance(value, Shown) else str(value)


def without_tags(text: str) -> str:
    """Take angle brackets out of words of a catalog: scripts of themes show titles of elements as HTML."""
    return re.sub(r"[<>]", "", text)


def harmless(value: Any) -> Any:
    """Make a value of contributed front matter harmless, whatever YAML has made of it."""
    if value is None or isinstance(value, (bool, int, float, date)):
        return value
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dict):
        return {harmless(key): harmless(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [harmless(one) for one in value]
    return shown(str(value))


def striptags(value: Any) -> str:
    """Take the tags out of a title, for themes that print it without escaping it.

    Jinja's filter of this name makes tags of entities; here they stay entities.
    """
    return shown(do_striptags(whole(value)))


def clean_contents(items: Iterable[AnchorLink]) -> None:
    """Make a table of contents harmless, whose titles and ids themes print as they are."""
    for item in _all(items):
        item.title = shown(item.title)
        item.id = STRANGE_ID.sub("", item.id)


def _all(items: Iterable[AnchorLink]) -> Iterator[AnchorLink]:
    for item in items:
        yield item
        yield from _all(item.children)
