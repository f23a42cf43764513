"""Numbers, money, dates and times in a text, read as a locale writes them (Unicode CLDR, through Babel)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache

from babel.dates import format_time
from babel.numbers import format_compact_decimal, format_decimal, get_currency_name, get_currency_symbol

from hexapla import cldr

SPACES = "\u00a0\u202f\u2009"
"""Spaces that group digits; an ordinary one does so only between groups of three."""

NUMBER = re.compile(
    rf"(?<![\w.,])(?:\d{{1,3}}(?:[ {SPACES}]\d{{3}})+(?!\d)(?:[.,٫]\d+)?|\d+(?:[.,'’٬٫{SPACES}]\d+)*)(?!\d)"
)
PART = re.compile(r"(?:[^\W\d_]|[\u0900-\u0963])[-\u2010\u2011]$")
"""Before a number that belongs to a word: Covid-19, Windows-11-Rechner."""

LETTERS = r"[^\W\d_](?:[^\W\d_]|[\u0900-\u0963])*"
ALWAYS = re.compile(r"(?<!\d)24\s?/\s?7(?!\d)")
PHONE = re.compile(r"\+\d(?:[ .\u00a0-]?\d|[ \u00a0]?\(\d+\))(?:[ .\u00a0-]?\d){5,}")
CLOCK = re.compile(
    rf"(?<![\w.,:])(\d{{1,2}})(:|\.|[ {SPACES}]?h[ {SPACES}]?)([0-5]\d)(?![\d:])(?![.,]\d)", re.IGNORECASE
)
HALF_DAY = re.compile(rf"[ {SPACES}]?([ap])\.?[ {SPACES}]?m\b\.?", re.IGNORECASE)
HOUR = re.compile(rf"(?<![\w.,:])(\d{{1,2}})(?={HALF_DAY.pattern})", re.IGNORECASE)
CURRENCIES = {"$": "USD", "US$": "USD", "$US": "USD", "USD": "USD", "€": "EUR", "EUR": "EUR", "£": "GBP", "GBP": "GBP"}
CURRENCIES |= {"¥": "JPY", "JPY": "JPY", "₹": "INR", "INR": "INR", "Ksh": "KES", "KES": "KES", "CHF": "CHF"}
CURRENCIES |= {"ISK": "ISK", "CA$": "CAD", "A$": "AUD"}
SIGN = "|".join(re.escape(sign) for sign in sorted(CURRENCIES, key=len, reverse=True))
BEFORE = re.compile(rf"(?<![\w$])({SIGN})[ {SPACES}]?$")
BEHIND = re.compile(rf"[ {SPACES}]?({SIGN})(?![\w$])")


Value = Decimal | date | time | str
"""A number, a date, a time of day; as it stands, what is none of them: the digits of a telephone number, `24/7`."""


@dataclass(frozen=True)
class Quantity:
    """A number in a text, at `start` to `end`. `value` is None where this locale could not have written it so.

    `digits` is the number without its sign and without the word for a power of ten, `power`. `sign` is the currency's
    sign that stands at it, and `is_before` where. One that `is_part` of a word need not stand in another language.
    """

    start: int
    end: int
    text: str
    value: Value | None
    sign: str = ""
    is_before: bool = False
    digits: str = ""
    power: int = 0
    is_part: bool = False


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
    groups = group + "'’ " + SPACES  # which no language takes for a decimal sign
    months: dict[str, int] = {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in locale.months[context][width].items():
                if not name.strip(".").isdigit():
                    for variant in _spellings(name.strip(".").casefold()):
                        months.setdefault(variant, int(number))
    months |= MORE_MONTHS.get(locale.language, {})
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
    stems |= MORE_SCALES.get(cldr.parse(code).language, {})
    stems = {variant: power for stem, power in stems.items() for variant in _spellings(stem)}
    return tuple(sorted(stems.items(), key=lambda item: -len(item[0]))), first


MORE_SCALES = {
    "en": {"lakh": 5, "crore": 7, "mn": 6, "bn": 9, "tn": 12},
    "fr": {"millier": 3, "md": 9, "mds": 9},
    "de": {"tsd": 3, "mio": 6, "mrd": 9},
    "is": {"þús": 3, "miljón": 6, "milljörð": 9, "miljarð": 9, "ma": 9},
    "hi": {"हजार": 3, "मिलियन": 6, "बिलियन": 9, "ट्रिलियन": 12},
    "sw": {"laki": 5},
}
"""Words for powers of ten that CLDR's patterns do not have: other spellings, other cases, abbreviations."""

