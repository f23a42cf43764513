"""What builds keep between runs: a folder of values, each under a key made of everything that it was made from.

A key is a digest of the inputs, so nothing here can be out of date: what changed has another key. A value begins with a
digest of itself, so nothing that was damaged is believed. Reading and writing never fail: what cannot be read is made
again, what cannot be written is not kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import math
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

FOLDER = Path(".cache", "hexapla")
"""Where the cache is, below the folder of mkdocs.yml. It may be deleted at any time, and copied to other machines."""

LIMIT = 1 << 29
"""So many bytes are kept at most; what was not used for the longest time goes first."""

DAY = 86400
"""A value's time of use is noted once in so many seconds."""

ENGINES = (
    "ada-url",
    "babel",
    "jinja2",
    "markdown",
    "markdown-it-py",
    "mdit-py-plugins",
    "mkdocs",
    "mkdocs-material",
    "mkdocs-static-i18n",
    "nh3",
    "pygments",
    "pymdown-extensions",
    "pyyaml",
    "selectolax",
    "tinycss2",
)
"""The packages whose versions can change a page, or what is said of its links."""

TRIMMED = "trimmed"
"""The file whose time says when a store was trimmed last."""

_SIZE = 16
"""The bytes of a value's digest."""


def digest(*parts: str | bytes) -> str:
    """A key made of parts, in their order, as 32 hexadecimal digits; no two lists of parts share one."""
    found = hashlib.blake2b(digest_size=_SIZE)
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        found.update(len(data).to_bytes(8, "big"))
        found.update(data)
    return found.hexdigest()


def digest_of_files(folder: Path, marks: Marks | None = None) -> str:
    """A digest of the names and bytes of all files below a folder; byte code is left out."""
    return digest_of(digests_of_files(folder, marks))


def digest_of(digests: Mapping[str, str]) -> str:
    """A digest of files by their names and their own digests, in whatever order."""
    return digest(*(part for item in sorted(digests.items()) for part in item))


def digests_of_files(folder: Path, marks: Marks | None = None) -> dict[str, str]:
    """The digests of all files below a folder, by their paths there; those that `marks` knows are not read.

    What is behind a link to a folder is not looked at. With such a link, no two results are the same.
    """
    return digests_of(entries_of(folder), marks)


def digests_of(entries: Iterable[tuple[str, os.DirEntry[str]]], marks: Marks | None = None) -> dict[str, str]:
    """The same of what `entries_of` gives."""
    marks = marks or Marks(Store(None))
    found: dict[str, str] = {}
    for path, entry in entries:
        try:
            is_folder = entry.is_symlink() and entry.is_dir()
            found[path] = os.urandom(_SIZE).hex() if is_folder else marks.digest_of(entry.path, facts_of(entry))
        except OSError as error:
            found[path] = str(error.errno)
    return found


