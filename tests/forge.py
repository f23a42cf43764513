"""A forge on this machine: repositories made on the spot, the steps of our workflows run as they stand, a `gh` that
answers from a table and writes down what it was asked."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT, SMALL

WORKFLOWS = ROOT / ".github" / "workflows"
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
"""How GitHub runs a step with `shell: bash` (GitHub Docs, "Workflow syntax for GitHub Actions")."""

CONFIGURATION = SMALL.replace(
    "          name: Français\n",
    "          name: Français\n        - locale: de\n          name: Deutsch\n",
).replace("  - hexapla\n", "  - hexapla\nmarkdown_extensions: [attr_list]\n")

TEXTS = {
    "mkdocs.yml": CONFIGURATION,
    ".gitignore": "/site/\n/.site-*/\n/.cache/\n/.venv/\n",
    "docs/en/index.md": "# Home {: #home }\n\nThe shop opens at nine.\n\nCall us before you come.\n\nWe answer every letter.\n",
    "docs/fr/index.md": "# Accueil {: #home }\n\nLa boutique ouvre à neuf heures.\n\nAppelez-nous avant de venir.\n\n"
    "Nous répondons à chaque lettre.\n",
    "docs/de/index.md": "# Start {: #home }\n\nDer Laden öffnet um neun Uhr.\n\nRufen Sie uns vorher an.\n\n"
    "Wir beantworten jeden Brief.\n",
    "docs/en/prices.md": "# Prices {: #prices }\n\nTea costs two euros, see [the shop](index.md).\n",
    "docs/fr/prices.md": "# Prix {: #prices }\n\nLe thé coûte deux euros, voyez [la boutique](index.md).\n",
}

RUN = f"""import subprocess, sys, pathlib
if sys.argv[1] in ("lock", "test"):
    with open("ran.txt", "a") as file:
        file.write(" ".join(sys.argv[1:]) + "\\n")
    if sys.argv[1] == "lock":
        pathlib.Path("requirements/runtime.txt").write_text("click==9\\n")
    sys.exit(0)
sys.exit(subprocess.call([{sys.executable!r}, "-m", "hexapla", *sys.argv[1:]]))
"""
"""Stands for scripts/run.py: uses the environment that the tests run in, and installs nothing."""

PYTHON = f"""#!/bin/sh
[ "$2" = pip ] && exit 0
exec {sys.executable} "$@"
"""
"""Stands for the Python of .venv."""

GH = f"""#!{sys.executable}
import fnmatch, json, os, re, shutil, sys
import jq
words, asked = sys.argv[1:], {{"path": "", "method": "GET", "fields": {{}}}}
table = json.load(open(os.environ["GH_TABLE"], encoding="utf-8"))
if words[:2] == ["run", "download"]:
    source, target = table["download"], words[words.index("--dir") + 1]
    if "--pattern" in words:  # each has a folder of its own then
        names = fnmatch.filter(os.listdir(source), words[words.index("--pattern") + 1])
        for name in names:
            shutil.copytree(os.path.join(source, name), os.path.join(target, name))
        sys.exit(0 if names else "no artifact matches any of the names or patterns provided")
    shutil.copytree(source, target, dirs_exist_ok=True)
    sys.exit(0)
assert words[0] == "api" and os.environ["GH_TOKEN"], words
program, rest = "", iter(words[1:])
for word in rest:
    if word in ("--silent", "--paginate"):
        pass
    elif word == "--jq":
        program = next(rest)
    elif word == "--method":
        asked["method"] = next(rest)
    elif word == "--input":
        asked["fields"] = json.load(open(next(rest), encoding="utf-8"))
    elif word in ("-f", "-F"):
        name, value = next(rest).split("=", 1)
        if word == "-F" and value.startswith("@"):
            value = open(value[1:], encoding="utf-8").read()
        asked["fields"][name] = value
    else:
        assert not word.startswith("-") and not asked["path"], word
        asked["path"] = word