MONEY_SCALES = {"k": 3, "m": 6, "b": 9, "md": 9}
"""Letters for powers of ten, which only count beside a sign of money: $5M, 5 M€."""

MORE_MONTHS = {
    "de": {"jänner": 1, "feber": 2},
    "hi": {"फरवरी": 2, "सितम्बर": 9, "अक्तूबर": 10, "नवम्बर": 11, "दिसम्बर": 12},
}


def _stem(word: str) -> str:
    """Cut off what inflection changes: one Latin letter or two of a long word. `millimetre` must not be a million."""
    if len(word) <= 5 or not re.search(r"[a-z]", word):
        return word
    return word[: -1 if len(word) <= 8 else -2]


def _spellings(word: str) -> set[str]:
    """Give a word as Unicode may write it: Devanagari's dotted letters are one character, or two."""
    composed = word.replace("ड\u093c", "\u095c").replace("ज\u093c", "\u095b").replace("फ\u093c", "\u095e")
    return {word, unicodedata.normalize("NFC", word), composed}


DIGIT = re.compile(r"\d")


def read(prose: str, code: str) -> list[Quantity]:
    """Find the numbers of a text, in its order."""
    return list(_read(prose, code)) if DIGIT.search(prose) else []


@lru_cache(maxsize=4096)
def _read(prose: str, code: str) -> tuple[Quantity, ...]:
    """Read a text once, though two rules ask, and for a text of the source each locale."""
    style = style_of(code)
    found = [*_codes(prose), *_dates(prose, style)]
    found += [one for one in _times(prose) if not _overlaps(one.start, found)]
    taken = list(found)
    for match in NUMBER.finditer(prose):
        if not _overlaps(match.start(), taken):
            found.append(_quantity(prose, match, style))
    return tuple(sorted(found, key=lambda one: one.start))


def _overlaps(at: int, others: list[Quantity]) -> bool:
    return any(one.start <= at < one.end for one in others)


def _codes(prose: str) -> Iterator[Quantity]:
    """Yield what has digits and is no number: telephone numbers, and `24/7`."""
    for match in PHONE.finditer(prose):
        yield Quantity(*match.span(), match[0], "+" + re.sub(r"\D", "", match[0]))
    for match in ALWAYS.finditer(prose):
        yield Quantity(*match.span(), match[0], "24/7")


def _times(prose: str) -> Iterator[Quantity]:
    """Yield times of day: 10:30, 10h30, 10 h 30, 10.30 Uhr, kl. 10.30, 10:30 p.m., 10 p.m."""
    for match in (*CLOCK.finditer(prose), *HOUR.finditer(prose)):
        before, half = prose[: match.start()], HALF_DAY.match(prose, match.end())
        is_clock = (
            half or re.match(r"\sUhr\b", prose[match.end() :]) or re.search(r"(?i)\b(?:kl\.|klukkan|saa)\s$", before)
        )
        if match.re is CLOCK and match[2] == "." and not is_clock:
            continue
        hour, minute = int(match[1]), int(match[3]) if match.re is CLOCK else 0
        hour = hour % 12 + 12 * (half[1].lower() == "p") if half else hour % 24
        end = half.end() if half else match.end()
        if int(match[1]) <= 24:
            yield Quantity(match.start(), end, prose[match.start() : end], time(hour, minute))


