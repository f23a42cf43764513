"""Rules of files: what they are called, how they are written, what a pull request may touch."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from hexapla.addresses import is_safe_address
from hexapla.config import Locale, Site
from hexapla.problems import LARGEST, Fix, Problem, Stop, read_exact, say
from hexapla.publication import MARKDOWN_SUFFIXES, entries_below, files_below
from hexapla.rules import Corpus, Scope, Subject, rule

RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?")
"""Names that Windows gives to devices (Microsoft, "Naming Files, Paths, and Namespaces")."""

UNPORTABLE = re.compile(r"[<>:\"|?*\\\x00-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]|[. ]$|^[ -]")
"""What Windows refuses, what is no character, what turns a name around, what a program takes for an option."""
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
    """A file can be read, and a link leads to one.

    Bad: a file that only root may read; a link to `gone.md`
    Good: a file that whoever builds the site may read
    """
    yield from corpus.met_while_reading("file")
    for folder, path in _links(corpus.site):
        if not path.exists() and not _leads_out(corpus.site, folder, path):
            message = say("is a link that leads to nothing")
            yield Problem(path, 1, 1, "file", message, say("put the file itself here, or remove the link"))


@rule("size", Scope.SITE, is_guard=True)
def size(corpus: Corpus) -> Iterator[Problem]:
    """A document or a catalog is no larger than 1 MB, and no file of a locale larger than 5 MB.

    Bad: a document of 3 MB, or a film of 50 MB
    Good: an article of 20 KB, a picture of 100 KB
    """
    yield from corpus.met_while_reading("size")
    for _, path in _files(corpus.site):
        if path.is_symlink():
            continue
        size = path.stat().st_size
        if path.suffix in WORDS_FILES and size > LARGEST:
            yield from _refused(path)
        elif path.suffix not in WORDS_FILES and size > 5 * LARGEST:
            message = say("is %(size)s MB large, and %(limit)s MB are the limit", size=size >> 20, limit=5)
            yield Problem(path, 1, 1, "size", message, say("make it smaller, or link to it"))


def _refused(path: Path) -> Iterator[Problem]:
    """Tell of a file as whoever reads it would, so that nothing is told twice."""
    try:
        read_exact(path)
    except Stop as stop:
        yield from stop.problems


@rule("line-ending", Scope.DOCUMENT)
def line_ending(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """Lines end as those of the source do, and with nothing but LF or CR LF.

    Bad: a document with CR LF whose source has LF; a CR alone; U+2028
    Good: LF everywhere
    """
    text = subject.document.text
    for match in re.finditer(r"\r(?!\n)|[\u2028\u2029\x85]", text):
        point = f"U+{ord(match[0]):04X}"
        message = say("%(point)s ends a line for some programs and not for others", point=point)
        problem = subject.at_offset("line-ending", match.start(), message, say("end lines with LF"))
        yield _with_fix(problem, Fix(match.start(), match.end(), "\n"))
        return  # the others are the same
    at = text.find("\r\n")
    if at < 0:
        return
    is_mixed = text.count("\n") != text.count("\r\n")
    if is_mixed or (subject.source and "\r\n" not in subject.source.text):
        here = say("a line ends with CR LF here, and others with LF")
        message = here if is_mixed else say("lines end with CR LF here, and with LF in the source")
        problem = subject.at_offset("line-ending", at, message, say("save the file with LF line endings"))
        yield _with_fix(problem, Fix(0, len(text), text.replace("\r\n", "\n")))


def _with_fix(problem: Problem, fix: Fix) -> Problem:
    return Problem(problem.path, problem.line, problem.column, problem.rule, problem.message, problem.hint, fix=fix)


@rule("file-name", Scope.SITE)
def file_name(corpus: Corpus) -> Iterator[Problem]:
    """A file's name, and that of its folder, works on every system, and no two differ only in case or accents.

    Bad: `About.md` beside `about.md`; `aux.md`; `a:b.md`; a name that is not in NFC
    Good: `about.md`
    """
    alike: dict[str, list[Path]] = {}
    for path in _names(corpus.site):
        alike.setdefault(unicodedata.normalize("NFC", str(path)).casefold(), []).append(path)
    for paths in alike.values():
        kept = next((path for path in paths if unicodedata.is_normalized("NFC", str(path))), paths[0])
        for path in paths:
            yield from _odd_name(path) if path == kept else _same_name(path, kept)


def _same_name(path: Path, other: Path) -> Iterator[Problem]:
    """A name that is another's on a system which knows neither case nor accents apart."""
    message = say("the name differs from %(other)s only in case or accents", other=ascii(other.name))
    yield Problem(path, 1, 1, "file-name", message, say("rename or remove one of the two"))


def _odd_name(path: Path) -> Iterator[Problem]:
    """A name that some systems refuse or change."""
    name = path.name
    if not unicodedata.is_normalized("NFC", name):
        message = say("the name is not in NFC: %(name)s", name=ascii(name))
        hint = say("rename it to %(name)s", name=unicodedata.normalize("NFC", name))
        yield Problem(path, 1, 1, "file-name", message, hint)
    elif RESERVED.fullmatch(name) or UNPORTABLE.search(name):
        message = say("the name %(name)s does not work on every system", name=ascii(name))
        yield Problem(path, 1, 1, "file-name", message, say("use letters, digits, hyphens and full stops"))


