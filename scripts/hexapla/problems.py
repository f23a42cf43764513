"""What is wrong, where, and how to mend it: the one currency of every check and every reader of files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple


class Text(str):
    """A sentence of the tool: an English text that remembers its message and values, so that it can be translated.

    `message` is as in the catalogs, with `%(name)s` for each of `values`.
    """

    message: str
    values: Mapping[str, Any]

    def __new__(cls, message: str, values: Mapping[str, Any]) -> Text:
        """Fill the values into the message."""
        self = super().__new__(cls, message % values)
        self.message, self.values = message, values
        return self

    def __reduce__(self) -> tuple[type[Text], tuple[str, Mapping[str, Any]]]:
        """Problems come back from other processes."""
        return Text, (self.message, self.values)

    def translated(self, gettext: Callable[[str], str]) -> str:
        """Say it in another language; `gettext` gives the translation of a message. Values may be Texts themselves."""
        return gettext(self.message) % {name: translated(value, gettext) for name, value in self.values.items()}


def say(message: str, /, **values: Any) -> Text:
    """Make a Text of a message, which `hexapla catalogs update` finds by this function's name."""
    return Text(message, values)


def translated(text: Any, gettext: Callable[[str], str]) -> Any:
    """Say a text in another language, if it is one of the tool's own."""
    return text.translated(gettext) if isinstance(text, Text) else text


class Severity(StrEnum):
    """What a problem means for whoever asked: errors fail a check, warnings are told, the rest is kept silent."""

    ERROR = "error"
    WARNING = "warning"
    IGNORE = "ignore"


class Fix(NamedTuple):
    """How to mend a problem: what stands between two offsets of its file becomes `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, order=True)
class Problem:
    """One finding, at the place to edit.

    `path` is the file to edit; `line` and `column` count from 1, columns in characters. `rule` is the short name of
    the rule that found it, `message` says what is wrong, `hint` how to mend it. `end_line` and `end_column` say where
    it ends (the column is the first one behind it; 0 where it is a place only). `locale` is the code of the locale
    whose file it is, `segment` the text of the segment that it is in, `fix` what would mend it. Of a reference in a
    built site, `page` is the built file below the site's root, `target` the reference as written there.
    """

    path: Path
    line: int
    column: int
    rule: str
    message: str
    hint: str
    end_line: int = 0
    end_column: int = 0
    locale: str = ""
    severity: Severity = Severity.ERROR
    segment: str = field(default="", repr=False)
    fix: Fix | None = field(default=None, compare=False, repr=False)
    page: str = field(default="", compare=False, repr=False)
    target: str = field(default="", compare=False, repr=False)

    def __str__(self) -> str:
        """The finding as `path:line:column: message [rule]`, the path relative to where the reader stands."""
        return f"{shown(self.path)}:{self.line}:{self.column}: {self.message} [{self.rule}]"


class Stop(Exception):
    """The work cannot go on. Holds at least one Problem; whoever catches it reports them all and exits with 1."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Take the problems, sort them by place, drop repeats."""
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[Stop], tuple[tuple[Problem, ...]]]:
        """Say how it is made anew where another process has raised it."""
        return Stop, (self.problems,)


def shown(path: Path) -> str:
    """Give a path as a reader would type it: relative to the current folder if that is shorter, with '/'."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow symbolic links
    try:
        return absolute.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return absolute.as_posix()


LARGEST = 1 << 20
"""No text that people write is larger than this many bytes; what is larger is not read."""


def read_exact(path: Path) -> str:
    """Read a UTF-8 file as it is, a byte order mark and every line ending included.

    Raises Stop with an `encoding` problem at the first byte that is not UTF-8, a `size` problem where the file is
    larger than LARGEST, or a `file` problem if it cannot be read.
    """
    try:
        with path.open("rb", buffering=0) as file:
            if (size := os.fstat(file.fileno()).st_size) > LARGEST:
                message = say("is %(size)s bytes large, and %(limit)s are the limit", size=size, limit=LARGEST)
                raise Stop([Problem(path, 1, 1, "size", message, say("split it, or leave out what is no text"))])
            data = file.read()
    except OSError as error:
        hint = say("check that the file exists and that you may read it")
        message = say("cannot be read: %(reason)s", reason=error.strerror)
        raise Stop([Problem(path, 1, 1, "file", message, hint)]) from None
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        byte = f"0x{data[error.start]:02x}"
        message = say("is not UTF-8: byte %(byte)s at offset %(offset)s", byte=byte, offset=error.start)
        raise Stop([Problem(path, line, column, "encoding", message, say("save the file as UTF-8"))]) from None


def read_text(path: Path) -> str:
    r"""Read a UTF-8 file; a byte order mark is dropped and every line ending becomes "\n". Raises as read_exact."""
    return read_exact(path).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def is_file(path: Path) -> bool:
    """Whether a file is there; what can be no path, such as a whole paragraph, is no file."""
    return os.path.isfile(path)  # noqa: PTH113 - Path.is_file() raises OSError where a name is too long


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
        hint = say("the file is as it was; make room, or check that its folder may be written")
        message = say("cannot be written: %(reason)s", reason=error.strerror)
        raise Stop([Problem(path, 1, 1, "file", message, hint)]) from None
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
