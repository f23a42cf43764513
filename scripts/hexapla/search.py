"""An index per locale, from the entries that the search plugin of the theme has collected."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from typing import TYPE_CHECKING, Any

from hexapla.rendering import VOID

if TYPE_CHECKING:
    from mkdocs.plugins import PluginCollection
    from mkdocs.structure.pages import Page

STEMMED = frozenset("ar da de du en es fi fr hi hu hy it ja kn ko nl no pt ro ru sa sv ta te th tr vi zh".split())
"""The languages that lunr-languages, which Material for MkDocs and MkDocs ship, has a stemmer for."""


TAG = re.compile(
    r"""<(/?)([a-zA-Z][a-zA-Z0-9]*+)((?:[ \n]++[a-zA-Z][\w:-]*+(?:="[^"]*+")?)*+)[ \n]*+(/?)>([^<]*+)""", re.ASCII
)
"""A tag as programs write them, and the text behind it."""

ATTRIBUTE = re.compile(r"""([a-zA-Z][\w:-]*)(?:="([^"]*)")?""", re.ASCII)
STRANGE = frozenset("script style object hx textarea title xmp iframe noembed noframes noscript plaintext".split())
"""Elements that the plugin leaves out or has for itself, and those that Python's versions read differently."""

LEFT_OUT = re.compile("data-search-|linenodiv", re.IGNORECASE)
"""Attributes that make Material's search plugin leave something out."""

HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
SHOWN = frozenset("p code pre li ol ul sub sup".split())
"""Elements whose tags the index keeps."""


def is_used(plugins: Mapping[str, Any]) -> bool:
    """Whether a site has a search."""
    return hasattr(_plugin(plugins), "search_index")


def entries_of(plugins: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the list in which the search plugin, Material's or MkDocs', collects its entries; an empty one without."""
    found: Any = getattr(_plugin(plugins), "search_index", None)
    own: list[dict[str, Any]] = found.entries if hasattr(found, "entries") else getattr(found, "_entries", [])
    return own


def _plugin(plugins: Mapping[str, Any]) -> Any:
    return plugins.get("material/search") or plugins.get("search")


def docs(entries: Iterable[Mapping[str, Any]], folder: str) -> str:
    """Give what a locale's search index says of some entries, as JSON, without the brackets around it.

    `entries` are those of Material's (or MkDocs') search plugin: mappings with `location`, `title` and `text`. Their
    locations become relative to `folder` (`fr/`; empty for the source).
    """
    own = [dict(entry) | {"location": entry["location"].removeprefix(folder)} for entry in entries]
    return json.dumps(own, ensure_ascii=False, separators=(",", ":"))[1:-1]


def index(docs: Iterable[str], language: str) -> str:
    """Give one locale's search index as JSON, made of what `docs` gives of its pages.

    For a language that lunr has no stemmer for, the pipeline is empty: English stop words and stems would lose words.
    """
    has_stemmer = language in STEMMED
    config = {
        "lang": [language if has_stemmer else "en"],
        "separator": r"[\s\u200b\-_,.:;!?()\[\]«»„“”‘’।|]+",
        "pipeline": ["stemmer"] if has_stemmer else [],
        "fields": {"title": {"boost": 1000.0}, "text": {"boost": 1.0}, "tags": {"boost": 1000000.0}},
    }
    head = json.dumps({"config": config}, ensure_ascii=False, separators=(",", ":"))
    return f'{head[:-1]},"docs":[{",".join(filter(None, docs))}]}}'


# Reading pages


@dataclass
class Section:
    """A heading and what follows it, as Material's search plugin has them: `title` and `text` are pieces of HTML."""

    tag: str
    depth: float = 0
    id: str | None = None
    title: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def is_excluded(self) -> bool:
        """Whether the section stays out of the index."""
        return False


def quicken(plugins: PluginCollection) -> None:
    """Let Material's search plugin read pages in a small part of its time: it reads each with Python's HTML parser, and
    looks for its own attributes in each.

    There is no hook for that, so another method is called for each page; what is not written as Python-Markdown writes
    it, or may have such attributes, is left to the plugin.
    """
    plugin: Any = plugins.get("material/search")
    if getattr(plugin, "search_index", None) is None:
        return

    def on_page_context(context: Any, *, page: Page, config: Any, nav: Any) -> Any:
        found = None if page.meta.get("search") else sections(page.content or "")
        if found is None or "data-search-" in (page.content or ""):
            return plugin.on_page_context(context, page=page, config=config, nav=nav)
        for section in found:
            plugin.search_index.create_entry_for_section(section, page.toc, page.url, page)
        return None

    methods = plugins.events["page_context"]
    plugins.events["page_context"] = [on_page_context if one == plugin.on_page_context else one for one in methods]


def sections(html: str) -> list[Section] | None:
    """Cut a page as `Parser` of material.plugins.search.plugin does; None where only that knows how."""
    tags = TAG.findall(html)
    if html.count("<") != len(tags) + sum(attributes.count("<") for _, _, attributes, _, _ in tags):
        return None  # some begin no tag
    reader = _Reader()
    if before := html.partition("<")[0]:
        reader.read_text(before)
    for is_end, tag, attributes, is_empty, text in tags:
        tag = tag.lower()
        if is_end:
            if attributes or is_empty:
                return None
            reader.end(tag)
        elif tag in STRANGE or (
            attributes and (LEFT_OUT.search(attributes) or (tag in HEADINGS and "&" in attributes))
        ):
            return None
        elif tag not in VOID:
            reader.start(tag, attributes)
            if is_empty:
                reader.end(tag)
        if text:
            reader.read_text(text)
    return reader.found


class _Reader:
    """What is open, and the sections so far. An element is told from others by its name alone, as the plugin does."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.permalinks: list[int] = []
        """How many elements were open when each open link began that leads to its own heading."""
        self.found: list[Section] = []
        self.section: Section | None = None

    def start(self, tag: str, attributes: str) -> None:
        self.open.append(tag)
        depth = len(self.open)
        if tag in HEADINGS:
            values = dict(_attributes(attributes))
            if "id" in values:
                if tag != "h1" and not self.found:
                    self._begin(Section("hx", depth))
                self._begin(Section(tag, depth, values["id"] if self.found else None))
        elif tag == "a" and dict(_attributes(attributes)).get("class") == "headerlink":
            self.permalinks.append(depth)
        if tag in SHOWN:
            self._pieces(self._present()).append(f"<{tag}>")
        else:
            self._present()

    def end(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            return
        section = self._present()
        if section.depth > len(self.open):
            outer = (one for one in reversed(self.found) if one.depth <= len(self.open))
            if (found := next(outer, None)) is not None:
                section.depth = float("inf")
                self.section = section = found
        if self.permalinks and self.permalinks[-1] == len(self.open):
            self.permalinks.pop()
        self.open.pop()
        if tag not in SHOWN:
            return
        pieces = self._pieces(section)
        index = pieces.index(f"<{tag}>")
        if all(piece.isspace() for piece in pieces[index + 1 :]):
            del pieces[index:]  # there is nothing in it
        else:
            pieces.append(f"</{tag}>")

    def read_text(self, text: str) -> None:
        if "&" in text:
            text = unescape(text)
        is_space = text.isspace()
        if "pre" not in self.open:
            text = " " if is_space else text.replace("\n", " ")
        section = self._present()
        if section.tag in self.open:
            if not self.permalinks:
                section.title.append(escape(text, quote=False))
        elif not is_space:
            section.text.append(escape(text, quote=False))
        elif not section.text or not section.text[-1].isspace() or "pre" in self.open:
            section.text.append(text)

    def _present(self) -> Section:
        if self.section is None:
            self._begin(Section("hx"))
            assert self.section is not None
        return self.section

    def _begin(self, section: Section) -> None:
        self.found.append(section)
        self.section = section

    def _pieces(self, section: Section) -> list[str]:
        return section.title if section.tag in self.open else section.text


def _attributes(text: str) -> Iterable[tuple[str, str]]:
    return ((name.lower(), value) for name, value in ATTRIBUTE.findall(text))
