"""Fuzz for a long time with atheris: python -m tests.fuzz_longer [-max_total_time=SECONDS]

It needs atheris (`.venv/bin/pip install atheris`), which is no part of the tests' requirements. What it finds it writes
to a file crash-… in the current folder; turn it into a case of tests/test_fuzz.py.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["hexapla"]):
    from tests import fuzzing


def main() -> None:
    """Try documents, inline Markdown, catalogs and glossaries, whichever the first byte says."""
    site = fuzzing.make_site(Path(tempfile.mkdtemp()))

    def try_one(data: bytes) -> None:
        provider = atheris.FuzzedDataProvider(data)
        kind = provider.ConsumeIntInRange(0, 4)
        one, other = provider.ConsumeUnicodeNoSurrogates(400), provider.ConsumeUnicodeNoSurrogates(2000)
        if kind <= 1:
            fuzzing.try_documents(site, one, other, "fr" if kind else "hi")
        elif kind == 2:
            fuzzing.try_inline(other)
        elif kind == 3:
            fuzzing.try_catalog(site, other)
        else:
            fuzzing.try_glossary(site, other)

    atheris.Setup(sys.argv, try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
