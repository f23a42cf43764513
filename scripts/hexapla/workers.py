"""The same work on many documents, on all processors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

from hexapla.config import Locale

Result = TypeVar("Result")
Context = TypeVar("Context")
Work = Callable[[Context, Locale, str], Result]

FEW = 64
"""So many documents keep a process busy for long enough to be worth starting."""

_shared: tuple[Work[Any, Any], Any] | None = None
"""What the processes read; they are forked, so it need not be sent to them."""


def each(
    function: Work[Context, Result],
    context: Context,
    documents: Sequence[tuple[Locale, str]],
    few: int = FEW,
    meanwhile: Callable[[], None] = lambda: None,
) -> list[Result]:
    """Call a function with what all share and each document; give the results in the order of the documents.

    With more than `few` documents, other processes help, where the system can fork them: one for each processor but the
    one that works here. They begin with the first document, and here, after a call of `meanwhile`, with the last.
    """
    helpers = min(max(1, (os.cpu_count() or 1) - 1), len(documents) // few)
    if not helpers or os.cpu_count() == 1 or sys.platform != "linux":
        meanwhile()
        return [function(context, *one) for one in documents]
    global _shared
    _shared = (function, context)
    try:
        with ProcessPoolExecutor(helpers, mp_context=get_context("fork")) as pool:
            futures = [pool.submit(_call, one) for one in documents]
            meanwhile()
            # A document that no process has begun can be taken back.
            own = {index: function(context, *documents[index]) for index in _left(futures)}
            return [own[index] if index in own else future.result() for index, future in enumerate(futures)]
    finally:
        _shared = None


def _left(futures: Sequence[Future[Any]]) -> Iterator[int]:
    """Take back the last of what nobody has begun, one at a time, until there is nothing left."""
    for index in reversed(range(len(futures))):
        if not futures[index].cancel():
            return
        yield index


def _call(document: tuple[Locale, str]) -> Any:
    assert _shared is not None
    function, context = _shared
    return function(context, *document)
