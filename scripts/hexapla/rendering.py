"""What a page really holds: Markdown rendered as the build renders it, and the HTML read as a browser reads it.

Attribute lists, reference links and entities cannot hide anything here. Python-Markdown renders with the extensions of
mkdocs.yml; lexbor, through selectolax, follows the HTML standard's parsing rules.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from markdown import Markdown
from selectolax.lexbor import LexborHTMLParser

from hexapla import quickening
from hexapla.addresses import is_safe_address
from hexapla.config import Site

BUILTIN = ("toc", "tables", "fenced_code")
"""What MkDocs always adds (mkdocs.config.defaults)."""

READERS = frozenset({"pymdownx.snippets", "pymdownx.b64", "markdown_include.include", "mdx_include", "macros"})
"""Extensions that read other files, which a check must not do for a text that nobody has looked at."""

MARKDOWN_TAGS = frozenset(
    "a abbr blockquote br code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr img input ins kbd li "
    "mark ol p pre section small span strong sub summary sup table tbody td tfoot th thead tr ul label".split()
)
"""Elements that Markdown makes, with the extensions that Material for MkDocs recommends."""

INLINE_TAGS = frozenset("abbr br code del em ins kbd mark small span strong sub sup".split())
"""Of these, those that are part of a sentence: a language can need others than its source."""

TEXT_ATTRIBUTES = frozenset({"alt", "title", "aria-label", "summary", "lang", "dir"})
"""Attributes that hold words, or tell about words."""

GENERATED = re.compile(
    r"(?:headerlink|footnote|admonition|tabbed|highlight|task-list|twemoji|arithmatex|hx|linenos|abbr|language)[\w+#-]*"
    r"|[a-z]{1,3}"
)
"""A class that Markdown's extensions write by themselves; short ones colour code."""

ALIGNMENT = re.compile(r"text-align: ?(left|right|center);?")
"""The style of a cell of a table."""


TAG = re.compile(r"<(/?)([a-z][^\s/>]*)", re.IGNORECASE)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
"""Elements that have no end (HTML standard, "Void elements"; `param` was one)."""


@dataclass(frozen=True)
class Element:
    """An element of a page: its name and its attributes, in lower case as the HTML parser gives them."""

    tag: str
    attributes: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True)
class Page:
    """A rendered text."""

    html: str

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """All elements, in the order of the page."""
        return tuple(elements(self.html))

    @cached_property
    def tags(self) -> Counter[str]:
        """How often each element is there."""
        return Counter(element.tag for element in self.elements)

    @cached_property
    def links(self) -> Counter[str]:
        """Where its links lead, but for links inside the page that Markdown makes."""
        found = (element for element in self.elements if element.tag == "a" and "href" in element.attributes)
        return Counter(one.attributes["href"] for one in found if _is_written(one))

    @cached_property
    def pictures(self) -> list[str]:
        """The pictures that it shows, in the order of the page."""
        return [one.attributes["src"] for one in self.elements if one.tag == "img" and "src" in one.attributes]

    @cached_property
    def is_closed(self) -> bool:
        """Whether the text closes what it opens, and nothing else: no element and no comment of it reaches further."""
        if "<" not in self.html:
            return True
        around = "<main><article><section><div>"
        tree = LexborHTMLParser(f"<!doctype html><body>{around}{self.html}<hx-end></hx-end>")
        end = tree.css_first("hx-end")
        names = []
        while end is not None and end.parent is not None:
            end = end.parent
            names.append(end.tag)
        return names[:6] == ["div", "section", "article", "main", "body", "html"]

    @cached_property
    def stray_ends(self) -> Counter[str]:
        """Ends of elements that it has not begun. A browser drops them, or makes elements of them."""
        begun, stray = Counter[str](), Counter[str]()
        for is_end, name in TAG.findall(COMMENT.sub("", self.html)):
            tag = name.lower()
            if not is_end:
                begun[tag] += tag not in VOID
            elif begun[tag]:
                begun[tag] -= 1
            else:
                stray[tag] += 1
        return stray


def _is_written(element: Element) -> bool:
    """Whether somebody has written a link; those of footnotes and headings lead to places of the page."""
    is_inside = element.attributes["href"].startswith("#")
    return not (is_inside and re.search(r"headerlink|footnote", element.attributes.get("class", "")))


