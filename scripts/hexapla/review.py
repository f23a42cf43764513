"""What a reviewer of a pull request wants to know: which paragraphs it changes, and whether it changes anything else.

Both sides are read: the base as git has it, unpacked into a folder of its own, and the change as it lies here. Nothing
of a contribution is run; what git does not say about its files is read from their first bytes.
"""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

from hexapla import catalogs, checks, config, glossary, links, publication, speech, translations
from hexapla.blocks import lines_of
from hexapla.config import Locale, Site, absolute
from hexapla.glossary import Glossary
from hexapla.problems import Problem, Severity, Stop, Text, read_exact, say, shown
from hexapla.publication import MARKDOWN_SUFFIXES, Publication, is_markdown
from hexapla.rules_files import locale_of
from hexapla.translations import State, Unit, plain_text

MANY = 300
"""Nobody reads a pull request of more files than this."""

SKELETON = frozenset(
    "structure heading-id link-target link-new-host code html url-scheme image footnote front-matter template-code "
    "ignore unicode".split()
)
"""Rules that tell of more than words. (What outside-locale, symlink and size tell is a reason of its own.)"""

BROUGHT_UP_TO_DATE = frozenset({"unrecorded"})
"""Rules whose problems go when a change is merged: the record follows then."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph that changed: its source, the translation before and now, and its states; empty where it was not.

    Of the source's own documents, `source` is empty. `met` and `missed` are the glossary's terms in the source that
    have an approved rendering now, and those that have none.
    """

    line: int
    kind: str
    source: str
    old: str
    new: str
    before: str
    after: str
    met: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Changed:
    """A document that changed: `how` is `added`, `changed` or `removed`; `before` and `after` count its paragraphs by
    their states."""

    locale: Locale
    path: str
    file: Path
    how: str
    paragraphs: tuple[Paragraph, ...]
    before: Mapping[str, int] = field(default_factory=dict)
    after: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Review:
    """The report. `reasons` say what else than words changed; there are none where only words did.

    `problems` are those that the change brings, `known` counts those that were there before. `links` are the broken
    links that it brings; None where no built site was looked at.
    """

    base: str
    locale: Locale | None
    documents: tuple[Changed, ...]
    files: tuple[Path, ...]
    outside: tuple[Path, ...]
    reasons: tuple[Text, ...]
    problems: tuple[Problem, ...]
    known: int
    links: tuple[Problem, ...] | None
    words: int

    @property
    def is_only_words(self) -> bool:
        """Whether nothing but words changed."""
        return not self.reasons

    @property
    def fails(self) -> bool:
        """Whether the change brings something that has to be mended."""
        return any(problem.severity is Severity.ERROR for problem in (*self.problems, *(self.links or ())))

    @property
    def verdict(self) -> Text:
        """One sentence for the maintainer."""
        if not self.files:
            return say("Nothing changed.")
        if self.is_only_words:
            return say("Only words changed.")
        return say("More than words changed.")


@dataclass(frozen=True)
class Change:
    """A file that git says has changed: its path, its mode now (as git writes it, empty where it is gone)."""

    path: Path
    mode: str
    was: str


def review(config_file: str | None, base: str, site_folder: Path | None = None) -> Review:
    """Review what changed since a branch left `base`. With a built site, its links are looked at too.

    Raises Stop where git knows no such base, or the change cannot be read at all.
    """
    site = config.load(config_file)
    top, commit = checks.branched(site, base)
    changes = sorted(_changes(site, top, commit), key=lambda one: one.path)
    _refuse_linked_folders(site, changes)
    with tempfile.TemporaryDirectory(prefix="hexapla-base-") as name:
        old = _read_base(site, top, commit, Path(name))
        return _review(site, base, changes, old, site_folder)


def _refuse_linked_folders(site: Site, changes: Sequence[Change]) -> None:
    """Stop where a whole folder of the publication became a link: what is behind it, maybe everything, is not read."""
    folders = {folder for home in (site.docs_dir, site.catalogs_dir) for folder in (home, *home.parents)}
    folders |= {home / locale.code for home in (site.docs_dir, site.catalogs_dir) for locale in site.locales}
    linked = [change.path for change in changes if change.mode == "120000" and change.path in folders]
    if linked:
        message, hint = say("is a symbolic link"), say("put the folder itself here")
        raise Stop([Problem(path, 1, 1, "symlink", message, hint) for path in linked])