with open(os.environ["GH_TABLE"] + ".asked", "a", encoding="utf-8") as file:
    file.write(json.dumps(asked) + "\\n")
for method, pattern, answer in table["answers"]:
    if method == asked["method"] and re.fullmatch(pattern, asked["path"].split("?")[0]):
        break
else:
    sys.exit(f"gh: not found: {{asked}}")
if isinstance(answer, dict) and "file" in answer:
    sys.stdout.buffer.write(open(answer["file"], "rb").read())
elif answer == "refused":
    sys.exit("gh: Unprocessable Entity (HTTP 422)")
elif program:
    for one in jq.compile(program).input_value(answer).all():
        print(one if isinstance(one, str) else json.dumps(one, separators=(",", ":"), ensure_ascii=False))
elif "--silent" not in words:
    print(json.dumps(answer))
"""
"""Stands for GitHub's command line."""


def git(folder: Path, *words: str, name: str = "Marie") -> str:
    """Run git in a folder; give what it prints. The author may have any name."""
    environment = {
        **os.environ,
        **{f"GIT_{role}_NAME": name for role in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{role}_EMAIL": "marie@example.org" for role in ("AUTHOR", "COMMITTER")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    command = ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"git {words}: {done.stderr}"
    return done.stdout.strip()


def write(folder: Path, texts: Mapping[str, str | bytes | None]) -> None:
    """Write files; None removes one."""
    for name, text in texts.items():
        path = folder / name
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())


def commit(
    folder: Path, texts: Mapping[str, str | bytes | None], message: str = "A change", name: str = "Marie"
) -> str:
    """Write files and commit everything; give the commit."""
    write(folder, texts)
    git(folder, "add", "--all", "--force", "--", ".", ":!site", ":!.cache", ":!.venv")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message, name=name)
    return git(folder, "rev-parse", "HEAD")


