"""`hexapla review` and `hexapla comment`: what a reviewer reads, and what is refused of a report that nobody trusts."""

from __future__ import annotations

import copy
import functools
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import pytest
from hexapla import comment, config, review_report, speech
from hexapla import review as reviewing
from hexapla.problems import Stop
from hexapla.review import Review

from tests import forge
from tests.forge import TEXTS, commit, git

GOOD = {
    "docs/fr/index.md": TEXTS["docs/fr/index.md"]
    .replace("ouvre à neuf heures", "ouvre ses portes à neuf heures")
    .replace("\n\nNous répondons à chaque lettre.\n", "\n\nNous répondons à *toutes* vos lettres.\n")
}
BAD = {
    "docs/fr/prices.md": TEXTS["docs/fr/prices.md"].replace("index.md", "abuot.md").replace("Le thé", "Le  thé"),
}
LANGUAGES = ("en", "fr", "de", "is", "hi", "sw")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a small publication, on the branch of a translator."""
    folder = forge.repository(tmp_path_factory.mktemp("review") / "base")
    git(folder, "checkout", "--quiet", "-b", "translator")
    return folder


@pytest.fixture
def review_of(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Review]:
    """Commit texts to a branch of one's own, and review it."""

    def make(texts: Any, before: Any = None, is_built: bool = False) -> Review:
        """`before` is what main has besides; with a built site, its links are looked at too."""
        folder, built = tmp_path / "site", tmp_path / "built"
        shutil.copytree(base, folder, symlinks=True)
        if before:
            git(folder, "checkout", "--quiet", "main")
            commit(folder, before)
            git(folder, "checkout", "--quiet", "-B", "translator")
        commit(folder, texts)
        monkeypatch.chdir(folder)
        if is_built:
            command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(built)]
            subprocess.run(command, check=True, capture_output=True)
        return reviewing.review(None, "main", built if is_built else None)

    return make


def said(language: str, message: str, **values: Any) -> str:
    """Say a sentence of the tool as the comment says it, as far as it is translated."""
    return speech.translator(language)(message) % values


def test_good_pull_request_whole_in_six_languages(review_of: Callable[..., Review]) -> None:
    """Sentence by sentence from the catalogs, so that it holds before and after they are translated."""
    found = review_of(GOOD)
    for language in LANGUAGES:
        current = said(language, "current")
        head = [
            "<h3>✅ {}</h3>".format(said(language, "Only words changed.")),
            "<p>"
            + "<br>".join(
                (
                    said(language, "Words of changed paragraphs: %(count)s.", count=14),
                    said(language, "Nothing is wrong."),
                    said(language, "Links were not looked at: there is no built site."),
                )
            )
            + "</p>",
        ]
        rows = [
            (
                3,
                "The shop opens at nine.",
                "La boutique ouvre à neuf heures.",
                "La boutique ouvre ses portes à neuf heures.",
            ),
            (7, "We answer every letter.", "Nous répondons à chaque lettre.", "Nous répondons à *toutes* vos lettres."),
        ]
        expected = [
            "<!-- hexapla review -->",
            *head,
            "<details><summary><code>docs/fr/index.md</code> {}</summary>".format(
                said(language, "changed paragraphs: %(count)s", count=2)
            ),
            "<table><tr>{}</tr>".format(
                "".join(f"<th>{said(language, name)}</th>" for name in ("Line", "Original", "Before", "Now"))
            ),
            *(
                f"<tr><td>{line}<br>{current}</td>"
                + "".join(f"<td><code>{text}</code></td>" for text in texts)
                + "</tr>"
                for line, *texts in rows
            ),
            "</table></details>",
        ]
        if said(language, "More than words changed.") != "More than words changed.":
            expected += [
                "<details><summary>English</summary>",
                "<h3>✅ Only words changed.</h3>",
                "<p>Words of changed paragraphs: 14.<br>Nothing is wrong.<br>"
                "Links were not looked at: there is no built site.</p>",
                "</details>",
            ]
        assert review_report.to_markdown(found, language) == "\n".join(expected) + "\n", language


