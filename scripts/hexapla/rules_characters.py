"""Rules of characters: what cannot be seen, what looks like something else, what breaks programs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from hexapla import cldr, languages
from hexapla.config import Locale
from hexapla.problems import Problem, say
from hexapla.rules import Corpus, Scope, Subject, rule

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
ZERO_WIDTH = (
    "\u200b\u2060\ufeff\u180e\u034f\u115f\u1160\u3164\uffa0\u2061\u2062\u2063\u2064\u206a\u206b\u206c\u206d\u206e\u206f"
)
JOINERS = "\u200c\u200d"
JOINING_SCRIPTS = frozenset("DEVANAGARI BENGALI GURMUKHI GUJARATI TAMIL TELUGU ARABIC MYANMAR KHMER".split())
SOFT_HYPHEN = "\u00ad"
HYPHENATING = frozenset({"de", "nl", "sv", "da", "nb", "nn", "no", "fi", "is", "hu", "et"})
"""Languages with long compounds, where a soft hyphen is of use."""

ODD = re.compile(
    rf"[{BIDI}{ZERO_WIDTH}{JOINERS}{SOFT_HYPHEN}\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd\ue000-\uf8ff"
    r"\ufdd0-\ufdef\ufffe\uffff\ufff9-\ufffb\U000e0000-\U000e0fff\U000f0000-\U0010ffff\ufe00-\ufe0e]"
)
FOREIGN = re.compile(r"[^\x00-\u024f]")
TOKEN = re.compile(r"[^\W\d_]+(?:[^\W_]|[\u0300-\u036f])*")
HOST = re.compile(r"(?i)(?:https?:)?[\\/]{2}([^\s/?#)\]\"'<>]+)")
EMOJI_JOIN = re.compile(r"[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]\u200d[\U0001f000-\U0001faff\u2600-\u27bf]")
ALLOWED_MIXTURES = ({"LATIN", "GREEK"},)
"""`µm`, `Δt`: Greek letters beside Latin ones are units and formulas, where one of the two is a single letter."""


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
    if text.isascii() and not ODD.search(text):
        return
    yield from examine(subject, text)


def examine(subject: Subject, text: str) -> Iterator[Problem]:
    """Look through a text of a document's file."""
    hint = say("remove it, or write the character that it stands for")
    for match in ODD.finditer(text):
        what = _oddity(text, match.start(), subject.locale)
        if what:
            yield subject.at_offset("unicode", match.start(), what, hint)
    if not unicodedata.is_normalized("NFC", text):
        yield from _decomposed(subject, text)
    if FOREIGN.search(text):
        yield from _mixtures(subject, text)
        yield from _hosts(subject, text)


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
        near = {languages.script(one) or _script_of_mark(one) for one in text[max(0, at - 1) : at + 2] if one != sign}
        if near & JOINING_SCRIPTS or EMOJI_JOIN.search(text[max(0, at - 2) : at + 2]):
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
        return say("%(point)s has no width, so nobody can see it", point=point)
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
    if category == "Cf" or "\U000e0000" <= sign <= "\U000e0fff":
        return say("%(point)s is a tag, which nobody can see", point=point)
    return say("%(point)s is a control character", point=point)


def _has_variant(text: str, at: int) -> bool:
    return at > 0 and (ord(text[at - 1]) > 0x2000 or text[at - 1] in "0123456789#*©®")


def _script_of_mark(sign: str) -> str:
    """The script of a vowel sign or a virama, by its name."""
    return unicodedata.name(sign, "").split(" ")[0]


def _decomposed(subject: Subject, text: str) -> Iterator[Problem]:
    """What is not in NFC: an accent as a character of its own, where one character holds both."""
    at = 0
    for part in re.findall(r"\w[\u0300-\u036f\u0900-\u0903\u093c-\u094d]+|.|\n", text, re.DOTALL):
        composed = unicodedata.normalize("NFC", part)
        if composed != part:
            values = {"part": part, "points": code_points(part), "composed": code_points(composed)}
            message = say("%(part)s is written as %(points)s", **values)
            hint = say("write it as %(composed)s (save the file in NFC)", **values)
            yield subject.at_offset("unicode", at, message, hint)
        at += len(part)


def _mixtures(subject: Subject, text: str) -> Iterator[Problem]:
    """Words whose letters are of two scripts."""
    for match in TOKEN.finditer(text):
        word = match[0]
        if word.isascii():
            continue
        found = languages.scripts(word)
        if len(found) < 2 or any(set(found) == mixture and 1 in found.values() for mixture in ALLOWED_MIXTURES):
            continue
        if {"JAPANESE", "CJK"} & set(found) or (set(found) <= {"LATIN", "DEVANAGARI"} and _is_suffixed(word)):
            continue
        least = min(found, key=lambda name: found[name])
        odd = [sign for sign in dict.fromkeys(word) if languages.script(sign) == least]
        points = ", ".join(f"{sign} {code_points(sign)} ({least.title()})" for sign in odd)
        message = say("%(word)s mixes scripts: %(points)s", word=repr(word), points=points)
        yield subject.at_offset("unicode", match.start(), message, say("write the word in one script"))


def _is_suffixed(word: str) -> bool:
    """A Latin word with a Devanagari ending, or the other way round: one change of script, no look-alikes."""
    changes = [languages.script(sign) for sign in word if languages.script(sign)]
    return sum(one != other for one, other in pairwise(changes)) == 1


def _hosts(subject: Subject, text: str) -> Iterator[Problem]:
    """Hosts with letters beyond ASCII: each is named with its code points, because it may look like another."""
    for match in HOST.finditer(text):
        host = match[1]
        odd = [sign for sign in host if not sign.isascii()]
        if odd and not re.search(r"[*$`]", host):
            mixed = len(languages.scripts(host.split(":")[0])) > 1
            if mixed and TOKEN.search(host) and len(languages.scripts(TOKEN.search(host)[0])) > 1:  # type: ignore[index]
                continue  # told as a word that mixes scripts
            points = ", ".join(f"{sign} {code_points(sign)}" for sign in dict.fromkeys(odd))
            message = say("the host %(host)s may look like another: %(points)s", host=host, points=points)
            hint = say("write the address as in the source, or in its ASCII form (xn--)")
            yield subject.at_offset("unicode", match.start(1), message, hint)
