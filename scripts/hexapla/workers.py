"""Work in other processes: the same on many documents or built files, on all processors; or another, meanwhile."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

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
    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(receiver, sender, function, arguments))
    process.start()
    sender.close()
    try:
        yield lambda: _received(receiver)
    finally:
        receiver.close()  # so that nobody waits for an answer to be taken
        process.join()


def _answer(receiver: Connection, sender: Connection, function: Work[Any], arguments: Sequence[Any]) -> None:
    """Send what a function gives, or what it raises. Runs in a process of its own."""
    receiver.close()
    answer: tuple[Any, BaseException | None]
    try:
        answer = (function(*arguments), None)
    except BaseException as error:  # also where somebody presses Ctrl+C: here is nobody to tell
        answer = (None, error)
    with suppress(BrokenPipeError, KeyboardInterrupt):  # nobody wants to know any more
        sender.send(answer)


def _received(receiver: Connection) -> Any:
    try:
        result, error = receiver.recv()
    except EOFError:
        raise ChildProcessError("a process was killed before its work was done") from None
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
