"""The list of a site's pages on each of them: whole for a small site, else what is near; never longer than a screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

LIMIT = 40
"""A site of so many pages is listed whole on each page."""

NEAR = (8, 5, 3)
"""How many entries before and after the present one are listed on each level; the last counts for all below."""


class Entry(NamedTuple):
    """A page, or a section with its entries. `url` is below the site's root, for a section that of its first page.

    `tag` is the language of the title, if it is not that of the page.
    """

    title: str
    url: str
    tag: str = ""
    children: Sequence[Entry] = ()
    is_current: bool = False
    is_open: bool = False


class Menu(NamedTuple):
    """What one page lists. `all_url` leads to the page that lists all, where this is not all."""

    entries: Sequence[Entry]
    all_url: str = ""


@dataclass
class Pages:
    """The pages of a locale, in the order of its navigation. `all_url` is empty where each page lists all of them."""

    entries: Sequence[Entry]
    all_url: str = ""
    _places: dict[str, tuple[int, ...]] = field(init=False, repr=False)
    _menus: dict[str, Menu] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Note where each page is."""
        self._places = {}
        for place, entry in _walk(self.entries, ()):
            self._places.setdefault(entry.url, place)

    def menu(self, url: str) -> Menu:
        """What the page at an address lists; a page without a place in the navigation lists the beginnings."""
        if url not in self._menus:
            self._menus[url] = Menu(self._level(self.entries, self._places.get(url, ()), 0), self.all_url)
        return self._menus[url]

    def _level(self, entries: Sequence[Entry], place: Sequence[int], depth: int) -> list[Entry]:
        """The entries of one level: those of the section that the page is in with their own, others closed."""
        at = place[0] if place else None
        shown = []
        for index in _near(len(entries), at, depth) if self.all_url else range(len(entries)):
            entry = entries[index]
            if index == at and entry.children:
                children = self._level(entry.children, place[1:], depth + 1)
                entry = entry._replace(children=children, is_open=True)
            elif index == at:
                entry = entry._replace(is_current=True)
            elif entry.children:
                entry = entry._replace(children=entry.children[:1])
            shown.append(entry)
        return shown


def part(entries: Sequence[Entry], start: int, stop: int) -> list[Entry]:
    """Give the pages from one number to before another, in the order of the navigation, in their sections."""
    found, number = [], 0
    for entry in entries:
        size = _size(entry)
        if number < stop and number + size > start:
            children = part(entry.children, start - number, stop - number)
            found.append(entry._replace(children=children) if entry.children else entry)
        number += size
    return found


def _size(entry: Entry) -> int:
    return sum(map(_size, entry.children)) if entry.children else 1


def _near(count: int, at: int | None, depth: int) -> list[int]:
    """The indexes around one, as many at the ends as elsewhere; on the first level, the home page always."""
    reach = NEAR[min(depth, len(NEAR) - 1)]
    start = max(0, min((at or 0) - reach, count - 2 * reach - 1))
    found = list(range(start, min(count, start + 2 * reach + 1)))
    return found if depth or 0 in found else [0, *found]


def _walk(entries: Sequence[Entry], place: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Entry]]:
    """All pages, each with the indexes that lead to it."""
    for index, entry in enumerate(entries):
        if entry.children:
            yield from _walk(entry.children, (*place, index))
        else:
            yield (*place, index), entry
