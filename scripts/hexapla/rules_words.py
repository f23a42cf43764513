"""Rules of the words: names, terms, numbers, language, length and ends of a passage against its source."""

from __future__ import annotations

import difflib
import math
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal
from functools import lru_cache

from hexapla import cldr, languages, quantities
from hexapla.alignment import VARIANCE
from hexapla.config import Locale
from hexapla.glossary import Glossary
from hexapla.inline import OBJECT
from hexapla.passages import WORD, Finding, Pair, Passage
from hexapla.problems import Problem, Severity, say
from hexapla.quantities import Quantity, Value
from hexapla.rules import Corpus, Scope, rule

# Names and terms

WITH_GENITIVE_S = frozenset({"de", "sv", "da", "nb", "no", "nn", "nl", "is"})
"""Languages that may put an s to a name without an apostrophe."""


@rule("kept-name", Scope.PAIR)
def kept_name(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """A name that stays in every language occurs as often as in the source, letter for letter.

    The names are the list `keep` in locales/glossary.toml.

    Bad: `Cible exacte` where the source says `ExactTarget`
    Good: `ExactTarget` where the source says `ExactTarget`
    """
    wanted, found = _names_in(pair.source, corpus.glossary), _names_in(pair.translation, corpus.glossary)
    lost = [name for name in wanted if wanted[name] > found[name]]
    for name in dict.fromkeys([*wanted, *found]):
        values = {"name": name, "wanted": wanted[name], "found": found[name]}
        message = say("the name %(name)s is here %(found)s×, in the source %(wanted)s×", **values)
        if wanted[name] > found[name]:
            yield _lost(pair, name, message, corpus.glossary)
        elif wanted[name] < found[name] and not any(name in other or other in name for other in lost):
            start, end = [match.span(1) for match in _matches(pair.translation, corpus.glossary, name)][-1]
            yield pair.translation.found(start, end, message, say("name it as often as the source does"))


def _matches(passage: Passage, names: Glossary, name: str = "") -> Iterator[re.Match[str]]:
    """Find the names that stay in a passage, or one of them."""
    language = cldr.parse(passage.locale.code).language
    for match in names.names_in(passage.prose, language in WITH_GENITIVE_S):
        if not name or names.name_of(match) == name:
            yield match


def _names_in(passage: Passage, names: Glossary) -> Counter[str]:
    """Count the names that stay in a passage."""
    return Counter(names.name_of(match) for match in _matches(passage, names))


def _lost(pair: Pair, name: str, message: str, names: Glossary) -> Finding:
    """Say where a lost name probably went: the most similar word, or the words of the link that it was."""
    own = pair.translation
    # Another name that stays is what this one became only where it is a part of it: WordPress for WordPress VIP.
    taken = [match.span(1) for match in _matches(own, names) if names.name_of(match) not in name]
    near = _most_similar(own, name, taken)
    if near:
        start, end = near
        became = own.prose[start:end]
        hint = say("%(became)s was probably %(name)s: write it letter for letter", became=repr(became), name=name)
        return own.found(start, end, message, hint, name if own.prose.count(became) == 1 else None)
    for span in pair.source.inline.of("link"):
        if pair.source.text[slice(*span.inner)] == name:
            for other in own.inline.of("link"):
                if other.target == span.target:
                    became = own.text[slice(*other.inner)]
                    hint = say(
                        "%(became)s was probably %(name)s: write it letter for letter", became=repr(became), name=name
                    )
                    return Finding(*other.inner, message, hint, name)
    return own.whole(
        message, say("write %(name)s letter for letter, in Latin letters, wherever the source has it", name=name)
    )


def _most_similar(passage: Passage, name: str, taken: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Find the run of words that is most like a name, if any is, outside the places that are taken."""
    words, size = passage.words, len(WORD.findall(name))
    best, place = 0.72, None
    for width in {size, max(1, size - 1), size + 1}:
        for first in range(len(words) - width + 1):
            start, end = words[first].start(), words[first + width - 1].end()
            text = passage.prose[start:end]
            if abs(len(text) - len(name)) > 4 or text == name:
                continue
            if any(start < last and first_taken < end for first_taken, last in taken):
                continue
            matcher = difflib.SequenceMatcher(None, name.casefold(), text.casefold(), autojunk=False)
            if matcher.quick_ratio() > best and (ratio := matcher.ratio()) > best:
                best, place = ratio, (start, end)
    return place


@rule("glossary", Scope.PAIR)
def approved_term(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """A term of the source has one of its approved renderings.

    They are in locales/<locale>/glossary.toml; `*` stands for the rest of a word, so that inflected forms count.

    Bad: `assistance clientèle` for *customer support*, where `support client*` is approved
    Good: `support client` for *customer support*
    """
    fallen = set(_fallen(pair, corpus.glossary))
    for term in _lost_terms(pair, corpus.glossary):
        if term not in fallen:
            approved = corpus.glossary.renderings[pair.translation.locale.code][term]
            message = say("the source says %(term)s, and no approved rendering of it is here", term=repr(term))
            hint = say("use one of: %(approved)s", approved=", ".join(approved))
            yield pair.translation.whole(message, hint)


@rule("glossary-distinct", Scope.PAIR)
def distinct_terms(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """Two terms of the source do not fall together into one rendering.

    Bad: `service client et service client` for *customer service and customer support*
    Good: `service client et support client` for *customer service and customer support*
    """
    for term, other in _fallen(pair, corpus.glossary).items():
        locale = pair.translation.locale.code
        places = corpus.glossary.rendered(locale, other, pair.translation.prose)
        order = [one for one, _ in corpus.glossary.terms_in(pair.source.prose) if one in (term, other)]
        place = places[min(order.index(term), len(places) - 1)]
        message = say(
            "%(term)s and %(other)s are two things in the source, and one here", term=repr(term), other=repr(other)
        )
        approved = ", ".join(corpus.glossary.renderings[locale][term])
        hint = say("for %(term)s use one of: %(approved)s", term=repr(term), approved=approved)
        yield pair.translation.found(*place, message, hint)


def _lost_terms(pair: Pair, terms: Glossary) -> list[str]:
    """The terms of the source, in its order, of which no rendering is in the translation."""
    locale = pair.translation.locale.code
    approved = terms.renderings.get(locale, {})
    wanted = dict.fromkeys(term for term, _ in terms.terms_in(pair.source.prose) if term in approved)
    return [term for term in wanted if not terms.rendered(locale, term, pair.translation.prose)]


def _fallen(pair: Pair, terms: Glossary) -> Mapping[str, str]:
    """Map terms that are here less often than in the source to one like them that is here more often."""
    locale = pair.translation.locale.code
    count = Counter(term for term, _ in terms.terms_in(pair.source.prose))
    own = {term: len(terms.rendered(locale, term, pair.translation.prose)) for term in count}
    approved = terms.renderings.get(locale, {})
    # Where a word renders two terms, such as "support" for "customer support" too, it has to be there for both.
    wanted = {
        term: sum(
            count[one] for one in count if one == term or set(approved.get(one, ())) & set(approved.get(term, ()))
        )
        for term in count
    }
    return {
        term: other
        for term in count
        for other in count
        if term in approved and _are_alike(term, other) and own[term] < wanted[term] and own[other] > wanted[other]
    }


def _are_alike(term: str, other: str) -> bool:
    """Whether two terms can be mixed up: they share a word, or are single words both."""
    words, others = set(term.split()), set(other.split())
    return bool(words & others) or len(words) == len(others) == 1


# Numbers


@rule("number", Scope.PAIR)
def same_numbers(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """Numbers, amounts of money, percentages, dates and years are those of the source.

    Each is read as its language writes it (Unicode CLDR): `1.234` is over a thousand in German and `१२३` is 123. A
    word such as *billion* beside a number counts. Small numbers may be written in words. Times of day may be
    written in any way, those of Swahili counted from six o’clock. A version such as *Python 3.11* stays as it is.

    Bad: `40 dollars` where the source says `US$50`
    Good: `50 dollars` where the source says `US$50`
    """
    difference = _Numbers.of(pair)
    for own, source in difference.changed:
        values = {"own": own.text.strip(), "source": source.text.strip()}
        hint = say("write it as %(written)s", written=quantities.written(source, pair.translation.locale.code))
        message = say("%(own)s is not what the source says, which is %(source)s", **values)
        yield pair.translation.found(own.start, own.end, message, hint)
    yield from _other_currencies(pair)
    for own in difference.extra:
        message = say("the source has no number %(own)s", own=own.text.strip())
        yield pair.translation.found(
            own.start, own.end, message, say("compare it with the source, and correct or remove it")
        )
    for source in difference.missing:
        message = say("the source says %(source)s, and that is not here", source=source.text.strip())
        hint = say("add %(written)s, in digits", written=quantities.written(source, pair.translation.locale.code))
        yield pair.translation.whole(message, hint)


def _other_currencies(pair: Pair) -> Iterator[Finding]:
    """The right amount of the wrong money."""
    own, code = pair.translation, pair.translation.locale.code
    ours = quantities.read(own.prose, code)
    for source in quantities.read(pair.source.prose, pair.source.locale.code):
        for one in ours:
            is_same = source.sign and one.value == source.value
            if is_same and (other := quantities.other_currency(own.prose, one, source.sign, code)):
                values = {"own": other, "source": source.text.strip()}
                message = say("the money here is another (%(own)s) than in the source, which says %(source)s", **values)
                hint = say("write it as %(written)s", written=quantities.written(source, code))
                yield own.found(one.start, one.end, message, hint)


@dataclass(frozen=True)
class _Numbers:
    """How the numbers of two passages differ. `misread` are those that only another locale would write so."""

    changed: Sequence[tuple[Quantity, Quantity]]
    extra: Sequence[Quantity]
    missing: Sequence[Quantity]
    misread: Sequence[tuple[Quantity, Quantity]]

    @classmethod
    def of(cls, pair: Pair) -> _Numbers:
        """Compare two passages."""
        source, own = pair.source, pair.translation
        theirs = quantities.read(source.prose, source.locale.code)
        ours = quantities.read(own.prose, own.locale.code)
        if not theirs and not ours:
            return cls((), (), (), ())
        versions = _without_versions(source.prose, own.prose, theirs, ours)
        # Swahili counts the hours of the day from six o’clock.
        hours = 6 if {"sw"} & {cldr.parse(one.locale.code).language for one in (source, own)} else 12
        missing, extra = _subtract(theirs, ours, hours), _subtract(ours, theirs, hours)
        misread = _misread(pair, missing, extra)
        _without_other_forms(missing, extra, hours)
        words = quantities.spelled(source.prose, source.locale.code)
        is_english = source.locale.code.startswith("en")
        words |= {one.value % 100 for one in theirs if one.is_part and isinstance(one.value, Decimal)}  # les années 90
        extra = [one for one in extra if one.value not in words and (is_english or not _is_small(one))]
        missing = [
            one
            for one in missing
            if not isinstance(one.value, Decimal) or not quantities.is_in_words(one.value, own.prose, own.locale.code)
        ]
        changed = versions + _nearest(extra, missing)
        return cls(changed, extra, missing, misread)


VERSION = re.compile(
    r"(?i:\b(?:version|release|section|chapter|part|article|figure|table|step|clause|page)s?)[ \u00a0]$|"
    r"(?:^|[^.!?] )[A-Z][\w+#]*[ \u00a0]v?$"
)
LABEL = re.compile(r"[A-Z][\w+#]*[ \u00a0]v?\d+(?:\.\d+)*")


def _without_versions(
    theirs: str, ours: str, wanted: list[Quantity], found: list[Quantity]
) -> list[tuple[Quantity, Quantity]]:
    """Take out what stands in both texts letter for letter and is a version, such as Python 3.11, or no number at all.

    Gives the versions that have become decimal numbers: Python 3,11.
    """
    labels = _labels(theirs) & _labels(ours)
    changed = []
    for one in list(wanted):
        before = theirs[: one.start].replace("\u00a0", " ")
        is_labelled = any(f"{before}{one.text}".endswith(label) for label in labels)
        is_version = "." in one.digits and not one.sign and not one.power and VERSION.search(before)
        if one.value is None or is_labelled or is_version:
            same = next((other for other in found if other.digits == one.digits), None)
            spoilt = next(
                (other for other in found if is_version and other.digits == one.digits.replace(".", ",")), None
            )
            if same or spoilt:
                wanted.remove(one)
            if same:
                found.remove(same)
            elif spoilt:
                found.remove(spoilt)
                changed.append((spoilt, replace(one, value=one.text)))
    return changed


def _labels(prose: str) -> set[str]:
    """Numbers that belong to a name, such as Python 3.11, as they stand after it."""
    return {match.replace("\u00a0", " ") for match in LABEL.findall(prose)}


def _is_small(quantity: Quantity) -> bool:
    return isinstance(quantity.value, Decimal) and quantity.value < 101 and quantity.value == quantity.value // 1


def _subtract(some: Sequence[Quantity], others: Sequence[Quantity], hours: int) -> list[Quantity]:
    """The quantities whose value the others do not have as often. Parts of words, as in Covid-19, are not needed."""
    left = Counter(_value(other, hours) for other in others)
    found = []
    for one in some:
        value = _value(one, hours)
        if left[value] > 0 and value is not None:
            left[value] -= 1
        elif not one.is_part:
            found.append(one)
    return found


def _value(quantity: Quantity, hours: int) -> Value | None:
    value = quantity.value
    return time(value.hour % hours, value.minute) if isinstance(value, time) else value


def _misread(pair: Pair, missing: list[Quantity], extra: list[Quantity]) -> list[tuple[Quantity, Quantity]]:
    """Take out the numbers that are right, but written as the source's language writes them; give them."""
    found = []
    style = quantities.style_of(pair.source.locale.code)
    foreign = quantities.read(pair.translation.prose, pair.source.locale.code) if extra else []
    for one in list(extra):
        values: set[Value | None] = {other.value for other in foreign if other.start == one.start and not other.digits}
        number = quantities.number(one.digits, style) if one.digits else None
        values.add(number.scaleb(one.power) if number is not None else None)
        match = next((other for other in missing if other.value is not None and other.value in values), None)
        if match:
            found.append((one, match))
            extra.remove(one)
            missing.remove(match)
    return found


def _without_other_forms(missing: list[Quantity], extra: list[Quantity], hours: int) -> None:
    """Take out dates and times that one text has in one piece, and the other in several, such as 22 h for 10 p.m."""
    for some, others in ((missing, extra), (extra, missing)):
        for one in list(some):
            pieces = _pieces(one, others, hours)
            if pieces:
                some.remove(one)
                for piece in pieces:
                    others.remove(piece)
    if any(one.value == "24/7" for one in missing):
        missing[:] = [one for one in missing if one.value != "24/7"]
        extra[:] = [one for one in extra if one.value not in (24, 7)]


def _pieces(one: Quantity, others: Sequence[Quantity], hours: int) -> list[Quantity]:
    """Find the numbers that say together what a date or a time says; none where one of them is not there."""
    numbers = [(other, other.value) for other in others if isinstance(other.value, Decimal)]
    first: list[Quantity] = []
    second: list[Quantity] = []
    is_second_needed = True
    if isinstance(one.value, date):
        first = [other for other, value in numbers if value == one.value.year]
        second = [other for other, value in numbers if value == one.value.day]
        is_second_needed = one.value.day != 1  # November 2026 is read as its first day
    elif isinstance(one.value, time):
        first = [other for other, value in numbers if value % hours == one.value.hour % hours and value <= 24][:1]
        second = [other for other, value in numbers if value == one.value.minute and other not in first]
        is_second_needed = one.value.minute != 0
    return first[:1] + second[:1] if first and (second or not is_second_needed) else []


def _nearest(extra: list[Quantity], missing: list[Quantity]) -> list[tuple[Quantity, Quantity]]:
    """Take out pairs of what is here and what should be: dates with dates, numbers with those that look most alike."""
    found = []
    for one in list(extra):
        kind = [other for other in missing if type(other.value) is type(one.value)] or missing
        if kind:
            ratio = {id(other): difflib.SequenceMatcher(None, one.text, other.text).ratio() for other in kind}
            best = max(kind, key=lambda other: ratio[id(other)])
            found.append((one, best))
            extra.remove(one)
            missing.remove(best)
    return found


@rule("number-format", Scope.PAIR)
def number_format(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """Numbers and money are written as the language writes them (Unicode CLDR), not as the source's does.

    A sign such as `$` that many countries use does not stand for one that the source tells apart, such as `US$`.

    Bad: `US$50` in French
    Good: `50 dollars des États-Unis` in French
    """
    code, numbers = pair.translation.locale.code, _Numbers.of(pair)
    for own, source in numbers.misread:
        message = say("%(own)s is written as another language writes it", own=own.text.strip())
        hint = say("write it as %(written)s", written=quantities.written(source, code))
        yield pair.translation.found(own.start, own.end, message, hint)
    told = {own.start for own, _ in (*numbers.misread, *numbers.changed)} | {own.start for own in numbers.extra}
    theirs = quantities.read(pair.source.prose, pair.source.locale.code)
    for own in quantities.read(pair.translation.prose, code):
        if not own.sign or not isinstance(own.value, Decimal) or own.start in told:
            continue
        signs = {one.sign for one in theirs if one.value == own.value}
        says_whose = pair.translation.prose[own.end :].lstrip(" \u00a0").startswith(("US", "U.S", "É"))
        is_vague = own.sign == "$" and "US$" in signs and "$" not in signs and not says_whose
        hint = say(
            "write it as %(written)s", written=quantities.money(own.value, "US$" if is_vague else own.sign, code)
        )
        if not quantities.is_usual_money(own, code):
            message = say("%(own)s is not how this language writes money", own=own.text.strip())
            yield pair.translation.found(own.start, own.end, message, hint)
        elif is_vague:
            message = say("%(own)s does not say whose dollars, and the source does", own=own.text.strip())
            yield pair.translation.found(own.start, own.end, message, hint)


# Language


@rule("untranslated", Scope.PAIR)
def untranslated(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """A passage, or a sentence of it, is not left in the source's words.

    Names that stay, and single words, may be the same in two languages.

    Bad: `# Customer support` in docs/fr
    Good: `# Support client` in docs/fr
    """
    source, own = pair.source, pair.translation
    if _same(source.prose) == _same(own.prose):
        # A label of two words, such as "Content marketing", may be a loan.
        is_label = own.kind == "message" and len(WORD.findall(own.prose)) < 3
        if not is_label and _is_words(own.prose, own.locale, corpus):
            yield own.whole(_UNTRANSLATED, _TRANSLATE)
        return
    theirs = {_same(source.prose[slice(*place)]) for place in source.inline.sentences}
    for start, end in own.inline.sentences:
        sentence = own.prose[start:end]
        is_long = len(WORD.findall(sentence)) >= 3
        if is_long and _same(sentence) in theirs and _is_words(sentence, own.locale, corpus):
            yield own.found(start, end, _UNTRANSLATED, _TRANSLATE)


_UNTRANSLATED = say("these are still the source's words")
_TRANSLATE = say("translate them; if they are right as they are, put them into keep in locales/glossary.toml")


NO_WORD = re.compile(r"\W+")
NO_LANGUAGE = re.compile(rf"[{OBJECT}\d]+|\S*[@/\\_=<>]\S*|\b\w+[.:]\w+\S*|\b\w*[a-z][A-Z]\w*|%\(\w+\)s")


@lru_cache(maxsize=8192)  # a sentence of the source is compared with those of each locale
def _same(prose: str) -> str:
    return NO_WORD.sub(" ", prose).casefold().strip()


def without_names(prose: str, corpus: Corpus) -> str:
    """Take out of a text what says nothing of its language: names, code, and words like code or addresses."""
    names = corpus.glossary.name_pattern
    prose = (names.sub(" ", prose) if names else prose).replace(corpus.site.site_name, " ")
    return NO_LANGUAGE.sub(" ", prose)


def _is_words(prose: str, locale: Locale, corpus: Corpus) -> bool:
    """Whether a text has words that somebody would translate: two, or one in a script that the locale does not use."""
    words = [word for word in WORD.findall(without_names(prose, corpus)) if len(word) > 1]
    own_script = languages.script_of(locale.code)
    foreign = [word for word in words if languages.script(word[0]) not in ("", own_script)]
    return len(words) >= 2 or bool(foreign and not all(word.isupper() for word in foreign))


@rule("wrong-language", Scope.PAIR)
def wrong_language(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """A sentence is in the language of its locale.

    The languages of the site are told apart by lingua, for sentences of at least four words, names not counted.

    Bad: `Das ist eine andere Sprache.` in docs/fr
    Good: `C’est bien la langue de ce dossier.` in docs/fr
    """
    own = pair.translation
    for start, end in own.inline.sentences:
        other = foreign_language(pair, corpus, start, end)
        if other and other != pair.source.locale.code + "!":
            values = {"other": cldr.language_name(other), "own": own.locale.name}
            message = say("this sentence seems to be in %(other)s, not in %(own)s", **values)
            yield own.found(start, end, message, say("translate it into %(own)s", own=own.locale.name))


def foreign_language(pair: Pair, corpus: Corpus, start: int, end: int) -> str:
    """Give the language of a sentence of the translation, if it is another than its own; else nothing.

    What stands word for word in the source has an exclamation mark behind it: that is the rule `untranslated`.
    """
    own, source = pair.translation, pair.source
    sentence = own.prose[start:end]
    if _same(sentence) in {_same(source.prose[slice(*place)]) for place in source.inline.sentences}:
        return f"{source.locale.code}!"
    codes = tuple(locale.code for locale in corpus.site.locales)
    return languages.mistaken(" ".join(without_names(sentence, corpus).split()), own.locale.code, codes)


# Lengths

SHORTEST = 40
"""Shorter passages vary too much for their length to say anything."""

LEAST = 30
"""With fewer passages, what is usual for any two languages counts: between 0.4 and 2.5 characters for one."""

DEVIATIONS = 5.0


@dataclass(frozen=True)
class Sample:
    """The lengths of a passage and its source, in characters of prose, and where it stands."""

    source: int
    own: int
    problem: Problem


def sample_of(pair: Pair) -> Sample | None:
    """Measure a pair; None where it is too short."""
    theirs, ours = len(pair.source.prose), len(pair.translation.prose)
    if theirs < SHORTEST:
        return None
    own = pair.translation
    place = Problem(own.path, own.line, own.column, "length", "", "", locale=own.locale.code, segment=own.text)
    return Sample(theirs, ours, place)


@rule("length", Scope.PAIR, Severity.WARNING)
def usual_length(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """A passage is about as long as passages of this language are, compared with their sources.

    What is usual is learnt from all of the site's passages: their median ratio, and a variance that grows with the
    length (Gale and Church, "A Program for Aligning Sentences in Bilingual Corpora", 1993). Far outside means five
    standard deviations: something was left out, or added.

    Bad: one sentence where the source has a paragraph of six
    Good: all that the source says, and no more
    """
    yield from ()  # it needs all passages: see `unusual`, which the runner calls at the end


def unusual(samples: Sequence[Sample]) -> Iterator[Problem]:
    """Yield a problem for each passage of one locale whose length is far from what is usual there."""
    if len(samples) >= LEAST:
        ratio = statistics.median(one.own / one.source for one in samples)
        spread = (
            statistics.median(abs(one.own - ratio * one.source) / math.sqrt(one.source) for one in samples) / 0.6745
        )
        spread = max(spread, math.sqrt(VARIANCE))
    else:
        ratio, spread = 1.1, 0.0
    for one in samples:
        distance = one.own - ratio * one.source
        limit = DEVIATIONS * spread * math.sqrt(one.source)
        is_far = abs(distance) > limit if spread else not 0.4 * one.source < one.own < 2.5 * one.source + 20
        if is_far:
            values = {"own": one.own, "source": one.source, "usual": round(ratio * one.source)}
            message = say("%(own)s characters for %(source)s of the source; about %(usual)s are usual here", **values)
            hint = say("see whether something was added") if distance > 0 else say("see whether something was left out")
            place = one.problem
            yield Problem(place.path, place.line, place.column, "length", message, hint, segment=place.segment)


@rule("sentence-count", Scope.PAIR, Severity.WARNING)
def sentence_count(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """A passage has about as many sentences as its source: not half as many, and not twice.

    Sentences may be split and joined, so only a difference of two or more counts.

    Bad: one sentence where the source has three
    Good: two or four sentences where the source has three
    """
    theirs, ours = len(pair.source.inline.sentences), len(pair.translation.inline.sentences)
    if abs(theirs - ours) >= 2 and (ours * 2 <= theirs or theirs * 2 <= ours):
        message = say("%(own)s sentences here, %(source)s in the source", own=ours, source=theirs)
        yield pair.translation.whole(message, say("see whether something was left out, or added"))


# Ends

END_MARKS = {"?": "?", "？": "?", "؟": "?", ";": "", ":": ":", "：": ":", ".": ".", "。": ".", "।": ".", "॥": "."}
END_MARKS |= {"!": ".", "！": ".", "…": ".", "۔": ".", "։": ".", "።": "."}
ASKING = re.compile(r"(?i)(?:how|why|what|which|who|whose|when|where)\b")
"""How an English heading begins that is a question in languages which ask with a mark: How to help."""

NAMES_OF_MARKS = {"?": say("a question mark"), ".": say("a full stop"), ":": say("a colon"), "": say("no mark")}


@rule("end-mark", Scope.PAIR)
def end_mark(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """A passage ends as its source does: a question stays a question, what ends in a colon announces something.

    The danda is a full stop; an exclamation mark or an ellipsis may stand for one. A heading such as *How to help* may
    become a question, and an item of a list may end with a semicolon, as French lists do.

    Bad: `Vous paieriez.` for `Would you pay?`
    Good: `Paieriez-vous ?` for `Would you pay?`
    """
    source, own = _end(pair.source), _end(pair.translation)
    if source is None or own is None or source == own:
        return
    if pair.translation.kind in ("message", "cell", "title") and "?" not in (source, own):
        return  # labels take a full stop or a colon, or none, as their language likes
    if (source, own) == ("", "?") and ASKING.match(pair.source.prose):
        return
    if pair.translation.kind == "item" and source == "." and pair.translation.prose.rstrip().endswith(";"):
        return
    values = {"own": NAMES_OF_MARKS[own], "source": NAMES_OF_MARKS[source]}
    message = say("ends with %(own)s, and the source with %(source)s", **values)
    last = len(pair.translation.prose.rstrip())
    hint = say("end it with %(source)s", source=NAMES_OF_MARKS[source])
    yield pair.translation.found(max(0, last - 1), last, message, hint)


def _end(passage: Passage) -> str | None:
    """The mark that a passage ends with, as one of four; None where it ends in something that is no prose."""
    last = passage.prose.rstrip(" \u00a0\u202f”“»«’‘\"'›‹)]*_")[-1:]
    if not last or last == OBJECT:
        return None
    if last == ";" and passage.locale.code.startswith("el"):
        return "?"
    return END_MARKS.get(last, "")