def test_three_problems_whole_in_six_languages(review_of: Callable[..., Review]) -> None:
    """(As above; where the language is not English, English follows, without the paragraphs.)"""
    found = review_of(BAD | {"docs/fr/index.md": TEXTS["docs/fr/index.md"].replace("avant", "<b>avant</b>")})

    def head(language: str) -> list[str]:
        say = functools.partial(said, language)
        listed: list[tuple[str, str, str, dict[str, Any]]] = [
            ("docs/fr/index.md:5:14", "html", "the source has no element <%(tag)s>", {"tag": "b"}),
            ("docs/fr/prices.md:3:3", "doubled-space", "%(count)s spaces", {"count": 2}),
            (
                "docs/fr/prices.md:3:47",
                "link-target",
                "this link leads to %(own)s, in the source to %(wanted)s",
                {"own": "abuot.md", "wanted": "index.md"},
            ),
        ]
        hints = (
            "remove <%(tag)s> and </%(tag)s>; write words and the marks of the source only",
            "leave one",
            "let it lead to %(wanted)s",
        )
        figures = (
            say("Words of changed paragraphs: %(count)s.", count=14),
            say("Errors: %(errors)s, warnings: %(warnings)s.", errors=3, warnings=0),
            say("Links were not looked at: there is no built site."),
        )
        return [
            f"<h3>❌ {say('More than words changed.')}</h3>",
            "<ul>",
            f"<li>{say('the check tells of more than words: %(rules)s', rules='html, link-target')}</li>",
            "</ul>",
            "<ul>",
            *(
                f"<li><code>{place}</code> {escape(say(message, **values))} <code>{rule}</code>"
                f"<br><em>{escape(say(hint, wanted='index.md', tag='b'))}</em></li>"
                for (place, rule, message, values), hint in zip(listed, hints, strict=True)
            ),
            "</ul>",
            f"<p>{'<br>'.join(figures)}</p>",
        ]

    for language in LANGUAGES:
        text = review_report.to_markdown(found, language)
        own, _, english = text.partition("<details><summary>English</summary>\n")
        paragraphs = own.index("<details>")
        assert own[:paragraphs].splitlines() == ["<!-- hexapla review -->", *head(language)], language
        assert re.findall(r"<tr><td>(\d+)<br>(.*?)</td>", own) == [(n, said(language, "current")) for n in "53"]
        assert own.count("<code>Le  thé") == 0, "spaces in a row are one in a comment"
        assert english.splitlines() == ([] if language == "en" else [*head("en"), "</details>"])


def test_report_of_the_command_in_english(review_of: Callable[..., Review]) -> None:
    review_of(GOOD)
    result = forge.tool(Path.cwd(), "review", "--ui-locale", "en")
    assert result.stdout.splitlines() == [
        "Only words changed.",
        "",
        "docs/fr/index.md  changed paragraphs: 2",
        "  3: current",
        "    = The shop opens at nine.",
        "    - La boutique ouvre à neuf heures.",
        "    + La boutique ouvre ses portes à neuf heures.",
        "  7: current",
        "    = We answer every letter.",
        "    - Nous répondons à chaque lettre.",
        "    + Nous répondons à *toutes* vos lettres.",
        "",
        "Words of changed paragraphs: 14.",
        "Nothing is wrong.",
        "Links were not looked at: there is no built site.",
    ]
    assert (result.returncode, result.stderr) == (0, "")


def test_problems_in_markdown(review_of: Callable[..., Review]) -> None:
    found = review_of(BAD)
    text = review_report.to_markdown(found, "en")
    assert "<h3>❌ More than words changed.</h3>" in text
    assert (
        "<li><code>docs/fr/prices.md:3:47</code> this link leads to abuot.md, in the source to index.md "
        "<code>link-target</code><br><em>let it lead to index.md</em></li>"
    ) in text
    assert "Errors: 2, warnings: 0." in text.replace("<!-- -->", "")


def test_english_is_folded_below_the_language(review_of: Callable[..., Review]) -> None:
    """(French messages of the check are there; the verdict's may not be yet.)"""
    found = review_of(BAD)
    own = review_report.to_data(found, "fr")
    assert own["problems"][0]["message"] != review_report.to_data(found, "en")["problems"][0]["message"]


