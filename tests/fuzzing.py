"""Fuzzing of everything that reads what strangers write: one document, one catalog, one glossary at a time.

tests/test_fuzz.py runs it briefly with hypothesis; `python -m tests.fuzz_longer` runs it for as long as you like with
atheris, which follows the program's branches.
"""

from __future__ import annotations

import re
from pathlib import Path

from hexapla import catalogs, checks, config, content, glossary
from hexapla.config import Site
from hexapla.inline import read as read_inline
from hexapla.problems import Stop
from hexapla.publication import Publication
from hexapla.rules import Corpus

CONFIGURATION = """
site_name: Small
site_url: https://small.example/
markdown_extensions: [attr_list, tables, footnotes, def_list, admonition, md_in_html, abbr]
plugins:
  - i18n:
      docs_structure: folder
      languages:
        - {locale: en, name: English, default: true}
        - {locale: fr, name: Français}
        - {locale: hi, name: हिन्दी}
  - hexapla
"""
GLOSSARY = 'keep = ["ExactTarget", "WordPress", "WordPress VIP"]\n[terms]\n"customer service" = "x"\nsupport = "y"\n'
RENDERINGS = '"customer service" = ["service client*"]\nsupport = ["support*"]\n'


def make_site(root: Path) -> Site:
    """Write a small site; its documents are replaced by what is tried."""
    texts = {"mkdocs.yml": CONFIGURATION, "locales/glossary.toml": GLOSSARY, "locales/fr/glossary.toml": RENDERINGS}
    for code in ("en", "fr", "hi"):
        texts[f"docs/{code}/index.md"] = ""
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return config.load(str(root / "mkdocs.yml"))


def try_documents(site: Site, source: str, translation: str, code: str = "fr") -> set[str]:
    """Check a translation against its source with every rule; give the names of those that found something in it.

    Nothing may be raised, no rule may fail or hang.
    """
    documents: dict[str, dict[str, content.Document]] = {locale.code: {} for locale in site.locales}
    for name, text in (("en", source), (code, translation)):
        try:
            documents[name]["a.md"] = content.parse(site.docs_dir / name / "a.md", text)
        except Stop as stop:
            assert stop.problems
            return set()
    files = {name: tuple(own) for name, own in documents.items()}
    corpus = Corpus(Publication(site, files, documents), glossary.load(site)[0])
    for locale in (site.source, site.locale(code)):
        result = checks.check_document(corpus, locale, "a.md")
        wrong = [problem for problem in result.problems if problem.rule in ("failed", "slow")]
        assert not wrong, wrong
        for problem in result.problems:
            lines = max(len(re.split(r"\r\n|\r|\n", text)) for text in (source, translation))
            assert 1 <= problem.line <= lines, (problem, source, translation)
            assert problem.column >= 1 and problem.message and problem.hint
    return {problem.rule for problem in result.problems}


def try_inline(text: str) -> None:
    """Read inline Markdown. Each character of the prose has a place in the text, in order."""
    found = read_inline(text)
    assert len(found.prose) == len(found.offsets)
    assert list(found.offsets) == sorted(found.offsets)
    assert all(0 <= offset < max(1, len(text)) for offset in found.offsets)
    for span in found.spans:
        assert 0 <= span.start < span.end <= len(text)


def try_catalog(site: Site, text: str) -> None:
    """Read a catalog and the record of a document. Only Stop may be raised."""
    path = catalogs.path_of(site, site.locale("fr"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="replace", newline="")
    for _ in catalogs.check(site):
        pass
    try:
        messages = catalogs.load(site, site.locale("fr"))
        messages.ngettext("a", "b", 2)
    except Stop as stop:
        assert stop.problems


def try_glossary(site: Site, text: str) -> None:
    """Read a glossary. Nothing may be raised."""
    (site.catalogs_dir / "fr" / "glossary.toml").write_text(text, encoding="utf-8", errors="replace", newline="")
    words, _ = glossary.load(site)
    words.terms_in("customer service")
    words.rendered("fr", "support", "le support")
    (site.catalogs_dir / "fr" / "glossary.toml").write_text(RENDERINGS, encoding="utf-8")
