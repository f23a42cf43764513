"""How a finished site takes the place of the old one: in one swap, all or nothing.

The old site is kept as a spare, in the cache. The next build brings it up to date, writing only what differs, and then
the two change places: to write and to delete a thousand folders takes longer than to compare them. A first build has no
old site, and makes a copy of its own; where there is no spare all the same, the next build makes one of the site.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from hexapla import cache, workers
from hexapla.cache import Marks, Store
from hexapla.problems import Problem, Stop, say


@contextlib.contextmanager
def beside(target: Path) -> Iterator[Path]:
    """Give a folder beside another, on the same file system; it is gone afterwards. Raises Stop where there is none."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent, ignore_cleanup_errors=True)
    except OSError as error:
        hint = say("check that the folder may be written and has room")
        message = say("nothing can be written beside it: %(reason)s", reason=error.strerror)
        raise Stop([Problem(target, 1, 1, "site-dir", message, hint)]) from None
    with folder as name:
        Path(name).chmod(0o755)
        yield Path(name)


TRIES, PAUSE = 5, 0.1
"""Where another build puts its site into the same place, so often it is tried, with so many seconds between."""


def spare_of(store: Store, site_dir: Path) -> Path | None:
    """Where the spare of a site is, if there is one, or may be; None where nothing is kept."""
    return (
        store.folder / "spare" / cache.digest(str(site_dir.absolute())) if store.folder and not store.trouble else None
    )


class Before(NamedTuple):
    """A file that is there before a build: its mark (`cache.mark_of`), by which `sweep` tells it from what is written
    now, and the digest of its bytes, empty where that is not known."""

    mark: str
    digest: str


def was_there(before: Mapping[str, Before], path: str, digest: str) -> bool:
    """Whether one of these files is known to hold what has this digest (`cache.digest_of_bytes`)."""
    return path in before and before[path].digest == digest


def take(spare: Path | None, whole: Path, marks: Marks, site_dir: Path | None = None) -> dict[str, Before] | None:
    """Make the folder of a new site out of the spare, else out of a copy of the old site, or an empty one.

    `site_dir` is an old site that builds have made. Gives what is known of the files that are there, by their paths;
    None where there is neither. Whoever takes the spare has it alone. What somebody may have linked to it from
    elsewhere, or from it, is taken out.
    """
    before: dict[str, Before] | None = None
    digests: dict[str, str] = {}
    try:
        if spare is not None and spare.is_dir() and not spare.is_symlink():
            spare.rename(whole)
        elif site_dir is not None and site_dir.is_dir():
            digests = _copy(site_dir, whole, marks)
        if whole.is_dir():
            before = {}
            for path, entry in cache.entries_of(whole):
                facts = cache.facts_of(entry, follow_symlinks=False)
                if entry.is_symlink() or facts.st_nlink > 1:
                    os.unlink(entry.path)  # noqa: PTH108
                else:
                    before[path] = Before(cache.mark_of(facts), digests.get(path) or marks.known(facts))
    except OSError:
        shutil.rmtree(whole, ignore_errors=True)
        before = None
    whole.mkdir(exist_ok=True)
    return before


def _copy(site_dir: Path, whole: Path, marks: Marks) -> dict[str, str]:
    """Copy the files of a site, which is quicker than to write its pages. Gives the digests of those that are known.
    Raises OSError."""
    paths = [path for path, entry in cache.entries_of(site_dir) if not entry.is_symlink()]
    parts = [(paths[at : at + workers.FEW],) for at in range(0, len(paths), workers.FEW)]
    found = workers.each(_copy_some, (site_dir, whole, marks), parts, 2)
    return {path: digest for part in found for path, digest in part.items()}


def _copy_some(place: tuple[Path, Path, Marks], paths: Sequence[str]) -> dict[str, str]:
    """Copy some files of a site, by their paths there; maybe in a process of its own."""
    site_dir, whole, marks = place
    return {path: copy(f"{site_dir}/{path}", f"{whole}/{path}", marks) for path in paths}


def copy(path: str, target: str, marks: Marks) -> str:
    """Copy a file, and make its folder; give its digest, empty where that is not known. Raises OSError."""
    facts = os.stat(path)  # noqa: PTH116
    _copy_file(path, target)
    is_same = cache.mark_of(os.stat(path)) == cache.mark_of(facts)  # noqa: PTH116
    return marks.known(facts) if is_same else ""


def _copy_file(path: str, target: str) -> None:
    try:
        shutil.copyfile(path, target)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
        shutil.copyfile(path, target)


