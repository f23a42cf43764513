"""The glossary: names that stay as they are, terms with their meaning, and each locale's approved renderings.

`locales/glossary.toml` holds `keep = [...]` and `[terms]` (term = definition); `locales/<locale>/glossary.toml` holds
`term = [renderings]`. In both, `*` stands for the rest of a word.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from hexapla.config import Locale, Site, guess
from hexapla.passages import WORD
from hexapla.problems import Problem, Stop, read_text, say

NAME = "glossary.toml"


@dataclass(frozen=True)
class Glossary:
    """What the words of a site's translations are held to.

    `keep` are names, `terms` maps terms to definitions, `renderings` maps locale codes and terms to what is approved.
    """

    keep: tuple[str, ...] = ()
    terms: Mapping[str, str] = field(default_factory=dict)
    renderings: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    @cached_property
    def name_pattern(self) -> re.Pattern[str] | None:
        """Finds names, the longest first, each as a whole word; None where there are none."""
        return self._names("") if self.keep else None

    @cached_property
    def _name_pattern_with_s(self) -> re.Pattern[str]:
        return self._names("s?")

    def _names(self, ending: str) -> re.Pattern[str]:
        """Any kind of space may stand in a name. With an ending, hyphens as well, where more is tied to the name."""
        names = sorted(self.keep, key=len, reverse=True)
        forms = [r"[ \u00a0\u202f]".join(map(re.escape, name.split())) for name in names]
        if ending:
            forms = ["-".join(map(re.escape, name.split())) + "(?=-)" for name in names if " " in name] + forms
        return re.compile(rf"(?<!\w)({'|'.join(forms)}){ending}(?!\w)")

    def names_in(self, prose: str, may_end_in_s: bool = False) -> list[re.Match[str]]:
        """Find the names in a text, in its order; group 1 is without the s of a genitive, where there may be one.

        There, a name may also be tied to another word, as in Google-Analytics-Konto.
        """
        if not any(name.split(" ")[0] in prose for name in self.keep):
            return []
        pattern = self._name_pattern_with_s if may_end_in_s else self.name_pattern
        return list(pattern.finditer(prose)) if pattern else []

    def name_of(self, match: re.Match[str]) -> str:
        """Give a name that was found in a text as the glossary has it."""
        return self._by_letters[re.sub(r"[\s-]+", " ", match[1])]

    @cached_property
    def _by_letters(self) -> dict[str, str]:
        return {re.sub(r"[\s-]+", " ", name): name for name in self.keep}

    @cached_property
    def _ordered(self) -> list[str]:
        return sorted(self.terms, key=len, reverse=True)

    @cached_property
    def _term_pattern(self) -> re.Pattern[str]:
        groups = (f"(?P<t{number}>{_pattern(term)})" for number, term in enumerate(self._ordered))
        return re.compile("|".join(groups), re.IGNORECASE)

    def terms_in(self, prose: str) -> list[tuple[str, re.Match[str]]]:
        """Find the terms of a source text, the longest first where they overlap, in the order of the text."""
        if not self.terms:
            return []
        if prose not in self._terms_by_prose:
            matches = self._term_pattern.finditer(prose)
            self._terms_by_prose[prose] = [(self._ordered[int(str(one.lastgroup)[1:])], one) for one in matches]
        return self._terms_by_prose[prose]

    @cached_property
    def _terms_by_prose(self) -> dict[str, list[tuple[str, re.Match[str]]]]:
        """What was found before: a text of the source is looked at for each locale, and by two rules."""
        return {}

    def rendered(self, locale: str, term: str, prose: str) -> list[tuple[int, int]]:
        """Find where a translation renders a term, longest renderings first and no place twice."""
        pattern = self._renderings(locale, term)
        return [match.span() for match in pattern.finditer(prose)] if pattern else []

    @cached_property
    def _compiled(self) -> dict[tuple[str, str], re.Pattern[str] | None]:
        return {}

    def _renderings(self, locale: str, term: str) -> re.Pattern[str] | None:
        key = (locale, term)
        if key not in self._compiled:
            words = sorted(self.renderings.get(locale, {}).get(term, ()), key=len, reverse=True)
            alternatives = "|".join(map(_pattern, words))
            self._compiled[key] = re.compile(alternatives, re.IGNORECASE) if words else None
        return self._compiled[key]


LETTER = r"[\w\u0900-\u0963\u200c\u200d]"


def _pattern(words: str) -> str:
    """Turn a term or a rendering into a pattern: whole words, `*` for the rest of one, any kind of space."""
    parts = [re.escape(part).replace(r"\*", f"{LETTER}*") for part in words.split()]
    return rf"(?<!{LETTER})" + r"[\s\u00a0\u202f]+".join(parts) + rf"(?!{LETTER})"


def path_of(site: Site, locale: Locale | None = None) -> Path:
    """Where the glossary is; with a locale, that locale's renderings."""
    return site.catalogs_dir / (locale.code if locale else "") / NAME


