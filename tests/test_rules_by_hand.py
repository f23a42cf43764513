"""Rules that no fixture file can show: what needs git, a large file, a file that cannot be read, a rule that fails, or
the catalogs of a whole site."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hexapla import catalogs, checks, config, rules
from hexapla.problems import LARGEST, Problem
from hexapla.rules import Corpus, Scope, Subject

from tests.conftest import SMALL, MakeSite
from tests.test_rules import unpack

OWN = '{% extends "base.html" %}{% block content %}'
TEMPLATE = (
    OWN + '{{ _("Go on") }}{{ _("Page %(page)s of %(all)s", page=1, all=2) }}{{ _("Hello {name}") }}'
    '{{ ngettext("%(count)s page", "%(count)s pages", 3, count=3) }}{{ _("<b>Bold</b>") }}{{ _("Line\\n") }}{% endblock %}'
)
PLAIN = SMALL.replace("  name: material\n  font: false\n", "  name: mkdocs\n  custom_dir: overrides\n")
PO = "locales/fr/LC_MESSAGES/site.po"


def found(config_file: Path, *arguments: str, changed_since: str = "") -> list[str]:
    """Check a site; give its findings as `path:line:column rule`. The words of catalogs, made up here, are left out."""
    report = checks.run(str(config_file), arguments, changed_since)
    assert all(problem.message and problem.hint for problem in report.problems)
    root = config_file.parent
    kept = [one for one in report.problems if one.path.suffix != ".po" or not _is_about_words(one.rule)]
    return [f"{one.path.relative_to(root).as_posix()}:{one.line}:{one.column} {one.rule}" for one in kept]


def _is_about_words(rule: str) -> bool:
    return rules.RULES[rule].scope in (Scope.PASSAGE, Scope.PAIR)


def told(config_file: Path, rule: str) -> list[str]:
    """Give what a rule says of a site."""
    return [str(one.message) for one in checks.run(str(config_file)).problems if one.rule == rule]


# Files


def test_size(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document and a catalog of more than 1 MB, a picture of more than 5 MB; one byte less is allowed."""
    monkeypatch.setattr(checks, "LIMIT", 60.0)  # a million empty lines take their time on a busy machine
    small = {
        "docs/en/a.md": b"\n" * LARGEST,
        "docs/en/film.mp4": b"\0" * (5 * LARGEST),
        "docs/fr/film.mp4": b"\0" * (5 * LARGEST),
    }
    assert found(make_site(small, PLAIN)) == []
    large = {
        "docs/en/a.md": b"\n" * (LARGEST + 1),
        "docs/en/b.md": b"",
        "docs/fr/b.md": b"",
        "docs/fr/film.mp4": b"\0" * (6 * LARGEST),
        "locales/fr/LC_MESSAGES/b.md.po": b"#\n" * LARGEST,
        "locales/fr/LC_MESSAGES/gone.md.po": b"#\n" * LARGEST,
    }
    assert found(make_site(large, PLAIN)) == [
        "docs/en/a.md:1:1 size",
        "docs/fr/film.mp4:1:1 size",
        "locales/fr/LC_MESSAGES/b.md.po:1:1 size",
        "locales/fr/LC_MESSAGES/gone.md.po:1:1 size",
    ]


