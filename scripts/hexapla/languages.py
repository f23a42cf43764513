"""Which language a sentence is in. lingua (Apache-2.0) knows the six of this publication, and works offline.

A sentence full of its own language's small words needs no closer look. lingua's quick models look at all others; its
large ones, which take a second to load, only at what those suspect.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache, lru_cache

from lingua import IsoCode639_1, Language, LanguageDetector, LanguageDetectorBuilder

from hexapla.cldr import parse

WORDS, FEW = 4, 6
"""Fewer words than WORDS are too few to tell a language by; fewer than FEW leave the quick models unsure."""

SUSPECT, SUSPECT_FEW, OWN, OTHER = 0.5, 0.1, 0.2, 0.6
"""The quick models suspect a sentence below SUSPECT; the large ones are sure below OWN, with another above OTHER.

Measured on the publication: of 1,036 sentences none is blamed in its own language; of those in another language of the
same script, between 92 and 100 percent are found (tests/benchmarks/languages.py)."""

SCRIPTS = {"hi": "DEVANAGARI", "mr": "DEVANAGARI", "ne": "DEVANAGARI", "ru": "CYRILLIC", "uk": "CYRILLIC"}
SCRIPTS |= {"bg": "CYRILLIC", "sr": "CYRILLIC", "el": "GREEK", "ar": "ARABIC", "fa": "ARABIC", "ur": "ARABIC"}
SCRIPTS |= {"he": "HEBREW", "th": "THAI", "ko": "HANGUL", "ja": "JAPANESE", "zh": "CJK", "bn": "BENGALI", "ta": "TAMIL"}
SCRIPTS |= {"te": "TELUGU", "gu": "GUJARATI", "pa": "GURMUKHI", "am": "ETHIOPIC", "ka": "GEORGIAN", "hy": "ARMENIAN"}
"""The scripts of languages that are not written in Latin letters, as Unicode's character names call them."""


SMALL_WORDS = {
    "en": """a about all an and are as at be been but by can could for from had has have her him his how if in into is
        it its many may more my no not of on only or our over some than that the their them then there these they this
        to was we were what when which who will with would you your""",
    "fr": """a au aux avec c ce ces cette d dans de des donc du elle en est et il ils je l la le les leur leurs mais n
        ne nous on ont ou où par pas plus pour qu que qui s sa se ses son sont sur un une vos votre vous y à être""",
    "de": """als an auch auf aus bei das dass dem den der des die durch ein eine einem einen einer eines er es für haben
        hat ihr ihre im in ist kein keine mit nach nicht noch nur oder sich sie sind und von vom war was wenn wer wie
        wird zu zum zur über""",
    "is": """af allt að ef eftir ekkert ekki en er eru eða frá fyrir hafa hann hefur hver hvað hún hér með má og sem svo
        sé til um var vera verið við voru á í úr það þar þau þegar þeir þess því þá þær þú""",
    "sw": """ambao ambaye ambayo au baada bila cha hakuna hata haya hii hiyo hizi hizo huo huu ili kabla kama katika
        kila kuna kwa kwenye la lake lakini lako moja na ni pia si tu vya wa wako wake ya yake yako za zaidi""",
}
"""The words that a language cannot do without; they are in most of its sentences, and in few of another's."""


@cache
def _small_words(code: str) -> frozenset[str]:
    return frozenset(SMALL_WORDS.get(parse(code).language, "").split())


def _is_plain(words: list[str], own: str, codes: frozenset[str]) -> bool:
    """Whether a sentence is clearly in its own language: two of its words, and a fifth, are small words of it, and
    more than twice as many as of any other language."""

    def count(code: str) -> int:
        small = _small_words(code)
        return sum(word in small for word in words)

    mine = count(own)
    return mine >= 2 and 5 * mine >= len(words) and all(mine > 2 * count(code) for code in codes if code != own)


def script_of(code: str) -> str:
    """The script that a locale is written in."""
    locale = parse(code)
    named = {"Latn": "LATIN", "Cyrl": "CYRILLIC", "Deva": "DEVANAGARI", "Arab": "ARABIC"}.get(locale.script or "", "")
    return named or SCRIPTS.get(locale.language, "LATIN")


@cache
def script(sign: str) -> str:
    """The script of a letter, by its Unicode name; empty for what is no letter."""
    if not unicodedata.category(sign).startswith("L"):
        return ""
    name = unicodedata.name(sign, "UNKNOWN")
    if name.startswith(("CJK", "HIRAGANA", "KATAKANA")):
        return "CJK" if name.startswith("CJK") else "JAPANESE"
    if name.startswith("MODIFIER"):
        return ""  # ᵉ, ˢ and the like go with any script
    return "LATIN" if name.startswith(("FEMININE", "MASCULINE", "MICRO")) else name.split()[0].split("-")[0]


def scripts(text: str) -> Counter[str]:
    """Count the letters of a text by script."""
    found = Counter(map(script, text))
    del found[""]
    return found


WORD = re.compile(r"\w+")
FOREIGN_LETTER = re.compile(r"[^\W\d_\x00-\u024f]")
"""A letter, or a number written with one sign, that is not Latin. All letters below it are (Unicode's Blocks.txt)."""


@cache
def _known(code: str) -> Language | None:
    try:
        return Language.from_iso_code_639_1(IsoCode639_1.from_str(parse(code).language.upper()))
    except ValueError:
        return None


@cache
def _detector(codes: frozenset[str], is_quick: bool) -> LanguageDetector | None:
    languages = {language for code in codes if (language := _known(code))}
    if len(languages) < 2:
        return None
    builder = LanguageDetectorBuilder.from_languages(*sorted(languages, key=lambda one: one.name))
    return (builder.with_low_accuracy_mode() if is_quick else builder).build()


@lru_cache(maxsize=1024)
def mistaken(sentence: str, own: str, codes: tuple[str, ...]) -> str:
    """Give the code of the language that a sentence is in, if it is clearly another than its own; else nothing.

    `codes` are the locales that it might be in. Names and code should have been taken out of it.
    """
    wanted = script_of(own)
    candidates = frozenset({own, *codes})
    is_latin = wanted == "LATIN" and not FOREIGN_LETTER.search(sentence)
    letters = Counter[str]() if is_latin else scripts(sentence)
    total = sum(letters.values())
    if wanted != "LATIN" and total >= 12 and letters[wanted] < 0.2 * total:
        others = [code for code in sorted(candidates - {own}) if letters[script_of(code)] > 0.5 * total]
        return others[0] if len(others) == 1 else _guess(sentence, own, candidates) or (others or [""])[0]
    if wanted == "LATIN" and total and letters["LATIN"] < 0.5 * total:
        return next((code for code in sorted(candidates - {own}) if letters[script_of(code)] > 0.5 * total), "")
    words = WORD.findall(sentence.lower())
    if len(words) < WORDS or wanted != "LATIN" or _is_plain(words, own, candidates):
        return ""
    return _guess(sentence, own, candidates)


def _guess(sentence: str, own: str, codes: frozenset[str]) -> str:
    quick, mine = _detector(codes, True), _known(own)
    limit = SUSPECT if len(sentence.split()) >= FEW else SUSPECT_FEW
    if quick is None or mine is None or quick.compute_language_confidence(sentence, mine) >= limit:
        return ""
    large = _detector(codes, False)
    assert large is not None
    best = large.compute_language_confidence_values(sentence)[0]
    if large.compute_language_confidence(sentence, mine) >= OWN or best.value < OTHER or best.language == mine:
        return ""
    return next((code for code in sorted(codes) if _known(code) == best.language), "")
