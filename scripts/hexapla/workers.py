"""Work in other processes: the same on many documents or built files, on all processors; or another, meanwhile."""

from __future__ import annotations

import mmap
import os
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

Result = TypeVar("Result")
Work = Callable[..., Result]
"""Called with what all share, and with the parts of one item."""

FEW = 64
"""So many items keep a process busy for long enough to be worth starting."""

may_fork = True
"""Whether processes may be forked: not while threads run, which a fork would leave in the middle of their work."""

_shared: tuple[Work[Any], Any] | None = None
"""What the processes read; they are forked, so it need not be sent to them."""


def each(
    function: Work[Result],
    context: Any,
    items: Sequence[tuple[Any, ...]],
    few: int = FEW,
    meanwhile: Callable[[], None] = lambda: None,
) -> list[Result]:
    """Call a function with what all share and each item; give the results in the order of the items.

    An item is a tuple: a locale and a document's path, or the like. With more than `few` items, other processes help,
    where the system can fork them: one for each processor but the one that works here. They begin with the first item,
    and here, after a call of `meanwhile`, with the last.
    """
    helpers = min(max(1, (os.cpu_count() or 1) - 1), len(items) // few)
    if not helpers or not _may_help():
        meanwhile()
        return [function(context, *one) for one in items]
    from concurrent.futures import ProcessPoolExecutor  # takes long to import

    global _shared
    _shared = (function, context)
    try:
        with ProcessPoolExecutor(helpers, mp_context=get_context("fork")) as pool:
            futures = [pool.submit(_call, one) for one in items]
            meanwhile()
            # An item that no process has begun can be taken back.
            own = {index: function(context, *items[index]) for index in _left(futures)}
            return [own[index] if index in own else future.result() for index, future in enumerate(futures)]
    finally:
        _shared = None


@contextmanager
def aside(function: Work[Result], *arguments: Any) -> Iterator[Callable[[], Result]]:
    """Call a function in another process, where the system can fork one, while this one goes on.

    Gives what waits for the result, and raises what the function has raised, or ChildProcessError where the process was
    killed. Elsewhere, that calls the function. No thread is needed here, so more processes may be forked meanwhile.
    """
    if not _may_help():
        yield lambda: function(*arguments)
        return
    with open(os.memfd_create("answer"), "w+b") as file:  # noqa: PTH123 - a pipe would have it in small pieces
        process = get_context("fork").Process(target=_answer, args=(file, function, arguments))
        process.start()
        try:
            yield lambda: _answered(process, file)
        finally:
            process.join()


def _answer(file: BinaryIO, function: Work[Any], arguments: Sequence[Any]) -> None:
    """Write what a function gives, or what it raises. Runs in a process of its own."""
    answer: tuple[Any, BaseException | None]
    try:
        answer = (function(*arguments), None)
    except BaseException as error:  # also where somebody presses Ctrl+C: here is nobody to tell
        answer = (None, error)
    try:
        pickle.dump(answer, file, pickle.HIGHEST_PROTOCOL)
        file.flush()
    except KeyboardInterrupt:
        sys.exit(1)  # not all is written


def _answered(process: BaseProcess, file: BinaryIO) -> Any:
    process.join()
    if process.exitcode:
        raise ChildProcessError("a process was killed before its work was done")
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        result, error = pickle.loads(data)
    if error is not None:
        raise error
    return result


def _may_help() -> bool:
    """Whether another process can be forked, and a processor is there for it."""
    return may_fork and os.cpu_count() != 1 and sys.platform == "linux"


def _left(futures: Sequence[Future[Any]]) -> Iterator[int]:
    """Take back the last of what nobody has begun, one at a time, until there is nothing left."""
    for index in reversed(range(len(futures))):
        if not futures[index].cancel():
            return
        yield index


def _call(item: tuple[Any, ...]) -> Any:
    assert _shared is not None
    function, context = _shared
    return function(context, *item)
