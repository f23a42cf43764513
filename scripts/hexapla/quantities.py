"""Numbers, money, percentages and dates in a text, read as a locale writes them (Unicode CLDR, through Babel)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from itertools import pairwise

from babel.numbers import get_currency_name, get_currency_symbol

from hexapla import cldr

SPACES = "\u00a0\u202f\u2009"
"""Spaces that group digits; an ordinary one does so only between groups of three."""

NUMBER = re.compile(
    rf"(?<![\w.,])(?<![A-Za-z]-)(?:\d{{1,3}}(?:[ {SPACES}]\d{{3}})+(?:[.,٫]\d+)?|\d+(?:[.,'’٬٫{SPACES}]\d+)*)(?!\d)"
)
CURRENCIES = {"$": "USD", "US$": "USD", "$US": "USD", "USD": "USD", "€": "EUR", "EUR": "EUR", "£": "GBP", "GBP": "GBP"}
CURRENCIES |= {"¥": "JPY", "JPY": "JPY", "₹": "INR", "INR": "INR", "Ksh": "KES", "KES": "KES", "CHF": "CHF"}
CURRENCIES |= {"ISK": "ISK", "CA$": "CAD", "A$": "AUD"}
SIGN = "|".join(re.escape(sign) for sign in sorted(CURRENCIES, key=len, reverse=True))
BEFORE = re.compile(rf"(?<![\w$])({SIGN})[ {SPACES}]?$")
BEHIND = re.compile(rf"[ {SPACES}]?({SIGN})(?![\w$])")
PERCENT = re.compile(rf"([ {SPACES}]?)[%٪]")


@dataclass(frozen=True)
class Quantity:
    """A number in a text, at `start` to `end`. `value` is None where this locale could not have written it so.

    `sign` is the currency's sign that stands at it, and `is_before` where.
    """

    start: int
    end: int
    text: str
    value: Decimal | date | None
    sign: str = ""
    is_before: bool = False


@dataclass(frozen=True)
class Style:
    """How a locale writes numbers: its decimal sign, its grouping signs, its words for powers of ten and for months."""

    decimal: str
    groups: str
    scales: tuple[tuple[str, int], ...]
    months: tuple[tuple[str, int], ...]
    day_first: bool
    scale_first: bool


@cache
def style_of(code: str) -> Style:
    """Look a locale's style up in CLDR."""
    locale = cldr.parse(code)
    symbols = locale.number_symbols
    latin = symbols.get("latn", symbols)
    decimal, group = str(latin.get("decimal", ".")), str(latin.get("group", ","))
    groups = group + ("'" if group == "’" else "") + SPACES + (" " if group.isspace() else "")
    months: dict[str, int] = {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in locale.months[context][width].items():
                if not name.strip(".").isdigit():
                    months.setdefault(name.strip(".").casefold(), int(number))
    scales, scale_first = _scales(code)
    pattern = str(locale.date_formats["short"].pattern)
    day_first = pattern.find("d") < pattern.find("M")
    longest = tuple(sorted(months.items(), key=lambda item: -len(item[0])))
    return Style(decimal, groups, scales, longest, day_first, scale_first)


def _scales(code: str) -> tuple[tuple[tuple[str, int], ...], bool]:
    """Give a locale's words for powers of ten, from CLDR's long compact patterns (`0 million`), as stems."""
    forms = cldr.parse(code).compact_decimal_formats.get("long", {})
    found: dict[str, int] = {}
    first = False
    for by_size in (value for value in forms.values() if hasattr(value, "items")):
        for size, pattern in by_size.items():
            text = str(pattern.pattern).split(";")[0]
            word = text.replace("0", "").replace("'", "").strip()
            if word and text != word:
                found[word.casefold()] = len(str(size)) - text.count("0")
                first = not text.startswith("0")
    stems = {_stem(word): power for word, power in found.items()}
    return tuple(sorted(stems.items(), key=lambda item: -len(item[0]))), first


def _stem(word: str) -> str:
    """Cut off what inflection changes: one Latin letter or two of a long word."""
    if not word.isascii() and not re.search(r"[a-z]", word):
        return word
    return word if len(word) <= 5 else word[: max(5, len(word) - 3)]


def read(prose: str, code: str) -> list[Quantity]:
    """Find the numbers of a text, in its order."""
    if not any(sign.isdigit() for sign in prose):
        return []
    style = style_of(code)
    found: list[Quantity] = []
    dates = list(_dates(prose, style))
    taken = [(one.start, one.end) for one in dates]
    for match in NUMBER.finditer(prose):
        if not any(start <= match.start() < end for start, end in taken):
            found.append(_quantity(prose, match, style))
    return sorted(found + dates, key=lambda one: one.start)


def _quantity(prose: str, match: re.Match[str], style: Style) -> Quantity:
    value = number(match[0], style)
    before, behind = prose[: match.start()], prose[match.end() :]
    if value is not None:
        value = value.scaleb(_scale(before, behind, style))
    leading, following = BEFORE.search(before[-8:]), BEHIND.match(behind)
    sign = leading[1] if leading else following[1] if following else ""
    start = match.start() - len(leading[0]) if leading else match.start()
    end = match.end() + len(following[0]) if following and not leading else match.end()
    return Quantity(start, end, prose[start:end], value, sign, bool(leading))


def _scale(before: str, behind: str, style: Style) -> int:
    """The power of ten that a word beside a number stands for, such as 9 for `billion`."""
    near = re.search(r"(\S+)\s$", before[-24:]) if style.scale_first else re.match(rf"[ {SPACES}](\S+)", behind)
    word = near[1].casefold() if near else ""
    return next((power for stem, power in style.scales if word.startswith(stem)), 0)


def number(text: str, style: Style) -> Decimal | None:
    """Read a number as a locale writes it; None where it would not write it so."""
    digits = "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in text)
    whole, _, fraction = digits.partition(style.decimal)
    separators = re.sub(r"\d", "", whole)
    if fraction and not fraction.isdigit():
        return None
    if separators:
        # Groups of three, or of two but for the last, as in India; nobody writes a decimal sign like a group of three.
        groups = re.split(rf"[{re.escape(style.groups)}]", whole)
        sizes = [len(group) for group in groups]
        is_grouped = len(set(separators)) == 1 and sizes[-1] == 3 and all(1 <= size <= 3 for size in sizes)
        if not is_grouped or any(not group.isdigit() for group in groups):
            return None
    try:
        return Decimal(re.sub(r"\D", "", whole) + ("." + fraction if fraction else ""))
    except InvalidOperation:
        return None


def _dates(prose: str, style: Style) -> Iterator[Quantity]:
    """Yield whole dates: 2026-11-22, 22 November 2026, November 22, 2026, 22.11.2026; a month and a year alone."""
    for match in re.finditer(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)", prose):
        yield from _date(match, match[1], match[2], match[3])
    for match in re.finditer(r"(?<![\d.])(\d{1,2})([./])[ ]?(\d{1,2})\2[ ]?(\d{4})(?!\d)", prose):
        day, month = (match[1], match[3]) if style.day_first else (match[3], match[1])
        yield from _date(match, match[4], month, day)
    months = dict(style.months)
    names = "|".join(map(re.escape, months))
    if not names or not re.search(names, prose, re.IGNORECASE):
        return
    taken: list[range] = []
    for form in _forms(names):
        for match in form.finditer(prose):
            if not any(match.start() in place for place in taken):
                taken.append(range(match.start(), match.end()))
                month = str(months[match["month"].casefold()])
                yield from _date(match, match["year"], month, match.groupdict().get("day") or "1")


@cache
def _forms(names: str) -> tuple[re.Pattern[str], ...]:
    """The ways to write a date with the name of a month, the fullest first."""
    space, year = f"[ {SPACES}]", r"(?P<year>\d{4})(?!\d)"
    day = r"(?<!\d)(?P<day>\d{1,2})(?:\.|er|º|st|nd|rd|th)?"
    month = rf"(?P<month>{names})\.?"
    forms = (
        rf"{day}{space}(?:de |of )?{month},?{space}(?:de )?{year}",
        rf"{month}{space}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?{space}{year}",
        rf"\b{month}{space}(?:de )?{year}",
    )
    return tuple(re.compile(form, re.IGNORECASE) for form in forms)


def _date(match: re.Match[str], year: str, month: str, day: str) -> Iterator[Quantity]:
    try:
        value = date(int(year), int(month), int(day))
    except ValueError:
        return
    yield Quantity(match.start(), match.end(), match[0], value)


def money(amount: int | Decimal, sign: str, code: str) -> str:
    """Write an amount of money in words of a locale: 50 dollars des États-Unis."""
    locale = cldr.parse(code)
    currency = CURRENCIES[sign]
    count = amount if amount == amount // 1 else Decimal(amount)
    return f"{cldr.format_number(int(count), code)} {get_currency_name(currency, count=float(count), locale=locale)}"


def is_usual_money(quantity: Quantity, code: str) -> bool:
    """Whether a locale's CLDR pattern has the sign on that side of the number, and the sign is one that it uses."""
    locale = cldr.parse(code)
    pattern = str(locale.currency_formats["standard"].pattern).split(";")[0]
    currency = CURRENCIES[quantity.sign]
    usual = {get_currency_symbol(currency, locale).strip(), currency}
    return quantity.is_before == (pattern.find("¤") < pattern.find("0")) and quantity.sign in usual


def plain(value: Decimal | date) -> str:
    """Write a value for a message, in a way that all languages read alike."""
    if isinstance(value, date):
        return value.isoformat()
    return f"{value.normalize():f}"


def written(value: Decimal | date, code: str) -> str:
    """Write a value as a locale does, for hints."""
    if isinstance(value, date):
        return cldr.format_date(value, code)
    if value == value // 1:
        return cldr.format_number(int(value), code)
    return f"{value.normalize():f}".replace(".", style_of(code).decimal)


NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
TENS = {
    word: 10 * number for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}


def spelled(prose: str, code: str) -> set[Decimal]:
    """Give the small numbers that an English text has in words; nothing is known of other languages' words."""
    if not code.startswith("en"):
        return set()
    words = re.findall(r"[a-z]+", prose.lower())
    found = {Decimal(known[word]) for known in (NUMBER_WORDS, TENS) for word in words if word in known}
    pairs = pairwise(words)
    found |= {Decimal(TENS[one] + NUMBER_WORDS[two]) for one, two in pairs if one in TENS and two in NUMBER_WORDS}
    if "hundred" in words:
        found.add(Decimal(100))
    ordinals = {"third": 3, "fourth": 4, "fifth": 5, "first": 1, "second": 2, "hundreds": 100, "dozen": 12}
    return found | {Decimal(value) for word, value in ordinals.items() if word in words}