def _review(site: Site, base: str, changes: Sequence[Change], old: Publication | None, built: Path | None) -> Review:
    found = publication.read(site)
    words, _ = glossary.load(site)
    files = tuple(change.path for change in changes)
    own = _own_locale(site, files)
    documents = tuple(_documents(found, old, changes, words))
    problems, known = _new_problems(site, base, old, files)
    outside = tuple(path for path in files if own and locale_of(site, path) != own)
    broken = None if built is None else tuple(_new_links(found, old, built, files, problems))
    reasons = tuple(_reasons(site, own, changes, documents, outside, problems))
    count = sum(translations.count_words(one.new) for document in documents for one in document.paragraphs)
    return Review(base, own, documents, files, outside, reasons, problems, known, broken, count)


def _own_locale(site: Site, files: Sequence[Path]) -> Locale | None:
    """The locale that a change is for: the translation with the most of its files."""
    locales = [locale for path in files if (locale := locale_of(site, path)) and not locale.is_source]
    return max(locales, key=locales.count) if locales else None


# What git knows


def _changes(site: Site, top: Path, commit: str) -> Iterator[Change]:
    """Yield what has changed since a commit, here or in the index (as submodules are), and what is not in git yet."""
    known: set[Path] = set()
    # A file .gitmodules, which the change may bring, could have git leave out submodules.
    options = ("--raw", "--no-renames", "--no-abbrev", "--ignore-submodules=none", "-z", commit)
    for more in ((), ("--cached",)):
        fields = iter(checks.git(site, "diff", *more, *options).split("\0"))
        for head in fields:
            if head.startswith(":"):
                was, now, *_ = head[1:].split(" ")
                path = absolute(top / next(fields))
                if path not in known:
                    known.add(path)
                    yield Change(path, now.strip("0") and now, was.strip("0") and was)
    for name in checks.git(site, "ls-files", "--others", "--exclude-standard", "--full-name", "-z").split("\0"):
        if name:
            path = absolute(top / name)
            yield Change(path, "120000" if path.is_symlink() else "100644", "")


def _read_base(site: Site, top: Path, commit: str, folder: Path) -> Publication | None:
    """Unpack and read the base, all of it: what its rules look at; None where there was no publication yet."""
    if not _is_in(site, commit, site.config_file.name):
        return None
    prefix = checks.git(site, "rev-parse", "--show-prefix").removesuffix("\n")
    command = ["git", "-C", str(top), "archive", "--format=tar", commit]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as git,
        tarfile.open(fileobj=git.stdout, mode="r|") as archive,
    ):
        archive.extractall(folder, filter=_inside)
    try:
        return publication.read(config.load(str(folder / prefix / site.config_file.name)))
    except Stop:
        return None  # it could not be built either


