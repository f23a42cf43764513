"""Rules of catalogs: the words of the interface, message by message. hexapla.catalogs finds; here it is said what."""

from __future__ import annotations

from collections.abc import Iterator

from hexapla.problems import Problem, Severity
from hexapla.rules import Corpus, Scope, rule


@rule("catalog", Scope.SITE)
def in_step(corpus: Corpus) -> Iterator[Problem]:
    """Each locale has a catalog, and it holds the messages of the templates.

    Bad: a message that was added to a template, and not to the catalogs
    Good: `hexapla catalogs update`, and a translation
    """
    yield from corpus.met_in_catalogs("catalog")


@rule("placeholder", Scope.SITE, is_guard=True)
def placeholder(corpus: Corpus) -> Iterator[Problem]:
    """A message has the placeholders of its source and no others. A form for one thing may leave the number out.

    Bad: `msgstr "Page %(pge)s"` or `"{m.__class__}"` for `Page %(page)s`
    Good: `msgstr "Page %(page)s"`
    """
    yield from corpus.met_in_catalogs("placeholder")


@rule("plural-forms", Scope.SITE)
def plural_forms(corpus: Corpus) -> Iterator[Problem]:
    """Every plural form of a message is translated.

    Bad: `msgstr[1] ""`; `msgstr[0]` and `msgstr[1]` alone in French, which has three forms
    Good: `msgstr[1] "%(number)s pages"`
    """
    yield from corpus.met_in_catalogs("plural-forms")


@rule("plural-count", Scope.SITE)
def plural_count(corpus: Corpus) -> Iterator[Problem]:
    """A message has no more plural forms than its language has, by Unicode CLDR.

    Bad: `msgstr[3]` in French, which has three forms
    Good: `msgstr[0]`, `msgstr[1]` and `msgstr[2]` in French
    """
    yield from corpus.met_in_catalogs("plural-count")


@rule("po-header", Scope.SITE)
def po_header(corpus: Corpus) -> Iterator[Problem]:
    """A catalog's header names its language, UTF-8 and the plural rule of Unicode CLDR.

    Bad: `Plural-Forms: nplurals=2; plural=(n > 1);` in French
    Good: what `hexapla catalogs update` writes
    """
    yield from corpus.met_in_catalogs("po-header")


@rule("duplicate", Scope.SITE)
def duplicate(corpus: Corpus) -> Iterator[Problem]:
    """A message is in a catalog once.

    Bad: `msgid "Next"` twice
    Good: `msgid "Next"` once
    """
    yield from corpus.met_in_catalogs("duplicate")


@rule("html-in-message", Scope.SITE, is_guard=True)
def html_in_message(corpus: Corpus) -> Iterator[Problem]:
    """A message has the HTML of its source and no other; pages would show it as text.

    Bad: `msgstr "<b>Suivant</b>"` for `Next`
    Good: `msgstr "Suivant"` for `Next`
    """
    yield from corpus.met_in_catalogs("html-in-message")


@rule("newline", Scope.SITE)
def newline(corpus: Corpus) -> Iterator[Problem]:
    r"""A message begins and ends with a line break if its source does.

    Bad: `msgstr "Suivant\n"` for `Next`
    Good: `msgstr "Suivant"` for `Next`
    """
    yield from corpus.met_in_catalogs("newline")


@rule("fuzzy", Scope.SITE)
def fuzzy(corpus: Corpus) -> Iterator[Problem]:
    """No message is marked fuzzy: such a one is shown in the source's language.

    Bad: `#, fuzzy`
    Good: the translation looked at, and the mark removed
    """
    yield from corpus.met_in_catalogs("fuzzy")


@rule("obsolete", Scope.SITE, Severity.WARNING)
def obsolete(corpus: Corpus) -> Iterator[Problem]:
    """A catalog holds no messages that nothing uses.

    Bad: `#~ msgid "Old"`
    Good: what `hexapla catalogs update` leaves
    """
    yield from corpus.met_in_catalogs("obsolete")


@rule("untranslated-message", Scope.SITE)
def untranslated_message(corpus: Corpus) -> Iterator[Problem]:
    """Every message is translated.

    Bad: `msgstr ""`
    Good: `msgstr "Suivant"`
    """
    yield from corpus.met_in_catalogs("untranslated-message")


@rule("glossary-file", Scope.SITE)
def glossary_file(corpus: Corpus) -> Iterator[Problem]:
    """The glossary can be read: `keep` is a list of names, `[terms]` maps terms to definitions, and each locale's file
    maps terms to lists of renderings, none of them the same for two terms.

    Bad: `"customer service" = "service client"`
    Good: `"customer service" = ["service client*"]`
    """
    yield from corpus.met_while_reading("glossary-file")