def test_file_that_may_not_be_read(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read everything, so what the system would refuse is refused here."""
    config_file = make_site({"docs/en/a.md": "", "docs/fr/a.md": ""}, PLAIN)
    assert found(config_file) == []
    opened = Path.open

    def refuse(path: Path, *arguments: Any, **more: Any) -> Any:
        if path.parts[-2:] == ("fr", "a.md"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **more)

    monkeypatch.setattr(Path, "open", refuse)
    assert found(config_file) == ["docs/fr/a.md:1:1 file"]
    assert told(config_file, "file") == ["cannot be read: Permission denied"]


def test_names_that_are_no_text(make_site: MakeSite) -> None:
    """A file system may hold names that are not UTF-8; they can be told all the same."""
    config_file = make_site({}, PLAIN)
    name = os.fsencode(config_file.parent / "docs" / "en") + b"/d\xe9j\xe0.svg"
    try:
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
    except OSError:
        pytest.skip("this file system has only names in UTF-8")
    assert told(config_file, "file-name") == ["the name 'd\\udce9j\\udce0.svg' does not work on every system"]


# What a pull request touches


@pytest.fixture
def cloned(make_site: MakeSite) -> Path:
    """A site in git, with everything committed."""
    texts = {
        "docs/en/a.md": "",
        "docs/fr/a.md": "",
        "docs/de/index.md": "# Zuhause\n",
        "docs/de/a.md": "",
        "README.md": "x\n",
    }
    language = "        - locale: fr\n          name: Français\n"
    german = "        - locale: de\n          name: Deutsch\n"
    config_file = make_site(texts, PLAIN.replace(language, language + german))
    git(config_file, "init", "--quiet", "--initial-branch=main")
    git(config_file, "add", ".")
    git(config_file, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "All")
    return config_file


def git(config_file: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(config_file.parent), *arguments], check=True, capture_output=True)


def change(config_file: Path, *names: str) -> None:
    """Change files, or make them, without a word in them that a rule would mind."""
    for name in names:
        path = config_file.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write("\n")


def test_outside_locale_good(cloned: Path) -> None:
    """A translator's own files, and a maintainer's change that touches no translation."""
    change(cloned, "docs/fr/a.md", "docs/fr/index.md", "locales/fr/glossary.toml")
    assert found(cloned, changed_since="HEAD") == []
    git(cloned, "checkout", "--quiet", ".")
    (cloned.parent / "locales" / "fr" / "glossary.toml").unlink()
    change(cloned, "mkdocs.yml", "docs/en/a.md", "README.md")
    assert found(cloned, changed_since="HEAD") == []


def test_outside_locale_bad(cloned: Path) -> None:
    """With two changes in French, all others are foreign: of another locale, of the source, of the site; new ones too."""
    change(cloned, "docs/fr/a.md", "docs/fr/index.md", "docs/de/a.md", "docs/en/a.md", "mkdocs.yml", "new.py")
    expected = ["docs/de/a.md", "docs/en/a.md", "mkdocs.yml", "new.py"]
    assert found(cloned, changed_since="HEAD") == [f"{name}:1:1 outside-locale" for name in expected]


def test_outside_locale_of_the_locale_that_is_named(cloned: Path) -> None:
    """Whoever names German is told of everything else, even where more is French."""
    change(cloned, "docs/fr/a.md", "docs/fr/index.md", "docs/de/a.md", ".github/workflows/check.yml")
    expected = [".github/workflows/check.yml", "docs/fr/a.md", "docs/fr/index.md"]
    assert found(cloned, "de", changed_since="HEAD") == [f"{name}:1:1 outside-locale" for name in expected]


def test_outside_locale_sees_what_was_moved_or_removed(cloned: Path) -> None:
    change(cloned, "docs/fr/index.md", "docs/fr/a.md")
    (cloned.parent / "README.md").rename(cloned.parent / "docs" / "fr" / "LICENSE.txt")
    assert "README.md:1:1 outside-locale" in found(cloned, changed_since="HEAD")


# Rules that take long, or fail


Check = Callable[[Subject, Corpus], Iterator[Problem]]


def register(monkeypatch: pytest.MonkeyPatch, check: Check) -> None:
    """Make a rule for one test."""
    with monkeypatch.context() as patch:
        patch.setattr(rules, "RULES", {})
        rules.rule("made-up", Scope.DOCUMENT)(check)
        one = rules.RULES["made-up"]
    monkeypatch.setitem(rules.RULES, "made-up", one)


def test_slow(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that does not come to its end is stopped; a slow one that does is not."""
    config_file = make_site({}, PLAIN)
    monkeypatch.setattr(checks, "LIMIT", 0.05)

    def endless(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
        try:
            while subject.locale.code == "fr":
                time.sleep(0.001)
        except Exception:  # a rule that catches everything is stopped all the same
            return
        yield from ()

    register(monkeypatch, endless)
    assert found(config_file) == ["docs/fr/index.md:1:1 slow"]
    monkeypatch.setattr(checks, "LIMIT", 2.0)

    def late(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
        time.sleep(0.01)
        yield from ()

    register(monkeypatch, late)
    assert found(config_file) == []


def test_failed(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that stumbles is told with its name; the others go on."""
    config_file = make_site(
        {"docs/en/index.md": "The desk is here.\n", "docs/fr/index.md": "Le le bureau est ici.\n"}, PLAIN
    )

    def stumble(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
        if not subject.locale.is_source:
            raise ZeroDivisionError("by\nnothing")
        yield from ()

    register(monkeypatch, stumble)
    assert found(config_file) == ["docs/fr/index.md:1:1 doubled-word", "docs/fr/index.md:1:1 failed"]
    assert told(config_file, "failed") == ["the rule made-up failed on this file: ZeroDivisionError: by"]
    monkeypatch.delitem(rules.RULES, "made-up")
    assert found(config_file) == ["docs/fr/index.md:1:1 doubled-word"]


@pytest.mark.parametrize(
    "text",
    [
        "`" * 700_000,
        "[" * 20_000,
        "*a " * 100_000,
        "> " * 50_000,
        "<a " * 20_000,
        "![" * 20_000,
        "&" * 50_000,
        "a" * 200_000,
        "| a " * 10_000 + "\n" + "|-" * 10_000 + "\n",
        "---\ntitle: " + "[" * 50_000 + "\n---\n",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_hostile_texts_end(text: str, make_site: MakeSite) -> None:
    """Texts that make parsers work for ever end in findings, soon, and never in a traceback."""
    config_file = make_site({"docs/en/index.md": "The desk is here.\n", "docs/fr/index.md": text}, PLAIN)
    problems = checks.run(str(config_file)).problems
    assert any(problem.path.parent.name == "fr" for problem in problems)
    assert not any(problem.rule == "failed" for problem in problems)


# Catalogs of the interface


@pytest.fixture
def translated(make_site: MakeSite) -> Path:
    """A site whose catalogs are complete: each message is translated by itself."""
    config_file = make_site({"overrides/main.html": TEMPLATE}, PLAIN)
    site = config.load(str(config_file))
    catalogs.update(site)
    path = config_file.parent / PO
    catalog = catalogs.read(path, site.locale("fr"))
    for message in catalog:
        if message.id:
            one = message.id if isinstance(message.id, str) else message.id[1]
            message.string = (one,) * 3 if message.pluralizable else one
    catalogs.write(path, catalog, site.locale("fr"))
    return config_file


def damage(config_file: Path, entry: str, translation: str, name: str = PO) -> int:
    """Put something else in the place of an entry's translation (all behind its msgid); give the line of its msgid."""
    path = config_file.parent / name
    text = path.read_text(encoding="utf-8")
    start = text.index(f"{entry}\n")
    end = text.find("\n\n", start)
    path.write_text(text[:start] + f"{entry}\n{translation}" + text[end if end > 0 else len(text) :], encoding="utf-8")
    return text[:start].count("\n") + 1


def test_catalogs_that_are_right(translated: Path) -> None:
    assert found(translated) == []


GOOD_MESSAGES: list[tuple[str, str]] = [
    ('msgid "Page %(page)s of %(all)s"', r'msgstr "%(all)s pages, dont %(page)s, soit 100 %%"'),
    ('msgid "Hello {name}"', 'msgstr "« {name} », bonjour"'),
    ('msgid "<b>Bold</b>"', 'msgstr "En <b>gras</b>, x < y"'),
    ('msgid "Go on"', 'msgstr ""\n"Conti"\n"nuer"'),
    (
        'msgid_plural "%(count)s pages"',
        'msgstr[0] "une page"\nmsgstr[1] "%(count)s de pages"\nmsgstr[2] "%(count)s pages"',
    ),
]


@pytest.mark.parametrize(("entry", "translation"), GOOD_MESSAGES)
def test_good_message(entry: str, translation: str, translated: Path) -> None:
    damage(translated, entry, translation)
    assert found(translated) == []


FORMS = 'msgid_plural "%(count)s pages"'
PAGE = 'msgid "Page %(page)s of %(all)s"'
BAD_MESSAGES: list[tuple[str, str, str, int]] = [
    # rule, entry, what stands behind it, how many lines above or below the entry it is told
    ("placeholder", PAGE, 'msgstr "Page %(q)s de %(all)s"', 0),
    ("placeholder", PAGE, 'msgstr "Page %(page)s"', 0),
    ("placeholder", PAGE, 'msgstr "Page %(page)d de %(all)s"', 0),
    ("placeholder", PAGE, 'msgstr "Page %(page)s de %(all)s, 100 % de tout"', 0),
    ("placeholder", 'msgid "Hello {name}"', 'msgstr "Bonjour {m.__class__}"', 0),
    ("placeholder", 'msgid "Hello {name}"', "msgstr \"Bonjour {name} {m['x']!r:>9}\"", 0),
    ("placeholder", 'msgid "Go on"', 'msgstr "Continuer %s"', 0),
    ("placeholder", 'msgid "Go on"', 'msgstr "Continuer %"', 0),
    ("placeholder", FORMS, 'msgstr[0] "%(count)s p"\nmsgstr[1] "%(count)s p"\nmsgstr[2] "%(cuont)s p"', -1),
    ("plural-forms", FORMS, 'msgstr[0] "%(count)s p"\nmsgstr[1] ""\nmsgstr[2] "%(count)s p"', -1),
    ("plural-forms", FORMS, 'msgstr[0] "%(count)s p"\nmsgstr[1] "%(count)s p"', -1),
    ("plural-count", FORMS, 'msgstr[0] "a"\nmsgstr[1] "b"\nmsgstr[2] "c"\nmsgstr[3] "d"', 4),
    ("po-syntax", FORMS, 'msgstr[0] "a"\nmsgstr[99999999] "d"', 2),
    ("html-in-message", 'msgid "Go on"', 'msgstr "<b>Continuer</b>"', 0),
    ("html-in-message", 'msgid "<b>Bold</b>"', 'msgstr "<b onclick=alert(1)>Gras</b>"', 0),
    ("html-in-message", 'msgid "Go on"', 'msgstr "Continuer <script src=//evil.example"', 0),
    ("newline", 'msgid "Go on"', 'msgstr "Continuer\\n"', 0),
    ("newline", 'msgid "Line\\n"', 'msgstr "Ligne"', 0),
    ("untranslated-message", 'msgid "Go on"', 'msgstr ""', 0),
    ("obsolete", 'msgid "Go on"', 'msgstr "Continuer"\n\n#~ msgid "Old"\n#~ msgstr "Vieux"', 3),
    ("po-syntax", 'msgid "Go on"', '<<<<<<< HEAD\nmsgstr "Continuer"', 1),
    ("duplicate", 'msgid "Go on"', 'msgstr "Continuer"\n\nmsgid "Go on"\nmsgstr "Aller"', 3),
]


@pytest.mark.parametrize(("rule", "entry", "translation", "distance"), BAD_MESSAGES)
def test_bad_message(rule: str, entry: str, translation: str, distance: int, translated: Path) -> None:
    """One damage, one finding, at the entry."""
    line = damage(translated, entry, translation) + distance
    assert found(translated) == [f"{PO}:{line}:1 {rule}"]


def test_fuzzy(translated: Path) -> None:
    line = damage(translated, 'msgid "Go on"', 'msgstr "Continuer"')
    path = translated.parent / PO
    path.write_text(
        path.read_text(encoding="utf-8").replace('msgid "Go on"', '#, fuzzy\nmsgid "Go on"'), encoding="utf-8"
    )
    assert found(translated) == [f"{PO}:{line + 1}:1 fuzzy"]


def test_catalogs_out_of_step(translated: Path) -> None:
    """A message more in a template; an entry less in a catalog; a locale without one; then all of it mended."""
    template = translated.parent / "overrides" / "main.html"
    template.write_text(template.read_text(encoding="utf-8").replace("Go on", "Go away"), encoding="utf-8")
    assert found(translated) == [f"{PO}:1:1 catalog", "locales/site.pot:1:1 catalog"]
    (translated.parent / PO).unlink()
    assert found(translated) == [f"{PO}:1:1 catalog", "locales/site.pot:1:1 catalog"]
    template.write_text(TEMPLATE, encoding="utf-8")
    assert found(translated) == [f"{PO}:1:1 catalog"]
    catalogs.update(config.load(str(translated)))
    assert {one.split(" ")[1] for one in found(translated)} == {"untranslated-message"}


def test_a_site_without_catalogs_needs_none(make_site: MakeSite) -> None:
    assert found(make_site({"overrides/main.html": TEMPLATE}, PLAIN)) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "rule"),
    [
        ('"Plural-Forms: [^"]*"', '"Plural-Forms: nplurals=2; plural=(n > 1);\\\\n"', 4, "po-header"),
        ('"Plural-Forms: [^"]*"\n', "", 1, "po-header"),
        ('"Language: fr', '"Language: de', 3, "po-header"),
        ("charset=UTF-8", "charset=UTF-16", 6, "po-header"),
        (r"\A", "\ufeff", 1, "po-syntax"),
        (r"\A", "<html>\n", 1, "po-syntax"),
    ],
)
def test_bad_head_of_a_catalog(old: str, new: str, line: int, rule: str, translated: Path) -> None:
    path = translated.parent / PO
    text = path.read_text(encoding="utf-8")
    assert re.search(old, text)
    path.write_text(re.sub(old, new, text, count=1), encoding="utf-8")
    assert found(translated) == [f"{PO}:{line}:1 {rule}"]


def test_broken_template(translated: Path) -> None:
    """The list of all messages can be broken too: then it is told, and the catalogs are checked all the same."""
    damage(translated, 'msgid "Go on"', "<<<<<<< HEAD", "locales/site.pot")
    line = damage(translated, 'msgid "Go on"', 'msgstr ""')
    text = (translated.parent / "locales" / "site.pot").read_text(encoding="utf-8").split("\n")
    assert found(translated) == [
        f"{PO}:{line}:1 untranslated-message",
        f"locales/site.pot:{text.index('<<<<<<< HEAD') + 1}:1 po-syntax",
    ]


@pytest.mark.parametrize(
    ("entry", "translation"), [(row[1], row[2]) for row in BAD_MESSAGES if row[0] == "placeholder"]
)
def test_what_cannot_be_filled_in_is_not_used(entry: str, translation: str, translated: Path) -> None:
    """A build goes on with the source's words; a lost placeholder loses only its value."""
    damage(translated, entry, translation)
    site = config.load(str(translated))
    for forms in catalogs.load(site, site.locale("fr")).entries.values():
        for form in forms:
            form % dict.fromkeys(("page", "all", "count", "name", *re.findall(r"%\((\w+)\)", " ".join(forms))), 1)
            assert "__class__" not in form and "cuont" not in form and "%(q)" not in form


def test_by_hand_rules_exist() -> None:
    from tests.test_rules import BY_HAND

    text = Path(__file__).read_text(encoding="utf-8")
    named: Any = [rule for rule in BY_HAND if f'"{rule}"' in text or f" {rule}" in text]
    assert sorted(named) == sorted(BY_HAND)
    assert set(rules.RULES) >= BY_HAND


def test_words_and_characters_of_catalogs_are_looked_at(tmp_path: Path) -> None:
    """A catalog is a contribution too: its words are held to the rules of words, each at its line and column."""
    config_file = tmp_path / "mkdocs.yml"
    unpack("--- docs/en/a.md\n\n--- expect\n", tmp_path)
    path = tmp_path / "locales" / "fr" / "LC_MESSAGES" / "site.po"
    path.parent.mkdir(parents=True)
    site = config.load(str(config_file))
    catalogs.update(site)
    text = path.read_text(encoding="utf-8")
    old = 'msgid "Thank you"\nmsgstr ""'
    assert old in text
    line = text[: text.index(old)].count("\n") + 2
    found = []
    for words in ("Merci merci", 'Merci \\"bien\\"', "Me\u202erci", "Danke und bis bald, liebe Leute", "Merci"):
        path.write_text(text.replace(old, old[:-2] + f'"{words}"'), encoding="utf-8")
        problems = checks.run(str(config_file)).problems
        found += [
            f"{one.line - line}:{one.column} {one.rule}" for one in problems if one.rule != "untranslated-message"
        ]
    assert found == ["0:9 doubled-word", "0:15 typography", "0:20 typography", "0:11 unicode", "0:9 wrong-language"]


def test_the_folder_of_a_locale_is_a_link_to_everything(make_site: MakeSite) -> None:
    """It is told, and not walked through: that would take for ever."""
    config_file = make_site({})
    folder = config_file.parent / "docs" / "fr"
    (folder / "index.md").unlink()
    folder.rmdir()
    folder.symlink_to("/")
    assert found(config_file) == ["docs/fr:1:1 symlink", "mkdocs.yml:15:11 locale-folder"]
