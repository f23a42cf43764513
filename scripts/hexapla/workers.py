"""The same work on many documents, on all processors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

from hexapla.config import Locale

Result = TypeVar("Result")
Context = TypeVar("Context")
Work = Callable[[Context, Locale, str], Result]

FEW = 64
"""Below so many documents, starting processes takes longer than it saves."""

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

    With more than `few` documents the calls are spread over processes, where the system can fork them; elsewhere they
    follow one another. `meanwhile` is called here, while other processes work.
    """
    workers = min(os.cpu_count() or 1, len(documents) // few + 1)
    if workers == 1 or sys.platform != "linux":
        meanwhile()
        return [function(context, *one) for one in documents]
    global _shared
    _shared = (function, context)
    try:
        with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
            results = pool.map(_call, documents, chunksize=min(16, len(documents) // workers // 4 + 1))
            meanwhile()
            return list(results)
    finally:
        _shared = None


def _call(document: tuple[Locale, str]) -> Any:
    assert _shared is not None
    function, context = _shared
    return function(context, *document)