# Links

LINKED = {
    "docs/fr/index.md": TEXTS["docs/fr/index.md"] + "\nVoyez [les prix](prices.md#prices).\n",
    "docs/en/index.md": TEXTS["docs/en/index.md"] + "\nSee [the prices](prices.md#prices).\n",
    "docs/de/index.md": TEXTS["docs/de/index.md"] + "\nDie [Preise](prices.md#prices).\n",
}


@pytest.fixture
def links_of(review_of: Callable[..., Review]) -> Callable[..., list[str]]:
    """Give the broken links that a change brings, as `path:line rule`: of texts on main, and of those on a branch."""

    def made(before: Any, after: Any) -> list[str]:
        found = review_of(after, before, is_built=True).links
        assert found is not None
        return [f"{os.path.relpath(one.path)}:{one.line} {one.rule}" for one in found]

    return made


def test_links_that_break_where_nothing_is_touched(links_of: Callable[..., list[str]]) -> None:
    """An anchor goes, and other documents had links to it."""
    after = {"docs/fr/prices.md": TEXTS["docs/fr/prices.md"].replace("#prices", "#prix")}
    assert links_of(LINKED, after) == ["docs/fr/index.md:9 missing-anchor", "docs/fr/prices.md:1 same-anchors"]


def test_links_that_break_in_fallbacks(links_of: Callable[..., list[str]]) -> None:
    """An anchor of the source goes: links of a translation to what stands in for another break, too."""
    after = {"docs/en/prices.md": TEXTS["docs/en/prices.md"].replace("#prices", "#costs")}
    found = links_of(LINKED, after)
    assert "docs/de/index.md:9 missing-anchor" in found
    assert "docs/en/index.md:9 missing-anchor" in found


def test_links_that_were_broken_before_are_not_the_change_s(links_of: Callable[..., list[str]]) -> None:
    before = {"docs/fr/index.md": TEXTS["docs/fr/index.md"] + "\nVoyez [là](abuot.md).\n"}
    after = {"docs/fr/index.md": before["docs/fr/index.md"].replace("ouvre à", "ouvre dès")}
    assert links_of(before, after) == []


def test_links_are_the_change_s_where_their_line_is(links_of: Callable[..., list[str]]) -> None:
    before = {"docs/fr/index.md": TEXTS["docs/fr/index.md"] + "\nVoyez [là](abuot.md).\n"}
    after = {"docs/fr/index.md": before["docs/fr/index.md"].replace("Voyez", "Lisez")}
    assert links_of(before, after) == ["docs/fr/index.md:9 missing-page"]


def test_place_is_told_once(links_of: Callable[..., list[str]]) -> None:
    """That a link leads elsewhere than in the source is told; that it leads nowhere, not too."""
    assert links_of({}, BAD) == []
    data = json.loads(forge.tool(Path.cwd(), "review", "--base", "main", "--format", "json").stdout)
    assert [one["rule"] for one in data["problems"]] == ["doubled-space", "link-target"]


def test_configuration_is_answerable_for_every_link(links_of: Callable[..., list[str]]) -> None:
    before = {"docs/fr/index.md": TEXTS["docs/fr/index.md"] + "\nVoyez [là](abuot.md).\n"}
    after = {"mkdocs.yml": forge.CONFIGURATION + "copyright: ours\n"}
    assert links_of(before, after) == ["docs/fr/index.md:9 missing-page"]


# Terms


def test_terms_that_are_met_and_missed(review_of: Callable[..., Review]) -> None:
    before = {
        "locales/glossary.toml": '[terms]\n"shop" = "Where we sell."\n"letter" = "On paper."\n"tea" = "A drink."\n',
        "locales/fr/glossary.toml": '"shop" = ["boutique*"]\n"letter" = ["lettre*"]\n"tea" = ["thé*"]\n',
    }
    text = TEXTS["docs/fr/index.md"].replace("La boutique ouvre", "Le magasin ouvre").replace("à chaque", "à toute")
    found = review_of({"docs/fr/index.md": text}, before)
    (document,) = found.documents
    assert [(one.line, one.met, one.missed) for one in document.paragraphs] == [
        (3, (), ("shop",)),
        (7, ("letter",), ()),
    ]
    data = review_report.to_data(found)
    assert (data["terms_met"], data["terms_missed"]) == (["letter"], ["shop"])
    for language in LANGUAGES:
        met = said(language, "Terms of the glossary that are kept: %(terms)s.", terms="letter")
        missed = said(language, "Terms of the glossary that are not: %(terms)s.", terms="shop")
        assert f"<br>{met}<br>{missed}<br>" in review_report.to_markdown(found, language)


