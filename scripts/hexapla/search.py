"""An index per locale, from the entries that the search plugin of the theme has collected."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from typing import Any

STEMMED = frozenset("ar da de du en es fi fr hi hu hy it ja kn ko nl no pt ro ru sa sv ta te th tr vi zh".split())
"""The languages that lunr-languages, which Material for MkDocs and MkDocs ship, has a stemmer for."""


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


def index(entries: Iterable[Mapping[str, Any]], language: str, folder: str, urls: Container[str]) -> str:
    """Give one locale's search index as JSON.

    `entries` are those of Material's (or MkDocs') search plugin: mappings with `location`, `title` and `text`. Those
    of the pages in `urls` are taken (so no fallbacks), and their locations become relative to `folder` (`fr/`; empty
    for the source). For a language that lunr has no stemmer for, the pipeline is empty: English stop words and stems
    would lose words.
    """
    docs = [
        dict(entry) | {"location": entry["location"].removeprefix(folder)}
        for entry in entries
        if entry["location"].partition("#")[0] in urls
    ]
    has_stemmer = language in STEMMED
    config = {
        "lang": [language if has_stemmer else "en"],
        "separator": r"[\s\u200b\-_,.:;!?()\[\]«»„“”‘’।|]+",
        "pipeline": ["stemmer"] if has_stemmer else [],
        "fields": {"title": {"boost": 1000.0}, "text": {"boost": 1.0}, "tags": {"boost": 1000000.0}},
    }
    return json.dumps({"config": config, "docs": docs}, ensure_ascii=False, separators=(",", ":"))
