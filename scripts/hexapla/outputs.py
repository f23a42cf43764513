"""What is written beside the pages: a sitemap and a feed per locale, the index of the sitemaps, robots.txt."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from hexapla import cache, cldr
from hexapla.cache import Store
from hexapla.catalogs import Messages
from hexapla.config import Locale, Site
from hexapla.status import Report, to_json, total
from hexapla.views import View

TEMPLATES = Path(__file__).parent / "xml"

ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
)


def render(name: str, **context: Any) -> str:
    """Render one of the templates in xml/, everything escaped."""
    return ENVIRONMENT.get_template(name).render(**context) + "\n"


def write(path: Path, text: str) -> bool:
    """Write a file with the same bytes on every system; say whether they are others than it had."""
    data = text.encode()
    before = path.read_bytes() if path.is_file() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return data != before


def sitemap_name(locale: Locale) -> str:
    """The name of a locale's sitemap, at the root of the site."""
    return f"sitemap-{locale.tag}.xml"


def sitemap(views: Iterable[View]) -> str:
    """A locale's sitemap: its own indexed pages, no fallbacks."""
    pages = sorted((view for view in views if view.is_indexed and not view.is_fallback), key=lambda view: view.url)
    return render("sitemap.xml", pages=pages)


def feed(site: Site, locale: Locale, articles: Sequence[View]) -> str:
    """A locale's feed (Atom) of the articles that it has translated, in their order."""
    updated = max((view.updated.iso for view in articles if view.updated), default="")
    home = site.site_url + locale.folder
    return render("feed.xml", site=site, locale=locale, articles=articles, updated=updated, home=home)


def write_locale(folder: Path, locale: Locale, sitemap: str, feed: str) -> list[str]:
    """Write a locale's sitemap and its feed into the built site; give the names of those that are new, or others."""
    texts = {sitemap_name(locale): sitemap, f"{locale.folder}feed.xml": feed}
    return [name for name, text in texts.items() if write(folder / name, text)]


def write_shared(folder: Path, site: Site) -> list[str]:
    """Write what spans locales, from the sitemaps that the locales' builds have left: their index, and robots.txt
    unless there is one. Gives the names of the files."""
    names, sitemaps = ["sitemap.xml"], []
    for locale in site.locales:
        path = folder / sitemap_name(locale)
        if path.is_file():
            days = re.findall(r"<lastmod>([\d-]+)</lastmod>", path.read_text(encoding="utf-8"))
            sitemaps.append((site.site_url + path.name, max(days, default="")))
    write(folder / "sitemap.xml", render("sitemap-index.xml", sitemaps=sitemaps))
    if not (folder / "robots.txt").exists():
        write(folder / "robots.txt", f"User-agent: *\nAllow: /\n\nSitemap: {site.site_url}sitemap.xml\n")
        names.append("robots.txt")
    return names


def write_status(
    folder: Path, site: Site, states: Report, messages: Mapping[str, Messages], store: Store | None = None
) -> list[str]:
    """Write what stands beside the status page: its figures as JSON, and a badge per locale, kept in `store`.

    Gives the names of the files.
    """
    if not states.has_records:
        return []
    store = store or Store(None)
    names = ["status/status.json"]
    write(folder / "status" / "status.json", to_json(states.rows))
    for locale in site.translations:
        percent = total(locale.code, states.rows).percent
        # translators: on a small picture; name is a language, percent how much of the site is translated
        words = messages[locale.code].gettext("%(name)s: %(percent)s translated")
        key = cache.digest(cache.tool_key(), locale.code, locale.tag, locale.name, str(percent), words)
        badge = store.made("beside", key, functools.partial(_badge, locale, percent, words))
        names.append(f"status/{locale.tag}.svg")
        write(folder / names[-1], badge.decode())
    return names


def _badge(locale: Locale, percent: int, words: str) -> bytes:
    """A picture, as SVG, that says in a locale's `words` how much of it is translated."""
    text = cldr.format_percent(percent, locale.code)
    label = words % {"name": locale.name, "percent": text}
    return render("badge.svg", locale=locale, percent=percent, text=text, label=label).encode()