HOSTILE_TEXT = (
    "@everyone #1 GH-2 hexapla/hexapla#3 https://evil.example www.evil.example <script>alert(1)</script> "
    "<img src=x onerror=alert(1)> :tada: a@b.example $\\sqrt x$ 0123456789abcdef0123456789abcdef01234567 --> "
    "\u202egnp.exe \u200b\ud800 \x1b[31m ::add-mask::x ##[add-mask]y `</code>` <!-- x"
)


def test_nothing_runs_mentions_or_leads_anywhere() -> None:
    plain = review_report._plain(HOSTILE_TEXT)
    seen = re.sub(r"<!-- -->", "\0", plain)
    assert not re.search(r"@\w|#\d|://|www\.|:tada:|<(?!\0)|GH-|\$\\|[0-9a-f]{7}", seen)
    assert seen.isprintable() or "\0" in seen
    assert not re.search(r"[\u202e\u200b\x1b\ud800]", seen)
    code = review_report._code(HOSTILE_TEXT)
    assert "<" not in code
    assert not re.search(r"[\u202e\u200b\x1b\ud800\n]", code)


def test_line_ends_of_a_paragraph_are_spaces_in_a_comment() -> None:
    assert review_report._code("one\ntwo") == "one two"


# A report that is given to a comment


@pytest.fixture
def report(review_of: Callable[..., Review], tmp_path: Path) -> Path:
    """A report as the command writes it, of a pull request with problems."""
    review_report.write_report(review_of(GOOD | BAD), tmp_path / "report", "fr")
    return tmp_path / "report"


def loaded(report: Path) -> Any:
    return json.loads((report / "review.json").read_text("utf-8"))


def test_report_is_what_a_comment_reads(report: Path) -> None:
    own, english = comment.read(report)
    assert (own["language"], english["language"]) == ("fr", "en")
    assert review_report.markdown(own, english) == review_report.to_markdown(reviewing.review(None, "main"), "fr")


def refusal(artifact: Path) -> str:
    with pytest.raises(Stop) as stop:
        comment.read(artifact)
    (problem,) = stop.value.problems
    assert problem.rule == "artifact"
    assert "\n" not in problem.message
    return problem.message


WRONG: dict[str, Callable[[Any], Any]] = {
    "it is no JSON": lambda data: b"{",
    "nothing": lambda data: [],
    "a key is missing": lambda data: {name: value for name, value in data.items() if name != "fails"},
    "a key too many": lambda data: data | {"number": 1},
    "documents[0].paragraphs[0].line": lambda data: data["documents"][0]["paragraphs"][0].update(line=-1) or data,
    "documents[0].paragraphs[0].new": lambda data: data["documents"][0]["paragraphs"][0].update(new=None) or data,
    "documents[0].paragraphs[0].state_after": lambda data: (
        data["documents"][0]["paragraphs"][0].update(state_after="<b>") or data
    ),
    "documents[0].locale": lambda data: data["documents"][0].update(locale="../fr") or data,
    "documents[0].before": lambda data: data["documents"][0].update(before={"<b>": 1}) or data,
    "words": lambda data: data | {"words": 10**12},
    "errors": lambda data: data | {"errors": True},
    "known_problems": lambda data: data | {"known_problems": 1.5},
    "only_words": lambda data: data | {"only_words": "yes"},
    "language": lambda data: data | {"language": "../../etc"},
    "verdict": lambda data: data | {"verdict": "x" * 100_000},
    "reasons": lambda data: data | {"reasons": ["x"] * 1000},
    "problems[0].severity": lambda data: data["problems"][0].update(severity="fatal") or data,
    "problems[0].rule": lambda data: data["problems"][0].update(rule="<img>") or data,
    "suggestions[0].line": lambda data: data["suggestions"][0].update(line=0) or data,
    "nan": lambda data: json.dumps(data | {"words": float("nan")}).encode(),
    "twice": lambda data: b'{"words": 1, ' + json.dumps(data).encode()[1:],
    "deep": lambda data: b"[" * 100_000,
    "latin": lambda data: b"\xff\xfe",
    "digits": lambda data: b"9" * 100_000,
}

