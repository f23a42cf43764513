"""Rules of typography: quotation marks, spaces and dashes as each language writes them; what is doubled or glued."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from hexapla import cldr, languages
from hexapla.inline import DEVANAGARI, OBJECT, is_abbreviated
from hexapla.passages import Finding, Pair, Passage
from hexapla.problems import say
from hexapla.rules import Corpus, Scope, rule

NARROW, NO_BREAK = "\u202f", "\u00a0"
SPACES = f" {NARROW}{NO_BREAK}"


@dataclass(frozen=True)
class Habits:
    """How a language sets its text. `quotes` are the outer marks, `inner` those inside, `others` may stand besides.

    `is_inner_only_inside` says that the inner marks stand nowhere else.
    """

    quotes: tuple[str, str]
    inner: tuple[str, str] = ("‘", "’")
    others: str = ""
    dash: str = "–"
    spaced: Mapping[str, str] | None = None
    percent: str | None = None
    full_stop: str = "."
    is_inner_only_inside: bool = False


FRENCH = {"?": NARROW, "!": NARROW, ";": NARROW, ":": NO_BREAK, "»": NO_BREAK}
"""The no-break space before each mark."""

HABITS: dict[str, Habits] = {
    "en": Habits(("“", "”"), dash="–", others="—"),
    "fr": Habits(("«", "»"), ("“", "”"), others="‘’‹›—", spaced=FRENCH, percent=NO_BREAK, is_inner_only_inside=True),
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
SINGLE = "'‘’‚‹›"
CURVED = re.compile(f"[{QUOTES}‘’]")
ANY_BRACKET = re.compile(r"[()\[\]{}]")
ANY_QUOTE = re.compile(f"[{QUOTES}‘’\"',]")
STRAIGHT = re.compile(r"\"|''|(?<!\w),,(?=\w)")
LETTER = r"[^\W\d_]|[\u0900-\u0903\u093a-\u094f]"
APOSTROPHE = re.compile(
    rf"(?<={LETTER})['´`‘](?={LETTER})|(?:(?<=\b[a-zA-Z])|(?<=\b[qQ]u))'(?=[{OBJECT}«“„\"])|(?<=\bng)'"
)
ELISION = re.compile(
    r"'(?:\d\ds?|tis|twas|em|til|cause|n|s|ne|nen|nem|ner|rein|raus|rauf|runter)(?!\w)'?", re.IGNORECASE
)
DOTS = re.compile(r"(?<![./])\.{3,}|(?<!\.)\.(?: \.){2,}")
HYPHEN = re.compile(r"(?<=\S)[ \u00a0\u202f](-{1,3})[ \u00a0\u202f](?=\S)|(?<=\w)(--)(?=\w)")
SUM = re.compile(r"\d [-–+] \d[\d.,]* =")
EM_DASH = re.compile(r"(?<=\S)([ \u00a0\u202f]?)—([ \u00a0\u202f]?)(?=\S)")
LOOSE = re.compile(r"(?<=[^\s.])[ \u00a0\u202f]+([,.;:!?।])(?=[\s”“»’]|$)(?! \.)(?<!\d :(?= \d))")
TWO_MARKS = re.compile(r"([.,;:।])\1|[!?]{2}")
SMILEY = re.compile(r"(?:^|(?<=[\s(]))[:;][-']?[()DPp|/](?!\w)")


@rule("typography", Scope.PASSAGE)
def typography(passage: Passage, corpus: Corpus) -> Iterator[Finding]:
    """Quotation marks, apostrophes, dashes, ellipses and spaces are those of the language.

    Marks are those of Unicode CLDR's delimiters. Spaces and the rest: French, "Lexique des règles typographiques en
    usage à l'Imprimerie nationale"; German, Duden and DIN 5008; Icelandic, "Ritreglur" of 2018; Hindi, "Mānak Hindī
    Vartanī" of the Central Hindi Directorate; Swahili and English, CLDR and the usage of their publishers.

    Bad: `Il dit "bonjour"...` in docs/fr
    Good: `Il dit « bonjour »…` in docs/fr
    """
    habits = _habits(passage)
    prose = passage.prose
    if habits:
        yield from _quotes(passage, habits)
        yield from _percent(passage, habits)
        yield from _em_dashes(passage, habits)
    # To see that a mark is nowhere takes less than to look behind every letter.
    for match in APOSTROPHE.finditer(prose) if any(sign in prose for sign in "'´`‘") else ():
        yield _swap(passage, match.span(), "’", say("%(mark)s in place of an apostrophe", mark=match[0]))
    for match in DOTS.finditer(prose) if ".." in prose or ". ." in prose else ():
        yield _swap(passage, match.span(), "…", say("full stops in place of an ellipsis"))
    for match in HYPHEN.finditer(prose) if "-" in prose else ():
        group = 1 if match[1] else 2
        dash = habits.dash if habits else "–"
        wanted = dash if group == 1 else f" {dash} "
        is_sum = SUM.match(prose, max(0, match.start() - 1))
        if is_sum or (passage.kind == "message" and match[1] == "-" and not habits):
            continue
        yield _swap(passage, match.span(group), wanted, say("a hyphen in place of a dash"))
    if habits and habits.spaced:
        yield from _french(passage, habits.spaced, corpus)
    for match in LOOSE.finditer(prose):
        if not (habits and habits.spaced and match[1] in habits.spaced):
            message = say("a space before %(mark)s", mark=match[1])
            hint = say("write the mark right behind the word")
            yield passage.found(match.start(), match.end(), message, hint, match[1])
    if habits and habits.full_stop == "।":
        yield from _danda(passage)


def _habits(passage: Passage) -> Habits | None:
    return HABITS.get(cldr.parse(passage.locale.code).language)


def _swap(passage: Passage, place: tuple[int, int], wanted: str, message: str) -> Finding:
    shown = wanted.replace(NARROW, " U+202F ").replace(NO_BREAK, " U+00A0 ").strip()
    return passage.found(*place, message, say("write %(wanted)s", wanted=shown), wanted)


# Quotation marks


def _quotes(passage: Passage, habits: Habits) -> Iterator[Finding]:
    """Straight quotation marks, those of other languages, and those that stand the wrong way round."""
    if not ANY_QUOTE.search(passage.prose):
        return
    yield from _straight(passage, habits)
    yield from _straight_single(passage, habits)
    prose, partners = passage.prose, _partners(passage)
    known = {*"".join(habits.quotes), *"".join(habits.inner), *habits.others}
    for match in CURVED.finditer(prose):
        index, sign = match.start(), match[0]
        side = _side(prose, index, index + 1) if sign in QUOTES + "‘" else ""
        closes, opens = sign in partners, sign in partners.values()
        if sign in QUOTES and sign not in known:
            message = say("%(mark)s is a quotation mark of another language", mark=sign)
            yield _quote(passage, habits, (index, index + 1), (side or _usual(sign)) == "opens", message)
        elif sign == "‘" and prose[index + 1 : index + 3].isdigit() and not re.search(r"\S’(?!\w)", prose[index:]):
            yield _swap(passage, (index, index + 1), "’", say("%(mark)s in place of an apostrophe", mark=sign))
        elif closes != opens and side == ("opens" if closes else "closes"):
            message = say("%(mark)s stands the wrong way round for this language", mark=sign)
            yield _quote(passage, habits, (index, index + 1), side == "opens", message)
        elif habits.is_inner_only_inside and sign in "".join(habits.inner) and _is_outermost(prose, index, habits):
            message = say("%(mark)s is for a quotation inside a quotation", mark=sign)
            yield _quote(passage, habits, (index, index + 1), sign == habits.inner[0], message)
    if habits.inner == ("‚", "‘"):
        for match in re.finditer(r"[‚‘](?=\w)[^‚‘’]*(’)(?!\w)(?![^‚]*‘)", prose):
            message = say("%(mark)s closes a quotation in another language", mark="’")
            yield _swap(passage, match.span(1), "‘", message)


def _straight(passage: Passage, habits: Habits) -> Iterator[Finding]:
    """Double ones; behind a number they are inches or seconds."""
    prose = passage.prose
    opening, closing = habits.quotes
    is_open = False
    for match in STRAIGHT.finditer(prose):
        before = prose[: match.start()]
        inside = is_open or (opening != closing and before.count(opening) > before.count(closing))
        side = _side(prose, *match.span())
        if before[-1:].isdigit() and not inside and side != "opens":
            continue
        is_open = match[0] == ",," or (side == "opens" if side else not inside)
        yield _quote(passage, habits, match.span(), is_open, say("a straight quotation mark"))


def _straight_single(passage: Passage, habits: Habits) -> Iterator[Finding]:
    """Single ones around words, and apostrophes at the beginning or the end of one; behind a number they are feet."""
    prose = passage.prose
    done = -1
    for match in re.finditer(r"(?<!')'(?!')", prose):
        index = match.start()
        if index <= done or APOSTROPHE.match(prose, index):
            continue
        side = _side(prose, index, index + 1)
        if elided := ELISION.match(prose, index) if side == "opens" else None:
            done = elided.end() - 1
            for at in (index, *([done] if prose[done] == "'" else [])):
                yield _swap(passage, (at, at + 1), "’", say("%(mark)s in place of an apostrophe", mark="'"))
            continue
        ends = (one.start() for one in re.finditer(r"(?<=\S)(?<!')'(?![\w'])", prose) if one.start() > index + 1)
        if side == "opens" and (end := next(ends, None)):
            done = end
            for at in (index, end):
                yield _quote(passage, habits, (at, at + 1), at == index, say("a straight quotation mark"))
        elif side and not prose[index - 1 : index].isdigit():
            yield _swap(passage, (index, index + 1), "’", say("%(mark)s in place of an apostrophe", mark="'"))


def _side(prose: str, start: int, end: int) -> str:
    """Whether a mark opens or closes, by what stands around it; nothing where that does not tell."""
    before, after = prose[start - 1 : start] or " ", prose[end : end + 1] or " "
    opens = before.isspace() or before in "([{«„“‘‚‹—–/’'\""
    closes = after.isspace() or after in ".,;:!?…)]}»”’›।—–/'\""
    return "" if opens == closes else "opens" if opens else "closes"


def _usual(sign: str) -> str:
    return "opens" if sign in "“„«‚‹‟" else "closes"


def _quote(passage: Passage, habits: Habits, place: tuple[int, int], opens: bool, message: str) -> Finding:
    """Find a quotation mark, with the spaces between it and what is quoted."""
    start, end = place
    prose = passage.prose
    is_single = prose[start:end] in SINGLE and habits.inner[0] in SINGLE
    mark = (habits.inner if is_single else habits.quotes)[not opens]
    if opens:
        end += len(prose[end:]) - len(prose[end:].lstrip(SPACES))
    else:
        start -= len(prose[:start]) - len(prose[:start].rstrip(SPACES))
    if habits.spaced and mark in habits.quotes:
        mark = mark + NO_BREAK if opens else NO_BREAK + mark
    return _swap(passage, (start, end), mark, message)


def _is_outermost(prose: str, index: int, habits: Habits) -> bool:
    """Whether no quotation is open at an index."""
    before = prose[:index]
    return before.count(habits.quotes[0]) <= before.count(habits.quotes[1]) and len(STRAIGHT.findall(before)) % 2 == 0


# Dashes, spaces, full stops


def _em_dashes(passage: Passage, habits: Habits) -> Iterator[Finding]:
    """Long dashes where the language has short ones; in French, those without spaces."""
    for match in EM_DASH.finditer(passage.prose):
        is_even = bool(match[1]) == bool(match[2])
        if "—" not in habits.others and habits.dash != "—":
            wanted = f" {habits.dash} " if is_even else f"{match[1]}{habits.dash}{match[2]}"
            message = say("%(mark)s is a dash of another language", mark="—")
            yield _swap(passage, match.span(), wanted, message)
        elif habits.spaced and is_even and not match[1]:
            yield _swap(passage, match.span(), " — ", say("no spaces around %(mark)s", mark="—"))


def _percent(passage: Passage, habits: Habits) -> Iterator[Finding]:
    for match in re.finditer(r"(?<=\d)([ \u00a0\u202f]*)(%)(?!\w|-[^\W\d])", passage.prose):
        if habits.percent is None and match[1]:
            message = say("a space before %(mark)s", mark="%")
            yield passage.found(*match.span(), message, say("write the mark right behind the word"), "%")
        elif habits.percent is not None and match[1] not in (NO_BREAK, NARROW):
            message = say("no no-break space before %(mark)s", mark="%")
            hint = say("put a no-break space (%(name)s) there", name="U+00A0")
            yield passage.found(*match.span(), message, hint, f"{NO_BREAK}%")


def _french(passage: Passage, spaced: Mapping[str, str], corpus: Corpus) -> Iterator[Finding]:
    """French sets a no-break space before ; : ! ? » and behind «. Names such as Yahoo! are left as they are."""
    prose = passage.prose
    names = corpus.glossary.name_pattern
    left = [*(names.finditer(prose) if names else ()), *SMILEY.finditer(prose)]
    for match in re.finditer(r"([ \u00a0\u202f]*)([;:!?»]+)", prose):
        before, behind = prose[: match.start()], prose[match.end() : match.end() + 1]
        mark, at = match[2][0], match.start(2)
        if not before.strip() or match[1] in (NARROW, NO_BREAK):
            continue
        if not match[1] and (before[-1] in "([" or (mark != "»" and behind and behind not in " \u00a0\u202f)]»”…,.")):
            continue  # (?), a time, an address, a key
        if mark == "»" and ((not match[1] and before[-1] in "\"'") or _side(prose, at, at + 1) == "opens"):
            continue  # told as a quotation mark
        if any(one.start() <= at < one.end() for one in left):
            continue
        wanted = spaced[mark]
        message = say("no no-break space before %(mark)s", mark=mark)
        hint = say("put a no-break space (%(name)s) there", name="U+202F" if wanted == NARROW else "U+00A0")
        yield passage.found(*match.span(), message, hint, wanted + match[2])
    for match in re.finditer(r"«([ \u00a0\u202f]*)", prose):
        if match[1] not in (NARROW, NO_BREAK) and _side(prose, match.start(), match.start() + 1) != "closes":
            message = say("no no-break space behind «")
            hint = say("put a no-break space (%(name)s) there", name="U+00A0")
            yield passage.found(*match.span(), message, hint, f"«{NO_BREAK}")


def _danda(passage: Passage) -> Iterator[Finding]:
    """A sentence in Devanagari ends in a danda, even behind a Latin name; abbreviations keep their full stop."""
    prose = passage.prose
    for match in re.finditer(rf"(?<=[{DEVANAGARI}])[ ]?([.|]|\|\|)(?=[”’)\"']*(?:\s|$))", prose):
        if match[1] == "." and is_abbreviated(prose[: match.start()]) and prose[match.end() :].strip():
            continue
        if match[1] != "." or match.start() == match.start(1):  # a full stop behind a space is told as such
            yield _swap(passage, match.span(1), "।", say("%(mark)s in place of a danda", mark=match[1]))
    last = re.search(r"(?<=[A-Za-z\d)”’\ufffc])(?<!Inc)(?<!Ltd)(?<!Co)(?<!Corp)\.(?=[”’)]*$)", prose)
    letters = re.findall(rf"[{DEVANAGARI}]", prose)
    if last and len(letters) > len(re.findall(r"[A-Za-z]", prose)):
        yield _swap(passage, last.span(), "।", say("%(mark)s in place of a danda", mark="."))


# Doubled


REPEATABLE = {
    "en": {"had", "that", "is", "do", "her"},
    "fr": {"nous", "vous", "si", "faire", "en"},
    "de": {"die", "das", "der", "sie", "den", "dem", "es", "ihr", "zu", "was", "wer"},
    "is": {"sem", "er", "að", "það", "á", "við", "en", "þá"},
}
"""Words that can rightly follow themselves."""

ONLY = {
    "hi": set(
        "का के की को में से ने पर तक द्वारा है हैं हूँ था थे थी थीं और तथा एवं अथवा लेकिन कि यह वह इस तो भी ही या रहा रहे रही".split()
    ),
    "sw": set(
        "ya wa na kwa la za cha vya katika kwenye kutoka hadi ni kwamba kama au ili lakini ambayo ambao ambaye".split()
    ),
}
"""Where doubling a word is grammar (`धीरे धीरे`, `जो जो`, `haraka haraka`, `hii hii`), only these may not be doubled."""


@rule("doubled-word", Scope.PASSAGE)
def doubled_word(passage: Passage, corpus: Corpus) -> Iterator[Finding]:
    """A word does not stand twice by mistake.

    Words that can rightly follow themselves are known for six languages: `nous nous`, `die die`; in Hindi and Swahili,
    where doubling is grammar, only small words such as postpositions are looked at. A line break that is meant, as in
    a song, sets two words apart.

    Bad: `le le service`
    Good: `le service`
    """
    language = cldr.parse(passage.locale.code).language
    words = passage.words
    folded = [word[0].casefold() for word in words]
    if all(one != other for one, other in pairwise(folded)):
        return
    first = 0
    while first < len(words):
        last = first
        while last + 1 < len(words) and _repeats(passage, words[last], words[last + 1]):
            last += 1
        one, word = words[first], words[first][0].casefold()
        is_right = word in REPEATABLE.get(language, ()) or (language in ONLY and word not in ONLY[language])
        is_name = all(other[0][0].isupper() for other in words[first : last + 1])
        if last > first and not word.isdigit() and not is_right and not is_name:
            times = last - first + 1
            message = say("%(word)s stands here %(times)s times in a row", word=repr(one[0]), times=times)
            yield passage.found(one.start(), words[last].end(), message, say("write it once"), one[0])
        first = last + 1


def _repeats(passage: Passage, one: re.Match[str], other: re.Match[str]) -> bool:
    """Whether two words are the same, with a space and nothing else between them."""
    between = passage.prose[one.end() : other.start()]
    if one[0].casefold() != other[0].casefold() or not between.isspace():
        return False
    start, end = passage.inline.raw(one.end() - 1, one.end())[1], passage.inline.raw(other.start(), other.end())[0]
    if "\n" in passage.text[start:end] or re.search(r"<br\b", passage.text[start:end], re.IGNORECASE):
        return False
    return not any(
        (span.inner[0] <= start <= span.inner[1]) != (span.inner[0] <= end <= span.inner[1])
        for span in passage.inline.of("image")
    )


@rule("doubled-mark", Scope.PASSAGE)
def doubled_mark(passage: Passage, corpus: Corpus) -> Iterator[Finding]:
    """A mark of punctuation does not stand twice.

    Bad: `Fin..`
    Good: `Fin.`
    """
    if not TWO_MARKS.search(passage.prose):
        return
    # Not here: ../a path, ,,a quotation”, std::vector.
    marks = r"(?<![./\\])\.\.(?![./\\\w])|(?<=\w),,+|(?<!\w),,+(?!\w)|;;+|::+(?!\w)|।।+|(?<![!?])([!?])\1+"
    for match in re.finditer(marks, passage.prose):
        message = say("%(mark)s is doubled", mark=match[0])
        yield passage.found(*match.span(), message, say("write it once"), match[0][0])


@rule("doubled-space", Scope.PASSAGE)
def doubled_space(passage: Passage, corpus: Corpus) -> Iterator[Finding]:
    """Between words stands one space.

    Two spaces at the end of a line are Markdown for a line break, and are left alone.

    Bad: `un  mot`, with two spaces
    Good: `un mot`
    """
    habits = _habits(passage)
    marks = "".join(habits.spaced) if habits and habits.spaced else ""
    for match in re.finditer(r"(?<=\S)[ \u00a0\u202f]{2,}(?=\S)", passage.prose):
        place = passage.inline.raw(*match.span())
        if "\n" in passage.text[slice(*place)] or place[1] - place[0] != len(match[0]):
            continue
        if passage.prose[match.end()] in "%,.;:!?।" + marks or (marks and passage.prose[match.start() - 1] == "«"):
            continue  # told as a space before a mark
        wanted = next((space for space in match[0] if space != " "), " ")
        yield passage.found(*match.span(), say("%(count)s spaces", count=len(match[0])), say("leave one"), wanted)


# Glued, unbalanced


@rule("glued-link", Scope.PAIR)
def glued_link(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """The words of a link do not run into the word before or after it.

    Bad: `[Outlook](https://outlook.com/)affichait`
    Good: `[Outlook](https://outlook.com/) affichait`
    """
    if languages.script_of(pair.translation.locale.code) in UNSPACED:
        return
    theirs = sum(1 for _ in _glued(pair.source))
    found = list(_glued(pair.translation))
    if len(found) <= theirs:
        return
    for start, end, space in found:
        message = say("the link runs into the word beside it")
        yield Finding(start, end, message, say("put a space between them"), space)


UNSPACED = frozenset("CJK JAPANESE THAI LAO KHMER MYANMAR HANGUL".split())
"""Scripts without spaces between words, or between a word and its endings."""

ENDINGS = {"en": "s|es", "fr": "s|x", "de": "s|n|en", "is": "s|i|ar|ins|inu"}
"""Endings that a language may put to the words of a link; none of them is a word."""


def _glued(passage: Passage) -> Iterator[tuple[int, int, str]]:
    text = passage.text
    ending = ENDINGS.get(cldr.parse(passage.locale.code).language, "(?!)")
    for span in passage.inline.of("link", "autolink"):
        attributes = [one for one in passage.inline.of("attributes") if one.start == span.end]
        end = attributes[0].end if attributes else span.end
        after = re.compile(rf"[*_]{{0,3}}(?=[^\W_]|[{DEVANAGARI}])(?!(?:{ending})(?!\w))").match(text, end)
        before = re.search(rf"[^\W_][{DEVANAGARI}]*[*_]{{0,3}}$", text[: span.start])
        if after:
            yield after.end(), after.end(), " "
        if before:
            yield span.start, span.start, " "


PARAGRAPHS = 8
"""A quotation may run over so many paragraphs."""

COUNTED = re.compile(r"(?:^|[\s(])(?:[^\W\d_][\u093a-\u094f]?|\d{1,2}|[ivx]{2,4})$")
"""What stands before the bracket of a), 1) or iii)."""

BRACKETS = {")": "(", "]": "[", "}": "{"}
QUOTE_PAIRS = {"»": "«", "”": "“", "’": "‘", "›": "‹"}
BY_LANGUAGE = {
    "de": {"“": "„", "‘": "‚", "«": "»", "‹": "›"},
    "is": {"“": "„", "‘": "‚"},
    "cs": {"“": "„", "‘": "‚"},
    "pl": {"”": "„", "»": "«"},
    "ru": {"“": "„", "»": "«"},
    "uk": {"“": "„", "»": "«"},
    "da": {"«": "»"},
    "sv": {},
    "fi": {},
}


def _partners(passage: Passage) -> Mapping[str, str]:
    """The quotation marks that close in a language, each with the one that opens."""
    language = cldr.parse(passage.locale.code).language
    return BY_LANGUAGE.get(language, QUOTE_PAIRS)


@rule("unbalanced", Scope.PASSAGE)
def unbalanced(passage: Passage, corpus: Corpus) -> Iterator[Finding]:
    """What opens also closes: brackets within a passage, quotation marks within it or some paragraphs further on.

    Bad: `(voir plus bas`
    Good: `(voir plus bas)`
    """
    habits = _habits(passage)
    # Single marks that close are apostrophes too; marks of other languages are told by `typography`.
    quotes = {close: opening for close, opening in _partners(passage).items() if close not in "‘’"}
    if habits and any(True for _ in _quotes(passage, habits)):
        quotes = {}
    if not (ANY_QUOTE.search(passage.prose) or ANY_BRACKET.search(passage.prose)):
        return
    for index, is_open in _alone(passage.prose, BRACKETS | quotes):
        sign = passage.prose[index]
        if sign in BRACKETS or sign in BRACKETS.values() or not _goes_on(passage, corpus, sign, quotes, is_open):
            what = say("%(mark)s is never closed", mark=sign)
            message = what if is_open else say("%(mark)s closes what nothing has opened", mark=sign)
            yield passage.found(index, index + 1, message, say("add its partner, or remove it"))


def _alone(prose: str, closing: Mapping[str, str]) -> Iterator[tuple[int, bool]]:
    """Yield where marks stand without a partner, and whether they open."""
    smileys = {index for match in SMILEY.finditer(prose) for index in range(*match.span())}
    opened: dict[str, list[int]] = {opening: [] for opening in closing.values()}
    for match in _any_of(frozenset((*closing, *opened))).finditer(prose):
        index, sign = match.start(), match[0]
        if index in smileys:
            continue
        if sign in closing and opened[closing[sign]]:
            opened[closing[sign]].pop()
        elif sign in opened:
            opened[sign].append(index)
        elif sign in closing and not (sign == ")" and COUNTED.search(prose[:index])):
            yield index, False
    for sign, places in opened.items():
        # A smiley at the end may close a bracket as well.
        yield from ((index, True) for index in places if not (sign == "(" and any(at > index for at in smileys)))


@cache
def _any_of(marks: frozenset[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(marks))))


def _goes_on(passage: Passage, corpus: Corpus, sign: str, closing: Mapping[str, str], is_open: bool) -> bool:
    """Whether a quotation runs over paragraphs: its other mark is near, or each paragraph opens it anew."""
    documents = corpus.publication.documents.get(passage.locale.code, {}).values()
    document = next((one for one in documents if one.path == passage.path), None)
    if document is None or passage.segment is None or passage.segment.kind == "front matter":
        return False
    near = [one for one in document.segments if one.kind in ("paragraph", "quote", "item")]
    after = [one.text for one in near if one.start > passage.segment.start][:PARAGRAPHS]
    before = [one.text for one in near if one.start < passage.segment.start][-PARAGRAPHS:]
    if is_open and after and after[0].lstrip("*_[").startswith(sign):
        return True
    wanted = {close for close, opening in closing.items() if opening == sign} if is_open else {closing[sign]}
    lone = ((text[at], opens) for text in (after if is_open else before) for at, opens in _alone(text, closing))
    return any(opens != is_open and mark in wanted for mark, opens in lone)