def entries_of(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Give all files and links below a folder, with their paths there; links are not followed, byte code left out."""
    pending = [("", str(folder))]
    while pending:
        prefix, place = pending.pop()
        try:
            scan = os.scandir(place)
        except OSError:
            continue  # not there, or closed to us
        with scan:
            for entry in scan:
                if not entry.is_dir(follow_symlinks=False):
                    yield prefix + entry.name, entry
                elif entry.name != "__pycache__":
                    pending.append((f"{prefix}{entry.name}/", entry.path))


def digest_of_bytes(data: bytes) -> str:
    """The digest that `digests_of_files` gives for a file with these bytes."""
    return hashlib.blake2b(data, digest_size=_SIZE).hexdigest()


WORDS = "locales/*/LC_MESSAGES/hexapla.po"
"""The catalogs of the tool's messages in its repository."""


@cache
def tool_key() -> str:
    """A digest of what builds: this package's own files and words, Python and the engines."""
    versions = [f"{name} {_version(name)}" for name in ENGINES]
    # Where the package runs from its repository, its catalogs stand beside it (see `speech`).
    words = {str(path): digest_of_bytes(path.read_bytes()) for path in Path(__file__).parents[2].glob(WORDS)}
    return digest(digest_of_files(Path(__file__).parent), digest_of(words), sys.version, *versions)


def _version(name: str) -> str:
    """Give the version of a package that is installed; empty where there is none."""
    wanted = re.sub(r"[-_.]+", "_", name).lower()
    if wanted in _installed():
        return _installed()[wanted]
    from importlib.metadata import PackageNotFoundError, version  # takes long to import, and to look for a package

    try:
        return version(name)
    except PackageNotFoundError:
        return ""


@cache
def _installed() -> Mapping[str, str]:
    """The versions of packages by their names, as their folders say (PyPA, "Recording installed projects")."""
    found: dict[str, str] = {}
    for folder in reversed(sys.path):  # the first that holds a package is the one that is imported
        with contextlib.suppress(OSError):
            for entry in os.scandir(folder or "."):
                if entry.name.endswith(".dist-info"):
                    name, _, version = entry.name.removesuffix(".dist-info").partition("-")
                    found[re.sub(r"[-_.]+", "_", name).lower()] = version
    return found


def _place(folder: Path | str, kind: str, key: str) -> str:
    # There are many values; to make a Path of each place, and to open it, takes longer than to read what is there.
    return os.path.join(folder, kind, key[:2], key[2:])  # noqa: PTH118


def _sum(kind: str, key: str, value: bytes) -> bytes:
    """The digest that a value begins with: of its key and itself, so that it is believed in no other place."""
    found = hashlib.blake2b(f"{kind}/{key}\n".encode(), digest_size=_SIZE)
    found.update(value)
    return found.digest()


def _read(path: str) -> tuple[bytes, float]:
    """Give what a file holds, and when that was written. Raises OSError."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        facts = os.fstat(file.fileno())
        return file.readall(), facts.st_mtime


def _write_all(file: io.FileIO, data: bytes) -> None:
    """Write bytes into a file that has no buffer. Raises OSError where not all can be written."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


@contextlib.contextmanager
def _removed(path: str) -> Iterator[None]:
    """Remove a file that could not be written."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)  # noqa: PTH108
        raise


@dataclass
class Store:
    """Values by kind and key. `folder` is where they are; None keeps nothing. In `more` folders they are only read.

    `trouble` says why nothing more is written, once something could not be.
    """

    folder: Path | None
    more: tuple[Path, ...] = ()
    trouble: str = ""

    @cached_property
    def marks(self) -> Marks:
        """The digests of files that earlier builds have read, or written."""
        return Marks(self)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where values are read from."""
        return (*filter(None, [self.folder]), *self.more)

    def only_read(self) -> Store:
        """Give a store of the same values, into which nothing is written."""
        return Store(None, self.folders)

    def path_of(self, kind: str, key: str) -> Path:
        """Where a value is kept."""
        assert self.folder is not None
        return Path(_place(self.folder, kind, key))

    def has(self, kind: str) -> bool:
        """Whether there is any value of a kind."""
        return any(os.path.isdir(os.path.join(folder, kind)) for folder in self.folders)  # noqa: PTH112, PTH118

    def get(self, kind: str, key: str) -> bytes | None:
        """Give a value; None where there is none, or none that is whole."""
        for folder in self.folders:
            if (data := self._read(folder, kind, key)) is not None:
                return data
        return None

    def _read(self, folder: Path, kind: str, key: str) -> bytes | None:
        path = _place(folder, kind, key)
        try:
            data, written = _read(path)
        except OSError as error:
            if not isinstance(error, FileNotFoundError | NotADirectoryError):
                self.trouble = self.trouble or str(error)
            return None
        value = data[_SIZE:]
        if _sum(kind, key, value) != data[:_SIZE]:
            return None
        if time.time() - written > DAY:
            with contextlib.suppress(OSError):  # what may be read and not touched is as good as any
                os.utime(path)
        return value

    def put(self, kind: str, key: str, value: bytes) -> None:
        """Keep a value, whole or not at all."""
        if self.folder is None or self.trouble:
            return
        path = _place(self.folder, kind, key)
        data = _sum(kind, key, value) + value
        try:
            try:
                self._create(path, data)
            except FileExistsError:
                self._replace(path, data)
        except OSError as error:
            self.trouble = str(error)

    def _create(self, path: str, data: bytes) -> None:
        """Write a new file. Whoever reads it before all is there does not believe it. Raises FileExistsError."""
        try:
            file = open(path, "xb", buffering=0)  # noqa: PTH123, SIM115
        except FileNotFoundError:
            self._make(os.path.dirname(path))  # noqa: PTH120
            file = open(path, "xb", buffering=0)  # noqa: PTH123, SIM115
        with file, _removed(path):
            _write_all(file, data)

    def _replace(self, path: str, data: bytes) -> None:
        """Put a new file into the place of another one."""
        folder, name = os.path.split(path)
        new = f"{folder}/.{name}-{os.getpid()}-{threading.get_ident()}"
        with _removed(new):
            with open(new, "wb", buffering=0) as file:  # noqa: PTH123
                _write_all(file, data)
            os.replace(new, path)  # noqa: PTH105 - of a file that is open, Windows would refuse it

    def _make(self, folder: str) -> None:
        """Make a folder of the store, and keep all of it out of git."""
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
        ignore = Path(self.folder or "", ".gitignore")
        if not ignore.exists():
            ignore.write_text("*\n", encoding="ascii")

    def made(self, kind: str, key: str, make: Callable[[], bytes]) -> bytes:
        """Give the value of a key; make and keep it where there is none."""
        data = self.get(kind, key)
        if data is None:
            data = make()
            self.put(kind, key, data)
        return data

    def table(self, kind: str, name: str) -> Table:
        """Give a table of small values: one file, for what is read and written together."""
        return Table.of(self, kind, digest(tool_key(), kind, name))

    @property
    def was_trimmed(self) -> float:
        """When the store was trimmed last, as seconds since 1970; infinity where nothing can be kept."""
        if self.folder is None or self.trouble:
            return math.inf
        try:
            return (self.folder / TRIMMED).stat().st_mtime
        except OSError:
            return 0.0

    def trim(self, limit: int = LIMIT) -> None:
        """Delete what was not used for the longest time, until the rest is no larger than `limit` bytes."""
        if self.folder is None or self.trouble:
            return
        found = sorted(self._files(), key=lambda one: (one[0], -one[1], one[2]))  # the largest of one time first
        with contextlib.suppress(OSError):
            (self.folder / TRIMMED).touch()
        size = sum(one for _, one, _ in found)
        for _, one, path in found:
            if size <= limit:
                return
            try:
                Path(path).unlink(missing_ok=True)  # another process may trim at the same time
            except OSError as error:
                self.trouble = str(error)
                return
            size -= one

    def _files(self) -> Iterator[tuple[float, int, str]]:
        """Give each value's time of use, size and path."""
        for root, _, names in os.walk(self.folder or ""):
            for name in names:
                if name in (TRIMMED, ".gitignore"):
                    continue
                path = os.path.join(root, name)  # noqa: PTH118 - many files; a Path each would take longer than all else
                try:
                    facts = os.stat(path)  # noqa: PTH116
                except OSError:
                    continue
                yield facts.st_mtime, facts.st_size, path


@dataclass
class Table:
    """Values that JSON can hold, by key. What was not asked for or set in a run is gone when it is written."""

    store: Store
    kind: str
    key: str
    values: dict[str, Any]
    used: dict[str, Any] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, store: Store, kind: str, key: str) -> Table:
        """Take a table out of a store; an empty one where there is none."""
        data = store.get(kind, key)
        try:
            values = json.loads(data) if data else {}
        except (ValueError, RecursionError):
            values = {}
        return cls(store, kind, key, values if isinstance(values, dict) else {})

    def get(self, key: str) -> Any:
        """Give a value, or None."""
        value = self.values.get(key)
        if value is not None:
            self.used[key] = value
        return value

    def set(self, key: str, value: Any) -> None:
        """Note a value."""
        self.used[key] = value

    def update(self, values: Iterable[tuple[str, Any]]) -> None:
        """Note several values."""
        self.used.update(values)

    def write(self) -> None:
        """Keep the values of this run, if they are others than those of the last."""
        if self.used != self.values:
            text = json.dumps(self.used, ensure_ascii=False, separators=(",", ":"))
            self.store.put(self.kind, self.key, text.encode("utf-8", "surrogatepass"))