EXPECTED = {
    **dict.fromkeys(("it is no JSON", "nan", "deep", "latin", "digits"), "is no JSON"),
    **dict.fromkeys(("nothing", "a key is missing", "a key too many"), "is no report"),
    "twice": "is no report: the key 'words' is there twice",
}
"""What is said of those that do not name a field."""


@pytest.mark.parametrize("name", ["review.json", "review.en.json"])
def test_wrong_shapes_are_refused(report: Path, name: str) -> None:
    right = loaded(report)
    for where, change in WRONG.items():
        data = change(copy.deepcopy(right))
        (report / name).write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
        assert refusal(report) == f"{name} {EXPECTED.get(where, f'is no report: {where}')}"


def test_folders_with_anything_else_are_refused(report: Path, tmp_path: Path) -> None:
    data = (report / "review.json").read_bytes()
    assert refusal(tmp_path / "nowhere").startswith("cannot be read: ")
    (report / "comment.md").write_text("x")
    assert "'comment.md'" in refusal(report)
    (report / "comment.md").unlink()
    (report / "review.json").write_bytes(b" " * 2_000_001)
    assert refusal(report) == "review.json is 2000001 bytes large, and 2000000 are the limit"
    (report / "review.json").unlink()
    assert refusal(report).startswith("holds 'review.en.json', and not ")
    (tmp_path / "real.json").write_bytes(data)
    (report / "review.json").symlink_to(tmp_path / "real.json")
    assert refusal(report) == "'review.json' is no file"
    (report / "review.json").unlink()
    os.mkfifo(report / "review.json")
    assert refusal(report) == "'review.json' is no file"


