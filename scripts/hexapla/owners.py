"""Who reviews what: `reviewers` of mkdocs.yml -> .github/CODEOWNERS.

The maintainers own everything, but for each locale's folders in docs/ and locales/, which its reviewers own. Of several
lines that match a file, the last one counts (GitHub, "About code owners").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from hexapla.config import EVERYTHING, Site
from hexapla.problems import Problem, Stop, read_text, say, shown, write_text

KEY = "plugins.hexapla.reviewers"
MARK = "# Written by `hexapla owners` from `reviewers` in "
"""How the file begins. One that begins otherwise is somebody's own, and is not written over."""

EVERYWHERE = (".gitattributes", ".gitmodules", ".gitignore")
"""Files that change what git does with others, whatever folder they are in."""


def path_of(site: Site) -> Path:
    """Where the file is: at the top of the repository, which mkdocs.yml need not be."""
    return site.repository / ".github" / "CODEOWNERS"


def render(site: Site) -> str:
    """Give the file's text.

    Raises Stop where nobody owns everything: what nobody owns, anybody could merge; and where a folder has a name that
    would be read as a pattern.
    """
    if EVERYTHING not in site.reviewers:
        message = say("there are no maintainers, so nobody would have to look at a change of the configuration")
        hint = say("write below the plugin hexapla: %(line)s", line='reviewers: {"*": ["@name"]}')
        raise Stop([site.problem(KEY, "owners", message, hint)])
    maintainers = site.reviewers[EVERYTHING]
    lines = [
        f"{MARK}{site.config_file.name}; edit it there.",
        "# Of several lines that match a file, the last one counts.",
        "",
        _line("*", maintainers),
    ]
    for locale in site.locales:
        if locale.code in site.reviewers:
            lines.append("")
            for folder in (site.docs_dir, site.catalogs_dir):
                lines.append(_line(_pattern(site, folder / locale.code) + "/", site.reviewers[locale.code]))
    lines += ["", "# What decides how all the rest is read, built and merged."]
    lines += [_line(pattern, maintainers) for pattern in _kept(site)]
    return "\n".join(lines) + "\n"


def _kept(site: Site) -> Iterator[str]:
    """Yield the patterns of what stays with the maintainers, whatever folders the locales have."""
    yield from EVERYWHERE
    yield "/.github/"
    yield _pattern(site, site.config_file)
    if site.custom_dir and site.custom_dir.is_relative_to(site.repository):
        yield _pattern(site, site.custom_dir) + "/"


def _line(pattern: str, owners: tuple[str, ...]) -> str:
    return f"{pattern} {' '.join(owners)}"


def _pattern(site: Site, path: Path) -> str:
    """Write a path as a pattern that matches it alone.

    GitHub knows no way to write a space, `#`, `[` or `!` in one, so such a name is refused with a Stop.
    """
    top = site.repository
    name = path.relative_to(top).as_posix() if path.is_relative_to(top) else shown(path)
    if not path.is_relative_to(top) or not re.fullmatch(r"[\w./-]+", name):
        message = say(
            "%(path)s cannot be given owners: it is outside of the repository, or its name is no plain one",
            path=ascii(name),
        )
        hint = say("use a folder in the repository, named with letters, digits, hyphens and full stops")
        raise Stop([site.problem("docs_dir", "owners", message, hint)])
    return f"/{name}"


def write(site: Site) -> bool:
    """Write the file; say whether that changed it. Raises Stop where somebody else has written it, or as render()."""
    path, text = path_of(site), render(site)
    present = _present(path)
    if present == text:
        return False
    if present and not present.startswith(MARK):
        message = say("was not written by hexapla owners")
        hint = say("put what it says below %(key)s in %(file)s, then remove it", key="reviewers:", file=_name(site))
        raise Stop([Problem(path, 1, 1, "owners", message, hint)])
    write_text(path, text)
    return True


def check(site: Site) -> None:
    """Raise Stop, at the first line that differs, where the file is not what mkdocs.yml says; or as render()."""
    path, wanted = path_of(site), render(site).splitlines()
    present = _present(path).splitlines()
    if present == wanted:
        return
    pairs = zip([*present, ""], [*wanted, ""], strict=False)
    line = next((number for number, (one, other) in enumerate(pairs, start=1) if one != other), 1)
    message = say("is not what %(file)s says of reviewers", file=_name(site))
    raise Stop([Problem(path, line, 1, "owners", message, say("run: hexapla owners"))])


def _present(path: Path) -> str:
    return read_text(path) if path.is_file() else ""


def _name(site: Site) -> str:
    return shown(site.config_file)
