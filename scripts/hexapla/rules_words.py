"""Rules of the words: names, terms, numbers, language, length and ends of a passage against its source."""

from __future__ import annotations

import difflib
import math
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hexapla import cldr, languages, quantities
from hexapla.alignment import VARIANCE
from hexapla.config import Locale
from hexapla.glossary import Glossary
from hexapla.inline import OBJECT
from hexapla.passages import WORD, Finding, Pair, Passage
from hexapla.problems import Problem, Severity, say
from hexapla.quantities import Quantity
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
    for name in dict.fromkeys([*wanted, *found]):
        lacking = wanted[name] - found[name]
        values = {"name": name, "wanted": wanted[name], "found": found[name]}
        if lacking > 0:
            yield _lost(pair, name, say("the name %(name)s is here %(found)s×, in the source %(wanted)s×", **values))
        elif lacking < 0:
            message = say("the name %(name)s is here %(found)s×, in the source %(wanted)s×", **values)
            place = pair.translation.prose.rindex(name)
            hint = say("name it as often as the source does")
            yield pair.translation.found(place, place + len(name), message, hint)


def _names_in(passage: Passage, names: Glossary) -> Counter[str]:
    """Count the names that stay in a passage."""
    language = cldr.parse(passage.locale.code).language
    return Counter(names.names_in(passage.prose, language in WITH_GENITIVE_S))


def _lost(pair: Pair, name: str, message: str) -> Finding:
    """Say where a lost name probably went: the most similar word, or the words of the link that it was."""
    own = pair.translation
    near = _most_similar(own, name)
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


def _most_similar(passage: Passage, name: str) -> tuple[int, int] | None:
    """Find the run of words that is most like a name, if any is."""
    words, size = passage.words, len(WORD.findall(name))
    best, place = 0.72, None
    for width in {size, max(1, size - 1), size + 1}:
        for first in range(len(words) - width + 1):
            start, end = words[first].start(), words[first + width - 1].end()
            text = passage.prose[start:end]
            if abs(len(text) - len(name)) > 4 or text == name:
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
        message = say(
            "%(term)s and %(other)s are two things in the source, and one here", term=repr(term), other=repr(other)
        )
        approved = ", ".join(corpus.glossary.renderings[locale][term])
        hint = say("for %(term)s use one of: %(approved)s", term=repr(term), approved=approved)
        yield pair.translation.found(*places[-1], message, hint)


def _lost_terms(pair: Pair, terms: Glossary) -> list[str]:
    """The terms of the source, in its order, of which no rendering is in the translation."""
    locale = pair.translation.locale.code
    approved = terms.renderings.get(locale, {})
    wanted = dict.fromkeys(term for term, _ in terms.terms_in(pair.source.prose) if term in approved)
    return [term for term in wanted if not terms.rendered(locale, term, pair.translation.prose)]


def _fallen(pair: Pair, terms: Glossary) -> Mapping[str, str]:
    """Map lost terms to the term whose rendering stands in their place: there more often than the source has it."""
    locale = pair.translation.locale.code
    count = Counter(term for term, _ in terms.terms_in(pair.source.prose))
    found = {}
    for term in _lost_terms(pair, terms):
        for other in count:
            if other != term and len(terms.rendered(locale, other, pair.translation.prose)) > count[other]:
                found[term] = other
    return found


# Numbers


