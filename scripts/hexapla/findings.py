"""What checks have found, and how severe the configuration says that it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from hexapla.config import Site
from hexapla.problems import Problem, Severity
from hexapla.rules import RULES, all_rules
from hexapla.rules_files import locale_of


@dataclass
class Report:
    """What a check has found. `seconds` is the time of each rule, over all processes.

    `known` problems are in a baseline and not among these, `gone` ones are in it and nowhere else; `ignored` ones have
    a comment with a reason.
    """

    problems: tuple[Problem, ...]
    seconds: Counter[str] = field(default_factory=Counter)
    known: int = 0
    gone: int = 0
    ignored: int = 0

    @property
    def errors(self) -> int:
        """How many problems are errors."""
        return sum(problem.severity is Severity.ERROR for problem in self.problems)


def weighed(site: Site, problems: Iterable[Problem]) -> Iterator[Problem]:
    """Give each problem its locale and its severity; leave out what the configuration ignores."""
    for problem in problems:
        locale = locale_of(site, problem.path)
        code = locale.code if locale else problem.locale
        rule = RULES.get(problem.rule) or all_rules().get(problem.rule)
        usual = rule.severity if rule else Severity.ERROR
        severity = site.severity(problem.rule, code, usual)
        if severity is not Severity.IGNORE:
            yield replace(problem, locale=code, severity=severity)