def elements(html: str) -> Iterator[Element]:
    """Read HTML as a browser does, as the content of a page's body; yield its elements.

    The page's own elements are yielded where the text gives attributes to them, as `<body onload="…">` does.
    """
    if "<" not in html:
        return
    root = LexborHTMLParser(f"<!doctype html><body><div>{html}").root
    if root is None:
        return
    is_inside = False
    for node in root.traverse(include_text=False):
        tag = node.tag or ""
        if tag and not tag.startswith(("-", "!", "#")):
            # The first div is the one around the text.
            if is_inside or node.attributes:
                yield Element(tag, {name: value or "" for name, value in node.attributes.items()})
            is_inside = is_inside or tag == "div"


class Renderer:
    """Renders texts as the build of a site does."""

    def __init__(self, site: Site) -> None:
        """Set Python-Markdown up with the extensions of mkdocs.yml, but for those that read files."""
        self.markdown = Markdown()
        for name, options in ({name: {} for name in BUILTIN} | dict(site.markdown_extensions)).items():
            if name not in READERS:
                self._add(name, options)
        quickening.quicken(self.markdown)

    def _add(self, name: str, options: Any) -> None:
        """Add an extension; one whose options hold Python objects is added without them, one that fails not at all."""
        known = {key: value for key, value in options.items() if value is not None} if isinstance(options, dict) else {}
        for attempt in (known, {}):
            try:
                self.markdown.registerExtensions([name], {name: attempt})
                return
            except Exception:
                continue

    def page(self, body: str) -> Page:
        """Render the body of a document. Line endings and tabs become what MkDocs makes of them."""
        self.markdown.reset()
        return Page(self.markdown.convert(body.replace("\r\n", "\n").replace("\r", "\n")))


# What a translation brings in


def foreign(page: Page, source: Page) -> Iterator[tuple[str, str, str]]:
    """Yield what a page has and its source has not: the element, the attribute and its value (empty for the element).

    Elements and attributes that Markdown makes, and attributes that hold words, are not compared.
    """
    extra = page.tags - source.tags
    known = {(one.tag, name, _value(name, value)) for one in source.elements for name, value in one.attributes.items()}
    for element in page.elements:
        if element.tag not in MARKDOWN_TAGS and extra[element.tag] > 0:
            extra[element.tag] -= 1
            yield element.tag, "", ""
        for name, value in element.attributes.items():
            if (element.tag, name, _value(name, value)) not in known and not is_made_by_markdown(element, name, value):
                yield element.tag, name, value


def _value(name: str, value: str) -> str:
    return "" if name in TEXT_ATTRIBUTES else value


def generated_classes(tag: str, value: str) -> list[str]:
    """Give those classes of an element that Markdown's extensions write; the kind of an admonition is any word."""
    names = value.split()
    is_kind = tag == "details" or names[:1] == ["admonition"]
    return [one for one in names if GENERATED.fullmatch(one) or (is_kind and re.fullmatch(r"[a-z]+", one))]


def is_made_by_markdown(element: Element, name: str, value: str) -> bool:
    """Whether Markdown, or one of its usual extensions, writes such an attribute by itself."""
    tag = element.tag
    if name == "title" and tag in ("a", "img"):
        # Words that show only when somebody points at them; headings and footnotes have such by themselves.
        return any(GENERATED.fullmatch(one) for one in element.attributes.get("class", "").split())
    if name in TEXT_ATTRIBUTES or (name == "id" and tag not in ("form", "iframe")):
        return True
    if name == "href" and tag == "a":
        return is_safe_address(value)
    if name == "src" and tag == "img":
        return is_safe_address(value)
    if name == "class":
        return generated_classes(tag, value) == value.split()
    if name == "style":
        return tag in ("td", "th") and bool(ALIGNMENT.fullmatch(value))
    if tag == "input":
        return (name, value) == ("type", "checkbox") or name in ("disabled", "checked")
    return (tag, name) in {
        ("ol", "start"),
        ("li", "value"),
        ("details", "open"),
        ("td", "align"),
        ("th", "align"),
        ("label", "for"),
    }
