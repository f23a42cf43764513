"""Rules of typography: quotation marks, spaces and dashes as each language writes them; what is doubled or glued."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hexapla import cldr
from hexapla.inline import OBJECT
from hexapla.passages import Finding, Pair, Passage
from hexapla.problems import say
from hexapla.rules import Corpus, Scope, rule

NARROW, NO_BREAK = "\u202f", "\u00a0"


@dataclass(frozen=True)
class Habits:
    """How a language sets its text. `quotes` are the outer and the inner marks, `others` what may stand besides."""

    quotes: tuple[str, str]
    inner: tuple[str, str] = ("‘", "’")
    others: str = ""
    dash: str = "–"
    spaced: Mapping[str, str] | None = None
    percent: str | None = None
    full_stop: str = "."


FRENCH = {"?": NARROW, "!": NARROW, ";": NARROW, ":": NO_BREAK, "»": NO_BREAK}
"""The no-break space before each mark."""

HABITS: dict[str, Habits] = {
    "en": Habits(("“", "”"), dash="–", others="—"),
    "fr": Habits(("«", "»"), ("“", "”"), others="‘’‹›—", spaced=FRENCH, percent=NO_BREAK),
    "de": Habits(("„", "“"), ("‚", "‘"), others="»«›‹’", percent=NO_BREAK),
    "is": Habits(("„", "“"), ("‚", "‘"), others="’"),
    "hi": Habits(("“", "”"), others="—", full_stop="।"),
    "sw": Habits(("“", "”"), others="—"),
    "es": Habits(("«", "»"), ("“", "”"), others="‘’—", percent=NO_BREAK),
    "it": Habits(("«", "»"), ("“", "”"), others="‘’—"),
    "pt": Habits(("“", "”"), others="«»—"),
    "nl": Habits(("“", "”"), others="„—"),
    "sv": Habits(("”", "”"), ("’", "’"), others="»", percent=NO_BREAK),
    "nb": Habits(("«", "»"), others="“”„", percent=NO_BREAK),
    "da": Habits(("»", "«"), ("›", "‹"), others="“”„’", percent=NO_BREAK),
    "fi": Habits(("”", "”"), ("’", "’"), others="»", percent=NO_BREAK),
    "pl": Habits(("„", "”"), ("«", "»"), others="’—"),
    "cs": Habits(("„", "“"), ("‚", "‘"), others="»«’", percent=NO_BREAK),
    "ru": Habits(("«", "»"), ("„", "“"), others="’—", percent=NO_BREAK),
    "uk": Habits(("«", "»"), ("„", "“"), others="’—", percent=NO_BREAK),
}
"""By language, for those that somebody has looked up."""

QUOTES = "“”„«»‚‹›‟"
STRAIGHT = re.compile(r"\"")
APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])|(?<=\bng)'")
DOTS = re.compile(r"(?<!\.)\.\.\.(?!\.)")
HYPHEN = re.compile(r"(?<=\S) (--?) (?=\S)|(?<=\w)(--)(?=\w)")
LOOSE = re.compile(r"(?<=[^\W_])[ \u00a0\u202f]+([,.;:!?।])(?=\s|$)")


@rule("typography", Scope.PASSAGE)
def typography(passage: Passage, corpus: Corpus) -> Iterator[Finding]:
    """Quotation marks, apostrophes, dashes, ellipses and spaces are those of the language.

    Marks are those of Unicode CLDR's delimiters. Spaces and the rest: French, "Lexique des règles typographiques en
    usage à l'Imprimerie nationale"; German, Duden and DIN 5008; Icelandic, "Ritreglur" of 2018; Hindi, "Mānak Hindī
    Vartanī" of the Central Hindi Directorate; Swahili and English, CLDR and the usage of their publishers.

    Bad: `Il dit "bonjour"...` in docs/fr
    Good: `Il dit « bonjour »…` in docs/fr
    """
    habits = HABITS.get(cldr.parse(passage.locale.code).language)
    prose = passage.prose
    if habits:
        yield from _quotes(passage, habits)
        yield from _percent(passage, habits)
    for match in APOSTROPHE.finditer(prose):
        yield _swap(passage, match.span(), "’", say("a straight apostrophe"))
    for match in DOTS.finditer(prose):
        yield _swap(passage, match.span(), "…", say("three full stops in place of an ellipsis"))
    for match in HYPHEN.finditer(prose):
        group = 1 if match[1] else 2
        dash = habits.dash if habits else "–"
        wanted = dash if group == 1 else f" {dash} "
        if not prose[: match.start()].strip() or (passage.kind == "message" and match[1] == "-" and not habits):
            continue
        yield _swap(passage, match.span(group), wanted, say("a hyphen in place of a dash"))
    if habits and habits.spaced:
        yield from _french(passage, habits.spaced)
    else:
        for match in LOOSE.finditer(prose):
            message = say("a space before %(mark)s", mark=match[1])
            yield passage.found(
                match.start(), match.end(), message, say("write the mark right behind the word"), match[1]
            )
    if habits and habits.full_stop == "।":
        yield from _danda(passage)


def _swap(passage: Passage, place: tuple[int, int], wanted: str, message: str) -> Finding:
    shown = {NARROW: "U+202F", NO_BREAK: "U+00A0"}.get(wanted, wanted)
    return passage.found(*place, message, say("write %(wanted)s", wanted=shown), wanted)


def _quotes(passage: Passage, habits: Habits) -> Iterator[Finding]:
    """Straight quotation marks, and those of other languages."""
    prose = passage.prose
    is_open = False
    for match in STRAIGHT.finditer(prose):
        if re.search(r"\d$", prose[: match.start()]) and not is_open:
            continue  # inches, seconds
        is_open = not is_open
        yield _swap(passage, match.span(), _spaced_quote(habits, is_open), say("a straight quotation mark"))
    known = {*"".join(habits.quotes), *"".join(habits.inner), *habits.others}
    foreign = [index for index, sign in enumerate(prose) if sign in QUOTES and sign not in known]
    for index in foreign:
        opens = index == 0 or prose[index - 1].isspace() or prose[index - 1] in "(["
        message = say("%(mark)s is a quotation mark of another language", mark=prose[index])
        yield _swap(passage, (index, index + 1), _spaced_quote(habits, opens), message)
    for index in _closed_as_elsewhere(prose, habits):
        message = say("%(mark)s closes a quotation in another language", mark=prose[index])
        yield _swap(passage, (index, index + 1), habits.quotes[1], message)


def _closed_as_elsewhere(prose: str, habits: Habits) -> Iterator[int]:
    """In „…“ languages: quotations that were opened as in English, where the same mark opens that closes here."""
    opening, closing = habits.quotes
    if opening != "„" or closing not in prose:
        return
    for match in re.finditer(rf"(?<![\w{opening}]){closing}(?=\w)", prose):
        if prose[: match.start()].count(opening) <= prose[: match.start()].count(closing):
            yield match.start()


def _spaced_quote(habits: Habits, opens: bool) -> str:
    mark = habits.quotes[0 if opens else 1]
    if not habits.spaced:
        return mark
    return mark + NO_BREAK if opens else NO_BREAK + mark


def _percent(passage: Passage, habits: Habits) -> Iterator[Finding]:
    for match in re.finditer(r"(?<=\d)([ \u00a0\u202f]?)(%)(?!\w)", passage.prose):
        if habits.percent is None and match[1]:
            message = say("a space before %(mark)s", mark="%")
            yield passage.found(*match.span(), message, say("write the mark right behind the word"), "%")
        elif habits.percent is not None and match[1] not in (NO_BREAK, NARROW):
            message = say("no no-break space before %(mark)s", mark="%")
            hint = say("put a no-break space (U+00A0) there")
            yield passage.found(*match.span(), message, hint, f"{NO_BREAK}%")


def _french(passage: Passage, spaced: Mapping[str, str]) -> Iterator[Finding]:
    """French sets a no-break space before ; : ! ? » and behind «."""
    prose = passage.prose
    for match in re.finditer(r"([ \u00a0\u202f]*)([;:!?»]+)", prose):
        before, behind = prose[: match.start()], prose[match.end() : match.end() + 1]
        mark = match[2][0]
        if not before or (before[-1] in f"«([:;!?»{OBJECT}" and not match[1]):
            continue
        if mark == ":" and (behind not in ("", " ", NO_BREAK, "\n") or re.search(r"\d$", before)) and not match[1]:
            continue  # a time, an address, a key
        if match[1] in (NARROW, NO_BREAK):
            continue
        wanted = spaced[mark]
        message = say("no no-break space before %(mark)s", mark=mark)
        name = "U+202F" if wanted == NARROW else "U+00A0"
        hint = say("put a no-break space (%(name)s) there", name=name)
        yield passage.found(*match.span(), message, hint, wanted + match[2])
    for match in re.finditer(r"«([ \u00a0\u202f]?)", prose):
        if match[1] not in (NARROW, NO_BREAK):
            message = say("no no-break space behind «")
            yield passage.found(*match.span(), message, say("put a no-break space (U+00A0) there"), f"«{NO_BREAK}")
    for match in re.finditer(r"(?<=[^\W_])[ \u00a0\u202f]+([,.])(?=\s|$)", prose):
        message = say("a space before %(mark)s", mark=match[1])
        yield passage.found(*match.span(), message, say("write the mark right behind the word"), match[1])


def _danda(passage: Passage) -> Iterator[Finding]:
    """A sentence in Devanagari ends in a danda; abbreviations of one or two letters keep their full stop."""
    prose = passage.prose
    letter = "\u0900-\u0963\u0971-\u097f"
    for match in re.finditer(rf"(?<=[{letter}])([.|]|\|\|)(?=[”’)]*(?:\s|$))", prose):
        word = re.search(rf"[{letter}]+$", prose[: match.start()])
        if match[1] == "." and word and len(word[0]) <= 3 and prose[match.end() :].strip():
            continue
        yield _swap(passage, match.span(), "।", say("a full stop in place of a danda"))


# Doubled


REPEATABLE = {
    "en": {"had", "that", "is", "do", "her"},
    "fr": {"nous", "vous", "si"},
    "de": {"die", "das", "der", "sie", "den", "dem", "es"},
    "is": {"sem", "er", "að", "það", "á", "við", "en", "þá"},
}
"""Words that can rightly follow themselves."""

ONLY = {
    "hi": set("का के की को में से ने पर है हैं था थे थी और कि यह वह इस उस तो भी ही या जो एक".split()) - {"एक"},
    "sw": set("ya wa na kwa la za cha vya katika ni kwamba au huu hii hizi hiyo ili lakini".split()),
}
"""Where doubling a word is grammar (`धीरे धीरे`, `haraka haraka`), only these may not be doubled."""


@rule("doubled-word", Scope.PASSAGE)
def doubled_word(passage: Passage, corpus: Corpus) -> Iterator[Finding]:
    """A word does not stand twice by mistake.

    Words that can rightly follow themselves are known for six languages: `nous nous`, `die die`; in Hindi and Swahili,
    where doubling is grammar, only small words such as postpositions are looked at.

    Bad: `le le service`
    Good: `le service`
    """
    language = cldr.parse(passage.locale.code).language
    prose = passage.prose
    for one, other in zip(passage.words, passage.words[1:], strict=False):
        word = one[0].casefold()
        if word != other[0].casefold() or not prose[one.end() : other.start()].isspace():
            continue
        if word.isdigit() or word in REPEATABLE.get(language, ()) or (language in ONLY and word not in ONLY[language]):
            continue
        if one[0][0].isupper() and other[0][0].isupper():
            continue  # a name
        message = say("%(word)s stands here twice", word=repr(one[0]))
        yield passage.found(one.start(), other.end(), message, say("remove one of the two"), one[0])


@rule("doubled-mark", Scope.PASSAGE)
def doubled_mark(passage: Passage, corpus: Corpus) -> Iterator[Finding]:
    """A mark of punctuation does not stand twice.

    Bad: `Fin..`
    Good: `Fin.`
    """
    for match in re.finditer(r"(?<!\.)\.\.(?!\.)|,,+|;;+|::+(?!\w)|।।+|(?<![!?])([!?])\1+", passage.prose):
        message = say("%(mark)s is doubled", mark=match[0])
        yield passage.found(*match.span(), message, say("write it once"), match[0][0])


@rule("doubled-space", Scope.PASSAGE)
def doubled_space(passage: Passage, corpus: Corpus) -> Iterator[Finding]:
    """Between words stands one space.

    Two spaces at the end of a line are Markdown for a line break, and are left alone.

    Bad: `un  mot`, with two spaces
    Good: `un mot`
    """
    for match in re.finditer(r"(?<=\S)[ \u00a0\u202f]{2,}(?=\S)", passage.prose):
        place = passage.inline.raw(*match.span())
        if "\n" in passage.text[slice(*place)] or place[1] - place[0] != len(match[0]):
            continue
        wanted = next((space for space in match[0] if space != " "), " ")
        yield passage.found(*match.span(), say("%(count)s spaces", count=len(match[0])), say("leave one"), wanted)


# Glued, unbalanced


@rule("glued-link", Scope.PAIR)
def glued_link(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """The words of a link do not run into the word before or after it.

    Bad: `[Outlook](https://outlook.com/)affichait`
    Good: `[Outlook](https://outlook.com/) affichait`
    """
    theirs = sum(1 for _ in _glued(pair.source))
    found = list(_glued(pair.translation))
    if len(found) <= theirs:
        return
    for start, end, space in found:
        message = say("the link runs into the word beside it")
        yield Finding(start, end, message, say("put a space between them"), space)


def _glued(passage: Passage) -> Iterator[tuple[int, int, str]]:
    text = passage.text
    for span in passage.inline.of("link", "autolink"):
        end = span.end
        attributes = [one for one in passage.inline.of("attributes") if one.start == end]
        end = attributes[0].end if attributes else end
        after = re.match(r"[*_]{0,3}(?=[^\W_]|[\u0900-\u0963\u0970-\u097f])", text[end:])
        before = re.search(r"[^\W_][\u0900-\u094f]*[*_]{0,3}$", text[: span.start])
        if after and not re.match(r"s(?!\w)", text[end:]):
            yield end + after.end(), end + after.end(), " "
        elif after:
            yield end + after.end(), end + after.end() + 1, " s"
        if before:
            yield span.start, span.start, " "


PAIRS = {")": "(", "]": "[", "}": "{", "»": "«", "”": "“", "›": "‹"}
BY_LANGUAGE = {
    "de": {"“": "„", "‘": "‚", "«": "»"},
    "is": {"“": "„", "‘": "‚"},
    "cs": {"“": "„", "‘": "‚"},
    "pl": {"”": "„", "»": "«"},
    "ru": {"“": "„", "»": "«"},
    "uk": {"“": "„", "»": "«"},
    "da": {"«": "»"},
    "sv": {},
    "fi": {},
}


@rule("unbalanced", Scope.PASSAGE)
def unbalanced(passage: Passage, corpus: Corpus) -> Iterator[Finding]:
    """What opens also closes: brackets and quotation marks, within a passage.

    Bad: `(voir plus bas`
    Good: `(voir plus bas)`
    """
    language = cldr.parse(passage.locale.code).language
    brackets = {")": "(", "]": "[", "}": "{"}
    closing = brackets | BY_LANGUAGE[language] if language in BY_LANGUAGE else PAIRS
    # Single marks that close are apostrophes too.
    closing = {close: opening for close, opening in closing.items() if close not in "‘’"}
    stack: list[tuple[str, int]] = []
    prose = passage.prose
    for index, sign in enumerate(prose):
        if sign in closing and stack and stack[-1][0] == closing[sign]:
            stack.pop()
        elif sign in closing.values():
            stack.append((sign, index))
        elif sign in closing:
            if sign == ")" and re.search(r"(?:^|[\s(])(?:\w{1,2}|[:;]-?)$", prose[:index]):
                continue  # a), 1), or a smiley
            yield _alone(passage, index, say("%(mark)s closes what nothing has opened", mark=sign))
    for sign, index in stack:
        if not (sign == "(" and re.search(r"[:;]-?$", prose[:index])):
            yield _alone(passage, index, say("%(mark)s is never closed", mark=sign))


def _alone(passage: Passage, index: int, message: str) -> Finding:
    return passage.found(index, index + 1, message, say("add its partner, or remove it"))
