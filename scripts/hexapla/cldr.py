"""How a locale writes dates, numbers, names and plurals, from the Unicode CLDR through Babel."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

import babel
from babel import localedata
from babel.core import get_global
from babel.dates import format_date as babel_date
from babel.lists import format_list as babel_list
from babel.numbers import format_decimal
from babel.numbers import format_percent as babel_percent

PLURAL_TAGS = ("zero", "one", "two", "few", "many", "other")
"""CLDR's plural categories, in its own order, which is also the order of a catalog's plural forms."""

LARGEST_SAMPLE = 1_000_002
"""No plural rule of CLDR tells integers apart by anything above a million."""


@cache
def parse(code: str) -> babel.Locale:
    """Find the CLDR locale of a code such as `fr`, `en-GB` or `zh_Hant_TW`.

    Raises ValueError with a sentence for the reader where CLDR does not know the code.
    """
    try:
        return babel.Locale.parse(code.replace("-", "_"))
    except (babel.UnknownLocaleError, ValueError, TypeError):
        raise ValueError(f"CLDR knows no locale {code!r}") from None


def is_known(code: str) -> bool:
    """Whether CLDR knows a locale."""
    try:
        parse(code)
    except ValueError:
        return False
    return True


@cache
def known_codes() -> tuple[str, ...]:
    """Give every locale code of CLDR."""
    return tuple(sorted(localedata.locale_identifiers()))


def language_tag(code: str) -> str:
    """Give the BCP 47 tag for `lang` and `hreflang`: `en_GB` becomes `en-GB`."""
    return code.replace("_", "-")


@cache
def territory_tag(code: str) -> str:
    """Give the `language_TERRITORY` that Open Graph asks for; CLDR's likely territory where the code names none."""
    locale = parse(code)
    territory = locale.territory
    if not territory:
        likely = get_global("likely_subtags").get(str(locale), "").split("_")
        territory = likely[-1] if len(likely) > 1 else ""
    return f"{locale.language}_{territory}" if territory else locale.language


def language_name(code: str, reader: str | None = None) -> str:
    """Name a language in itself, or in the language of `reader`; the first letter is upper case, as in a menu."""
    name = parse(code).get_display_name(parse(reader or code)) or code
    return name[:1].upper() + name[1:]


def format_date(value: date, code: str) -> str:
    """Write a date in the locale's long form: 22. nóvember 2026."""
    return babel_date(value, "long", locale=parse(code))


@lru_cache(maxsize=1 << 14)
def format_number(value: int, code: str) -> str:
    """Write a whole number with the locale's digits and grouping."""
    return format_decimal(value, locale=parse(code))


@lru_cache(maxsize=1 << 10)
def format_percent(value: int, code: str) -> str:
    """Write a percentage as the locale does: 98 %."""
    return babel_percent(value / 100, locale=parse(code))


def format_list(items: Iterable[str], code: str) -> str:
    """Join items as the locale does: A, B und C."""
    return babel_list(list(items), locale=parse(code))


def as_date(value: object) -> date | None:
    """Take what YAML makes of a date; None for anything else."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


# Plural forms


@cache
def plural_samples(code: str) -> dict[str, int]:
    """Give the CLDR categories that whole numbers fall into, each with its smallest number.

    The order is that of a catalog's plural forms. A category that only fractions reach (Russian "other") is left out:
    gettext counts whole things.
    """
    rule = parse(code).plural_form
    samples: dict[str, int] = {}
    for number in (*range(202), 1_000_000, LARGEST_SAMPLE):
        samples.setdefault(str(rule(number)), number)
    return {tag: samples[tag] for tag in PLURAL_TAGS if tag in samples}


def plural_index(number: int, code: str) -> int:
    """Give the index of the plural form for a number, for `msgstr[index]`."""
    return list(plural_samples(code)).index(str(parse(code).plural_form(number)))


@cache
def plural_forms(code: str) -> str:
    """Give the `Plural-Forms` header of a catalog, written from CLDR's rules for whole numbers.

    Babel's own table (babel.messages.plurals) lacks Swahili and counts 0 differently from CLDR in Hindi, and its
    `to_gettext` keeps CLDR's operand `e`, which gettext does not know; so the rules are simplified here for whole
    numbers: i = n, and v, w, f, t, c, e are 0.
    """
    rules: dict[str, Any] = dict(parse(code).plural_form.abstract)
    categories = list(plural_samples(code))
    expression = str(len(categories) - 1)
    for index in reversed(range(len(categories) - 1)):
        condition = _simplify(rules[categories[index]])
        if condition is True:
            expression = str(index)
        elif condition is not False:
            expression = f"{condition} ? {index} : {expression}"
    return f"nplurals={len(categories)}; plural=({expression});"


def _simplify(node: tuple[str, Any]) -> str | bool:
    """Turn a node of Babel's plural rule into a C condition on n, or True or False where n plays no part."""
    kind, parts = node
    if kind in ("and", "or"):
        absorbing = kind == "or"
        sides = [_simplify(part) for part in parts]
        if absorbing in sides:
            return absorbing
        kept = [side for side in sides if isinstance(side, str)]
        if not kept:
            return not absorbing
        if len(kept) == 1:
            return kept[0]
        sign = "||" if absorbing else "&&"
        return f" {sign} ".join(f"({side})" if re.search(r"&&|\|\|", side) else side for side in kept)
    if kind == "not":
        inner = _simplify(parts[0])
        return (not inner) if isinstance(inner, bool) else f"!({inner})"
    if kind == "relation":
        _operator, left, (_, ranges) = parts
        return _relation(left, ranges)
    raise ValueError(f"unknown node {kind!r} in a plural rule")


def _relation(left: tuple[str, Any], ranges: list[tuple[Any, Any]]) -> str | bool:
    """Turn `operand [mod m] in ranges` into a C condition on n, or a constant where the operand is 0."""
    modulus = None
    if left[0] == "mod":
        left, (_, (modulus,)) = left[1]
    bounds = [(low[1][0], high[1][0]) for low, high in ranges]
    if left[0] not in ("n", "i"):
        return any(low <= 0 <= high for low, high in bounds)
    term = f"n % {modulus}" if modulus else "n"
    tests = [f"{term} == {low}" if low == high else f"{term} >= {low} && {term} <= {high}" for low, high in bounds]
    if len(tests) == 1:
        return tests[0]
    return " || ".join(f"({test})" if "&&" in test else test for test in tests)
