"""What a build begins with: the publication, read and checked, the state of its translations, and its words.

To read all this, and to set MkDocs up, take about as long; so they are done side by side, where the system can.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hexapla import workers
from hexapla.cache import Store
from hexapla.config import Site

if TYPE_CHECKING:
    from hexapla.catalogs import Messages
    from hexapla.publication import Memory, Publication
    from hexapla.status import Report


@dataclass(frozen=True)
class Beginning:
    """A publication that was checked, the state of its translations, and the words of each locale by its code."""

    found: Publication
    states: Report
    messages: Mapping[str, Messages]


def of(found: Publication | Beginning, store: Store) -> Beginning:
    """Add to a publication what a build needs besides. Raises Stop with what is wrong in records and catalogs."""
    if isinstance(found, Beginning):
        return found
    from hexapla import status

    return Beginning(found, status.report(found, store), status.words(found.site, store))


def read(config_file: str | None, store: Store, memory: Memory | None = None) -> Beginning:
    """Read and check all that a build begins with; `memory` is as for `prechecks.read`. Raises Stop as both."""
    from hexapla import prechecks

    return of(prechecks.read(config_file, memory, store), store)


def read_aside(config_file: str | None, site: Site, store: Store) -> Beginning:
    """Read the same in another process, while MkDocs is set up in this one. Raises as `read`."""
    from hexapla import prechecks  # noqa: F401 - both need most of what this brings, and to import it takes long

    with workers.aside(read, config_file, store) as result:
        from hexapla import build, configuring, engine  # noqa: F401 - with MkDocs

        configuring.set_up(site, store)
        return result()
