"""Rules of files: what they are called, how they are written, what a pull request may touch."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from hexapla.config import Locale, Site
from hexapla.problems import LARGEST, Fix, Problem, say
from hexapla.publication import MARKDOWN_SUFFIXES, files_below
from hexapla.rendering import Page, is_safe_address
from hexapla.rules import Corpus, Scope, Subject, rule

RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?")
"""Names that Windows gives to devices (Microsoft, "Naming Files, Paths, and Namespaces")."""

UNPORTABLE = re.compile(r"[<>:\"|?*\\\x00-\x1f\x7f]|[. ]$|^[ -]")
WORDS_FILES = frozenset({".md", ".markdown", ".mdown", ".mkdn", ".mkd", ".po", ".pot", ".toml"})


@rule("encoding", Scope.SITE)
def encoding(corpus: Corpus) -> Iterator[Problem]:
    """A file is UTF-8.

    Bad: a file in Latin-1 or UTF-16
    Good: a file in UTF-8, with or without a byte order mark
    """
    yield from corpus.met_while_reading("encoding")


@rule("file", Scope.SITE)
def readable(corpus: Corpus) -> Iterator[Problem]:
    """A file can be read.

    Bad: a file that only root may read
    Good: a file that whoever builds the site may read
    """
    yield from corpus.met_while_reading("file")


@rule("size", Scope.SITE, is_guard=True)
def size(corpus: Corpus) -> Iterator[Problem]:
    """A document or a catalog is no larger than 1 MB, and no file of a locale larger than 5 MB.

    Bad: a document of 3 MB, or a film of 50 MB
    Good: an article of 20 KB, a picture of 100 KB
    """
    yield from corpus.met_while_reading("size")
    for _, path in _files(corpus.site):
        if path.suffix not in WORDS_FILES and not path.is_symlink() and path.stat().st_size > 5 * LARGEST:
            message = say(
                "is %(size)s MB large, and %(limit)s MB are the limit", size=path.stat().st_size >> 20, limit=5
            )
            yield Problem(path, 1, 1, "size", message, say("make it smaller, or link to it"))


@rule("line-ending", Scope.DOCUMENT)
def line_ending(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """Lines end as those of the source do, and with nothing but LF or CR LF.

    Bad: a document with CR LF whose source has LF; a CR alone; U+2028
    Good: LF everywhere
    """
    text = subject.document.text
    for match in re.finditer(r"\r(?!\n)|[\u2028\u2029\x85\x0b\x0c]", text):
        point = f"U+{ord(match[0]):04X}"
        message = say("%(point)s ends a line for some programs and not for others", point=point)
        problem = subject.at_offset("line-ending", match.start(), message, say("end lines with LF"))
        yield _with_fix(problem, Fix(match.start(), match.end(), "\n"))
        return  # the others are the same
    other = subject.source.text if subject.source else ""
    at = text.find("\r\n")
    if at >= 0 and "\r\n" not in other and (subject.source or text.count("\n") != text.count("\r\n")):
        message = say("lines end with CR LF here, and with LF in the source")
        problem = subject.at_offset("line-ending", at, message, say("save the file with LF line endings"))
        yield _with_fix(problem, Fix(0, len(text), text.replace("\r\n", "\n")))


def _with_fix(problem: Problem, fix: Fix) -> Problem:
    return Problem(problem.path, problem.line, problem.column, problem.rule, problem.message, problem.hint, fix=fix)


@rule("file-name", Scope.SITE)
def file_name(corpus: Corpus) -> Iterator[Problem]:
    """A file's name works on every system, and no two names differ only in case or in how accents are written.

    Bad: `About.md` beside `about.md`; `aux.md`; `a:b.md`; a name that is not in NFC
    Good: `about.md`
    """
    seen: dict[str, Path] = {}
    for _, path in _files(corpus.site):
        name = path.name
        if not unicodedata.is_normalized("NFC", name):
            message = say("the name is not in NFC: %(name)s", name=ascii(name))
            hint = say("rename it to %(name)s", name=unicodedata.normalize("NFC", name))
            yield Problem(path, 1, 1, "file-name", message, hint)
        elif RESERVED.fullmatch(name) or UNPORTABLE.search(name):
            message = say("the name %(name)s does not work on every system", name=repr(name))
            yield Problem(path, 1, 1, "file-name", message, say("use letters, digits, hyphens and full stops"))
        folded = unicodedata.normalize("NFC", str(path)).casefold()
        if folded in seen:
            message = say("the name differs from %(other)s only in case or accents", other=repr(seen[folded].name))
            yield Problem(path, 1, 1, "file-name", message, say("rename or remove one of the two"))
        seen[folded] = path


@rule("symlink", Scope.SITE, is_guard=True, is_for_build=True)
def symlink(corpus: Corpus) -> Iterator[Problem]:
    """No link of the file system leads out of docs/ or locales/; what is behind it is not read. The source's may.

    Bad: docs/fr/about.md -> /etc/passwd
    Good: docs/fr/about.md, a file
    """
    site = corpus.site
    for folder, path in _files(site):
        is_source = path.is_relative_to(site.docs_dir / site.source.code)
        if not is_source and path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
            message = say("is a link that leads out of %(folder)s", folder=folder.name)
            yield Problem(path, 1, 1, "symlink", message, say("put the file itself here"))


@rule("asset", Scope.SITE, is_guard=True)
def asset(corpus: Corpus) -> Iterator[Problem]:
    """A file beside a translation's documents stands in for one of the source, and holds nothing that could run.

    Bad: docs/fr/page.html; docs/fr/logo.svg with `<script>`, or where docs/en has no logo.svg
    Good: docs/fr/images/desk.svg, where docs/en/images/desk.svg is
    """
    site = corpus.site
    for locale in site.translations:
        for path in files_below(site.docs_dir / locale.code):
            if path.suffix in MARKDOWN_SUFFIXES or path.is_symlink():
                continue
            relative = path.relative_to(site.docs_dir / locale.code)
            if not (site.docs_dir / site.source.code / relative).is_file():
                message = say("the source has no such file")
                yield Problem(path, 1, 1, "asset", message, say("remove it, or add it to the source first"))
            elif path.suffix.lower() in (".svg", ".html", ".htm", ".xml", ".xhtml") and (what := _what_runs(path)):
                message = say("holds %(what)s, which could run a program", what=what)
                yield Problem(path, 1, 1, "asset", message, say("remove it"))


def _what_runs(path: Path) -> str:
    """Give the first thing in a picture that a browser would run."""
    if path.stat().st_size > LARGEST:
        return "more than 1 MB"
    for element in Page(path.read_text(encoding="utf-8", errors="replace")).elements:
        if element.tag in ("script", "foreignobject", "iframe", "object", "embed", "handler", "set", "animate"):
            return f"<{element.tag}>"
        for name, value in element.attributes.items():
            if name.startswith("on") or (name.endswith(("href", "src")) and not is_safe_address(value)):
                return name
    return ""


@rule("outside-locale", Scope.SITE, is_guard=True)
def outside_locale(corpus: Corpus) -> Iterator[Problem]:
    """A pull request for one locale touches only that locale's files.

    Looked at with `--changed-since REV`. The locale is the one that is named, or else the one with the most changes; a
    change that touches no translation is no pull request of a translator.

    Bad: a change of docs/fr/about.md and of mkdocs.yml
    Good: a change of docs/fr/about.md and of locales/fr/LC_MESSAGES/about.md.po
    """
    if not corpus.changed:
        return
    locales = [locale for path in corpus.changed if (locale := locale_of(corpus.site, path)) and not locale.is_source]
    if not locales:
        return
    own = corpus.only or max(locales, key=locales.count)
    for path in corpus.changed:
        if locale_of(corpus.site, path) != own:
            message = say("is changed together with the translation into %(language)s", language=own.name)
            hint = say("leave it out of this change; propose it in one of its own")
            yield Problem(path, 1, 1, "outside-locale", message, hint)


def locale_of(site: Site, path: Path) -> Locale | None:
    """The locale whose file this is, by its folder below docs/ or locales/; None for what belongs to all."""
    for folder in (site.docs_dir, site.catalogs_dir):
        if path.is_relative_to(folder):
            code = path.relative_to(folder).parts[0]
            return next((locale for locale in site.locales if locale.code == code), None)
    return None


def _files(site: Site) -> Iterator[tuple[Path, Path]]:
    """Yield every file and link below docs/ and locales/, with the folder that it may not leave."""
    for folder in (site.docs_dir, site.catalogs_dir):
        for path in files_below(folder):
            yield folder, path