def _inside(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    """Leave out what leads to elsewhere: links to files that are not in the repository."""
    try:
        return tarfile.data_filter(member, folder)
    except tarfile.FilterError:
        return None


def _is_in(site: Site, commit: str, name: str) -> bool:
    try:
        return bool(checks.git(site, "ls-tree", "--name-only", commit, "--", name).strip())
    except subprocess.CalledProcessError:
        return False


# What changed in documents


def _documents(
    found: Publication, old: Publication | None, changes: Sequence[Change], words: Glossary
) -> Iterator[Changed]:
    """Yield the documents that changed, paragraph by paragraph."""
    site = found.site
    paths = {change.path for change in changes}
    for locale in site.locales:
        home = site.docs_dir / locale.code
        before = old.documents.get(locale.code, {}) if old else {}
        own = {path.relative_to(home).as_posix() for path in paths if path.is_relative_to(home)}
        own_records = {name for path in paths if (name := _document_of_record(site, locale, path))}
        known = {*before, *found.documents[locale.code]}
        for path in sorted((own | own_records) & known):
            how = "changed"
            if path not in before:
                how = "added"
            elif path not in found.documents[locale.code]:
                how = "removed"
            one, other = _units(old, locale, path), _units(found, locale, path)
            paragraphs = tuple(_paragraphs(locale, one, other, words))
            if paragraphs or how != "changed" or path in own:
                counts = (Counter(unit.state.value for unit in side) for side in (one, other))
                yield Changed(locale, path, home / path, how, paragraphs, *counts)
        for domain in (catalogs.DOMAIN, speech.DOMAIN):
            file = catalogs.path_of(site, locale, domain)
            if file in paths and not locale.is_source:
                then = catalogs.path_of(old.site, locale, domain) if old else None
                how = "added" if then is None or not then.is_file() else "changed" if file.is_file() else "removed"
                yield Changed(locale, file.name, file, how, tuple(_messages(locale, then, file)))


def _messages(locale: Locale, old: Path | None, new: Path) -> Iterator[Paragraph]:
    """Yield the messages of a catalog that differ, in the order of the catalog now."""
    before = {} if old is None else _translated(locale, old)
    for (context, source), (line, text) in _translated(locale, new).items():
        was = before.get((context, source), (0, ""))[1]
        if was != text:
            yield Paragraph(line, "message", source, was, text, "", "")


def _translated(locale: Locale, path: Path) -> dict[tuple[str, str], tuple[int, str]]:
    """Give the messages of a catalog by context and source: line, and all forms of the translation."""
    if not path.is_file() or path.is_symlink():
        return {}
    try:
        found = catalogs.shared(path, locale)
    except Stop:
        return {}  # told by the rules of catalogs
    return {
        (entry.context or "", entry.id if isinstance(entry.id, str) else entry.id[0]): (
            entry.lineno or 1,
            " / ".join(catalogs.forms_of(entry)),
        )
        for entry in found
        if entry.id
    }


def _document_of_record(site: Site, locale: Locale, path: Path) -> str | None:
    folder = site.catalogs_dir / locale.code / "LC_MESSAGES"
    if path.is_relative_to(folder) and path.suffix == ".po" and is_markdown(path.stem):
        return path.relative_to(folder).as_posix().removesuffix(".po")
    return None


def _units(found: Publication | None, locale: Locale, path: str) -> list[Unit]:
    """Pair a document with its source; the source's own paragraphs stand alone."""
    if found is None or locale.code not in found.documents:
        return []
    own = next((one for one in found.site.locales if one.code == locale.code), None)
    document = found.document(own, path) if own else None
    if own is None or document is None:
        return []
    if own.is_source:
        return [Unit(None, segment, State.CURRENT) for segment in document.segments]
    try:
        return translations.of_document(found, own, path)
    except Stop:
        return [Unit(None, segment, State.ORPHAN) for segment in document.segments]


def _paragraphs(locale: Locale, old: Sequence[Unit], new: Sequence[Unit], words: Glossary) -> Iterator[Paragraph]:
    """Yield the paragraphs that differ, in the order of the document now; then those that went."""
    left = [unit for unit in old if unit.translation]
    for unit, before in _matched(left, [unit for unit in new if unit.translation]):
        assert unit.translation
        was = before.translation.text if before and before.translation else ""
        is_same = was == unit.translation.text and before is not None and before.state is unit.state
        if before in left:
            left.remove(before)
        if not is_same:
            source = unit.source.text if unit.source else ""
            met, missed = _terms(locale, source, unit.translation.text, words)
            yield Paragraph(
                unit.translation.line,
                unit.translation.kind,
                source,
                was,
                unit.translation.text,
                before.state.value if before else "",
                unit.state.value,
                met,
                missed,
            )
    for unit in left:
        if unit.translation:
            source = unit.source.text if unit.source else ""
            yield Paragraph(
                unit.translation.line, unit.translation.kind, source, unit.translation.text, "", unit.state.value, ""
            )


def _matched(old: Sequence[Unit], new: Sequence[Unit]) -> Iterator[tuple[Unit, Unit | None]]:
    """Give each paragraph the one that it was: with the same words, the same source, or in the same place."""
    waiting = list(old)
    pairs: dict[int, Unit] = {}

    def take(number: int, fits: Iterable[Unit]) -> None:
        one = next(iter(fits), None)
        if one is not None:
            pairs[number] = one
            waiting.remove(one)

    for number, unit in enumerate(new):
        take(number, (one for one in waiting if _text(one) == _text(unit)))
    for number, unit in enumerate(new):
        if number not in pairs and unit.source:
            source = unit.source.text
            take(number, (one for one in waiting if one.source and one.source.text == source))
    for number, unit in enumerate(new):
        if number not in pairs:
            kind = unit.translation.kind if unit.translation else ""
            around = pairs.get(number - 1)
            follows = old.index(around) + 1 if around in old else 0 if number == 0 else len(old)
            near = old[follows : follows + 1]
            take(number, (one for one in near if one in waiting and one.translation and one.translation.kind == kind))
    for number, unit in enumerate(new):
        yield unit, pairs.get(number)


def _text(unit: Unit) -> str:
    return unit.translation.text if unit.translation else ""


def _terms(locale: Locale, source: str, translation: str, words: Glossary) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the glossary's terms of a source that the translation renders, and those that it does not."""
    prose = plain_text(translation)
    terms = dict.fromkeys(term for term, _ in words.terms_in(plain_text(source)))
    known = [term for term in terms if words.renderings.get(locale.code, {}).get(term)]
    met = tuple(term for term in known if words.rendered(locale.code, term, prose))
    return met, tuple(term for term in known if term not in met)


# What is wrong with it


def _new_problems(
    site: Site, base: str, old: Publication | None, files: Sequence[Path]
) -> tuple[tuple[Problem, ...], int]:
    """Check what changed; give the problems that were not there before, and how many were.

    Of what was there before, only the files are checked that have problems now.
    """
    is_for_all = any(path == site.config_file or locale_of(site, path) is None for path in files)
    now = checks.run(str(site.config_file), [] if is_for_all else _arguments(site, site.root, files), base).problems
    left: Counter[str] = Counter()
    wrong = sorted({problem.path for problem in now if problem.rule not in BROUGHT_UP_TO_DATE})
    if old is not None and wrong:
        # What length is usual is known from all documents together.
        looked_at = files if any(problem.rule == "length" for problem in now) else wrong
        then = checks.run(str(old.site.config_file), _arguments(site, old.site.root, looked_at)).problems
        left = Counter(checks.baseline_key(old.site.root, problem) for problem in then)
    new = []
    for problem in now:
        if problem.rule in BROUGHT_UP_TO_DATE:
            continue
        key = checks.baseline_key(site.root, problem)
        if left[key] > 0:
            left[key] -= 1
        else:
            new.append(problem)
    return tuple(new), len(now) - len(new) - sum(problem.rule in BROUGHT_UP_TO_DATE for problem in now)


def _arguments(site: Site, root: Path, files: Sequence[Path]) -> list[str]:
    """Name the changed files that are there on one side; where none is, something that has no problems."""
    found = [root / path.relative_to(site.root) for path in files if path.is_relative_to(site.root)]
    return [str(path) for path in found if path.exists()] or [str(root / site.config_file.name)]


def _new_links(
    found: Publication, old: Publication | None, built: Path, files: Sequence[Path], known: Sequence[Problem]
) -> Iterator[Problem]:
    """Yield the broken links of a built site that a change brings: in what it touches, but for lines that had them
    before, and from anywhere to what it touches. Where it touches what makes every page, all that lead nowhere.

    What is told at a place already is not told there again."""
    site, touched = found.site, set(files)
    told = {(problem.path, problem.line, problem.column) for problem in known}
    is_for_all = any(path == site.config_file or _is_below(path, site.custom_dir) for path in files)
    moved = {
        _address(found, one) for path in files if path.is_relative_to(site.docs_dir) for one in _copies(site, path)
    }
    for problem in links.check(links.subject(built, found)).report.problems:
        if (problem.path, problem.line, problem.column) in told:
            continue
        is_own = problem.path in touched and not _stood_there(site, old, problem)
        is_error = problem.severity is Severity.ERROR
        if is_own or (is_error and (is_for_all or _led_to(site, problem) in moved)):
            yield problem


def _is_below(path: Path, folder: Path | None) -> bool:
    return folder is not None and path.is_relative_to(folder)


def _copies(site: Site, path: Path) -> Iterator[str]:
    """Yield the names below docs/ of a file, and of those for which it stands in: the source's, in every locale."""
    name = path.relative_to(site.docs_dir).as_posix()
    locale = locale_of(site, path)
    below = name.partition("/")[2]
    for one in site.locales if locale and locale.is_source else [locale] if locale else ():
        yield one.folder + below
    if locale is None:
        yield name


def _address(found: Publication, name: str) -> str:
    """Give the address of a file below the site's root, without `index.html`."""
    is_document = name.endswith(MARKDOWN_SUFFIXES)
    address = publication.url_of(name, found.site.use_directory_urls) if is_document else quote(name)
    return address.removesuffix("index.html")


def _led_to(site: Site, problem: Problem) -> str | None:
    """Give the address below the site's root to which a link leads, without `index.html`; None where it leaves it."""
    home = urlsplit(site.site_url)
    try:
        address = urlsplit(urljoin(urljoin(site.site_url, quote(problem.page)), problem.target))
    except ValueError:  # no address at all
        return None
    if not problem.target or address.netloc != home.netloc or not address.path.startswith(home.path):
        return None
    return address.path[len(home.path) :].removesuffix("index.html")


def _stood_there(site: Site, old: Publication | None, problem: Problem) -> bool:
    """Whether the line of a link was in its file before."""
    if old is None or not problem.target:
        return False
    try:
        before = read_exact(old.site.root / problem.path.relative_to(site.root))
        return lines_of(read_exact(problem.path))[problem.line - 1] in lines_of(before)
    except (Stop, ValueError, IndexError):
        return False


# More than words


def _reasons(
    site: Site,
    own: Locale | None,
    changes: Sequence[Change],
    documents: Sequence[Changed],
    outside: Sequence[Path],
    problems: Sequence[Problem],
) -> Iterator[Text]:
    """Say what else than words changed."""
    if len(changes) > MANY:
        yield say("it changes %(count)s files, more than anybody can review", count=len(changes))
    if own is None and changes:
        yield say("it changes no translation, but the source or what all languages share")
    if outside:
        listed = ", ".join(shown(path) for path in outside[:10]) + (" …" if len(outside) > 10 else "")
        yield say("it changes files outside of the locale: %(files)s", files=listed)
    for change in changes[:MANY]:
        if reason := _odd(site, change):
            yield reason
    for document in documents:
        if document.how == "removed":
            yield say("it removes the document %(path)s", path=shown(document.file))
    rules = sorted({problem.rule for problem in problems if problem.rule in SKELETON})
    if rules:
        yield say("the check tells of more than words: %(rules)s", rules=", ".join(rules))
    for document in documents:
        if document.file.is_file() and checks.IGNORE.search(document.file.read_text("utf-8", "replace")):
            yield say("%(path)s has a rule ignored", path=shown(document.file))


def _odd(site: Site, change: Change) -> Text | None:
    """Say what is unusual about one file; None where it is a text among texts."""
    name = shown(change.path)
    if change.mode == "120000":
        return say("%(path)s is a symbolic link", path=name)
    if change.mode == "160000":
        return say("%(path)s is a submodule, another repository", path=name)
    if change.mode == "100755" and change.was != "100755":
        return say("%(path)s may be executed", path=name)
    if not change.mode or not change.path.is_file() or change.path.is_symlink():
        return None
    size = change.path.stat().st_size
    with change.path.open("rb") as file:
        start = file.read(8000)
    if start.startswith(b"version https://git-lfs.github.com/spec/"):
        return say("%(path)s stands for a file that is kept elsewhere (Git LFS)", path=name)
    if b"\0" in start:
        return say("%(path)s is no text", path=name)
    if size > 1 << 20:
        return say("%(path)s is %(size)s bytes large", path=name, size=size)
    own = locale_of(site, change.path)
    if own and change.path == glossary.path_of(site, own):
        return say("it changes the glossary by which it is checked")
    if own and change.path.suffix.lower() not in (*MARKDOWN_SUFFIXES, ".po"):
        return say("%(path)s is no document and no catalog", path=name)
    return None
