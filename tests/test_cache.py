"""What is kept between builds: whole or not at all, and never a reason to fail."""

from __future__ import annotations

import ast
import contextlib
import errno
import math
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hexapla import cache
from hexapla.cache import DAY, Store, Time, digest, digest_of_files
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

KEY = digest("key")
VALUE = b"a value of some bytes"

in_a_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
"""The folder is the same for all examples: a store that others have used is a store like any."""


def files(folder: Path) -> list[Path]:
    """The files of a store, but for the two that are no values."""
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and path.name not in (".gitignore", cache.TRIMMED)
    )


# Keys


@given(st.lists(st.text() | st.binary()), st.lists(st.text() | st.binary()))
@example(["ab", "c"], ["a", "bc"])
@example(["", "a"], ["a", ""])
@example(["a"], ["a", ""])
@example([], [""])
def test_no_two_lists_of_parts_share_a_key(one: list[str | bytes], other: list[str | bytes]) -> None:
    def plain(parts: list[str | bytes]) -> list[bytes]:
        return [part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass") for part in parts]

    assert (digest(*one) == digest(*other)) == (plain(one) == plain(other))
    assert len(digest(*one)) == 32 and set(digest(*one)) <= set("0123456789abcdef")


def test_a_key_of_what_is_no_unicode() -> None:
    assert digest("\udcff") != digest("\udcfe")


NAMES = st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=3).map("/".join)
TREES = st.dictionaries(NAMES, st.binary(max_size=3), max_size=4)


def plant(root: Path, tree: dict[str, bytes]) -> bool:
    """Make a folder of files; say whether they could all be (a name cannot be a file and a folder)."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    try:
        for name, data in tree.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)
    except OSError:
        return False
    return True


@in_a_folder
@given(TREES, TREES)
@example({"a": b"b"}, {"b": b"a"})
@example({"a/b": b""}, {"a": b"", "b": b""})
def test_folders_have_one_digest_where_they_have_the_same_files(
    tmp_path: Path, one: dict[str, bytes], other: dict[str, bytes]
) -> None:
    if plant(tmp_path / "one", one) and plant(tmp_path / "other", other):
        assert (digest_of_files(tmp_path / "one") == digest_of_files(tmp_path / "other")) == (one == other)


def test_the_digest_of_a_folder_leaves_out_byte_code(tmp_path: Path) -> None:
    plant(tmp_path / "one", {"a.py": b""})
    before = digest_of_files(tmp_path / "one")
    (tmp_path / "one" / "__pycache__").mkdir()
    (tmp_path / "one" / "__pycache__" / "a.pyc").write_bytes(b"x")
    assert digest_of_files(tmp_path / "one") == before


def test_a_link_to_a_folder_makes_every_digest_another(tmp_path: Path) -> None:
    plant(tmp_path / "one", {"a": b""})
    plant(tmp_path / "other", {"b": b""})
    (tmp_path / "one" / "link").symlink_to(tmp_path / "other")
    assert digest_of_files(tmp_path / "one") != digest_of_files(tmp_path / "one")


def test_the_digest_of_what_cannot_be_read_is_stable(tmp_path: Path) -> None:
    assert digest_of_files(tmp_path / "nothing") == digest_of_files(tmp_path / "nothing")
    plant(tmp_path / "one", {"a": b""})
    before = digest_of_files(tmp_path / "one")
    (tmp_path / "one" / "link").symlink_to("nowhere")
    (tmp_path / "one" / "loop").symlink_to("loop")
    assert digest_of_files(tmp_path / "one") == digest_of_files(tmp_path / "one") != before


# Marks


def marked(folder: Path) -> cache.Marks:
    """The marks of a store in a folder, as the next build finds them."""
    return Store(folder / "store").marks


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files count as old enough to be told from what may be written next."""
    monkeypatch.setattr(cache, "QUIET", -3600)


def test_a_file_that_nobody_has_written_to_is_not_read_again(tmp_path: Path, settled: None) -> None:
    path = tmp_path / "site" / "page"
    path.parent.mkdir()
    path.write_bytes(b"one")
    marks = marked(tmp_path)
    assert marks.digest_of(str(path)) == cache.digest_of_bytes(b"one")
    marks.write()
    path = path.parent.rename(tmp_path / "spare") / "page"
    assert marked(tmp_path).known(path.stat()) == cache.digest_of_bytes(b"one")
    before = path.stat()
    path.write_bytes(b"two")  # as long as before
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert not marked(tmp_path).known(path.stat())
    assert marked(tmp_path).digest_of(str(path)) == cache.digest_of_bytes(b"two")


