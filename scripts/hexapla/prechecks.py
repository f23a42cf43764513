"""What is looked at before every build: what would keep it from being made, or make it wrong.

The rules that are for this are in two modules, and no others are imported: that takes longer than to run these.
"""

from __future__ import annotations

from hexapla import config, glossary, publication, rules_files, rules_site, status
from hexapla.cache import Store
from hexapla.problems import Stop
from hexapla.publication import Publication
from hexapla.rules import RULES, Corpus

MODULES = (rules_files, rules_site)
"""Importing them registers their rules."""


def read(config_file: str | None, memory: publication.Memory | None = None, store: Store | None = None) -> Publication:
    """Read and check a whole publication, for whoever is about to build it.

    `memory` holds what was read before, `store` keeps what front matter says and the words of catalogs, so that what
    could be read need not be read again. Raises Stop with everything that is wrong, in the configuration as in the
    documents and catalogs.
    """
    site, problems = config.examine(config_file)
    found = publication.read(site, memory, store)
    corpus = Corpus(found, glossary.Glossary(), problems=found.problems, is_for_build=True)
    problems += found.problems
    for one in list(RULES.values()):
        if one.is_for_build:
            problems += one.check(corpus)
    try:
        status.words(site, store)
    except Stop as stop:
        problems += stop.problems
    if problems:
        raise Stop(problems)
    return found