def test_archives(report: Path, tmp_path: Path) -> None:
    files = {path.name: path.read_bytes() for path in report.iterdir()}

    def archive(entries: list[tuple[str, bytes]], mode: int = 0) -> Path:
        path = tmp_path / "report.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, data in entries:
                info = zipfile.ZipInfo(name)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = mode << 16
                file.writestr(info, data)
        return path

    right = list(files.items())
    assert comment.read(archive(right)) == comment.read(report)
    assert "'../review.json'" in refusal(archive([("../review.json", b""), right[1]]))
    assert "'/review.json'" in refusal(archive([("/review.json", b""), *right]))
    assert "'x'" in refusal(archive([*right, ("x", b"")]))
    assert " …" in refusal(archive([(f"{number}", b"") for number in range(5000)]))
    assert "bytes large" in refusal(archive([(name, b" " * 60_000_000) for name in files]))
    assert refusal(archive(right, stat.S_IFLNK | 0o777)).endswith("is no file")
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = archive([*right, right[0]])
    assert refusal(twice).startswith("holds ")

    lying = archive([(name, b" " * 3_000_000) for name in files])
    size, smaller = (3_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little")
    lying.write_bytes(lying.read_bytes().replace(size, smaller))
    refusal(lying)

    path = tmp_path / "report.zip"
    for data in (b"", b"no archive", archive(right).read_bytes()[:-30], b"PK\5\6" + b"\0" * 18):
        path.write_bytes(data)
        refusal(path)
    path.write_bytes(b" " * 4_000_001)
    assert refusal(path) == "report.zip is 4000001 bytes large, and 4000000 are the limit"


def test_command_writes_nothing_of_what_it_refuses(report: Path, tmp_path: Path) -> None:
    (report / "review.json").write_text("{}")
    result = forge.tool(Path.cwd(), "comment", str(report), "-o", str(tmp_path / "made"))
    assert result.returncode == 1
    assert result.stderr.splitlines()[0].endswith(": review.json is no report [artifact]")
    assert len(result.stderr.splitlines()) == 2
    assert not (tmp_path / "made").exists()


# What the forge says


def listed(tmp_path: Path, *rows: Any) -> Path:
    path = tmp_path / "files.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def patch(name: str) -> str:
    found = git(Path.cwd(), "diff", "main", "--", name).partition("@@")
    return found[1] + found[2]


def made(report: Path, tmp_path: Path, files: Path) -> tuple[str, list[Any]]:
    site = config.load(None)
    first, second = comment.write(site, report, files, "a" * 40, tmp_path / "made")
    return first.read_text("utf-8"), json.loads(second.read_text("utf-8"))["comments"]


def row(name: str = "docs/fr/prices.md", **more: Any) -> dict[str, Any]:
    more.setdefault("patch", patch(name) if "patch" not in more else "")
    return {"filename": name, "status": "modified", "previous_filename": None} | more


def test_suggestions_fit_what_the_forge_shows(report: Path, tmp_path: Path) -> None:
    text, comments = made(report, tmp_path, listed(tmp_path, row(), row("docs/fr/index.md")))
    assert [(one["path"], one["line"], one["side"]) for one in comments] == [("docs/fr/prices.md", 3, "RIGHT")]
    assert "⚠️" not in text
    for files in (
        listed(tmp_path, row("docs/fr/index.md")),
        listed(tmp_path, row(status="removed")),
        listed(tmp_path, row(patch="")),
        listed(tmp_path, row(patch=patch("docs/fr/prices.md").replace("abuot", "other"))),
        listed(tmp_path, row(patch=patch("docs/fr/prices.md").replace("+1,3", "+2,3"))),
    ):
        assert made(report, tmp_path, files)[1] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"path": "mkdocs.yml"},
        {"path": "docs/de/index.md"},
        {"path": "docs/fr/../../mkdocs.yml"},
        {"path": "/etc/passwd"},
        {"line": 2, "end_line": 1},
        {"end_line": 900_000},
        {"old": "something else"},
        {"text": "\u202ereversed"},
        {"text": "\x1b[31m"},
    ],
)
def test_suggestions_elsewhere_are_dropped(report: Path, tmp_path: Path, changes: dict[str, Any]) -> None:
    data = loaded(report)
    data["suggestions"][0] |= changes
    (report / "review.json").write_text(json.dumps(data))
    names = ("docs/fr/prices.md", "mkdocs.yml", "docs/de/index.md")
    rows = [row(name, patch="@@ -1 +1,9 @@\n" + "+x\n" * 9 if name != names[0] else patch(name)) for name in names]
    if changes.get("path"):
        data["suggestions"][0] |= {"line": 1, "end_line": 1, "old": "x"}
        (report / "review.json").write_text(json.dumps(data))
    assert made(report, tmp_path, listed(tmp_path, *rows))[1] == []


def test_fence_of_a_suggestion_cannot_be_closed() -> None:
    assert comment._suggested("a\n````\nb") == "<!-- hexapla suggestion -->\n`````suggestion\na\n````\nb\n`````"


def test_report_that_lies_is_told_of(report: Path, tmp_path: Path) -> None:
    """Programs of the pull request wrote it: that only words changed is not for them to say."""
    data = loaded(report) | {"only_words": True, "fails": False, "reasons": [], "problems": [], "errors": 0}
    for name in ("review.json", "review.en.json"):
        (report / name).write_text(json.dumps(data))
    assert "<h3>✅" in made(report, tmp_path, listed(tmp_path, row()))[0]
    text, _ = made(report, tmp_path, listed(tmp_path, row(), row("scripts/@evil <b>.py", patch="")))
    assert "<h3>⚠️" in text
    assert "<h3>✅" not in text
    assert "scripts/@<!-- -->evil &lt;b&gt;.py" in text
    moved = row("docs/fr/new.md", patch="", status="renamed", previous_filename="mkdocs.yml")
    assert "mkdocs.yml" in made(report, tmp_path, listed(tmp_path, moved))[0]
    many = [row() | {"filename": f"docs/fr/{number}.md"} for number in range(2)] * 1500
    assert "<h3>⚠️" in made(report, tmp_path, listed(tmp_path, *many))[0]