def test_a_file_that_was_just_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.write_bytes(b"one")
    marks = marked(tmp_path)
    marks.digest_of(str(path))
    marks.note(path.stat(), "a digest")
    assert not marks.known(path.stat())


def test_a_file_system_that_knows_only_seconds_is_given_two_of_them(tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.write_bytes(b"one")
    time.sleep(0.2)
    marks = marked(tmp_path)
    marks.note(path.stat(), "a digest")
    assert marks.known(path.stat()) == "a digest"
    os.utime(path, ns=(0, path.stat().st_mtime_ns // 10**9 * 10**9))  # as such a file system shows it
    time.sleep(0.2)
    marks.note(path.stat(), "a digest")
    assert not marks.known(path.stat())


def test_marks_that_nobody_asks_for_are_forgotten(tmp_path: Path, settled: None) -> None:
    old = tmp_path / "old"
    old.write_bytes(b"old")
    marks = marked(tmp_path)
    marks.digest_of(str(old))
    marks.write()
    found = []
    for number in range(cache.GENERATIONS + 1):
        path = tmp_path / str(number)
        path.write_bytes(b"")
        marks = marked(tmp_path)
        marks.digest_of(str(path))
        marks.write()
        found.append(bool(Store(tmp_path / "store").marks.known(old.stat())))
    assert found[0] and not found[-1]


@pytest.mark.parametrize("row", [None, 1, "x", [], ["x"], ["x", "y"], [1, 2], {"a": 1}, ["x", 1, 2]])
def test_marks_of_another_make_are_passed_over(tmp_path: Path, settled: None, row: object) -> None:
    path = tmp_path / "page"
    path.write_bytes(b"one")
    table = cache.Table.of(Store(tmp_path / "store"), "marks", digest("files"))
    table.update({cache.mark_of(path.stat()): row, "": row, "nothing": row}.items())
    table.write()
    marks = marked(tmp_path)
    assert marks.known(path.stat()) in ("", "x")
    marks.digest_of(str(path))
    marks.write()
    assert isinstance(marked(tmp_path).known(path.stat()), str)


# Values


@in_a_folder
@given(st.sampled_from(["pages", "keys"]), st.text().map(digest), st.binary(max_size=100))
def test_what_was_put_is_there(tmp_path: Path, kind: str, key: str, value: bytes) -> None:
    store = Store(tmp_path)
    store.put(kind, key, value)
    assert store.get(kind, key) == Store(tmp_path).get(kind, key) == value
    assert Store(tmp_path).get("others", key) is None
    assert store.trouble == ""
    assert not [path for path in files(tmp_path) if path.name.startswith(".")]


@in_a_folder
@given(st.binary(max_size=40), st.data())
def test_nothing_that_was_damaged_is_believed(tmp_path: Path, value: bytes, data: st.DataObject) -> None:
    store = Store(tmp_path)
    store.put("pages", KEY, value)
    path = store.path_of("pages", KEY)
    whole = bytearray(path.read_bytes())
    if data.draw(st.booleans(), "is cut"):
        damaged = whole[: data.draw(st.integers(0, len(whole) - 1), "length")]
    else:
        damaged = bytearray(whole)
        damaged[data.draw(st.integers(0, len(whole) - 1), "place")] ^= data.draw(st.integers(1, 255), "bits")
    path.write_bytes(damaged)
    assert store.get("pages", KEY) is None
    path.write_bytes(whole + data.draw(st.binary(min_size=1, max_size=3), "more"))
    assert store.get("pages", KEY) is None
    path.write_bytes(data.draw(st.binary(max_size=50), "anything"))
    assert store.get("pages", KEY) is None
    store.put("pages", KEY, value)
    assert store.get("pages", KEY) == value


def test_further_folders_are_only_read(tmp_path: Path) -> None:
    Store(tmp_path / "part").put("pages", KEY, VALUE)
    store = Store(tmp_path / "own", (tmp_path / "nothing", tmp_path / "part"))
    assert store.get("pages", KEY) == VALUE
    Store(tmp_path / "own").put("pages", KEY, b"ours")
    assert store.get("pages", KEY) == b"ours"
    Store(tmp_path / "own").path_of("pages", KEY).write_bytes(b"damaged")
    assert store.get("pages", KEY) == VALUE
    store.put("pages", digest("other"), VALUE)
    assert len(files(tmp_path / "part")) == 1


def test_without_a_folder_nothing_is_kept() -> None:
    store = Store(None)
    store.put("pages", KEY, VALUE)
    table = store.table("status", "fr")
    table.set("a", 1)
    table.write()
    store.trim(0)
    assert store.get("pages", KEY) is None and store.table("status", "fr").get("a") is None


def test_a_value_is_made_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    values = iter([b"", b"other"])
    assert [store.made("kind", "ab" * 16, lambda: next(values)) for _ in range(2)] == [b"", b""]
    assert store.made("kind", "cd" * 16, lambda: next(values)) == b"other"


def test_a_half_written_value_is_never_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many readers while one value is written over and over: each sees it whole, or none."""
    store = Store(tmp_path)
    code = (
        "import sys; from pathlib import Path; from hexapla.cache import Store; store = Store(Path(sys.argv[1]))\n"
        "for number in range(400): store.put('pages', sys.argv[2], bytes([number % 256]) * 50_000)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path), KEY])
    seen: set[int] = set()
    while process.poll() is None:
        found = store.get("pages", KEY)
        assert found is None or found == found[:1] * 50_000
        assert found is not None or not seen
        seen |= {found[0]} if found else set()
    assert process.returncode == 0
    assert store.get("pages", KEY) == bytes([399 % 256]) * 50_000


# What cannot be read or written


def as_nobody(work: Callable[[], object], folder: Path) -> object:
    """Call a function in a folder, as a user who has no special rights; give what it gives."""
    if os.geteuid():
        before = Path.cwd()
        os.chdir(folder)
        try:
            return work()
        finally:
            os.chdir(before)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        answer = "did not end"
        try:
            os.chdir(folder)
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            answer = repr(work())
        except BaseException as error:
            answer = f"raised {error!r}"
        finally:
            os.write(writing, answer.encode())
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        answer = file.read()
    os.waitpid(child, 0)
    return ast.literal_eval(answer) if not answer.startswith(("raised", "did not")) else answer


def try_everything(folder: Path) -> tuple[object, ...]:
    """Use a store in every way; give what was found, and whether there was trouble."""
    store = Store(folder)
    found = store.get("pages", KEY)
    store.put("pages", KEY, b"new")
    store.put("pages", digest("other"), b"new")
    table = store.table("status", "fr")
    table.set("a", [1])
    table.write()
    store.trim(0)
    return found, bool(store.trouble)


@pytest.fixture
def unwritable(tmp_path: Path) -> Iterator[Path]:
    """A store with a value, that others own and that nobody may write to; the folder around it."""
    Store(tmp_path / "store").put("pages", KEY, VALUE)
    tmp_path.chmod(0o755)
    yield tmp_path
    for path in [tmp_path, *tmp_path.rglob("*")]:
        path.chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="other permissions")
@pytest.mark.parametrize(
    ("mode_of_files", "mode_of_folders", "found"),
    [(0o444, 0o555, VALUE), (0o000, 0o555, None), (0o444, 0o000, None), (0o444, 0o444, None)],
    ids=["read-only", "no file may be read", "no folder may be entered", "folders may be listed only"],
)
def test_permissions(mode_of_files: int, mode_of_folders: int, found: bytes | None, unwritable: Path) -> None:
    folder = unwritable / "store"
    for path in files(folder):
        path.chmod(mode_of_files)
    for path in [*(path for path in sorted(folder.rglob("*"), reverse=True) if path.is_dir()), folder]:
        path.chmod(mode_of_folders)
    assert as_nobody(lambda: try_everything(Path("store")), unwritable) == (found, True)
    folder.chmod(0o755)
    for path in sorted(folder.rglob("*")):
        path.chmod(0o755)
    assert Store(folder).get("pages", KEY) == VALUE
    assert len(files(folder)) == 1


def put_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"no folder")


PLACES: dict[str, Callable[[Path], object]] = {
    "a file for the folder": put_file,
    "a file for the kind": lambda folder: put_file(folder / "pages"),
    "a file for the first digits": lambda folder: put_file(folder / "pages" / KEY[:2]),
    "a folder for the value": lambda folder: (folder / "pages" / KEY[:2] / KEY[2:] / "x").mkdir(parents=True),
    "a link to nothing": lambda folder: folder.symlink_to("nowhere"),
    "a link to itself": lambda folder: folder.symlink_to(folder.name),
    "where nothing can be written": lambda folder: folder.symlink_to("/proc/self"),
}


@pytest.mark.parametrize("name", PLACES)
def test_what_stands_in_the_way(name: str, tmp_path: Path) -> None:
    PLACES[name](tmp_path / "store")
    found, _ = try_everything(tmp_path / "store")
    assert found is None
    store = Store(tmp_path / "store")
    store.put("pages", KEY, VALUE)
    assert store.trouble
    assert store.get("pages", KEY) is None
    assert not [path for path in files(tmp_path) if path.name.startswith(".")]


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow beyond ten bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with full_disk():
        store.put("pages", KEY, VALUE)
    assert os.strerror(errno.EFBIG) in store.trouble
    assert store.get("pages", KEY) is None
    assert files(tmp_path) == []


def test_after_trouble_nothing_more_is_written(tmp_path: Path) -> None:
    (tmp_path / "pages").write_bytes(b"no folder")
    store = Store(tmp_path)
    store.put("pages", KEY, VALUE)
    store.put("keys", KEY, VALUE)
    assert store.trouble
    assert Store(tmp_path).get("keys", KEY) is None


# Size


@in_a_folder
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 1000)), max_size=8), st.integers(0, 300))
def test_what_was_used_last_stays(tmp_path: Path, values: list[tuple[int, int]], limit: int) -> None:
    shutil.rmtree(tmp_path / "store", ignore_errors=True)
    store = Store(tmp_path / "store")
    now = time.time()
    ages = {}
    for number, (size, age) in enumerate(values):
        key = digest(str(number))
        store.put("pages", key, bytes(size))
        path = store.path_of("pages", key)
        os.utime(path, (now - age, now - age))
        ages[path] = age
    sizes = {path: path.stat().st_size for path in ages}
    store.trim(limit)
    left = set(files(tmp_path / "store"))
    gone = set(ages) - left
    assert sum(sizes[path] for path in left) <= limit
    assert not left or not gone or max(ages[path] for path in left) <= min(ages[path] for path in gone)
    # No more went than had to.
    assert (
        not gone
        or sum(sizes[path] for path in left)
        + min(sizes[path] for path in gone if ages[path] == min(ages[one] for one in gone))
        > limit
    )
    assert store.trouble == ""


def test_to_be_read_is_to_be_used(tmp_path: Path) -> None:
    store = Store(tmp_path)
    names = [digest(str(number)) for number in range(3)]
    for age, name in zip((9, 6, 3), names, strict=True):
        store.put("pages", name, VALUE)
        then = time.time() - age * DAY
        os.utime(store.path_of("pages", name), (then, then))
    assert store.get("pages", names[0]) == VALUE
    store.trim(2 * (len(VALUE) + 16))
    assert [store.get("pages", name) for name in names] == [VALUE, None, VALUE]


def test_the_time_of_use_is_noted_once_a_day(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("pages", KEY, VALUE)
    path = store.path_of("pages", KEY)
    for age, is_noted in ((DAY / 2, False), (DAY * 2, True)):
        then = int(time.time() - age)
        os.utime(path, (then, then))
        assert store.get("pages", KEY) == VALUE
        assert (path.stat().st_mtime != then) == is_noted


def test_what_others_left_behind_counts_and_goes(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("pages", KEY, VALUE)
    (tmp_path / "pages" / ".new-left").write_bytes(bytes(1000))
    then = time.time() - 2 * DAY
    os.utime(tmp_path / "pages" / ".new-left", (then, then))
    store.trim(100)
    assert files(tmp_path) == [store.path_of("pages", KEY)]


def test_what_goes_while_it_is_trimmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    store.put("pages", KEY, VALUE)
    found = list(store._files())
    store.path_of("pages", KEY).unlink()
    monkeypatch.setattr(store, "_files", lambda: iter(found))
    store.trim(0)
    assert files(tmp_path) == []


def test_git_does_not_see_a_store_even_when_everything_else_went(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("pages", KEY, VALUE)
    then = time.time() - 9 * DAY
    os.utime(tmp_path / ".gitignore", (then, then))
    store.trim(0)
    assert files(tmp_path) == []
    assert (tmp_path / ".gitignore").read_text(encoding="ascii") == "*\n"


def test_a_store_tells_when_it_was_trimmed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.was_trimmed == 0
    store.put("pages", KEY, VALUE)
    store.trim()
    then = time.time() - 9 * DAY
    os.utime(tmp_path / cache.TRIMMED, (then, then))
    assert store.was_trimmed == pytest.approx(then)
    store.trim(0)
    assert time.time() - store.was_trimmed < DAY
    store.trouble = "a full disk"
    assert store.was_trimmed == Store(None).was_trimmed == math.inf


# Tables

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@in_a_folder
@given(st.dictionaries(st.text(), JSON.filter(lambda value: value is not None), max_size=5), st.data())
def test_a_table_keeps_what_was_used(tmp_path: Path, values: dict[str, Any], data: st.DataObject) -> None:
    store = Store(tmp_path)
    table = store.table("status", "fr")
    table.update(values.items())
    table.write()
    table = store.table("status", "fr")
    assert table.values == values
    used = data.draw(st.sets(st.sampled_from(sorted(values)))) if values else set()
    for key in used:
        assert table.get(key) == values[key]
    assert table.get("no such key, whatever it is") is None
    table.write()
    assert store.table("status", "fr").values == {key: values[key] for key in used}
    assert store.table("status", "de").values == {}


@pytest.mark.parametrize("text", [b"", b"{", b"[1, 2]", b"1", b"null", b'"text"', b"\xff", b"[" * 100_000])
def test_a_table_of_anything_else_is_empty(text: bytes, tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("status", digest(cache.tool_key(), "status", "fr"), text)
    assert store.table("status", "fr").values == {}


def test_a_table_that_has_not_changed_is_not_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    table = store.table("status", "fr")
    table.set("a", 1)
    table.write()
    (path,) = files(tmp_path)
    before = path.stat().st_ino
    table = store.table("status", "fr")
    table.get("a")
    table.write()
    assert path.stat().st_ino == before
    table = store.table("status", "fr")
    table.set("a", 2)
    table.write()
    assert path.stat().st_ino != before


def test_a_table_of_another_version_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    table = store.table("status", "fr")
    table.set("a", 1)
    table.write()
    monkeypatch.setattr(cache, "tool_key", lambda: "another version")
    assert store.table("status", "fr").values == {}


# The versions of what builds, and the time of it


def test_the_key_of_the_tool_tells_versions_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    own = cache.tool_key.__wrapped__()
    assert own == cache.tool_key.__wrapped__()
    found = {own}
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version", "4.0")
        found.add(cache.tool_key.__wrapped__())
    with monkeypatch.context() as patch:
        patch.setattr(cache, "_version", lambda name: "9.9" if name == "markdown" else "1.0")
        found.add(cache.tool_key.__wrapped__())
    with monkeypatch.context() as patch:
        patch.setattr(cache, "_version", lambda name: "1.0")
        found.add(cache.tool_key.__wrapped__())
    with monkeypatch.context() as patch:
        patch.setattr(cache, "digest_of_files", lambda folder, marks=None: "other files")
        found.add(cache.tool_key.__wrapped__())
    assert len(found) == 5


def test_stages_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 3.0, 7.0])
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))
    measured = Time(_last=time.perf_counter())
    for name in ("one", "two", "one"):
        measured.stage(name)
    assert measured.stages == {"one": 5.0, "two": 2.0}


def test_the_versions_of_packages_are_those_that_python_imports() -> None:
    from importlib.metadata import PackageNotFoundError, version

    for name in cache.ENGINES:
        try:
            wanted = version(name)
        except PackageNotFoundError:
            wanted = ""
        assert cache._version(name) == wanted, name
    assert cache._version("no-such-package") == ""
