"""Rules of characters: what cannot be seen, what looks like something else, what breaks programs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

from hexapla import cldr, languages
from hexapla.config import Locale
from hexapla.passages import Passage
from hexapla.problems import Problem, say
from hexapla.rules import Corpus, Scope, Subject, rule

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
ZERO_WIDTH = (
    "\u200b\u2060\u2800\ufeff\u180e\u034f\u115f\u1160\u3164\uffa0\u2061\u2062\u2063\u2064"
    "\u206a\u206b\u206c\u206d\u206e\u206f"
)
JOINERS = "\u200c\u200d"
JOINING_SCRIPTS = frozenset("DEVANAGARI BENGALI GURMUKHI GUJARATI TAMIL TELUGU ARABIC MYANMAR KHMER".split())
SOFT_HYPHEN = "\u00ad"
HYPHENATING = frozenset({"de", "nl", "sv", "da", "nb", "nn", "no", "fi", "is", "hu", "et"})
"""Languages with long compounds, where a soft hyphen is of use."""

ODD = re.compile(
    rf"[{BIDI}{ZERO_WIDTH}{JOINERS}{SOFT_HYPHEN}\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd\ue000-\uf8ff"
    r"\ufdd0-\ufdef\ufffe\uffff\ufff9-\ufffb\U000e0000-\U000e0fff\U000f0000-\U0010ffff\ufe00-\ufe0f"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a]"
)
FOREIGN = re.compile(r"[^\x00-\u024f]")
TOKEN = re.compile(r"[^\W\d_]+(?:[^\W_]|[\u0300-\u036f])*")
HOST = re.compile(r"(?i)(?:https?:)?[\\/]{2}([^\s/?#)\]\"'<>“”„‘’«»…।]+)")
FLAG = re.compile(
    "\U0001f3f4(?:\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|"
    "\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073))\U000e007f"
)
"""The flags of England, Scotland and Wales, which are written with tags."""
VIRAMA = re.compile("[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u1039\u17d2]")
EMOJI_JOIN = re.compile(r"[\U0001f000-\U0001faff\u2190-\u2bff\ufe0f]\u200d[\U0001f000-\U0001faff\u2190-\u2bff]")
UNMIXED = re.compile(r"[\x00-\u024f\u0300-\u036f]*|[\u0900-\u0963\u0966-\u097f]*")
"""Nothing but Latin letters, marks, and what goes with any script; or nothing but Devanagari."""

LOOKS_LATIN = {
    "CYRILLIC": frozenset("аеорсухіјѕԁһӏԛԝАВЕКМНОРСТУХІЈЅ"),
    "GREEK": frozenset("οΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"),
}
"""Letters that look like Latin ones."""

UNLIKE_LATIN = frozenset("DEVANAGARI BENGALI GURMUKHI GUJARATI TAMIL TELUGU ARABIC HEBREW THAI HANGUL".split())
"""Scripts that no one can take for Latin; a name and an ending of the language may stand together."""


_REMOVE = say("remove it, or write the character that it stands for")
_ONE_SCRIPT = say("write the word in one script")


@rule("unicode", Scope.DOCUMENT, is_guard=True)
def characters(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """Every character is one that a reader can see and that is what it seems.

    Not allowed: marks that turn the direction of a text around, tags and zero-width characters where the script has no
    use for them (joiners are right in Devanagari, soft hyphens in German), words that mix scripts, hosts that look like
    others, text that is not in NFC, private use, U+FFFD and control characters. Code and addresses are looked at too
    (Unicode Technical Standard 39, "Unicode Security Mechanisms").

    Bad: `pаypal`, with a Cyrillic а (U+0430)
    Good: `paypal`
    """
    text = subject.document.text
    if not text.isascii() or ODD.search(text):
        yield from examine(subject, text)
    for passage in subject.passages:
        yield from _disguised(subject, passage)
    yield from _disguised_values(subject)


def examine(subject: Subject, text: str) -> Iterator[Problem]:
    """Look through a text of a document's file."""
    last = -1
    for match in ODD.finditer(text):
        what = _oddity(text, match.start(), subject.locale)
        if what and match.start() != last + 1:  # of several in a row, the first is told
            yield subject.at_offset("unicode", match.start(), what, _REMOVE)
        last = match.start() if what else last
    if not unicodedata.is_normalized("NFC", text):
        yield from _decomposed(subject, text)
    if FOREIGN.search(text):
        yield from _mixtures(subject, text)
        yield from _hosts(subject, text)