def tool(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run hexapla in a folder."""
    command = [sys.executable, "-m", "hexapla", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def repository(folder: Path, texts: Mapping[str, str | bytes] = TEXTS) -> Path:
    """Make a repository with a publication on main, its records up to date."""
    folder.mkdir(parents=True)
    write(
        folder, {**texts, "scripts/run.py": RUN, "requirements/runtime.txt": "click==8\n", "requirements/test.txt": ""}
    )
    git(folder, "init", "--quiet")
    result = tool(folder, "record")
    assert result.returncode == 0, result.stderr
    commit(folder, {}, "The publication")
    return folder


def merged(repository: Path, branch: str, folder: Path) -> Path:
    """Check out, as the forge does for a pull request, what would be merged; with its two parents and no more."""
    git(repository, "checkout", "--quiet", "--detach", "main")
    git(repository, "merge", "--quiet", "--no-ff", "--message", "What would be merged", branch)
    git(repository, "branch", "--force", "pull", "HEAD")
    git(repository, "checkout", "--quiet", "main")
    git(repository.parent, "clone", "--quiet", "--depth", "2", "--branch", "pull", f"file://{repository}", str(folder))
    git(folder, "checkout", "--quiet", "--detach")
    prepare(folder)
    return folder


def prepare(folder: Path) -> None:
    """Give a clone what stands for its environment; whatever it holds is not what the steps find."""
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(PYTHON)
    python.chmod(python.stat().st_mode | stat.S_IXUSR)


@dataclass
class Done:
    """What a step came to."""

    status: int
    output: str
    errors: str
    outputs: dict[str, str]

    @property
    def commands(self) -> list[str]:
        """The lines that GitHub would obey."""
        found: list[str] = []
        stopped = ""
        for line in self.output.split("\n"):
            text = line.strip()
            if stopped:
                stopped = "" if text == f"::{stopped}::" else stopped
            elif text.startswith("::stop-commands::"):
                stopped = text.removeprefix("::stop-commands::")
            elif text.startswith("::") or "##[" in text:
                found.append(text)
        return found


@dataclass
class Runner:
    """Runs steps of a workflow in a folder. `values` are those of its `${{ }}` expressions; `answers` are what gh gets:
    method, pattern of the path, and JSON, or the name of a file; `download` is what `gh run download` brings: an
    artifact, or with `--pattern` a folder of artifacts."""

    folder: Path
    home: Path
    values: Mapping[str, str] = field(default_factory=dict)
    answers: Sequence[tuple[str, str, Any]] = ()
    download: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Put gh and sudo where the steps find them."""
        for name, text in (("gh", GH), ("sudo", '#!/bin/sh\necho "sudo $*"\n')):
            path = self.home / "bin" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o755)
        (self.home / "temp").mkdir(exist_ok=True)

    @property
    def temp(self) -> Path:
        """The folder of the job."""
        return self.home / "temp"

    @property
    def asked(self) -> list[dict[str, Any]]:
        """What gh was asked, without what only reads."""
        path = self.home / "table.json.asked"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [one for one in map(json.loads, lines) if one["method"] != "GET"]

    def run(self, workflow: str, job: str, name: str) -> Done:
        """Run a step as it stands in the workflow."""
        step = step_of(workflow, job, name)
        output = self.home / "output.txt"
        output.write_text("")
        table = {"answers": list(self.answers), "download": str(self.download)}
        (self.home / "table.json").write_text(json.dumps(table))
        environment = {
            "PATH": f"{self.home / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "CI": "true",
            "GH_TABLE": str(self.home / "table.json"),
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_REF_NAME": "main",
            "GITHUB_REPOSITORY": "hexapla/publication",
            "GITHUB_REPOSITORY_OWNER": "hexapla",
            "GITHUB_RUN_ID": "77",
            "RUNNER_TEMP": str(self.temp),
            "PYTHONDONTWRITEBYTECODE": "1",
            **self.environment,
            **{name: self._filled(str(value)) for name, value in step.get("env", {}).items()},
        }
        script = self.home / "step.sh"
        script.write_text(step["run"])
        done = subprocess.run(
            [*SHELL, str(script)], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120
        )
        return Done(done.returncode, done.stdout, done.stderr, outputs_of(output.read_text("utf-8")))

    def keep(self, workflow: str, job: str, name: str, artifacts: Path) -> Path:
        """Do what a step that keeps an artifact does: copy the folder that it names, without hidden files, into a folder
        of artifacts; give the artifact. Raises FileNotFoundError where there is no such folder."""
        step = _steps(workflow, job)[name]
        assert step["uses"].startswith("actions/upload-artifact@")
        given = {key: self._filled(str(value)) for key, value in step["with"].items()}
        target = artifacts / given["name"]
        shutil.copytree(given["path"], target, ignore=shutil.ignore_patterns(".*"))
        return target

    def _filled(self, text: str) -> str:
        return re.sub(r"\$\{\{\s*(.*?)\s*\}\}", lambda match: self.values[match[1]], text)


def outputs_of(text: str) -> dict[str, str]:
    """Read what a step wrote into GITHUB_OUTPUT."""
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if match := re.fullmatch(r"(\w+)<<(.+)", line):
            found[match[1]] = "\n".join(itertools.takewhile(lambda line: line != match[2], lines))
        elif "=" in line:
            name, _, found_value = line.partition("=")
            found[name] = found_value
    return found


def workflows() -> dict[str, Any]:
    """Give all workflows, by their file's name."""
    return {
        path.name: yaml.load(path.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 - `on` stays a text
        for path in sorted(WORKFLOWS.glob("*.yml"))
    }


def step_of(workflow: str, job: str, name: str) -> Any:
    """Give a step by its name; one that runs something."""
    step = _steps(workflow, job)[name]
    assert "run" in step
    return step


def _steps(workflow: str, job: str) -> dict[str, Any]:
    return {step["name"]: step for step in workflows()[workflow]["jobs"][job]["steps"]}