def _quantity(prose: str, match: re.Match[str], style: Style) -> Quantity:
    value = number(match[0], style)
    start, end = match.span()
    is_decade = bool(re.match(r"s\b", prose[end:]))  # the 1990s: another language may say the nineties
    is_part = is_decade or bool(PART.search(prose[max(0, start - 2) : start]))
    leading, following = BEFORE.search(prose[max(0, start - 8) : start]), BEHIND.match(prose, end)
    sign = leading[1] if leading else following[1] if following else ""
    start -= len(leading[0]) if leading else 0
    power, before, behind = _scale(prose[:start], prose[end:], style, bool(leading))
    end = following.end() if following and not leading else end + behind
    start -= before
    value = value.scaleb(power) if value is not None else None
    return Quantity(start, end, prose[start:end], value, sign, bool(leading), match[0], power, is_part)


def _scale(before: str, behind: str, style: Style, is_money: bool) -> tuple[int, int, int]:
    """The power of ten that a word beside a number stands for, such as 9 for `billion`; how far it reaches each way."""
    near = re.search(rf"({LETTERS})[ {SPACES}]$", before[-24:]) if style.scale_first else None
    if near and (power := _power(near[1], style)):
        return power, len(near[0]), 0
    near = re.match(rf"[ {SPACES}\u2011-]?({LETTERS})", behind)
    if near and (power := _power(near[1], style)):
        return power, 0, len(near[0])
    near = near if is_money else re.match(rf"[ {SPACES}]?(k|M|Md)(?=[ {SPACES}]?(?:{SIGN}))", behind)
    power = MONEY_SCALES.get(near[1].lower(), 0) if near else 0
    return power, 0, len(near[0]) if near and power else 0


def _power(word: str, style: Style) -> int:
    """The power of ten that a word stands for, in any of its forms; 0 where it is another word."""
    word = word.casefold()
    for stem, power in style.scales:
        rest = word.removeprefix(stem)
        if word == stem or (len(stem) > 3 and rest != word and (len(rest) <= 3 if rest.isalpha() else rest == "ों")):
            return power
    return 0


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
        # 22/11/2026 is British English; 11/22/2026 is nothing where the day comes first.
        is_day_first = style.day_first or int(match[1]) > 12
        day, month = (match[1], match[3]) if is_day_first else (match[3], match[1])
        found = list(_date(match, match[4], month, day))
        yield from found or [Quantity(*match.span(), match[0], None)]
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
    day = r"(?<!\d)(?P<day>\d{1,2})(?:\.|er|ᵉʳ|º|st|nd|rd|th)?"
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


OFTEN = ("USD", "EUR", "GBP", "JPY", "INR", "KES", "TZS", "CHF", "ISK", "CNY")
"""Currencies that a text may name by mistake for another."""


@cache
def _words_of(currency: str, code: str) -> frozenset[str]:
    """The words of a currency in a locale, as stems, from CLDR: `dolla`, `état`, `unis` for the US dollar in French."""
    locale = cldr.parse(code)
    names = {get_currency_name(currency, count=count, locale=locale) for count in (None, 1, 2, 5)}
    return frozenset(word[:5] for name in names for word in re.findall(LETTERS, name.casefold()) if len(word) > 2)


def other_currency(prose: str, quantity: Quantity, sign: str, code: str) -> str:
    """Give the name of a currency that stands beside an amount, if it is another than the sign of the source says."""
    wanted = CURRENCIES[sign]
    before, behind = prose[max(0, quantity.start - 24) : quantity.start], prose[quantity.end : quantity.end + 32]
    near = {word[:5] for word in re.findall(LETTERS, f"{before} {behind}".casefold())}
    if quantity.sign and CURRENCIES[quantity.sign] != wanted:
        return quantity.sign
    if quantity.sign or near & _words_of(wanted, code):
        return ""
    others = (one for one in OFTEN if near & (_words_of(one, code) - _words_of(wanted, code)))
    found = next(others, "")
    return str(get_currency_name(found, locale=cldr.parse(code))) if found else ""