def _disguised(subject: Subject, passage: Passage) -> Iterator[Problem]:
    """What shows only once a passage is read: characters as entities, words put together by marks, coded hosts."""
    prose, raw = passage.prose, passage.inline.raw
    rule = "unicode"
    for match in ODD.finditer(prose) if passage.text.isascii() or passage.inline.wide else ():
        start, end = raw(*match.span())
        if match[0] not in passage.text[start:end] and (what := _oddity(prose, match.start(), subject.locale)):
            line, column, _ = passage.placer(start)
            yield Problem(subject.document.path, line, column, rule, what, _REMOVE, segment=passage.text)
    for match in TOKEN.finditer(prose) if languages.FOREIGN_LETTER.search(prose) else ():
        message = _mixture(match[0])
        start, end = raw(*match.span()) if message else (0, 0)
        if message and passage.text[start:end] != match[0]:
            line, column, _ = passage.placer(start)
            yield Problem(subject.document.path, line, column, rule, message, _ONE_SCRIPT, segment=passage.text)
    for span in passage.inline.of("link", "image", "autolink"):
        written = passage.text[slice(*span.at)]
        decoded = unquote(unescape(span.target))
        if decoded != written and (host := HOST.match(decoded)) and host[1] not in written and not host[1].isascii():
            line, column, _ = passage.placer(span.at[0])
            message, hint = _host(host[1])
            yield Problem(subject.document.path, line, column, rule, message, hint, segment=passage.text)


def _disguised_values(subject: Subject) -> Iterator[Problem]:
    """What the escapes of YAML write in front matter."""
    written = subject.document.text[: subject.document.body_start]
    for key, value in subject.document.meta.items():
        for text in _texts(value) if "\\" in written else ():
            found = [match for match in ODD.finditer(text) if match[0] not in written]
            whats = [what for match in found if (what := _oddity(text, match.start(), subject.locale))]
            words = [match[0] for match in TOKEN.finditer(text) if match[0] not in written]
            hints = [(what, _REMOVE) for what in whats] + [(what, _ONE_SCRIPT) for what in map(_mixture, words) if what]
            for message, hint in hints[:1]:
                place = subject.document.place(key)
                yield Problem(subject.document.path, place.line, place.column, "unicode", message, hint)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def code_points(text: str) -> str:
    """Write a text as its code points: U+0430."""
    return " ".join(f"U+{ord(sign):04X}" for sign in text)


def _oddity(text: str, at: int, locale: Locale) -> str | None:
    """Say what is wrong with a character, unless it is right where it stands."""
    sign = text[at]
    point = code_points(sign)
    if sign in BIDI:
        return say("%(point)s turns the direction of the text, invisibly", point=point)
    if sign in JOINERS:
        if _joins(text, at) or EMOJI_JOIN.search(text[max(0, at - 2) : at + 2]):
            return None
        return say("%(point)s joins letters invisibly, and these letters do not join", point=point)
    if sign == SOFT_HYPHEN:
        is_word = text[at - 1 : at].isalpha() and text[at + 1 : at + 2].isalpha()
        if is_word and cldr.parse(locale.code).language in HYPHENATING:
            return None
        return say("%(point)s is a soft hyphen, which this language has no use for here", point=point)
    if sign == "\ufeff" and at == 0:
        return None  # a byte order mark
    if sign in ZERO_WIDTH:
        return say("%(point)s cannot be seen", point=point)
    if sign == "\ufffd":
        return say("%(point)s stands for a character that was lost", point=point)
    category = unicodedata.category(sign)
    if category == "Co":
        return say("%(point)s is private: it looks different, or like nothing, on each device", point=point)
    if category == "Mn":
        return (
            say("%(point)s chooses a variant of a character that has none here", point=point)
            if not _has_variant(text, at)
            else None
        )
    if any(match.start() < at < match.end() for match in FLAG.finditer(text, max(0, at - 7), at + 7)):
        return None
    if category == "Cf" or "\U000e0000" <= sign <= "\U000e0fff":
        return say("%(point)s is a tag, which nobody can see", point=point)
    return say("%(point)s is a control character", point=point)


def _joins(text: str, at: int) -> bool:
    """Whether a joiner stands where its script has a use for it: beside a virama, or between Arabic letters."""
    before, after = (_script_of(text[place : place + 1]) for place in (max(0, at - 1), at + 1))
    is_virama = VIRAMA.match(text, at - 1) or VIRAMA.match(text, at + 1)
    return before in JOINING_SCRIPTS and after != "LATIN" and (before == "ARABIC" or bool(is_virama))


def _has_variant(text: str, at: int) -> bool:
    """Whether a variation selector stands behind what has variants: a symbol, a Chinese character, a key's digit."""
    sign, before = text[at], text[at - 1 : at]
    if before.isascii() or before in "©®":
        return sign in "\ufe0e\ufe0f" and (before in ("©", "®") or text[at + 1 : at + 2] == "\u20e3")
    if sign >= "\U000e0100":
        return unicodedata.name(before, "").startswith("CJK")
    return before > "\u2010" and unicodedata.category(before) in ("So", "Sm", "Sk", "Lo", "Po") and before != "\ufffc"


def _script_of(sign: str) -> str:
    """The script of a letter, a vowel sign or a virama."""
    if not sign or not unicodedata.category(sign).startswith(("L", "M")):
        return ""
    return languages.script(sign) or unicodedata.name(sign, "").split(" ")[0]