@rule("number", Scope.PAIR)
def same_numbers(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """Numbers, amounts of money, percentages, dates and years are those of the source.

    Each is read as its language writes it (Unicode CLDR): `1.234` is a thousand in German and `१२३` is 123. A word such
    as *billion* beside a number counts. Small numbers may be written in words.

    Bad: `40 dollars` where the source says `US$50`
    Good: `50 dollars` where the source says `US$50`
    """
    difference = _Numbers.of(pair)
    for own, source in difference.changed:
        values = {"own": own.text.strip(), "source": source.text.strip()}
        hint = say("write it as %(written)s", written=_written(source, pair.translation.locale))
        message = say("%(own)s is not what the source says, which is %(source)s", **values)
        yield pair.translation.found(own.start, own.end, message, hint)
    for own in difference.extra:
        message = say("the source has no number %(own)s", own=own.text.strip())
        yield pair.translation.found(
            own.start, own.end, message, say("compare it with the source, and correct or remove it")
        )
    for source in difference.missing:
        message = say("the source says %(source)s, and that is not here", source=source.text.strip())
        hint = say("add %(written)s, in digits", written=_written(source, pair.translation.locale))
        yield pair.translation.whole(message, hint)


def _written(source: Quantity, locale: Locale) -> str:
    if source.value is None:
        return source.text
    if source.sign and isinstance(source.value, Decimal):
        return quantities.money(source.value, source.sign, locale.code)
    return quantities.written(source.value, locale.code)


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
        labels = _labels(source.prose) & _labels(own.prose)
        theirs = [one for one in theirs if not _is_labelled(one, source.prose, labels)]
        ours = [one for one in ours if not _is_labelled(one, own.prose, labels)]
        missing, extra = _subtract(theirs, ours), _subtract(ours, theirs)
        misread = []
        for one in list(extra):
            foreign = quantities.read(own.prose, source.locale.code)
            value = next((other.value for other in foreign if other.start == one.start), None)
            match = next((other for other in missing if value is not None and other.value == value), None)
            if match:
                misread.append((one, match))
                extra.remove(one)
                missing.remove(match)
        words = quantities.spelled(source.prose, source.locale.code)
        is_english = source.locale.code.startswith("en")
        extra = [one for one in extra if not _is_small(one) or (is_english and one.value not in words)]
        changed = list(zip(extra, missing, strict=False))
        return cls(changed, extra[len(changed) :], missing[len(changed) :], misread)


LABEL = re.compile(r"[A-Z][\w+#]*[ \u00a0]v?\d+(?:\.\d+)*")


def _labels(prose: str) -> set[str]:
    """Numbers that belong to a name, such as Python 3.11, as they stand after it."""
    return {match.replace("\u00a0", " ") for match in LABEL.findall(prose)}


def _is_labelled(quantity: Quantity, prose: str, labels: set[str]) -> bool:
    before = prose[: quantity.end].replace("\u00a0", " ")
    return any(before.endswith(label) for label in labels)


def _is_small(quantity: Quantity) -> bool:
    return isinstance(quantity.value, Decimal) and quantity.value < 101 and quantity.value == quantity.value // 1


def _subtract(some: Sequence[Quantity], others: Sequence[Quantity]) -> list[Quantity]:
    """The quantities whose value the others do not have as often."""
    left = Counter(other.value for other in others)
    found = []
    for one in some:
        if left[one.value] > 0 and one.value is not None:
            left[one.value] -= 1
        else:
            found.append(one)
    return found


@rule("number-format", Scope.PAIR)
def number_format(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """Numbers and money are written as the language writes them (Unicode CLDR), not as the source's does.

    A sign such as `$` that many countries use does not stand for one that the source tells apart, such as `US$`.

    Bad: `US$50` in French
    Good: `50 dollars des États-Unis` in French
    """
    locale = pair.translation.locale
    for own, source in _Numbers.of(pair).misread:
        message = say("%(own)s is written as another language writes it", own=own.text.strip())
        hint = say("write it as %(written)s", written=_written(source, locale))
        yield pair.translation.found(own.start, own.end, message, hint)
    exact = {one.sign for one in quantities.read(pair.source.prose, pair.source.locale.code) if len(one.sign) > 1}
    for own in quantities.read(pair.translation.prose, locale.code):
        if not own.sign or not isinstance(own.value, Decimal):
            continue
        written = quantities.money(own.value, own.sign, locale.code)
        hint = say("write it as %(written)s", written=written)
        if not quantities.is_usual_money(own, locale.code):
            message = say("%(own)s is not how this language writes money", own=own.text.strip())
            yield pair.translation.found(own.start, own.end, message, hint)
        elif own.sign == "$" and "US$" in exact:
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
        if _is_words(own.prose, own.locale, corpus):
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


def _same(prose: str) -> str:
    return re.sub(r"\W+", " ", prose).casefold().strip()


def without_names(prose: str, corpus: Corpus) -> str:
    """Take out of a text what says nothing of its language: names, code, and words like code or addresses."""
    names = corpus.glossary.name_pattern
    prose = (names.sub(" ", prose) if names else prose).replace(corpus.site.site_name, " ")
    return re.sub(rf"[{OBJECT}\d]+|\S*[@/\\_=<>]\S*|\b\w+[.:]\w+\S*|\b\w*[a-z][A-Z]\w*|%\(\w+\)s", " ", prose)


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
    theirs = {_same(pair.source.prose[slice(*place)]) for place in pair.source.inline.sentences}
    codes = [locale.code for locale in corpus.site.locales]
    for start, end in own.inline.sentences:
        sentence = own.prose[start:end]
        if _same(sentence) in theirs:
            continue  # that is the rule `untranslated`
        other = languages.mistaken(" ".join(without_names(sentence, corpus).split()), own.locale.code, codes)
        if other:
            values = {"other": cldr.language_name(other), "own": own.locale.name}
            message = say("this sentence seems to be in %(other)s, not in %(own)s", **values)
            yield own.found(start, end, message, say("translate it into %(own)s", own=own.locale.name))


# Lengths

SHORTEST = 40
"""Shorter passages vary too much for their length to say anything."""

LEAST = 30
"""With fewer passages, what is usual for any two languages counts: between 0.5 and 2.2 characters for one."""

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

QUESTION, STATEMENT, COLON = "?", ".", ":"
END_MARKS = {"?": "?", "？": "?", "؟": "?", ";": "", ":": ":", "：": ":", ".": ".", "。": ".", "।": ".", "॥": "."}
END_MARKS |= {"!": ".", "！": ".", "…": ".", "۔": ".", "։": ".", "።": "."}
NAMES_OF_MARKS = {"?": say("a question mark"), ".": say("a full stop"), ":": say("a colon"), "": say("no mark")}


@rule("end-mark", Scope.PAIR)
def end_mark(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """A passage ends as its source does: a question stays a question, what ends in a colon announces something.

    The danda is a full stop; an exclamation mark or an ellipsis may stand for one.

    Bad: `Vous paieriez.` for `Would you pay?`
    Good: `Paieriez-vous ?` for `Would you pay?`
    """
    source, own = _end(pair.source), _end(pair.translation)
    if source is None or own is None or source == own:
        return
    if pair.translation.kind in ("message", "cell", "title") and {source, own} == {"", "."}:
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