QUIET, QUIET_OF_WHOLE_SECONDS = 0.1, 2.0
"""A file that was changed so many seconds ago, or less, may be changed again without another time to show for it: Linux
reads its clock every 10 ms at most (HZ), exFAT counts these; some file systems know only seconds, FAT every other."""

GENERATIONS = 4
"""So often the marks may be written without a question for one of them before that is forgotten."""


class Marks:
    """The digests of files that need not be read again, because nobody has written to them since.

    This is what git's index does. A file is known by its number on its file system, its size, and the times when its
    bytes and anything about it were changed last, the second of which no program can choose (on Windows, it is when the
    file was made).
    """

    def __init__(self, store: Store) -> None:
        """Begin with what the last build has kept in a store."""
        self._table = Table.of(store, "marks", digest("files"))  # whatever builds, a file's digest is the same
        generation = self._table.get("")
        self._generation = generation if isinstance(generation, int) else 0
        self._is_new = False

    def known(self, facts: os.stat_result) -> str:
        """Give the digest of a file; empty where it is not known."""
        mark = mark_of(facts)
        row = self._table.values.get(mark) or self._table.used.get(mark)
        if not isinstance(row, list) or len(row) != 2 or not isinstance(row[0], str):
            return ""
        self._table.set(mark, row)
        return row[0]

    def note(self, facts: os.stat_result, digest: str) -> None:
        """Note the digest of a file. `facts` have to be older than what the digest was made from."""
        if not self.known(facts) and _is_quiet(facts):
            self._keep(facts, digest)

    def _keep(self, facts: os.stat_result, digest: str) -> None:
        self._table.set(mark_of(facts), [digest, self._generation])
        self._is_new = True

    def digest_of(self, path: str, facts: os.stat_result | None = None) -> str:
        """Give the digest of a file, as `digest_of_bytes` gives it; read it if need be. Raises OSError.

        `facts` are what is known of the file, links followed, if somebody has looked at it already.
        """
        facts = facts or os.stat(path)  # noqa: PTH116
        if found := self.known(facts):
            return found
        is_quiet = _is_quiet(facts)  # before it is read: it may be written to while it is
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            found = digest_of_bytes(file.readall())
        if is_quiet:
            self._keep(facts, found)
        return found

    def write(self) -> None:
        """Keep what was noted."""
        if not self._is_new:
            return
        self._generation += 1
        used = {mark: [row[0], self._generation] for mark, row in self._table.used.items() if mark}
        oldest = self._generation - GENERATIONS
        kept = {
            mark: row
            for mark, row in self._table.values.items()
            if isinstance(row, list) and len(row) == 2 and isinstance(row[1], int) and row[1] > oldest
        }
        self._table.update((kept | used | {"": self._generation}).items())
        self._table.write()


