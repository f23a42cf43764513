"""The same work on many documents, on all processors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

from hexapla.config import Locale
from hexapla.publication import Publication

Result = TypeVar("Result")
Work = Callable[[Publication, Locale, str], Result]

FEW = 64
"""Below so many documents, starting processes takes longer than it saves."""

_shared: tuple[Work[Any], Publication] | None = None
"""What the processes read; they are forked, so it need not be sent to them."""


def each(function: Work[Result], publication: Publication, documents: Sequence[tuple[Locale, str]]) -> list[Result]:
    """Call a function with each document; give the results in the order of the documents.

    With many documents the calls are spread over processes, where the system can fork them; elsewhere they follow one
    another.
    """
    workers = min(os.cpu_count() or 1, len(documents) // FEW + 1)
    if workers == 1 or sys.platform != "linux":
        return [function(publication, *one) for one in documents]
    global _shared
    _shared = (function, publication)
    try:
        with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
            return list(pool.map(_call, documents, chunksize=16))
    finally:
        _shared = None


def _call(document: tuple[Locale, str]) -> Any:
    assert _shared is not None
    function, publication = _shared
    return function(publication, *document)
