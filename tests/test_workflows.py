"""The workflows: what checkers of workflows say of them, and each `run:` step, as it stands, on repositories made here."""

from __future__ import annotations

import json
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hexapla import comment as commenting
from hexapla import config, publication, review_report, translations

from tests import forge
from tests.conftest import ROOT
from tests.forge import TEXTS, Runner, commit, git

FRENCH = {
    "docs/fr/index.md": TEXTS["docs/fr/index.md"].replace("ouvre à neuf heures", "ouvre ses portes à neuf heures")
}
BOT = "github-actions[bot]"


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a small publication, to be copied."""
    return forge.repository(tmp_path_factory.mktemp("forge") / "base")


@pytest.fixture
def origin(base: Path, tmp_path: Path) -> Path:
    """A repository of one's own, on the branch of a translator."""
    shutil.copytree(base, tmp_path / "origin", symlinks=True)
    git(tmp_path / "origin", "checkout", "--quiet", "-b", "translator")
    return tmp_path / "origin"


@pytest.fixture
def pull(origin: Path, tmp_path: Path) -> Callable[..., Runner]:
    """Make a pull request of the translator's branch, and give what runs steps in its checkout."""

    def make(texts: Any = FRENCH, name: str = "Marie", **values: str) -> Runner:
        commit(origin, texts, name=name)
        return Runner(forge.merged(origin, "translator", tmp_path / "checkout"), tmp_path, values)

    return make


@pytest.fixture
def change(origin: Path, tmp_path: Path) -> Callable[..., Runner]:
    """As `pull`, for one commit on top of main, which is what would be merged: nothing has to be merged or fetched."""

    def make(texts: Any = FRENCH, name: str = "Marie") -> Runner:
        commit(origin, texts, name=name)
        return Runner(origin, tmp_path)

    return make


# As they are written


