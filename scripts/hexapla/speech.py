"""The tool's own messages in the reader's language: the catalogs `hexapla.po` beside those of the publication.

`hexapla.pot` lists what the programs say (every call of `problems.say`) and what the rules' documentation says.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog as BabelCatalog

from hexapla import catalogs, cldr
from hexapla.config import Locale, Place, Site
from hexapla.problems import Stop
from hexapla.rules import all_rules

DOMAIN = "hexapla"
OWN_FOLDER = Path(__file__).parent
FOLDERS = (OWN_FOLDER / "locales", OWN_FOLDER.parents[1] / "locales")
"""Where the catalogs are: in the package as it is installed, or in the repository."""


def template() -> BabelCatalog:
    """Collect the messages of the programs and of the rules' documentation, in a stable order."""
    catalog = BabelCatalog(fuzzy=False)
    for path in sorted(OWN_FOLDER.glob("*.py")):
        for message in _said(path):
            catalog.add(message, locations=[(f"hexapla/{path.name}", 0)])
    for name, rule in sorted(all_rules().items()):
        for text in (rule.summary, rule.details):
            if text:
                catalog.add(text, auto_comments=[f"What the rule {name} is about."])
    return catalog


def _said(path: Path) -> Iterator[str]:
    """Yield the messages that a program gives to `say`, in its order."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say" and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def is_home(site: Site) -> bool:
    """Whether a site is the repository of this tool, which keeps its catalogs."""
    return OWN_FOLDER.is_relative_to(site.root)


@cache
def translator(code: str) -> Callable[[str], str]:
    """Give what translates the tool's messages into a locale's language; they stay English where nobody has."""
    for name in dict.fromkeys((code, cldr.language_tag(code), re.split(r"[-_]", code)[0])):
        for folder in FOLDERS:
            path = folder / name / "LC_MESSAGES" / f"{DOMAIN}.po"
            if path.is_file():
                try:
                    return catalogs.load_file(path, Locale(name, False, Place(1, 1))).gettext
                except (Stop, ValueError):
                    return str
    return str
