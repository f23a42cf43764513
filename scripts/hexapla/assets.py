"""What a page of the publication's own theme needs beside its text, and no more.

The theme is ours where the site's overrides have a folder `hexapla` with these files. Then nothing of Material is
copied into the site: its style sheet is read where it is installed, and each page holds the part that it uses. Sites
with another theme keep everything of theirs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hexapla import cache, styles
from hexapla.cache import Store
from hexapla.styles import Declaration, Style, properties_of, smaller

FOLDER = "hexapla"
"""Where the theme's templates, styles and scripts are, below the site's overrides."""

TEXT_STYLE, AFTER_STYLE, PAGE_SCRIPT, SEARCH_SCRIPT = "text.css", "after.css", "page.js", "search.js"

MATERIAL = "assets/stylesheets/main.*.min.css"
"""Material's style sheet; its name holds a digest that changes with each release."""

PLACE = "<style></style>"
"""Where a page's style goes: the first of these, in the head that the theme writes."""

TEXT, END_OF_TEXT = "<!--text-->", "<!--/text-->"
"""What stands around what of a page is Material's to style, within `.md-typeset`; see base.html."""

AROUND = '<html><body class="hx"><main><article><div class="md-typeset">'
"""The start tags around a text, as far as Material's style could ask for them."""

INSIDE = {".hx": "", ".hx-text": ".md-typeset"}
"""What is always within which class of our theme: everything in `.hx`, all of Material's texts in `.hx-text`."""

FOR_A_HEADER = ("--md-scroll-", "scroll-margin-top:")
"""How declarations of Material's begin that leave room for a header which stays on the screen; ours does not."""

SET_BY_SCRIPTS = frozenset({"[data-md-color-scheme]", "[aria-invalid]", ".hx-js", ".hx-quiet"})
"""What scripts bring to the names of a page."""


@dataclass(frozen=True)
class Assets:
    """The files that the theme's pages fetch, by their names below the site's root, and the style that pages hold."""

    files: dict[str, bytes]
    after_style: str
    page_script: str
    search_script: str
    style: Style

    def finished(self, page: str) -> str:
        """Put into a page of the theme the part of the style that it uses. Other pages stay as they are."""
        before, place, after = page.partition(PLACE)
        if not place:
            return page
        first, *others = after.split(TEXT)
        texts = [other.partition(END_OF_TEXT) for other in others]
        page = "".join([before, first, *(rest for _, _, rest in texts)])
        style = self.style.text_for(page, "".join(text for text, _, _ in texts))
        after = "".join([first, *(text + rest for text, _, rest in texts)]).replace(END_OF_TEXT, "")
        return f"{before}<style>{style}</style>{after}"


def own_folder(overrides: str | None) -> Path | None:
    """Where a site with these overrides has our theme; None where its theme is another."""
    folder = Path(overrides, FOLDER) if overrides else None
    return folder if folder and (folder / TEXT_STYLE).is_file() else None


def find(
    folders: list[str],
    overrides: str | None,
    sheets: list[Path],
    scripts: list[Path],
    store: Store | None = None,
) -> Assets | None:
    """Find the theme's files, or nothing where the theme is not ours.

    `folders` are those of the theme, the first to be looked into first, `overrides` is the site's own among them.
    `sheets` and `scripts` are what the site adds: the custom properties that they name stay on every page, and for
    scripts everything else that they name, because they may make such elements. Parsed sheets are kept in `store`.
    """
    own = own_folder(overrides)
    if own is None:
        return None
    theme = next((path for folder in folders for path in sorted(Path(folder).glob(MATERIAL))), None)
    added = tuple(_read(path) for path in sheets if path.is_file())
    moving = tuple(_read(path) for path in scripts if path.is_file())
    names = (TEXT_STYLE, AFTER_STYLE, PAGE_SCRIPT, SEARCH_SCRIPT)
    text, after, page, search = (_read(own / name) for name in names)
    sources = (_read(theme) if theme else "", text, after, page, search, added, moving)
    if sources not in _MADE:
        # A preview makes them anew whenever one of them changes.
        _MADE.clear()
        _MADE[sources] = _made(*sources, store or Store(None))
    return _MADE[sources]


_MADE: dict[tuple[object, ...], Assets] = {}
"""What was made last, for the other locales of the same build."""


def _made(
    theme: str,
    text: str,
    after: str,
    page: str,
    search: str,
    added: tuple[str, ...],
    moving: tuple[str, ...],
    store: Store,
) -> Assets:
    kept = {name for sheet in (after, page, search, *added, *moving) for name in properties_of(sheet)} | SET_BY_SCRIPTS
    words = {word for script in moving for word in re.findall(r"[\w-]+", script)}
    kept |= words | {f".{word}" for word in words} | {f"[{word}]" for word in words} | {f"#{word}" for word in words}
    files: dict[str, bytes] = {}
    after_style = _add(files, "after.css", _smaller(after, store))
    page_script = _add(files, "page.js", page)
    search_script = _add(files, "search.js", search)
    own = _kept_rules(store, lambda: styles.parse(text), text)
    left = _kept_rules(store, lambda: _left_of(theme, own), theme, text)
    style = Style(left, own, kept, AROUND)
    return Assets(files, after_style, page_script, search_script, style)


def _is_for_us(declaration: Declaration) -> bool:
    """Whether a declaration of Material's does anything with our theme."""
    return not declaration.text.startswith(FOR_A_HEADER)


def _left_of(theme: str, own: styles.Rules) -> styles.Rules:
    """Parse Material's sheet, and leave out what does nothing here: what is for its header, and what ours sets."""
    rules = tuple(rule.where(_is_for_us) for rule in styles.parse(theme))
    return styles.without_lost(rules, own, INSIDE)


def _kept_rules(store: Store, make: Callable[[], styles.Rules], *sheets: str) -> styles.Rules:
    """Give the rules that are made of sheets, or that were made of them before."""
    key = cache.digest(cache.tool_key(), *sheets)
    if data := store.get("styles", key):
        return styles.from_json(data)
    rules = make()
    store.put("styles", key, styles.to_json(rules))
    return rules


def _smaller(sheet: str, store: Store) -> str:
    """Take the blanks out of a sheet, or take it as it is then out of the cache."""
    key = cache.digest(cache.tool_key(), "smaller", sheet)
    return store.made("styles", key, lambda: smaller(sheet).encode()).decode()


def _add(files: dict[str, bytes], name: str, text: str) -> str:
    """Add a file under a name that changes with what it holds, so that browsers may keep it for ever."""
    data = text.encode()
    stem, _, ending = name.partition(".")
    name = f"assets/{stem}.{hashlib.sha256(data).hexdigest()[:8]}.{ending}"
    files[name] = data
    return name


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
