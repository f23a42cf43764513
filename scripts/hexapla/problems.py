"""What is wrong, where, and how to mend it: the one currency of every check and every reader of files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Problem:
    """One finding, at the place to edit.

    `path` is the file to edit; `line` and `column` count from 1, columns in characters. `rule` is the short name of
    the rule that found it, `message` says what is wrong, `hint` how to mend it.
    """

    path: Path
    line: int
    column: int
    rule: str
    message: str
    hint: str

    def __str__(self) -> str:
        """The finding as `path:line:column: message [rule]`, the path relative to where the reader stands."""
        return f"{shown(self.path)}:{self.line}:{self.column}: {self.message} [{self.rule}]"


class Stop(Exception):
    """The work cannot go on. Holds at least one Problem; whoever catches it reports them all and exits with 1."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Take the problems, sort them by place, drop repeats."""
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


def shown(path: Path) -> str:
    """Give a path as a reader would type it: relative to the current folder if that is shorter, with '/'."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow symbolic links
    try:
        return absolute.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return absolute.as_posix()


def read_exact(path: Path) -> str:
    """Read a UTF-8 file as it is, a byte order mark and every line ending included.

    Raises Stop with an `encoding` problem at the first byte that is not UTF-8, or a `file` problem if the file cannot
    be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        hint = "check that the file exists and that you may read it"
        raise Stop([Problem(path, 1, 1, "file", f"cannot be read: {error.strerror}", hint)]) from None
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"is not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}"
        raise Stop([Problem(path, line, column, "encoding", message, "save the file as UTF-8")]) from None


def read_text(path: Path) -> str:
    r"""Read a UTF-8 file; a byte order mark is dropped and every line ending becomes "\n". Raises as read_exact."""
    return read_exact(path).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 file whole or not at all, its line endings as they are in the text; a link stays a link."""
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).chmod(target.stat().st_mode if target.exists() else 0o644)
        Path(name).replace(target)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        hint = "the file is as it was; make room, or check that its folder may be written"
        raise Stop([Problem(path, 1, 1, "file", f"cannot be written: {error.strerror}", hint)]) from None
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