def add_to_spare(new: Path, whole: Path, paths: Iterable[str]) -> None:
    """Copy files of a new site, by their paths there, for `keep_spare`; what cannot be copied is left out."""
    for path in paths:
        try:
            _copy_file(f"{whole}/{path}", f"{new}/{path}")
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(f"{new}/{path}")  # noqa: PTH108


def keep_spare(new: Path, spare: Path, digests: Mapping[str, str], marks: Marks) -> None:
    """Make a spare of a copy of the site, where there is none; `digests` are those of the files, by their paths."""
    for path, digest in digests.items():
        with contextlib.suppress(OSError):
            marks.note(os.stat(f"{new}/{path}"), digest)  # noqa: PTH116
    marks.write()
    with contextlib.suppress(OSError):
        _move(new, spare)


def _move(folder: Path, spare: Path) -> None:
    """Put a folder into the place of the spare. Raises OSError where one is there, or on another file system."""
    spare.parent.mkdir(parents=True, exist_ok=True)
    folder.rename(spare)


def sweep(whole: Path, before: Mapping[str, Before], kept: Collection[str]) -> dict[str, os.stat_result]:
    """Delete what this build has neither written nor `kept`, where `before` are all files that were there before it.

    Gives what is known of all files that are left, by their paths.
    """
    found: dict[str, os.stat_result] = {}
    for path, entry in list(cache.entries_of(whole)):
        facts = cache.facts_of(entry, follow_symlinks=False)
        if path in kept or path not in before or before[path].mark != cache.mark_of(facts):
            found[path] = facts
            continue
        place = Path(entry.path)
        place.unlink()
        for parent in place.parents:
            if parent == whole or any(parent.iterdir()):
                break
            parent.rmdir()
    return found


def holds(path: str, digest: str, marks: Marks) -> bool:
    """Whether a file holds what has this digest (`cache.digest_of_bytes`)."""
    try:
        return marks.digest_of(path) == digest
    except OSError:
        return False


def write(path: Path | str, data: bytes) -> None:
    """Write a file, unless it holds these bytes already; then only its time is new."""
    # A site has thousands; Path.open and Path.mkdir take longer than to read or to write one.
    try:
        with _created(path) as file:
            file.write(data)
        return
    except FileExistsError:
        pass
    with open(path, "rb") as file:  # noqa: PTH123
        is_same = file.read() == data
    if is_same:
        os.utime(path)
        return
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(data)


def _created(path: Path | str) -> BinaryIO:
    """Open a file that is not there yet, and make its folder. Raises FileExistsError where something is there."""
    try:
        return open(path, "xb")  # noqa: PTH123
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
        return open(path, "xb")  # noqa: PTH123


def publish(new: Path, site_dir: Path, spare: Path | None = None) -> None:
    """Put a finished site into place: the old one steps aside, and comes back if the new one cannot be moved.

    The old one becomes the spare, if there may be one. Raises Stop with a `site-dir` problem where the folder cannot be
    replaced.
    """
    old = new.with_name(new.name + ".old")
    for left in reversed(range(TRIES)):
        try:
            _exchange(new, site_dir, old)
            break
        except OSError as error:
            if left and new.exists():
                time.sleep(PAUSE)
                continue
            raise _refusal(site_dir, error) from None
    _keep_hidden(old, site_dir)
    if spare is not None and old.is_dir() and not old.is_symlink():
        with contextlib.suppress(OSError):  # another file system, or another build was quicker
            _move(old, spare)
    if old.is_symlink():
        old.unlink()
    shutil.rmtree(old, ignore_errors=True)


def _exchange(new: Path, site_dir: Path, old: Path) -> None:
    if site_dir.exists():
        site_dir.rename(old)
    try:
        new.rename(site_dir)
    except OSError:
        if old.exists():
            old.rename(site_dir)
        raise


def _keep_hidden(old: Path, site_dir: Path) -> None:
    """Leave in the site what no build has put there, such as `.git`: as MkDocs does, by its name."""
    with contextlib.suppress(OSError):
        for path in [] if old.is_symlink() or not old.is_dir() else list(old.glob(".*")):
            if not (site_dir / path.name).exists():
                path.rename(site_dir / path.name)


def _refusal(site_dir: Path, error: OSError) -> Stop:
    hint = say("check that the folder may be written and that no program holds it open")
    message = say("the new site cannot take its place: %(reason)s", reason=error.strerror)
    return Stop([Problem(site_dir, 1, 1, "site-dir", message, hint)])