def money(amount: Decimal, sign: str, code: str) -> str:
    """Write an amount of money as a locale does: 50 dollars des États-Unis. A sign that many countries use stays."""
    locale = cldr.parse(code)
    if sign in NARROW:
        pattern = str(locale.currency_formats["standard"].pattern).split(";")[0]
        space = "\u00a0" if re.search(r"\s", pattern) else ""
        parts = (
            (sign, _decimal(amount, code)) if pattern.find("¤") < pattern.find("0") else (_decimal(amount, code), sign)
        )
        return space.join(parts)
    return f"{_decimal(amount, code)} {get_currency_name(CURRENCIES[sign], count=float(amount), locale=locale)}"


NARROW = frozenset("$€£¥₹")
"""The signs of CLDR's narrow forms, which all languages know."""


def is_usual_money(quantity: Quantity, code: str) -> bool:
    """Whether a locale writes a sign on that side of a number (CLDR), and writes that sign. A code such as EUR is right
    on both sides; `US$` goes with `$` where a language has no sign of its own for these dollars, such as `$US`."""
    locale = cldr.parse(code)
    pattern = str(locale.currency_formats["standard"].pattern).split(";")[0]
    currency = CURRENCIES[quantity.sign]
    symbol = get_currency_symbol(currency, locale).strip()
    usual = {symbol, *NARROW} | ({"US$"} if symbol in ("$", currency) else set())
    is_on_side = quantity.is_before == (pattern.find("¤") < pattern.find("0"))
    return quantity.sign == currency or (is_on_side and quantity.sign in usual)


def written(quantity: Quantity, code: str) -> str:
    """Write a quantity of another language as a locale does, for hints."""
    value = quantity.value
    if isinstance(value, date):
        return cldr.format_date(value, code)
    if isinstance(value, time):
        return str(format_time(value, "short", locale=cldr.parse(code)))
    if not isinstance(value, Decimal):
        return quantity.text
    if quantity.sign:
        return money(value, quantity.sign, code)
    if quantity.power:
        text = str(format_compact_decimal(value, format_type="long", locale=cldr.parse(code), fraction_digits=3))
        if [one.value for one in read(text, code)] == [value]:
            return text
    is_plain = quantity.power == 0 and re.fullmatch(r"\d{1,4}", quantity.digits)
    return quantity.digits if is_plain else _decimal(value, code)


def _decimal(value: Decimal, code: str) -> str:
    return str(format_decimal(value, locale=cldr.parse(code), decimal_quantization=False))


# Numbers in words

SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth".split()
ENGLISH = {word: number for number, word in enumerate(SMALL)} | {word: 10 * at for at, word in enumerate(TENS, 2)}
ENGLISH |= {word: number for number, word in enumerate(ORDINALS, 1)}
ENGLISH |= {f"{word}th": number for number, word in enumerate(SMALL) if number >= 14}
ENGLISH |= {f"{word[:-1]}ieth": 10 * at for at, word in enumerate(TENS, 2)}
ENGLISH |= {"once": 1, "single": 1, "twice": 2, "both": 2, "couple": 2, "pair": 2, "double": 2, "triple": 3}
ENGLISH |= {"half": 50, "decade": 10, "century": 100, "fortnight": 14}
MULTIPLES = {"dozen": 12, "hundred": 100, "thousand": 10**3, "lakh": 10**5, "crore": 10**7}
MULTIPLES |= {"million": 10**6, "billion": 10**9, "trillion": 10**12}


def spelled(prose: str, code: str) -> set[Decimal]:
    """Give the numbers that an English text has in words, the parts of each as well: 2, 20, 22 for twenty-two."""
    if not code.startswith("en"):
        return set()
    found: set[Decimal] = set()
    total = current = 0
    for word in re.findall(r"[a-z]+|[^\sa-z-]", prose.lower()):
        multiple = MULTIPLES.get(word, MULTIPLES.get(word.removesuffix("s"), 0))
        if multiple:
            current = (current or 1) * multiple
            total, current = (total + current, 0) if multiple >= 1000 else (total, current)
        elif word in ENGLISH:
            current += ENGLISH[word]
            found.add(Decimal(ENGLISH[word]))
        elif word != "and":
            total = current = 0
        found |= {Decimal(value) for value in (total, current, total + current, multiple) if value}
    return found | {Decimal(value) for value in map(_roman, re.findall(r"\b[IVXL]{2,}\b", prose)) if value}


ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}


