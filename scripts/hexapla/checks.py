"""The one runner of all rules: read once, run, sort, report.

The rules are in the modules rules_*; see hexapla.rules for what a rule is.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from hexapla import (
    blocks,
    catalogs,
    config,
    glossary,
    passages,
    publication,
    records,
    rules_words,
    speech,
    workers,
)
from hexapla.blocks import Opaque
from hexapla.config import Locale, Site, absolute, guess
from hexapla.content import Document
from hexapla.findings import Report, weighed
from hexapla.passages import Pair, Passage
from hexapla.problems import Problem, Stop, read_text, say, shown, write_text
from hexapla.rules import RULES, Corpus, Rule, Scope, Subject, all_rules, located, rule, subject_of
from hexapla.rules_words import Sample

all_rules()

FIRST = ("nesting", "conflict-marker")
"""Rules that come before all others of a document, which are not asked where one of these finds something."""

LIMIT = 2.0
"""A rule may take so many seconds for a file."""


FEW = 8
"""With more documents than these, it saves time to start processes."""


def run(config_file: str | None, arguments: Sequence[str] = (), changed_since: str = "") -> Report:
    """Check a publication, or the locales and files that are named.

    `changed_since` is a revision of git; then the rule `outside-locale` looks at what has changed.
    Raises Stop where nothing can be read, or something unknown is named.
    """
    site, problems = config.examine(config_file)
    found = publication.read(site)
    words, more = glossary.load(site)
    chosen = _Chosen(site, arguments)
    corpus = Corpus(found, words, problems=(*problems, *found.problems, *more))
    corpus.only = chosen.locale
    if speech.is_home(site):
        corpus.domains = (speech.DOMAIN,)
    if changed_since:
        corpus.changed = tuple(changed_files(site, changed_since))
    return check(corpus, chosen)


def check(corpus: Corpus, chosen: _Chosen | None = None) -> Report:
    """Run every rule on what is chosen; give what it found, sorted."""
    site = corpus.site
    chosen = chosen or _Chosen(site, ())
    problems: list[Problem] = []
    seconds: Counter[str] = Counter()

    def look_at_the_site() -> None:
        nonlocal seconds
        problems.extend(_site_problems(corpus, seconds))
        for locale in site.translations:
            if chosen.has(catalogs.path_of(site, locale)):
                result = check_catalog(corpus, locale)
                problems.extend(result.problems)
                seconds += result.seconds

    work = [
        (locale, path)
        for locale in site.locales
        for path in corpus.publication.documents[locale.code]
        if chosen.has(site.docs_dir / locale.code / path) or chosen.has(records.path_of(site, locale, path))
    ]
    # The translations of a document together: its source is rendered once. Long documents first: who has nothing left
    # to do waits for one that somebody else has begun.
    sizes = corpus.publication.documents[site.source.code]
    work.sort(key=lambda one: (-len(sizes[one[1]].text) if one[1] in sizes else 0, one[1]))
    results = workers.each(check_document, corpus, work, FEW, look_at_the_site)
    for result in results:
        problems += result.problems
        seconds += result.seconds
    for locale in site.translations:
        samples = [
            sample for (own, _), result in zip(work, results, strict=True) if own == locale for sample in result.samples
        ]
        problems += rules_words.unusual(samples)
    documents = [corpus.publication.documents[locale.code][path] for locale, path in work]
    asked = {one for one in problems if chosen.has(one.path) or one.rule == "outside-locale"}
    kept = set(_without_ignored(asked, documents))
    return Report(tuple(sorted(weighed(site, kept))), seconds, ignored=len(asked - kept))


def _site_problems(corpus: Corpus, seconds: Counter[str]) -> Iterator[Problem]:
    """Run the rules that look at the site as a whole; add what was met while reading, if none of them told it."""
    problems: list[Problem] = []
    for one in RULES.values():
        if one.scope is Scope.SITE:
            with _timed(one, seconds):
                problems += one.check(corpus)
    told = {problem.rule for problem in problems}
    yield from problems
    yield from (problem for problem in corpus.problems if problem.rule not in told)


# One document


@dataclass
class Checked:
    """What the rules found in one document, and the lengths of its passages."""

    problems: list[Problem] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    seconds: Counter[str] = field(default_factory=Counter)


class _TooSlow(BaseException):
    """A rule has used up its time. Not an Exception, so that nothing on the way takes it for one of its own."""


def check_document(corpus: Corpus, locale: Locale, path: str) -> Checked:
    """Run the rules of documents, passages and pairs on one document. What a rule stumbles over becomes a problem."""
    with _alarm() as limited:
        return _checked(subject_of(corpus, locale, path), corpus, limited)


def _checked(subject: Subject, corpus: Corpus, limited: Limit) -> Checked:
    result = Checked()
    for one in _ordered():
        if one.scope in (Scope.SITE, Scope.BUILT):
            continue
        with _timed(one, result.seconds):
            is_done = _run(one, subject, corpus, result, limited) or _run(one, subject, corpus, result, limited)
        if not is_done:
            message = say(
                "the rule %(rule)s takes more than %(limit)s seconds for this file", rule=one.name, limit=LIMIT
            )
            hint = say("write it more simply; the other rules have not looked at it")
            result.problems.append(Problem(subject.document.path, 1, 1, "slow", message, hint))
            break
        if one.name in FIRST and any(problem.rule == one.name for problem in result.problems):
            break  # programs that read such a file may fail, or take two texts for one
    else:
        result.samples = [sample for pair in subject.pairs if (sample := rules_words.sample_of(pair))]
    return result


def check_catalog(corpus: Corpus, locale: Locale) -> Checked:
    """Run the rules of words and characters on the interface's messages in a locale."""
    result = Checked()
    path = catalogs.path_of(corpus.site, locale)
    try:
        pairs = list(_messages(corpus.site, path, locale))
    except Stop:
        return result  # told by the rules of catalogs
    for one in RULES.values():
        if one.scope in (Scope.PAIR, Scope.PASSAGE):
            with _timed(one, result.seconds):
                result.problems += _found(one, [pair.translation for pair in pairs], pairs, corpus)
    if path.is_file():
        document = Document(path, read_text(path))
        result.problems += RULES["unicode"].check(Subject(corpus, locale, path.name, document, None), corpus)
    return result


