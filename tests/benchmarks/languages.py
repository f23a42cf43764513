"""How well `wrong-language` tells languages apart, on the publication's sentences: python3 -m tests.benchmarks.languages

For each locale: how many of its own sentences are blamed, and how many of those of another language of the same script
are found when they stand in it. Nothing is asserted.
"""

from __future__ import annotations

import time

from hexapla import config, glossary, languages, publication
from hexapla.languages import mistaken
from hexapla.rules import Corpus, subject_of
from hexapla.rules_words import without_names

from tests.conftest import ROOT


def sentences() -> dict[str, list[str]]:
    """Give the sentences of each locale, names and code taken out, as the rule sees them."""
    found = publication.read(config.load(str(ROOT / "mkdocs.yml")))
    words, _ = glossary.load(found.site)
    corpus = Corpus(found, words)
    texts: dict[str, list[str]] = {}
    for locale in found.site.locales:
        for path in found.documents[locale.code]:
            for passage in subject_of(corpus, locale, path).passages:
                texts.setdefault(locale.code, []).extend(
                    " ".join(without_names(passage.prose[start:end], corpus).split())
                    for start, end in passage.inline.sentences
                )
    return texts


def main() -> None:
    """Print a line for each locale, and one for each language that stands in it."""
    by_locale = sentences()
    codes = tuple(by_locale)
    start = time.perf_counter()
    for own in codes:
        blamed = [text for text in by_locale[own] if mistaken(text, own, codes)]
        print(f"{own}: {len(blamed)} of {len(by_locale[own])} blamed", *blamed, sep="\n    ")
        for other in codes:
            if other != own and languages.script_of(other) == languages.script_of(own):
                long = [text for text in by_locale[other] if len(text.split()) >= languages.WORDS]
                hit = sum(bool(mistaken(text, own, codes)) for text in long)
                print(f"  {other} in it: {hit} of {len(long)} found ({100 * hit / len(long):.0f} %)")
    print(f"{time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
