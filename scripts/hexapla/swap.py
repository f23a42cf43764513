"""How a finished site takes the place of the old one: in one swap, all or nothing.

The old site is kept as a spare, in the cache. The next build brings it up to date, writing only what differs, and then
the two change places: to write and to delete a thousand folders takes longer than to compare them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from hexapla.cache import Store, digest, digest_of_bytes
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


OLD = 0
"""The time of what the spare has brought, in seconds since 1970."""

TRIES, PAUSE = 5, 0.1
"""Where another build puts its site into the same place, so often it is tried, with so many seconds between."""


def spare_of(store: Store, site_dir: Path) -> Path | None:
    """Where the spare of a site is, if there is one, or may be; None where nothing is kept."""
    return store.folder / "spare" / digest(str(site_dir.absolute())) if store.folder and not store.trouble else None


def take(spare: Path | None, whole: Path) -> bool:
    """Make the folder of a new site out of the spare, or an empty one; say whether it is the spare.

    Whoever takes the spare has it alone. What somebody may have linked to it from elsewhere, or from it, is taken out;
    all else gets the time OLD, by which it is told from what is written now, whatever the clock says.
    """
    is_spare = False
    if spare is not None and spare.is_dir() and not spare.is_symlink():
        try:
            spare.rename(whole)
            for entry in _entries(whole):
                facts = entry.stat(follow_symlinks=False)
                if entry.is_symlink() or (entry.is_file() and facts.st_nlink > 1):
                    Path(entry.path).unlink()
                elif entry.is_file():
                    os.utime(entry.path, (OLD, OLD))
            is_spare = True
        except OSError:
            shutil.rmtree(whole, ignore_errors=True)
    whole.mkdir(exist_ok=True)
    return is_spare


def sweep(whole: Path) -> None:
    """Delete what this build has not written, nor found as it should be."""
    for entry in list(_entries(whole)):
        if entry.is_dir(follow_symlinks=False) or entry.stat(follow_symlinks=False).st_mtime != OLD:
            continue
        Path(entry.path).unlink()
        for parent in Path(entry.path).parents:
            if parent == whole or any(parent.iterdir()):
                break
            parent.rmdir()


def sizes(whole: Path) -> dict[str, int]:
    """The sizes of all files below a folder, by their paths there."""
    prefix = len(str(whole)) + 1
    files = (entry for entry in _entries(whole) if entry.is_file(follow_symlinks=False))
    return {one.path[prefix:].replace(os.sep, "/"): one.stat(follow_symlinks=False).st_size for one in files}


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Give all that is below a folder; links are not followed."""
    pending = [str(folder)]
    while pending:
        with os.scandir(pending.pop()) as scan:
            for entry in scan:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                yield entry


def holds(path: str, digest: str) -> bool:
    """Whether a file holds what has this digest (`cache.digest_of_bytes`); if so, only its time is made new."""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            if digest_of_bytes(file.readall()) != digest:
                return False
        os.utime(path)
    except OSError:
        return False
    return True


def write(path: Path | str, data: bytes) -> None:
    """Write a file, unless it holds these bytes already; then only its time is new."""
    # A site has thousands; Path.open and Path.mkdir take longer than to read or to write one.
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            if file.read() == data:
                os.utime(path)
                return
    except OSError:
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(data)


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
    if spare is not None and old.is_dir() and not old.is_symlink():
        with contextlib.suppress(OSError):  # another file system, or another build was quicker
            spare.parent.mkdir(parents=True, exist_ok=True)
            old.rename(spare)
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


def _refusal(site_dir: Path, error: OSError) -> Stop:
    hint = say("check that the folder may be written and that no program holds it open")
    message = say("the new site cannot take its place: %(reason)s", reason=error.strerror)
    return Stop([Problem(site_dir, 1, 1, "site-dir", message, hint)])