def _messages(site: Site, path: Path, locale: Locale) -> Iterator[Pair]:
    """Yield the translated messages of a catalog, each with its source. Raises Stop where it cannot be read."""
    if not path.is_file():
        return
    lines = read_text(path).split("\n")
    for entry in catalogs.shared(path, locale):
        if not entry.id or entry.fuzzy:
            continue
        sources = [entry.id] if isinstance(entry.id, str) else list(entry.id)
        forms = catalogs.rows_of(lines, entry.lineno or 1)
        for number, (rows, form) in enumerate(zip(forms, catalogs.forms_of(entry), strict=False)):
            if rows and form:
                source = passages.of_message(path, site.source, sources[min(number, len(sources) - 1)], rows)
                yield Pair(source, passages.of_message(path, locale, form, rows))


def _ordered() -> list[Rule]:
    return sorted(RULES.values(), key=lambda one: one.name not in FIRST)


Limit = Callable[[float], None]
"""Sets how many seconds from now the alarm rings; with 0 it does not."""


def _run(one: Rule, subject: Subject, corpus: Corpus, result: Checked, limited: Limit) -> bool:
    """Run a rule on a document; say whether it came to its end in time. The first time may include getting ready."""
    problems: list[Problem] = []
    try:
        limited(LIMIT)
        try:
            problems.extend(_problems(one, subject, corpus))
        finally:
            limited(0)
    except _TooSlow:
        return False
    except Exception as error:
        message = say("the rule %(rule)s failed on this file: %(reason)s", rule=one.name, reason=_reason(error))
        hint = say("this is a mistake of the tool; please report it with the file")
        problems.append(Problem(subject.document.path, 1, 1, "failed", message, hint))
    result.problems += problems
    return True


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0][:100] if str(error) else ''}"