@pytest.mark.parametrize("text", ["[1]", "{", '{"filename": 1, "status": "x"}', '{"status": "x"}', "\udcff"])
def test_list_of_files_that_is_none(report: Path, tmp_path: Path, text: str) -> None:
    path = tmp_path / "files.jsonl"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(Stop):
        made(report, tmp_path, path)
    assert not (tmp_path / "made").exists()


def test_commit_is_a_commit(report: Path, tmp_path: Path) -> None:
    for name in ("HEAD", "a" * 39, "A" * 40, "a" * 40 + "\n"):
        with pytest.raises(Stop):
            comment.write(config.load(None), report, None, name, tmp_path / "made")


# Much of everything


def test_largest_report_fits(report: Path) -> None:
    """What the command shortens is what a comment takes, whatever was in it, and the comment is short enough."""
    data = loaded(report)
    document, problem, suggestion = data["documents"][0], data["problems"][0], data["suggestions"][0]
    document["paragraphs"] = [paragraph | {"new": "@<&" * 5000} for paragraph in document["paragraphs"]] * 50
    problem |= {"message": "@<&" * 5000, "hint": "@<&" * 5000, "path": "docs/fr/" + "<" * 3000}
    data |= {
        "documents": [document] * 2000,
        "problems": [problem] * 2000,
        "links": [problem] * 2000,
        "files": ["docs/fr/" + "@" * 250] * 5000,
        "reasons": ["@<&" * 5000] * 5000,
        "suggestions": [suggestion, suggestion | {"text": "x" * 20_000}] * 100,
        "errors": 4000,
    }
    small = review_report.bounded(data)
    assert len(json.dumps(small, ensure_ascii=False).encode()) <= review_report.LARGEST_REPORT
    for name in review_report.REPORTS:
        (report / name).write_text(json.dumps(small, ensure_ascii=False), encoding="utf-8")
    own, english = comment.read(report)
    assert own["left_out"] + len(own["documents"]) == 2000
    text = review_report.markdown(own, english)
    assert 10_000 < len(text) <= review_report.LIMIT
    assert text.count("<details>") == text.count("</details>")
    assert text.count("<ul>") == text.count("</ul>")
    assert "\n\n" not in text
    assert "Too long to be shown here" in text or said("fr", "Too long to be shown here: %(count)s documents.", count=1)


def test_names_that_are_no_text(review_of: Callable[..., Review], tmp_path: Path) -> None:
    """A file system may hold names that are no UTF-8; they are told, and stop nothing."""
    try:
        subprocess.run(["touch", os.fsencode(tmp_path) + b"/\xff"], check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this file system has no such names")
    found = review_of({})
    (Path.cwd() / "docs" / "fr" / os.fsdecode(b"\xff.md")).write_text("# x\n")
    found = reviewing.review(None, "main")
    review_report.write_report(found, tmp_path / "report", "fr")
    comment.read(tmp_path / "report")


def test_what_the_base_holds_besides_its_documents(review_of: Callable[..., Review]) -> None:
    """It has its templates, and what its configuration inherits."""
    template = '{%% extends "base.html" %%}{%% block content %%}{{ _("Hello") }}%s{%% endblock %%}'
    custom = forge.CONFIGURATION.replace("  name: material\n", "  name: material\n  custom_dir: theme\n")
    before = {"theme/main.html": template % "", "base.yml": custom, "mkdocs.yml": "INHERIT: 'base.yml'\n"}
    for code in ("fr", "de"):
        before[f"locales/{code}/LC_MESSAGES/site.po"] = (
            f'msgid ""\nmsgstr ""\n"Language: {code}\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        )
    found = review_of({"theme/main.html": template % '{{ _("Goodbye") }}'} | GOOD, before)
    assert "catalog" in {problem.rule for problem in found.problems} and found.known
    (changed,) = found.documents
    assert {one.before for one in changed.paragraphs} == {"current"}