def _roman(text: str) -> int:
    values = [ROMAN[sign] for sign in text]
    return sum(-one if one < max(values[at:]) else one for at, one in enumerate(values))


LATER = {13: 0, 14: 1, 15: 2, 16: 3, 20: 4, 30: 5, 40: 6, 50: 7, 60: 8, 100: 9}
"""Where numbers above twelve stand in the lists below, behind the twelfth word."""

WORDS = {
    "fr": (
        "une?|premi[eè]re? deux|seconde? trois quatr(?:e)? cinq(?:u(?=i))? six sept huit neu[fv] dix onze douze treize "
        "quatorze quinze seize vingt trente quarante cinquante soixante cent"
    ),
    "de": (
        r"ein\w{0,2}|erst\w* zwei|zwo drei|dritt vier fünf sechs sieben|siebt acht neun zehn elf zwölf dreizehn "
        "vierzehn fünfzehn sechzehn zwanzig dreißig vierzig fünfzig sechzig hundert|einhundert"
    ),
    "is": (
        r"ein|eitt|fyrst tve|tvær|tvö|tví|anna|önnur þr(?:í|jár?|jú|em|iggja|iðj) fjór|fjögur|fjögra fimm sex|sjött "
        "sjö átta|áttund níu tíu ellefu tólf þrettán fjórtán fimmtán sextán tuttugu þrjátíu fjörutíu fimmtíu sextíu "
        "hundrað"
    ),
    "hi": (
        "एक|पहल दो|दूसर तीन|तीसर चार|चौथ पाँच|पांच छह|छः|छ:|छठ सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह|पन्द्रह सोलह "
        "बीस तीस चालीस पचास साठ सौ"
    ),
    "sw": (
        r"\w{0,3}moja|kwanza \w{0,3}mbili|\w{0,3}wili|pili \w{0,3}tatu \w{0,3}nne \w{0,3}tano sita saba \w{0,3}nane "
        r"tisa kumi kumi\sna\s\w{0,2}moja kumi\sna\smbili kumi\sna\statu kumi\sna\snne kumi\sna\stano kumi\sna\ssita "
        "ishirini thelathini arobaini hamsini sitini mia"
    ),
}
"""Beginnings of the words for 1 to 12, and for those in LATER; for 1 to 12, ordinal numbers count as well."""

TAILS = {
    "fr": r"(?:i?ème|aine)?s?",
    "de": r"(?!zehn|zig|ßig|und)\w*",
    "is": r"(?!tán|tíu)\w*",
    "hi": r"[\w\u0900-\u0963]{0,4}",
    "sw": "",
}
LIMIT_IN_WORDS = 12


def is_in_words(value: Decimal, prose: str, code: str) -> bool:
    """Whether a text may have a small number in words, or in Roman figures. Of a language whose words are not known
    here, it may for numbers up to twelve."""
    language, style = cldr.parse(code).language, style_of(code)
    scales = {power for word in re.findall(LETTERS, prose) if (power := _power(word, style))}
    for power in scales:
        rest = value.scaleb(-power)
        if 1 <= rest <= 100 and is_in_words(rest, prose, code):
            return True
    if value != value // 1 or not 1 <= value <= 100:
        return False
    number = int(value)
    if any(_roman(word) == number for word in re.findall(r"\b([IVXL]+)(?=(?:er|e|ᵉ|ème)?\b)", prose) if number > 1):
        return True
    at = number - 1 if number <= LIMIT_IN_WORDS else LIMIT_IN_WORDS + LATER.get(number, 99)
    words = WORDS.get(language, "").split()
    if not words:
        return number <= LIMIT_IN_WORDS
    if at >= len(words):
        return False
    return bool(re.search(rf"(?<![\w\u0900-\u0963])(?:{words[at]}){TAILS[language]}(?![\w\u0900-\u0963])", prose, re.I))