def _decomposed(subject: Subject, text: str) -> Iterator[Problem]:
    """What is not in NFC: an accent as a character of its own, where one character holds both. Told once a file."""
    starts = [at for at, sign in enumerate(text) if not _continues(sign)]
    found = []
    for start, end in pairwise([*starts, len(text)]):
        part = text[start:end]
        if len(part) > 1 or not part.isascii():
            composed = unicodedata.normalize("NFC", part)
            if composed != part:
                found.append((start, part, composed))
    if found:
        at, part, composed = found[0]
        values = {"part": part, "points": code_points(part), "composed": code_points(composed), "count": len(found)}
        message = say("%(part)s is written as %(points)s (places like this: %(count)s)", **values)
        hint = say("write it as %(composed)s: save the file in NFC", **values)
        yield subject.at_offset("unicode", at, message, hint)


def _continues(sign: str) -> bool:
    return unicodedata.category(sign).startswith("M") or "\u1160" <= sign <= "\u11ff"


def _mixtures(subject: Subject, text: str) -> Iterator[Problem]:
    """Words whose letters are of two scripts, or all of another that looks like the language's own."""
    if not languages.FOREIGN_LETTER.search(text):
        return
    own = languages.script_of(subject.locale.code)
    letters = {name: {sign for sign in set(text) if languages.script(sign) == name} for name in LOOKS_LATIN}
    for match in TOKEN.finditer(text):
        if UNMIXED.fullmatch(match[0]):
            continue
        message = _mixture(match[0])
        if not message and own == "LATIN" and len(match[0]) > 1:
            message = _in_disguise(match[0], letters)
        if message:
            yield subject.at_offset("unicode", match.start(), message, _ONE_SCRIPT)


def _in_disguise(word: str, letters: dict[str, set[str]]) -> str:
    """Say so where a word looks Latin and is not. A text with other letters of that script quotes its language."""
    for name, signs in LOOKS_LATIN.items():
        if set(word) <= signs and letters[name] <= signs:
            values = {"word": repr(word), "script": name.title(), "points": code_points(word)}
            return say("%(word)s is in %(script)s letters: %(points)s", **values)
    return ""


def _mixture(word: str) -> str:
    """Say which letters of a word are of another script; nothing where its mixture is right."""
    if UNMIXED.fullmatch(word):
        return ""
    found = languages.scripts(word)
    for name in ("SUPERSCRIPT", "SUBSCRIPT", "COMBINING", "SCRIPT", "DOUBLE"):
        del found[name]  # 2ⁿᵈ, xₙ, ℓ, ℝ go with any script
    if len(found) < 2 or {"JAPANESE", "CJK"} & set(found) or _is_formula(word, set(found), found["GREEK"]):
        return ""
    if len(found) == 2 and "LATIN" in found and set(found) & UNLIKE_LATIN and _is_suffixed(word):
        return ""
    least = min(found, key=lambda name: (found[name], name == "LATIN"))
    odd = [sign for sign in dict.fromkeys(word) if languages.script(sign) == least]
    points = ", ".join(f"{sign} {code_points(sign)} ({least.title()})" for sign in odd)
    return say("%(word)s mixes scripts: %(points)s", word=repr(word), points=points)


def _is_formula(word: str, found: set[str], greek: int) -> bool:
    """Units and formulas such as μm, Δt or λmax: one Greek letter, at an end, that cannot be taken for a Latin one."""
    if found != {"LATIN", "GREEK"}:
        return False
    signs = [sign for sign in word if languages.script(sign) == "GREEK"]
    alike = LOOKS_LATIN["GREEK"] | frozenset("αγικντυ" if len(word) > 3 else "")
    at_end = word[0] in signs or word[-1] in signs
    return (greek == 1 or len(word) <= 3) and at_end and not alike & set(signs)


def _is_suffixed(word: str) -> bool:
    """A Latin word with a Devanagari ending, or the other way round: one change of script, no look-alikes."""
    changes = [languages.script(sign) for sign in word if languages.script(sign)]
    return sum(one != other for one, other in pairwise(changes)) == 1


def _hosts(subject: Subject, text: str) -> Iterator[Problem]:
    """Hosts with letters beyond ASCII: each is named with its code points, because it may look like another."""
    for match in HOST.finditer(text):
        host = match[1]
        if not host.isascii() and not re.search(r"[*$`]", host):
            if any(_mixture(word[0]) for word in TOKEN.finditer(host)):
                continue  # told as a word that mixes scripts
            yield subject.at_offset("unicode", match.start(1), *_host(host))


def _host(host: str) -> tuple[str, str]:
    points = ", ".join(f"{sign} {code_points(sign)}" for sign in dict.fromkeys(host) if not sign.isascii())
    message = say("the host %(host)s may look like another: %(points)s", host=host, points=points)
    return message, say("write the address as in the source, or in its ASCII form (xn--)")