def test_zizmor_finds_nothing() -> None:
    program = Path(sys.executable).parent / "zizmor"
    options = ["--offline", "--persona", "auditor", "--format", "json", "-q"]
    result = subprocess.run([program, *options, forge.WORKFLOWS], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stdout
    assert json.loads(result.stdout) == []


def test_one_finding_is_left_out_and_says_why() -> None:
    texts = "".join(path.read_text("utf-8") for path in forge.WORKFLOWS.glob("*.yml"))
    assert re.findall(r"zizmor: ignore\[.*?\](.*)", texts) == [
        " nothing of the pull request is fetched or run; its report is data"
    ]


def actionlint(*words: str) -> subprocess.CompletedProcess[str]:
    """Run actionlint, with ShellCheck for the steps, so that each line that is shell is looked at too."""
    programs = Path(sys.executable).parent
    command: list[str | Path] = [
        programs / "actionlint",
        "-oneline",
        "-shellcheck",
        programs / "shellcheck",
        "-pyflakes",
        "",
        *words,
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_actionlint_finds_nothing() -> None:
    result = actionlint(*map(str, sorted(forge.WORKFLOWS.glob("*.yml"))))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_actionlint_would_find_something(tmp_path: Path) -> None:
    text = (forge.WORKFLOWS / "publish.yml").read_text("utf-8")
    wrong = text.replace("ref: ${{ needs.record.outputs.commit", "ref: ${{ needs.record.outputs.comit", 1)
    wrong = wrong.replace('>"$files"', ">$files")
    (tmp_path / "publish.yml").write_text(wrong)
    result = actionlint(str(tmp_path / "publish.yml"))
    assert result.returncode == 1
    assert re.findall(r'property "comit" is not defined|SC2086', result.stdout) == [
        "SC2086",
        'property "comit" is not defined',
    ]


def test_steps_are_sound_for_bash() -> None:
    for workflow in forge.workflows().values():
        assert workflow["defaults"] == {"run": {"shell": "bash"}}
        for job in workflow["jobs"].values():
            for step in job["steps"]:
                result = subprocess.run(["bash", "-n"], input=step.get("run", ""), capture_output=True, text=True)
                assert result.stderr == "", step["name"]


def test_every_action_is_pinned_and_few_are_used() -> None:
    used = set()
    for path in forge.WORKFLOWS.glob("*.yml"):
        for line in path.read_text("utf-8").splitlines():
            if "uses:" in line:
                match = re.fullmatch(r"\s*(?:- )?uses: (actions/[a-z-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)
                assert match, f"{path.name}: {line}"
                used.add(match[1])
    assert used == {
        "actions/checkout",
        "actions/upload-artifact",
        "actions/upload-pages-artifact",
        "actions/deploy-pages",
    }


def test_jobs_may_do_no_more_than_they_need() -> None:
    found = {
        (name, job): values["permissions"]
        for name, workflow in forge.workflows().items()
        for job, values in workflow["jobs"].items()
    }
    assert found == {
        ("links.yml", "look"): {"contents": "read"},
        ("links.yml", "tell"): {"issues": "write"},
        ("publish.yml", "record"): {"contents": "write", "pull-requests": "read"},
        ("publish.yml", "plan"): {"contents": "read"},
        ("publish.yml", "part"): {"contents": "read"},
        ("publish.yml", "build"): {"actions": "read", "contents": "read"},
        ("publish.yml", "deploy"): {"id-token": "write", "pages": "write"},
        ("pull-request-report.yml", "render"): {"actions": "read", "contents": "read", "pull-requests": "read"},
        ("pull-request-report.yml", "post"): {"actions": "read", "pull-requests": "write"},
        ("pull-request.yml", "review"): {"contents": "read"},
        ("update.yml", "try"): {"contents": "read"},
        ("update.yml", "propose"): {"actions": "read", "contents": "write", "pull-requests": "write"},
    }
    for workflow in forge.workflows().values():
        assert workflow["permissions"] == {}
        assert workflow["concurrency"]["group"]
        for job in workflow["jobs"].values():
            assert int(job["timeout-minutes"]) <= 60
            for step in job["steps"]:
                assert "${{" not in step.get("run", ""), "what stands there would be run"
                if step.get("uses", "").startswith("actions/checkout@"):
                    assert step["with"]["persist-credentials"] == "false"


def test_nothing_of_a_stranger_meets_a_token() -> None:
    text = (forge.WORKFLOWS / "pull-request.yml").read_text("utf-8")
    assert not re.search(r"\$\{\{.*secrets", text)
    assert "github.token" not in text
    assert "GH_TOKEN" not in text
    for name, workflow in forge.workflows().items():
        assert "pull_request_target" not in workflow["on"], name
        for job in workflow["jobs"].values():
            for step in job["steps"]:
                if "GH_TOKEN" in step.get("env", {}):
                    assert "run.py" not in step["run"], "programs that were installed do not get a token"


# A pull request


def review(runner: Runner, is_built: bool = True) -> forge.Done:
    """Run the steps that look at a pull request; give what came of the review."""
    if is_built:
        assert runner.run("pull-request.yml", "review", "Set up").status == 0
        assert runner.run("pull-request.yml", "review", "Check everything").commands == []
        assert runner.run("pull-request.yml", "review", "Build").commands == []
    return runner.run("pull-request.yml", "review", "Review")


def report_of(runner: Runner, name: str = "review.en.json") -> Any:
    return json.loads((runner.temp / "report" / name).read_text("utf-8"))


def test_good_pull_request(pull: Callable[..., Runner]) -> None:
    runner = pull()
    done = review(runner)
    assert (done.status, done.errors) == (0, "")
    assert done.commands == ["::notice title=hexapla review::Only words changed."]
    assert (runner.folder / "site" / "fr" / "index.html").is_file()
    assert sorted(path.name for path in (runner.temp / "report").iterdir()) == ["review.en.json", "review.json"]
    found = report_of(runner)
    assert (found["locale"], found["only_words"], found["links"]) == ("fr", True, [])


def test_outcome_of_the_build_is_the_last_word(pull: Callable[..., Runner]) -> None:
    runner = pull()
    for outcome, status in (("success", 0), ("failure", 1)):
        runner.values = {"steps.build.outcome": outcome}
        assert runner.run("pull-request.yml", "review", "See that it was built").status == status


THREE = {
    "docs/fr/index.md": TEXTS["docs/fr/index.md"].replace("Appelez-nous avant", "Appelez-nous <b>avant</b>"),
    "docs/fr/prices.md": TEXTS["docs/fr/prices.md"].replace("index.md", "abuot.md").replace("Le thé", "Le  thé"),
}


def test_three_problems(pull: Callable[..., Runner]) -> None:
    runner = pull(THREE)
    done = review(runner)
    assert done.status == 1
    heads = [line.split("::", 2)[1] for line in done.commands]
    assert heads == [
        "error file=docs/fr/index.md,line=5,col=14,title=html",
        "error file=docs/fr/prices.md,line=3,col=3,title=doubled-space,endLine=3,endColumn=5",
        "error file=docs/fr/prices.md,line=3,col=47,title=link-target,endLine=3,endColumn=55",
        "notice title=hexapla review",
    ]
    assert all("%0A%0A" in line for line in done.commands[:-1]), "each in French, English beneath"
    own = report_of(runner, "review.json")
    assert own["language"] == "fr"
    assert own["problems"][0]["message"] == "l’original n’a pas de balise <b>"
    (suggestion,) = report_of(runner)["suggestions"]
    assert suggestion == {
        "path": "docs/fr/prices.md",
        "line": 3,
        "end_line": 3,
        "old": "Le  thé coûte deux euros, voyez [la boutique](abuot.md).",
        "text": "Le thé coûte deux euros, voyez [la boutique](index.md).",
    }


def test_known_problems_do_not_fail(base: Path, origin: Path, pull: Callable[..., Runner]) -> None:
    git(origin, "checkout", "--quiet", "main")
    commit(origin, {"docs/de/index.md": TEXTS["docs/de/index.md"].replace("Rufen", "<i>Rufen</i>")})
    git(origin, "checkout", "--quiet", "-B", "translator")
    runner = pull(
        {"docs/de/index.md": (origin / "docs/de/index.md").read_text("utf-8").replace("jeden", "jeden lieben")}
    )
    assert review(runner, is_built=False).status == 0
    assert report_of(runner)["known_problems"] >= 1


FILE_SIZE = 50_000_000
HOSTILE: dict[str, tuple[dict[str, str | bytes | None], str]] = {
    "config": ({"mkdocs.yml": forge.CONFIGURATION + "copyright: mine\n"}, "outside of the locale: mkdocs.yml"),
    "overrides": ({"overrides/main.html": "<script>"}, "outside of the locale: overrides/main.html"),
    "scripts": ({"scripts/hexapla/cli.py": ""}, "outside of the locale: scripts/hexapla/cli.py"),
    "workflows": ({".github/workflows/x.yml": "on: push"}, "outside of the locale: .github/workflows/x.yml"),
    "attributes": ({".gitattributes": "* eol=crlf"}, "outside of the locale: .gitattributes"),
    "own attributes": ({"docs/fr/.gitattributes": "* -diff"}, "docs/fr/.gitattributes is no document and no catalog"),
    "other locale": (
        {"docs/fr/prices.md": "# P {: #prices }\n", "docs/de/index.md": TEXTS["docs/de/index.md"] + "\nMehr.\n"},
        "outside of the locale: docs/de/index.md",
    ),
    "binary": ({"docs/fr/film.bin": b"\0\1"}, "docs/fr/film.bin is no text"),
    "LFS pointer": (
        {"docs/fr/a.png": "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n"},
        "docs/fr/a.png stands for a file that is kept elsewhere (Git LFS)",
    ),
    "50 MB": ({"docs/fr/film.md": b"x" * FILE_SIZE}, "docs/fr/film.md is 50000000 bytes large"),
    "renamed": (
        {"docs/fr/prices.md": None, "docs/fr/tarifs.md": TEXTS["docs/fr/prices.md"]},
        "it removes the document docs/fr/prices.md",
    ),
    "deleted": ({"docs/fr/prices.md": None}, "it removes the document docs/fr/prices.md"),
    "executable names": (
        {"docs/fr/@everyone <b>.md": "# x\n", "docs/fr/::set-output name=a::b.md": "# x\n"},
        "",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pull_request(name: str, change: Callable[..., Runner]) -> None:
    """Whatever is in it is told, in the report as in the comment, and nothing of it becomes a command."""
    texts, expected = HOSTILE[name]
    runner = change(FRENCH | texts, name="@everyone <img src=x> ::add-mask::neuf")
    done = review(runner, is_built=False)
    found = report_of(runner)
    assert any(expected in reason for reason in found["reasons"]) or not expected
    assert found["only_words"] is (not expected and not found["reasons"])
    assert all(re.match("::(error|warning|notice) ", line) for line in done.commands)
    assert "Traceback" not in done.errors
    comment = review_report.markdown(*commenting.read(runner.temp / "report"))
    assert len(comment) <= 60_000
    assert "<img" not in comment
    assert "@everyone" not in re.sub("<code>.*?</code>", "", comment)


def test_symbolic_link_and_submodule(origin: Path, change: Callable[..., Runner]) -> None:
    """That a file .gitmodules has git look away does not help."""
    (origin / "docs/fr/passwd.md").symlink_to("/etc/passwd")
    (origin / "docs/fr/sub").mkdir()
    git(origin, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},docs/fr/sub")
    runner = change({**FRENCH, ".gitmodules": '[submodule "docs/fr/sub"]\n\tpath = docs/fr/sub\n\tignore = all\n'})
    done = review(runner, is_built=False)
    assert done.status == 1
    reasons = report_of(runner)["reasons"]
    assert "docs/fr/passwd.md is a symbolic link" in reasons
    assert "docs/fr/sub is a submodule, another repository" in reasons
    assert "root:" not in (runner.temp / "report" / "review.json").read_text("utf-8")
    shutil.rmtree(origin / "docs/fr/sub")
    review(runner, is_built=False)
    assert "docs/fr/sub is a submodule, another repository" in report_of(runner)["reasons"]


def test_folder_that_is_a_link_is_refused_in_one_line(origin: Path, change: Callable[..., Runner]) -> None:
    shutil.rmtree(origin / "docs/fr")
    (origin / "docs/fr").symlink_to("/")
    runner = change({})
    done = review(runner, is_built=False)
    assert (done.status, done.commands) == (1, [])
    assert done.errors.splitlines()[0] == "docs/fr:1:1: is a symbolic link [symlink]"
    assert not (runner.temp / "report").exists()


@pytest.mark.slow
def test_five_thousand_files(change: Callable[..., Runner]) -> None:
    runner = change({f"docs/fr/many/{number}.md": "# x\n" for number in range(5000)})
    done = review(runner, is_built=False)
    assert done.status == 1
    assert "it changes 5000 files, more than anybody can review" in report_of(runner)["reasons"]
    assert len(review_report.markdown(*commenting.read(runner.temp / "report"))) <= 60_000


def test_commands_in_texts_are_not_obeyed(change: Callable[..., Runner]) -> None:
    words = "Appelez-nous\n::add-mask::neuf\n::set-output name=a::b\n##[add-mask]heures avant de venir."
    changed = TEXTS["docs/fr/index.md"].replace("Appelez-nous avant de venir.", words)
    runner = change({"docs/fr/index.md": changed, "docs/fr/##[add-mask]x.md": "# x\n"})
    assert runner.run("pull-request.yml", "review", "Check everything").commands == []
    done = review(runner, is_built=False)
    assert all(re.match("::(error|warning|notice) (file|title)=", line) for line in done.commands), done.commands


def test_no_common_ancestor(origin: Path, tmp_path: Path) -> None:
    git(origin, "checkout", "--quiet", "--orphan", "stranger")
    commit(origin, FRENCH)
    result = forge.tool(origin, "review", "--base", "main")
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "mkdocs.yml:1:1: nothing is known of revision 'main': there is no common ancestor [revision]",
        "  hint: fetch the whole history, or name another revision",
    ]


def test_shallow_clone(origin: Path, tmp_path: Path) -> None:
    commit(origin, FRENCH)
    git(tmp_path, "clone", "--quiet", "--depth", "1", "--branch", "translator", f"file://{origin}", "shallow")
    result = forge.tool(tmp_path / "shallow", "review", "--base", "origin/main")
    assert result.returncode == 1
    assert re.match(r"mkdocs.yml:1:1: nothing is known of revision 'origin/main': .* \[revision\]\n", result.stderr)
    assert len(result.stderr.splitlines()) == 2


# Its report

SHA = "a" * 40
VALUES = {
    "github.token": "token",
    "secrets.RECORD_KEY": "",
    "github.event.workflow_run.head_sha": SHA,
    "github.event.workflow_run.head_branch": "feature;$(touch owned)",
    "github.event.workflow_run.head_repository.owner.login": "marie",
    "github.event.workflow_run.head_repository.full_name": "marie/publication",
    "github.event.workflow_run.id": "55",
    "needs.render.outputs.number": "7",
}
REPOSITORY = "repos/hexapla/publication"


def pull_request(sha: str = SHA, name: str = "marie/publication", number: int = 7) -> dict[str, Any]:
    return {"number": number, "head": {"sha": sha, "repo": {"full_name": name}}}


def files_of(origin: Path) -> list[dict[str, Any]]:
    """What the forge lists of the translator's branch."""
    found = []
    names = git(origin, "diff", "--name-only", "main...translator").splitlines()
    for name in names:
        patch = git(origin, "diff", "main...translator", "--", name).partition("@@")
        found.append({"filename": name, "status": "modified", "patch": patch[1] + patch[2]})
    return found


def zipped(folder: Path, file: Path) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return file


def answers(
    tmp_path: Path, files: list[dict[str, Any]], requests: list[dict[str, Any]], size: int = 1000
) -> list[tuple[str, str, Any]]:
    artifact = {"artifacts": [{"id": 9, "size_in_bytes": size, "expired": False}]}
    return [
        ("GET", f"{REPOSITORY}/pulls", requests),
        ("GET", f"{REPOSITORY}/pulls/7", pull_request()),
        ("GET", f"{REPOSITORY}/actions/runs/55/artifacts", artifact),
        ("GET", f"{REPOSITORY}/actions/artifacts/9/zip", {"file": str(tmp_path / "report.zip")}),
        ("GET", f"{REPOSITORY}/pulls/7/files", files),
    ]


def test_report_becomes_a_comment_with_suggestions(
    base: Path, origin: Path, pull: Callable[..., Runner], tmp_path: Path
) -> None:
    runner = pull(THREE)
    review(runner, is_built=False)
    zipped(runner.temp / "report", tmp_path / "report.zip")
    table = answers(tmp_path, files_of(origin), [pull_request("b" * 40, number=6), pull_request()])
    trusted = Runner(base, tmp_path, VALUES, table)
    found = trusted.run("pull-request-report.yml", "render", "Find the pull request and its report")
    assert (found.status, found.outputs) == (0, {"number": "7"}), found.errors
    assert not (base / "owned").exists()
    made = trusted.run("pull-request-report.yml", "render", "Make the comment")
    assert made.status == 0, made.errors
    comment = (trusted.temp / "comment" / "comment.md").read_text("utf-8")
    assert comment.startswith("<!-- hexapla review -->\n<h3>❌ ")
    assert "&lt;b&gt;avant" in comment

    trusted.download = (trusted.temp / "comment").rename(tmp_path / "kept")
    trusted.answers = [
        *table,
        ("GET", f"{REPOSITORY}/issues/7/comments", [{"id": 1, "user": {"login": "marie"}, "body": comment}]),
        ("GET", f"{REPOSITORY}/pulls/7/comments", []),
        ("POST", f"{REPOSITORY}/.*", {}),
    ]
    posted = trusted.run("pull-request-report.yml", "post", "Post the comment, and the suggestions")
    assert posted.status == 0, posted.errors
    first, second = trusted.asked
    assert first == {"path": f"{REPOSITORY}/issues/7/comments", "method": "POST", "fields": {"body": comment}}
    body = "<!-- hexapla suggestion -->\n```suggestion\nLe thé coûte deux euros, voyez [la boutique](index.md).\n```"
    assert second == {
        "path": f"{REPOSITORY}/pulls/7/reviews",
        "method": "POST",
        "fields": {
            "event": "COMMENT",
            "commit_id": SHA,
            "comments": [{"path": "docs/fr/prices.md", "line": 3, "side": "RIGHT", "body": body}],
        },
    }


def test_comment_is_updated_and_suggestions_renewed(base: Path, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    forge.write(folder, {"comment.md": "new", "suggestions.json": '{"comments": [{"path": "x"}]}'})
    comments = [
        {"id": 1, "user": {"login": "marie"}, "body": "<!-- hexapla review -->"},
        {"id": 2, "user": {"login": BOT}, "body": "<!-- hexapla review -->\nold"},
    ]
    suggestions = [
        {"id": 3, "user": {"login": BOT}, "body": "<!-- hexapla suggestion -->\n"},
        {"id": 4, "user": {"login": BOT}, "body": "something else"},
        {"id": 5, "user": {"login": "marie"}, "body": "<!-- hexapla suggestion -->\n"},
    ]
    table = [
        ("GET", f"{REPOSITORY}/pulls/7", pull_request()),
        ("GET", f"{REPOSITORY}/issues/7/comments", comments),
        ("GET", f"{REPOSITORY}/pulls/7/comments", suggestions),
        ("POST", f"{REPOSITORY}/pulls/7/reviews", "refused"),
        ("PATCH|DELETE", f"{REPOSITORY}/.*", {}),
        ("PATCH", f"{REPOSITORY}/issues/comments/2", {}),
        ("DELETE", f"{REPOSITORY}/pulls/comments/3", {}),
    ]
    runner = Runner(base, tmp_path, VALUES, table, folder)
    done = runner.run("pull-request-report.yml", "post", "Post the comment, and the suggestions")
    assert done.status == 0, "a suggestion that the forge refuses is no failure"
    assert [(one["method"], one["path"].removeprefix(REPOSITORY)) for one in runner.asked] == [
        ("PATCH", "/issues/comments/2"),
        ("DELETE", "/pulls/comments/3"),
        ("POST", "/pulls/7/reviews"),
    ]


def test_nothing_is_posted_where_the_pull_request_has_moved_on(base: Path, tmp_path: Path) -> None:
    forge.write(tmp_path / "made", {"comment.md": "new", "suggestions.json": "{}"})
    table = [("GET", f"{REPOSITORY}/pulls/7", pull_request("c" * 40))]
    runner = Runner(base, tmp_path, VALUES, table, tmp_path / "made")
    done = runner.run("pull-request-report.yml", "post", "Post the comment, and the suggestions")
    assert (done.status, runner.asked) == (0, [])


@pytest.mark.parametrize(
    "requests",
    [
        [],
        [pull_request("b" * 40)],
        [pull_request(name="somebody/else")],
        [pull_request() | {"head": {"sha": SHA, "repo": None}}],
    ],
)
def test_number_is_asked_of_the_forge(base: Path, tmp_path: Path, requests: list[dict[str, Any]]) -> None:
    runner = Runner(base, tmp_path, VALUES, answers(tmp_path, [], requests))
    done = runner.run("pull-request-report.yml", "render", "Find the pull request and its report")
    assert (done.status, done.outputs) == (0, {}), done.errors


def test_artifact_that_is_too_large_is_not_fetched(base: Path, tmp_path: Path) -> None:
    runner = Runner(base, tmp_path, VALUES, answers(tmp_path, [], [pull_request()], 900_000_000))
    done = runner.run("pull-request-report.yml", "render", "Find the pull request and its report")
    assert (done.status, done.outputs) == (1, {})
    limit = commenting.LARGEST_ARCHIVE
    assert done.commands == [f"::error::The report is 900000000 bytes large, and {limit} are the limit."]
    assert not (runner.temp / "report.zip").exists()


def test_artifact_that_is_no_report_is_refused(base: Path, tmp_path: Path) -> None:
    runner = Runner(base, tmp_path, VALUES)
    forge.write(runner.temp, {"report.zip": b"PK\3\4 no archive", "files.jsonl": ""})
    done = runner.run("pull-request-report.yml", "render", "Make the comment")
    assert done.status == 1
    assert done.errors.splitlines()[0].endswith("is no archive that can be read: File is not a zip file [artifact]")
    assert not (runner.temp / "comment").exists()


# Publishing


class Main:
    """The main branch of a forge, pull requests merged into it, and the job that follows each push."""

    def __init__(self, origin: Path, home: Path) -> None:
        self.bare, self.home, self.count = home / "main.git", home, 0
        self.pulls: dict[str, int] = {}
        git(home, "clone", "--quiet", "--bare", str(origin), str(self.bare))

    def checkout(self, name: str) -> Path:
        git(self.home, "clone", "--quiet", str(self.bare), name)
        forge.prepare(self.home / name)
        return self.home / name

    def merge(self, folder: Path, how: str = "merge") -> None:
        """Merge what somebody has on top of an earlier main, as a forge does: a merge has the main branch as its first
        parent, `squash` makes one new commit, `rebase` makes each anew; the branch is kept under its pull request."""
        branch = git(folder, "rev-parse", "HEAD")
        number = 1 + len(git(self.bare, "for-each-ref", "refs/pull").splitlines())
        git(folder, "push", "--quiet", "origin", f"HEAD:refs/pull/{number}/head")
        git(folder, "fetch", "--quiet", "origin")
        before = git(folder, "rev-parse", "origin/main")
        git(folder, "checkout", "--quiet", "-B", "merged", before)
        if how == "merge":
            git(folder, "merge", "--quiet", "--no-ff", "--no-edit", branch)
        elif how == "squash":
            git(folder, "merge", "--quiet", "--squash", branch)
            git(folder, "commit", "--quiet", "--message", "A translation (#1)")
        else:
            git(folder, "cherry-pick", f"{before}..{branch}")
        for commit_ in git(folder, "rev-list", "--first-parent", f"{before}..HEAD").splitlines():
            self.pulls[commit_] = number
        git(folder, "push", "--quiet", "origin", "HEAD:main")
        git(folder, "checkout", "--quiet", "--detach", branch)

    def answers(self) -> list[tuple[str, str, Any]]:
        """What the forge says of commits: the pull request that brought each, and one into another branch."""
        other = {"number": 99, "merged_at": None, "base": {"ref": "main"}}
        elsewhere = {"number": 98, "merged_at": "2026-01-01T00:00:00Z", "base": {"ref": "old"}}
        return [
            (
                "GET",
                f"{REPOSITORY}/commits/{commit_}/pulls",
                [other, elsewhere, {"number": number, "merged_at": "2026-01-01T00:00:00Z", "base": {"ref": "main"}}],
            )
            for commit_, number in self.pulls.items()
        ] + [("GET", f"{REPOSITORY}/commits/[0-9a-f]{{40}}/pulls", [])]

    def publish(
        self, before_push: Callable[[], None] = lambda: None, answers: list[tuple[str, str, Any]] | None = None
    ) -> tuple[forge.Done, forge.Done, forge.Done | None]:
        """Run the job that records; give what its three steps came to."""
        self.count += 1
        folder = self.checkout(f"run-{self.count}")
        sha = git(folder, "rev-parse", "HEAD")
        values = {"github.token": "token", "secrets.RECORD_KEY": ""}
        table = self.answers() if answers is None else answers
        runner = Runner(folder, self.home, values, table, environment={"GITHUB_SHA": sha})
        found = runner.run("publish.yml", "record", "Find the branches of what was merged")
        assert found.status == 0, found.errors
        recorded = runner.run("publish.yml", "record", "Bring the record up to date")
        before_push()
        if recorded.status:
            return found, recorded, None
        assert git(folder, "status", "--porcelain", "--", "docs") == "", "only the record is brought up to date"
        return found, recorded, runner.run("publish.yml", "record", "Push the record")

    def head(self) -> str:
        return git(self.bare, "rev-parse", "main")

    def states(self, path: str) -> list[str]:
        """The states of the French paragraphs of a document on main, in its order."""
        folder = self.checkout(f"look-{self.count}-{len(list(self.home.iterdir()))}")
        found = publication.read(config.load(str(folder / "mkdocs.yml")))
        return [unit.state.value for unit in translations.of_document(found, found.site.locale("fr"), path)]


@pytest.fixture
def main(base: Path, tmp_path: Path) -> Main:
    return Main(base, tmp_path)


def test_record_follows_a_merge_once(main: Main) -> None:
    folder = main.checkout("marie")
    commit(folder, FRENCH)
    main.merge(folder)
    before = main.head()
    _, recorded, pushed = main.publish()
    assert recorded.status == 0, recorded.errors
    assert pushed
    assert (pushed.status, pushed.outputs) == (0, {"commit": main.head()}), pushed.errors
    assert git(main.bare, "rev-parse", "main^") == before
    assert git(main.bare, "log", "-1", "--format=%an|%s", "main") == f"{BOT}|Record what the translations follow"
    assert git(main.bare, "diff", "--name-only", "main^", "main") == "locales/fr/LC_MESSAGES/index.md.po"
    *_, again = main.publish()
    assert again and again.outputs == {"commit": main.head()}
    assert git(main.bare, "log", "-1", "--format=%P", "main") == before, "what is recorded is not recorded again"


SOURCE = {"docs/en/index.md": TEXTS["docs/en/index.md"].replace("opens at nine", "opens at ten")}


def test_source_changes_after_a_translation(main: Main) -> None:
    marie, john = main.checkout("marie"), main.checkout("john")
    commit(marie, FRENCH)
    commit(john, SOURCE, name="John")
    main.merge(marie)
    main.publish()
    assert main.states("index.md") == ["current"] * 4
    main.merge(john)
    main.publish()
    assert main.states("index.md") == ["current", "stale", "current", "current"]


def test_source_changes_before_a_translation(main: Main, tmp_path: Path) -> None:
    """What would be merged is reviewed: the new source stands beside the translation that was made of the old one."""
    marie, john = main.checkout("marie"), main.checkout("john")
    commit(marie, FRENCH)
    commit(john, SOURCE, name="John")
    main.merge(john)
    main.publish()
    assert main.states("index.md") == ["current", "stale", "current", "current"]
    git(john, "pull", "--quiet", "origin", "main")
    git(john, "fetch", "--quiet", str(marie), "HEAD:translator")
    runner = Runner(forge.merged(john, "translator", tmp_path / "checkout"), tmp_path)
    assert review(runner, is_built=False).status == 0
    (paragraph,) = report_of(runner)["documents"][0]["paragraphs"]
    assert (paragraph["source"], paragraph["new"]) == (
        "The shop opens at ten.",
        "La boutique ouvre ses portes à neuf heures.",
    )
    assert paragraph["state_before"] == "stale"
    main.merge(marie)
    main.publish()
    assert main.states("index.md") == ["current", "stale", "current", "current"], "Marie saw the old words"


WAYS = ("merge", "squash", "rebase")
PRICES = {"docs/fr/prices.md": TEXTS["docs/fr/prices.md"].replace("Le thé coûte", "Un thé coûte")}
CALL = {"docs/en/index.md": SOURCE["docs/en/index.md"].replace("Call us before", "Write to us before")}


@pytest.mark.parametrize("how", WAYS)
def test_translation_follows_the_source_that_its_branch_had(main: Main, how: str) -> None:
    """Whatever button was pressed; the source changes before the merge, and once more after it."""
    marie, john = main.checkout("marie"), main.checkout("john")
    commit(marie, FRENCH)
    commit(marie, PRICES)
    commit(john, SOURCE, name="John")
    main.merge(john, how)
    main.publish()
    main.merge(marie, how)
    found, recorded, _ = main.publish()
    assert (found.commands, recorded.commands) == ([], []), found.output + recorded.output
    assert main.states("index.md") == ["current", "stale", "current", "current"]
    assert main.states("prices.md") == ["current"] * 2
    john = main.checkout("john-again")
    commit(john, CALL, name="John")
    main.merge(john, how)
    main.publish()
    assert main.states("index.md") == ["current", "stale", "stale", "current"]


@pytest.mark.parametrize("how", WAYS)
def test_source_and_translation_of_one_branch(main: Main, how: str) -> None:
    """What somebody has translated of their own new words follows these."""
    marie, john = main.checkout("marie"), main.checkout("john")
    commit(marie, SOURCE)
    commit(marie, {"docs/fr/index.md": TEXTS["docs/fr/index.md"].replace("neuf heures", "dix heures")})
    commit(john, {"README.md": "Read me.\n"}, name="John")
    main.merge(john, how)
    main.merge(marie, how)
    main.publish()
    assert main.states("index.md") == ["current"] * 4


@pytest.mark.parametrize("how", WAYS)
def test_merges_that_one_run_finds(main: Main, how: str) -> None:
    """Of runs that wait, only the newest is run: it finds both merges, and each has its own branch's source."""
    marie, john = main.checkout("marie"), main.checkout("john")
    commit(marie, FRENCH)
    commit(john, CALL, name="John")
    main.merge(john, how)
    main.publish()
    main.merge(marie, how)
    luc = main.checkout("luc")
    text = (luc / "docs/fr/index.md").read_text("utf-8")
    commit(luc, {"docs/fr/index.md": text.replace("Appelez-nous", "Écrivez-nous")}, name="Luc")
    main.merge(luc, how)
    main.publish()
    assert main.states("index.md") == ["current", "stale", "current", "current"]


@pytest.mark.parametrize("answer", ["refused", [{"number": 50, "merged_at": "x", "base": {"ref": "main"}}]])
def test_forge_that_does_not_answer(main: Main, answer: Any) -> None:
    """That is told, and what was translated follows the present source."""
    marie, john = main.checkout("marie"), main.checkout("john")
    commit(marie, FRENCH)
    commit(john, SOURCE, name="John")
    main.merge(john, "squash")
    main.publish()
    main.merge(marie, "squash")
    found, _, pushed = main.publish(answers=[("GET", ".*", answer)])
    (warning,) = found.commands
    assert re.match("::warning::(GitHub does not say how [0-9a-f]{40} was merged|The branch of #50 cannot be)", warning)
    assert pushed and pushed.outputs == {"commit": main.head()}
    assert main.states("index.md") == ["current"] * 4


@pytest.mark.parametrize("answer", [[], [{"number": "1;touch owned", "merged_at": "x", "base": {"ref": "main"}}], {}])
def test_answer_that_names_no_pull_request(main: Main, answer: Any) -> None:
    folder = main.checkout("marie")
    commit(folder, FRENCH)
    main.merge(folder, "squash")
    found, recorded, pushed = main.publish(answers=[("GET", ".*", answer)])
    assert pushed and (found.commands, recorded.status, pushed.status) == ([], 0, 0)
    assert main.states("index.md") == ["current"] * 4
    assert not list(main.home.glob("*/owned"))


def test_names_of_a_contributor_are_data(main: Main) -> None:
    """Names that a shell, git or a workflow would obey, beside a translation that is recorded all the same."""
    names = (
        "$(touch owned).md",
        ":(exclude)docs",
        ":(top)x.md",
        "-o.md",
        "a\nb.md",
        "##[add-mask]x.md",
        "::add-mask::x.md",
    )
    marie, john = main.checkout("marie"), main.checkout("john")
    commit(marie, {**FRENCH, **{f"docs/fr/{name}/x.md": "# x\n" for name in names}})
    commit(john, SOURCE, name="John")
    main.merge(john, "squash")
    main.publish()
    main.merge(marie, "squash")
    found, recorded, _ = main.publish()
    assert (found.commands, recorded.commands) == ([], [])
    assert not list(main.home.glob("**/owned"))
    assert main.states("index.md") == ["current", "stale", "current", "current"]


def test_parallel_translations_of_one_document(main: Main) -> None:
    marie, luc = main.checkout("marie"), main.checkout("luc")
    text = TEXTS["docs/fr/index.md"]
    commit(marie, {"docs/fr/index.md": text.replace("ouvre à", "ouvre dès")})
    commit(luc, {"docs/fr/index.md": text.replace("chaque lettre", "toutes les lettres")}, name="Luc")
    main.merge(marie)
    main.publish()
    main.merge(luc)
    *_, pushed = main.publish()
    assert pushed and pushed.status == 0
    assert main.states("index.md") == ["current"] * 4
    record = git(main.bare, "show", "main:locales/fr/LC_MESSAGES/index.md.po")
    assert "ouvre dès neuf" in record
    assert "toutes les lettres" in record


def test_what_is_merged_meanwhile_is_published_by_its_own_run(main: Main) -> None:
    marie, luc = main.checkout("marie"), main.checkout("luc")
    commit(marie, FRENCH)
    main.merge(marie)
    commit(luc, {"docs/fr/prices.md": TEXTS["docs/fr/prices.md"].replace("deux", "trois")}, name="Luc")
    *_, pushed = main.publish(lambda: main.merge(luc))
    assert pushed and (pushed.status, pushed.outputs) == (0, {}), "nothing is built, because no commit is named"
    *_, again = main.publish()
    assert again and again.outputs == {"commit": main.head()}


def test_push_that_is_refused_fails(main: Main) -> None:
    folder = main.checkout("marie")
    commit(folder, FRENCH)
    main.merge(folder)
    hook = main.bare / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    *_, pushed = main.publish()
    assert pushed and (pushed.status, pushed.outputs) == (1, {})
    assert "which key the rules of the branch let pass" in pushed.commands[0]


def test_what_cannot_be_recorded_is_not_published(main: Main) -> None:
    folder = main.checkout("marie")
    commit(folder, {"docs/fr/index.md": TEXTS["docs/fr/index.md"] + "\n```\nnever closed\n"})
    main.merge(folder)
    before = main.head()
    _, recorded, pushed = main.publish()
    assert recorded.status == 1
    assert pushed is None
    assert main.head() == before


class Parts:
    """The jobs that follow the record: each in a clone and with a folder of its own, artifacts in between."""

    def __init__(self, main: Main) -> None:
        self.main, self.artifacts = main, main.home / "artifacts"
        forge.write(self.artifacts, {"report/review.json": "an artifact that is no part"})

    def runner(self, name: str, **values: str) -> Runner:
        """Give what runs the steps of a job."""
        home = self.main.home / "jobs" / name
        home.mkdir(parents=True)
        known = {"runner.temp": str(home / "temp"), "github.token": "token"}
        return Runner(self.main.checkout(f"{name}-clone"), home, known | values, download=self.artifacts)

    def plan(self) -> Any:
        """Run the job that plans; give the matrix."""
        done = self.runner("plan").run("publish.yml", "plan", "Plan")
        assert done.status == 0, done.errors
        return json.loads(done.outputs["matrix"])

    def build(self, index: int, arguments: str) -> forge.Done:
        """Run the job of one part; give what came of it. Nothing is kept of one that failed."""
        runner = self.runner(f"part-{index}", **{"matrix.arguments": arguments, "strategy.job-index": str(index)})
        done = runner.run("publish.yml", "part", "Build the part")
        if done.status == 0:
            runner.keep("publish.yml", "part", "Keep the part", self.artifacts)
        return done

    def merge(self, name: str = "build") -> tuple[Runner, forge.Done]:
        """Run the job that merges the parts; give what runs its steps, and what came of the merge."""
        runner = self.runner(name)
        fetched = runner.run("publish.yml", "build", "Fetch the parts")
        assert fetched.status == 0, fetched.errors
        return runner, runner.run("publish.yml", "build", "Merge them")


@pytest.fixture
def parts(main: Main) -> Parts:
    return Parts(main)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_small_site_is_one_part(parts: Parts) -> None:
    (job,) = parts.plan()["include"]
    assert sorted(job["arguments"].split(" --locale ")) == ["--locale fr", "de", "en"]
    assert parts.build(0, job["arguments"]).status == 0
    runner, merged = parts.merge()
    assert merged.status == 0, merged.errors
    assert all((runner.folder / "site" / name / "index.html").is_file() for name in ("", "fr", "de"))
    assert runner.run("publish.yml", "build", "Check links").status == 0

    before = bytes_of(runner.folder / "site")
    forge.write(runner.folder, {"docs/fr/prices.md": TEXTS["docs/fr/prices.md"].replace("deux", "trois")})
    other = runner.run("publish.yml", "build", "Merge them")
    assert other.status == 1
    assert "was made from another state of the site than the one here [part]" in other.errors
    assert bytes_of(runner.folder / "site") == before


TWO_LOCALES = {name: text for name, text in TEXTS.items() if "/de/" not in name} | {
    "mkdocs.yml": forge.CONFIGURATION.replace("        - locale: de\n          name: Deutsch\n", "")
}


def test_three_parts_are_the_site_of_one_build(tmp_path: Path) -> None:
    main = Main(forge.repository(tmp_path / "two" / "base", TWO_LOCALES), tmp_path)
    parts = Parts(main)
    whole = main.checkout("whole")
    jobs = json.loads(forge.tool(whole, "plan", "--words", "25").stdout)["include"]
    arguments = [job["arguments"] for job in jobs]
    assert arguments == ["--locale en", "--locale fr --shard 1/2", "--locale fr --shard 2/2"]
    assert [parts.build(index, one).status for index, one in enumerate(arguments)] == [0, 0, 0]
    runner, merged = parts.merge()
    assert merged.status == 0, merged.errors
    assert forge.tool(whole, "build").returncode == 0
    assert bytes_of(runner.folder / "site") == bytes_of(whole / "site")

    shutil.rmtree(parts.artifacts / "part-1")
    runner, merged = parts.merge("again")
    assert merged.status == 1
    assert merged.errors.startswith("mkdocs.yml:1:1: parts are missing: fr 1/2 [part]\n")
    assert not (runner.folder / "site").exists()


def test_part_that_fails_is_not_kept(parts: Parts) -> None:
    """Nothing of its arguments is obeyed by the shell; and without parts there is no site."""
    hostile = "--locale $(touch${IFS}owned) --shard `touch owned` ; touch owned & * ${HOME}"
    assert parts.build(0, hostile).status != 0
    assert not list(parts.main.home.glob("**/owned"))
    assert [path.name for path in parts.artifacts.iterdir()] == ["report"]
    fetched = parts.runner("build").run("publish.yml", "build", "Fetch the parts")
    assert (fetched.status, fetched.errors) == (1, "no artifact matches any of the names or patterns provided\n")


def test_plan_that_fails_gives_no_jobs(parts: Parts) -> None:
    runner = parts.runner("plan")
    forge.write(runner.folder, {"mkdocs.yml": "site_name: ["})
    done = runner.run("publish.yml", "plan", "Plan")
    assert (done.status, done.outputs) == (1, {})


def test_site_that_cannot_be_built_in_parts_is_told_so(parts: Parts) -> None:
    """README-ci.md names the jobs and steps that its owner leaves out, and the command that builds it whole."""
    folder = parts.main.checkout("owner")
    commit(folder, {"mkdocs.yml": forge.CONFIGURATION + "hooks: [hook.py]\n", "hook.py": ""})
    git(folder, "push", "--quiet", "origin", "HEAD:main")
    done = parts.build(0, "--locale en")
    assert done.status == 1
    assert re.match(r"mkdocs.yml:1:1: this site cannot be built in parts: .*hook.* \[part\]\n", done.errors)
    assert [path.name for path in parts.artifacts.iterdir()] == ["report"]
    readme = (ROOT / ".github" / "README-ci.md").read_text("utf-8")
    for step in re.findall("“(.*?)”", readme.partition("take the jobs `plan` and `part` out")[2].partition("\n\n")[0]):
        assert forge.step_of("publish.yml", "build", step)
    assert forge.tool(folder, "build").returncode == 0


def test_site_stays_where_anything_fails(parts: Parts) -> None:
    """What one part cannot see, a link that leads nowhere, is seen before the site takes the place of the last one; and
    a job runs only after those that it needs have succeeded."""
    folder = parts.main.checkout("marie")
    commit(folder, {"docs/fr/prices.md": TEXTS["docs/fr/prices.md"].replace("index.md", "abuot.md")})
    git(folder, "push", "--quiet", "origin", "HEAD:main")
    assert parts.build(0, "--locale en --locale fr --locale de").status == 0
    runner, merged = parts.merge()
    assert merged.status == 1
    assert "abuot" in merged.errors
    assert not (runner.folder / "site").exists()
    jobs = forge.workflows()["publish.yml"]["jobs"]
    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "record": None,
        "plan": "record",
        "part": ["record", "plan"],
        "build": ["record", "part"],
        "deploy": "build",
    }
    assert {name: job["if"] for name, job in jobs.items() if "if" in job} == {"plan": "needs.record.outputs.commit"}
    steps = [step for job in jobs.values() for step in job["steps"]]
    assert not [step["name"] for step in steps if {"if", "continue-on-error"} & set(step)]
    assert not [name for name, job in jobs.items() if "continue-on-error" in job]


def test_all_jobs_that_publish_have_the_commit_with_the_record() -> None:
    jobs = forge.workflows()["publish.yml"]["jobs"]
    fetched = [(name, step["with"].get("ref")) for name, job in jobs.items() for step in job["steps"] if "with" in step]
    commit_ = "${{ needs.record.outputs.commit }}"
    assert [one for one in fetched if one[1]] == [(name, commit_) for name in ("plan", "part", "build")]
    assert jobs["part"]["strategy"] == {"matrix": "${{ fromJSON(needs.plan.outputs.matrix) }}"}


# Links, once a week


def test_links_are_looked_at(origin: Path, tmp_path: Path) -> None:
    """(That other sites are asked is for tests/test_external.py: here, there are none.)"""
    runner = Runner(origin, tmp_path)
    forge.prepare(origin)
    assert runner.run("links.yml", "look", "Build").status == 0
    assert runner.run("links.yml", "look", "Set up lychee").status == 0
    done = runner.run("links.yml", "look", "Look")
    assert (done.status, done.commands) == (0, []), done.errors
    page = origin / "site" / "fr" / "index.html"
    page.write_text(page.read_text("utf-8").replace("</article>", '<a href="abuot/">@everyone</a></article>'))
    done = runner.run("links.yml", "look", "Look")
    assert done.status == 0, done.errors
    lines = done.outputs["found"].strip("\n").splitlines()
    assert any("there is no /fr/abuot/ on this site [missing-page]" in line for line in lines)
    assert all(line.startswith("    ") for line in lines), "all of it is code"


@pytest.mark.parametrize(
    ("found", "issues", "expected"),
    [
        ("    x [y]", [], [("POST", "/issues")]),
        ("    x [y]", [{"number": 3, "body": "<!-- hexapla links -->\nold"}], [("PATCH", "/issues/3")]),
        ("\n", [{"number": 3, "body": "<!-- hexapla links -->\nold"}], [("PATCH", "/issues/3")]),
        ("", [{"number": 4, "body": None}], []),
    ],
)
def test_one_issue_is_kept(
    base: Path, tmp_path: Path, found: str, issues: list[dict[str, Any]], expected: list[tuple[str, str]]
) -> None:
    values = {"needs.look.outputs.found": found, "github.token": "token"}
    table = [("GET", f"{REPOSITORY}/issues", issues), ("POST|PATCH", ".*", {}), ("POST", ".*", {}), ("PATCH", ".*", {})]
    (tmp_path / "work").mkdir()
    runner = Runner(tmp_path / "work", tmp_path, values, table)
    done = runner.run("links.yml", "tell", "Keep the issue up to date")
    assert done.status == 0, done.errors
    assert [(one["method"], one["path"].removeprefix(REPOSITORY)) for one in runner.asked] == expected
    if found.strip():
        assert runner.asked[0]["fields"]["body"].startswith("<!-- hexapla links -->\nThe weekly check")
        assert runner.asked[0]["fields"]["body"].endswith("\n\n    x [y]\n")
    elif expected:
        assert runner.asked[0]["fields"] == {"state": "closed", "state_reason": "completed"}


# Newer versions


def test_newer_versions_are_proposed(main: Main, tmp_path: Path) -> None:
    tried = Runner(main.checkout("try"), tmp_path)
    assert tried.run("update.yml", "try", "Lock").outputs == {"changed": "true"}
    assert tried.run("update.yml", "try", "Test").status == 0
    assert (tried.folder / "ran.txt").read_text() == "lock --upgrade\ntest\n"
    assert tried.run("update.yml", "try", "Lock").status == 0

    table: list[tuple[str, str, Any]] = [("GET", f"{REPOSITORY}/pulls", []), ("POST", f"{REPOSITORY}/pulls", {})]
    values = {"github.token": "token", "github.ref_name": "main"}
    runner = Runner(main.checkout("propose"), tmp_path, values, table, tried.folder / "requirements")
    done = runner.run("update.yml", "propose", "Open a pull request")
    assert done.status == 0, done.errors
    assert git(main.bare, "diff", "--name-only", "main", "update/requirements") == "requirements/runtime.txt"
    assert [(one["path"], one["fields"]["head"], one["fields"]["base"]) for one in runner.asked] == [
        (f"{REPOSITORY}/pulls", "update/requirements", "main")
    ]


def test_nothing_is_proposed_where_nothing_is_newer(main: Main, tmp_path: Path) -> None:
    folder = main.checkout("try")
    commit(folder, {"requirements/runtime.txt": "click==9\n"})
    assert Runner(folder, tmp_path).run("update.yml", "try", "Lock").outputs == {}


def test_scripts_of_the_tests_are_executable(tmp_path: Path) -> None:
    runner = Runner(tmp_path, tmp_path)
    assert (runner.home / "bin" / "gh").stat().st_mode & stat.S_IXUSR