def _problems(one: Rule, subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    if one.scope is Scope.DOCUMENT:
        yield from one.check(subject, corpus)
    else:
        yield from _found(one, subject.passages, subject.pairs, corpus)


def _found(one: Rule, texts: Sequence[Passage], pairs: Sequence[Pair], corpus: Corpus) -> Iterator[Problem]:
    """Run a rule that looks at passages or at pairs; yield what it finds, at its place."""
    for passage in texts if one.scope is Scope.PASSAGE else ():
        yield from (located(passage, one.name, finding) for finding in one.check(passage, corpus))
    for pair in pairs if one.scope is Scope.PAIR else ():
        yield from (located(pair.translation, one.name, finding) for finding in one.check(pair, corpus))


@contextlib.contextmanager
def _alarm() -> Iterator[Limit]:
    """Give what lets work end in _TooSlow after a time; it does nothing where the system has no such alarm."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield lambda seconds: None
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise _TooSlow

    def limited(seconds: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, seconds)

    before = signal.signal(signal.SIGALRM, ring)
    try:
        yield limited
    finally:
        limited(0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _timed(one: Rule, seconds: Counter[str]) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds[one.name] += time.perf_counter() - start  # type: ignore[assignment]


@rule("slow", Scope.DOCUMENT, is_guard=True)
def slow(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """No rule needs more than two seconds for a file; a file that makes one work so long was made for that.

    Bad: 700 KB of backticks
    Good: an article
    """
    yield from ()  # told by the runner


@rule("failed", Scope.DOCUMENT, is_guard=True)
def failed(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """Every rule can be run on every file. Where one cannot, the tool has a mistake, and the file was not checked.

    Bad: a file that a rule stumbles over
    Good: any other
    """
    yield from ()  # told by the runner


# What is chosen


class _Chosen:
    """The files that the user has named by locale, file or folder; all where nothing is named."""

    def __init__(self, site: Site, arguments: Sequence[str]) -> None:
        """Find out what each argument means. Raises Stop where one means nothing."""
        self.folders: set[Path] = set()
        self.locale: Locale | None = None
        problems = []
        codes = {locale.code: locale for locale in site.locales}
        for argument in arguments:
            path = absolute(Path(argument))
            if argument in codes:
                self.folders |= {site.docs_dir / argument, site.catalogs_dir / argument}
                self.locale = codes[argument] if len(arguments) == 1 else None
            elif path.exists() and path.is_relative_to(site.root):
                self.folders.add(path)
                for locale in site.locales:
                    home = site.docs_dir / locale.code
                    if path.is_relative_to(home) and path.is_file():
                        self.folders.add(records.path_of(site, locale, path.relative_to(home).as_posix()))
            else:
                near = guess(argument, sorted(codes))
                hint = say("name a locale of this site, or a file such as docs/fr/about.md: %(guess)s", guess=near)
                message = say("is no file, and no locale of this site")
                problems.append(Problem(Path(argument), 1, 1, "target", message, hint))
        if problems:
            raise Stop(problems)

    def has(self, path: Path) -> bool:
        """Whether a file is among them."""
        return not self.folders or path in self.folders or any(parent in self.folders for parent in path.parents)


def changed_files(site: Site, revision: str) -> Iterator[Path]:
    """Yield what has changed since a revision of git, or since the branch left it, and what is not in git yet.

    Raises Stop where git is missing, or knows no such revision.
    """
    top, base = branched(site, revision)
    names = git(site, "diff", "--name-only", "--no-renames", "-z", base).split("\0")
    names += git(site, "ls-files", "--others", "--exclude-standard", "--full-name", "-z").split("\0")
    yield from sorted({absolute(top / name) for name in names if name})


def branched(site: Site, revision: str) -> tuple[Path, str]:
    """Give the top of the repository, and the commit at which what lies here left a revision.

    Raises Stop where git is missing, knows no such revision, or sees no commit that both have.
    """
    try:
        top = Path(git(site, "rev-parse", "--show-toplevel").strip())
        return top, git(site, "merge-base", "--end-of-options", revision, "HEAD").strip()
    except (OSError, subprocess.CalledProcessError) as error:
        said = error.stderr.strip().splitlines() if isinstance(error, subprocess.CalledProcessError) else [str(error)]
        reason = (said or ["there is no common ancestor"])[-1]
        message = say("nothing is known of revision %(revision)s: %(reason)s", revision=repr(revision), reason=reason)
        hint = say("fetch the whole history, or name another revision")
        raise Stop([Problem(site.config_file, 1, 1, "revision", message, hint)]) from None


def git(site: Site, *arguments: str) -> str:
    """Ask git about the repository of a site; give what it prints. Raises CalledProcessError where it refuses."""
    command = ["git", "-C", str(site.root), *arguments]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8", errors="replace").stdout


# Ignoring

IGNORE = re.compile(
    r"<!--\s*hexapla:\s*ignore\b\s*(?P<rules>[\w\s,-]*?)\s*(?::\s*(?P<reason>.*?))?\s*-->", re.DOTALL | re.IGNORECASE
)


@rule("ignore", Scope.SITE, is_guard=True)
def ignore(corpus: Corpus) -> Iterator[Problem]:
    """A comment that has a rule ignored names the rule, gives a reason, and is still needed.

    It stands before the block that it is about. Rules that protect readers cannot be ignored in a document, only in
    mkdocs.yml.

    Bad: `<!-- hexapla: ignore doubled-word -->`
    Good: `<!-- hexapla: ignore doubled-word: a quotation -->`
    """
    yield from ()  # told by the runner, which knows what was ignored


@dataclass
class _Ignore:
    """A comment that has rules ignored, on the lines of the block behind it."""

    path: Path
    place: tuple[int, int]
    rules: tuple[str, ...]
    lines: range
    used: set[str] = field(default_factory=set)


def _without_ignored(problems: Iterable[Problem], documents: Sequence[Document]) -> Iterator[Problem]:
    """Leave out what comments have ignored; yield what is wrong with the comments."""
    comments: list[_Ignore] = []
    for document in documents:
        for place in _comments(document):
            found = _comment(document, place)
            if isinstance(found, Problem):
                yield found
            else:
                comments.append(found)
    for problem in problems:
        hits = [
            one
            for one in comments
            if one.path == problem.path and problem.rule in one.rules and problem.line in one.lines
        ]
        for one in hits:
            one.used.add(problem.rule)
        if not hits:
            yield problem
    for one in comments:
        if unused := ", ".join(name for name in one.rules if name not in one.used):
            message = say("nothing is ignored here: %(rules)s finds no problem in the next block", rules=unused)
            yield Problem(one.path, *one.place, "ignore", message, say("remove the comment"))


def _comments(document: Document) -> Iterator[re.Match[str]]:
    """Yield the comments to us that stand between blocks; those in code are examples."""
    if "hexapla:" in document.text.lower():
        for piece in document.pieces:
            if isinstance(piece, Opaque) and piece.kind in ("html", "other"):
                yield from IGNORE.finditer(document.text, piece.start, piece.end)


def _comment(document: Document, match: re.Match[str]) -> _Ignore | Problem:
    """Read a comment; give a problem where it is not as it should be."""
    before = document.text[: match.start()]
    place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
    names = tuple(re.split(r"[\s,]+", match["rules"].strip()))
    form = "<!-- hexapla: ignore RULE: reason -->"
    if names == ("",) or not (match["reason"] or "").strip():
        message = say("a comment that has a rule ignored needs the rule's name and a reason")
        return Problem(document.path, *place, "ignore", message, say("write: %(line)s", line=form))
    for name in names:
        if name not in RULES:
            message = say("there is no rule %(rule)s", rule=repr(name))
            return Problem(document.path, *place, "ignore", message, guess(name, sorted(RULES)))
        if RULES[name].is_guard:
            message = say("the rule %(rule)s protects readers, and cannot be ignored in a document", rule=repr(name))
            return Problem(document.path, *place, "ignore", message, say("remove the comment, and mend the problem"))
    end = before.count("\n") + match[0].count("\n")
    first = document.text[: document.body_start].count("\n")
    following = (lines for lines in blocks.top_level(document.body) if lines[0] + first > end)
    start, stop = next(following, (0, 0))
    return _Ignore(document.path, place, names, range(first + start + 1, first + stop + 1))


# Baseline


def baseline_key(root: Path, problem: Problem) -> str:
    """What a problem is known by in a baseline: not its line, which changes with every edit above it."""
    path = problem.path.relative_to(root).as_posix() if problem.path.is_relative_to(root) else shown(problem.path)
    what = re.sub(r":\d+\b", "", problem.message)  # a message may name a line of the source, which changes too
    return f"{path} {problem.rule} {hashlib.sha256(what.encode()).hexdigest()[:12]}"


def write_baseline(file: Path, root: Path, problems: Iterable[Problem]) -> None:
    """Write the problems that are known and shall not be told again, as JSON: how often each is there."""
    count = Counter(baseline_key(root, problem) for problem in problems)
    write_text(file, json.dumps(dict(sorted(count.items())), ensure_ascii=False, indent=1) + "\n")


def without_baseline(report: Report, file: Path, root: Path) -> Report:
    """Leave out known problems. Raises Stop where the baseline cannot be read."""
    try:
        data: Any = json.loads(read_text(file))
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or not all(isinstance(value, int) for value in data.values()):
        message = say("is no baseline")
        hint = say("write one with --write-baseline %(file)s", file=shown(file))
        raise Stop([Problem(file, 1, 1, "baseline", message, hint)])
    left = Counter(data)
    new = []
    for problem in report.problems:
        key = baseline_key(root, problem)
        if left[key] > 0:
            left[key] -= 1
        else:
            new.append(problem)
    gone = sum(left.values())
    known = len(report.problems) - len(new)
    return Report(tuple(new), report.seconds, known, gone, report.ignored)