def load(site: Site) -> tuple[Glossary, list[Problem]]:
    """Read the glossary and every locale's renderings; give them, and what is wrong with them.

    A site without a glossary has an empty one.
    """
    problems: list[Problem] = []
    data = _read(path_of(site), problems)
    keep = _strings(path_of(site), "keep", data.pop("keep", []), problems)
    terms = data.pop("terms", {})
    if not isinstance(terms, dict) or not all(isinstance(value, str) for value in terms.values()):
        message = say("[terms] must map each term to its definition")
        problems.append(_problem(path_of(site), "terms", message, say('write: "customer service" = "what it means"')))
        terms = {}
    for key in data:
        message = say("there is no setting %(key)s in a glossary", key=repr(key))
        problems.append(_problem(path_of(site), key, message, guess(key, ["keep", "terms"])))
    renderings = {}
    for locale in site.translations:
        own = _read(path_of(site, locale), problems)
        renderings[locale.code] = dict(_renderings(path_of(site, locale), own, terms, problems))
    return Glossary(tuple(keep), terms, renderings), problems


def _renderings(
    path: Path, data: Mapping[str, Any], terms: Mapping[str, str], problems: list[Problem]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    seen: dict[str, str] = {}
    for term, value in data.items():
        if term not in terms:
            message = say("the glossary has no term %(term)s", term=repr(term))
            problems.append(_problem(path, term, message, guess(term, list(terms))))
            continue
        words = _strings(path, term, value, problems)
        for word in words:
            stem = word.casefold().rstrip("*")
            other = seen.get(stem, term)
            if other not in term and term not in other:  # "support" may be short for "customer support"
                values = {"word": repr(word), "one": repr(other), "other": repr(term)}
                message = say(
                    "%(word)s renders both %(one)s and %(other)s, so readers cannot tell them apart", **values
                )
                problems.append(_problem(path, term, message, say("give each term renderings of its own")))
            seen.setdefault(stem, term)
        yield term, tuple(words)


def _read(path: Path, problems: list[Problem]) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(read_text(path))
    except Stop as stop:
        problems += stop.problems
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        what = re.sub(r"\s*\(at .*\)$", "", str(error))
        message = say("is not valid TOML: %(what)s", what=what)
        hint = say('write a line such as: "customer service" = ["service client*"]')
        problems.append(Problem(path, line, column, "glossary-file", message, hint))
    except RecursionError:
        message = say("is nested too deeply")
        problems.append(
            Problem(path, 1, 1, "glossary-file", message, say("a glossary holds lists of words, no deeper"))
        )
    return {}


def _strings(path: Path, key: str, value: Any, problems: list[Problem]) -> list[str]:
    if isinstance(value, list) and all(isinstance(item, str) and WORD.search(item) for item in value):
        return list(value)
    message = say("%(key)s must be a list of words", key=repr(key))
    problems.append(_problem(path, key, message, say('write: %(key)s = ["one", "another"]', key=key)))
    return []


def _problem(path: Path, key: str, message: str, hint: str) -> Problem:
    """Make a problem at the line of a key."""
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if re.match(rf"""\s*\[?["']?{re.escape(key)}["']?\s*[\]=]""", line):
            return Problem(path, number, 1, "glossary-file", message, hint)
    return Problem(path, 1, 1, "glossary-file", message, hint)