def _is_quiet(facts: os.stat_result) -> bool:
    """Whether a change of a file from now on shows in its times."""
    is_whole = facts.st_mtime_ns % 10**9 == 0 or facts.st_ctime_ns % 10**9 == 0
    return max(facts.st_mtime, facts.st_ctime) < time.time() - (QUIET_OF_WHOLE_SECONDS if is_whole else QUIET)


def facts_of(entry: os.DirEntry[str], follow_symlinks: bool = True) -> os.stat_result:
    """What the system knows of a file. On Windows, an entry of a folder does not know the file's number."""
    if os.name == "nt":
        return os.stat(entry.path, follow_symlinks=follow_symlinks)  # noqa: PTH116
    return entry.stat(follow_symlinks=follow_symlinks)


def mark_of(facts: os.stat_result) -> str:
    """What tells a file as it is now from all others, and from itself as it was or will be."""
    return f"{facts.st_dev} {facts.st_ino} {facts.st_mtime_ns} {facts.st_ctime_ns} {facts.st_size}"


@dataclass
class Time:
    """Where the seconds of a build went, by stage and by page; `reason` says why nothing of it could be kept."""

    stages: dict[str, float] = field(default_factory=dict)
    pages: dict[str, float] = field(default_factory=dict)
    reason: str = ""
    _last: float = field(default_factory=time.perf_counter, repr=False)

    def stage(self, name: str) -> None:
        """Note the time since the last call as that of a stage."""
        now = time.perf_counter()
        self.stages[name] = self.stages.get(name, 0.0) + now - self._last
        self._last = now