def _names(site: Site) -> Iterator[Path]:
    """Yield every file below docs/ and locales/, each folder before the first file in it."""
    folders: set[Path] = set()
    for top, path in _files(site):
        for parent in reversed(path.relative_to(top).parents[:-1]):
            if top / parent not in folders:
                folders.add(top / parent)
                yield top / parent
        yield path


@rule("symlink", Scope.SITE, is_guard=True, is_for_build=True)
def symlink(corpus: Corpus) -> Iterator[Problem]:
    """No link of the file system leads out of docs/ or locales/; what is behind it is not read. The source's may.

    Bad: docs/fr/about.md -> /etc/passwd
    Good: docs/fr/about.md, a file
    """
    for folder, path in _links(corpus.site):
        if _leads_out(corpus.site, folder, path):
            message = say("is a link that leads out of %(folder)s", folder=folder.name)
            yield Problem(path, 1, 1, "symlink", message, say("put the file itself here"))


def _leads_out(site: Site, folder: Path, path: Path) -> bool:
    """Whether a link that is not the source's leads out of docs/ or locales/."""
    if path.is_relative_to(site.docs_dir / site.source.code):
        return False
    try:
        return not path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a link to itself
        return False


@rule("asset", Scope.SITE, is_guard=True)
def asset(corpus: Corpus) -> Iterator[Problem]:
    """A file beside a translation's documents stands in for one of the source, and holds nothing that could run.

    What runs in the source's picture may be in its translation too, but for scripts. Pages, scripts and style sheets
    are copies of the source's.

    Bad: docs/fr/page.html; docs/fr/logo.svg with `<script>`, or where docs/en has no logo.svg
    Good: docs/fr/images/desk.svg, where docs/en/images/desk.svg is
    """
    site = corpus.site
    for locale in site.translations:
        home = site.docs_dir / locale.code
        for path in files_below(home) if not home.is_symlink() else ():  # the rule `symlink` tells of such a one
            if path.suffix in MARKDOWN_SUFFIXES or path.is_symlink():
                continue
            source = site.docs_dir / site.source.code / path.relative_to(site.docs_dir / locale.code)
            if not source.is_file():
                message = say("the source has no such file")
                yield Problem(path, 1, 1, "asset", message, say("remove it, or add it to the source first"))
            elif path.suffix.lower() in PROGRAMS | XML:
                yield from _check_asset(path, source)


PROGRAMS = frozenset(".html .htm .css .js .mjs .cjs .wasm .xsl .xslt .svgz .swf .shtml .mht .mhtml".split())
"""Files that are pages, that change what pages do, or that cannot be looked into."""

XML = frozenset({".svg", ".xml", ".xhtml", ".xht"})
RUNNING = frozenset(
    "script iframe frame object embed applet handler listener foreignobject form base meta link".split()
)
"""Elements that run, load or send something."""

BITMAP = re.compile(r"(?i)data:image/(?:png|jpe?g|gif|webp|avif)[;,]")
"""A picture inside a picture; a browser does nothing but show it."""


def _check_asset(path: Path, source: Path) -> Iterator[Problem]:
    """Compare a file that could run with that of the source."""
    if max(path.stat().st_size, source.stat().st_size) > LARGEST:
        yield Problem(path, 1, 1, "asset", say("is too large to be looked through"), say("make it smaller than 1 MB"))
        return
    data, original = path.read_bytes(), source.read_bytes()
    if data == original:
        return
    if path.suffix.lower() in PROGRAMS:
        message = say("is a page, a program or a style sheet, and not the source's")
        yield Problem(path, 1, 1, "asset", message, say("remove it: the source's file is used then"))
        return
    known = set(_what_runs(original)) - {"<script>"}  # the same element may hold another program
    if added := [what for what in _what_runs(data) if what not in known]:
        message = say("holds %(what)s, which could run a program", what=added[0])
        yield Problem(path, 1, 1, "asset", message, say("remove it from the file"))


def _what_runs(data: bytes) -> list[str]:
    """Give what a browser would run in a picture: elements, and attributes with their values.

    Read as browsers read XML, because other parsers see comments and elements elsewhere.
    """
    found: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2].lower()
        changed = attributes.get("attributeName", "").lower()
        if local in RUNNING or changed.startswith("on") or changed.endswith("href"):
            found.append(f"<{local}>")
        for name, value in attributes.items():
            is_address = name.lower().endswith(("href", "src")) and not BITMAP.match(value.strip())
            if name.lower().startswith("on") or (is_address and not is_safe_address(value)):
                found.append(f"{name}={value[:40]!r}")

    def instruction(target: str, data: str) -> None:
        if target == "xml-stylesheet":
            found.append(f"<?{target}?>")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.ProcessingInstructionHandler = instruction
    parser.EntityDeclHandler = lambda name, *rest: found.append(f"<!ENTITY {name}>")
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError):
        found.append(say("something that is no XML"))
    return found


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


def _links(site: Site) -> Iterator[tuple[Path, Path]]:
    """Yield every link below docs/ and locales/, with the folder that it may not leave."""
    for folder in (site.docs_dir, site.catalogs_dir):
        yield from ((folder, Path(entry.path)) for entry in entries_below(folder) if entry.is_link)
