"""Property: applying a fresh record changes no byte of Markdown, and recording twice changes nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hexapla import config, content, publication, recording, records
from hexapla.config import Locale
from hexapla.problems import Stop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import SMALL
from tests.test_blocks import MARKDOWN

LINES = st.sampled_from(
    ["# A heading here", "Some plain words.", "- an item", "- another item", "> a quotation", "1. first thing",
     "| a b | c d |\n| --- | --- |\n| e f | g h |", "```\ncode\n```", "", "[a link](x.md) and more",
     '!!! note "A title"\n\n    Its body.', "Term\n:   Its meaning", "hard  \nbreak", "Text[^1].\n\n[^1]: A note."]
)  # fmt: skip
TEXTS = MARKDOWN | st.lists(LINES, max_size=12).map("\n\n".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, TEXTS)
def test_apply_after_record_is_the_identity(source: str, translation: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "mkdocs.yml").write_text(SMALL, encoding="utf-8")
        for code, text in (("en", source), ("fr", translation)):
            path = root / "docs" / code / "a.md"
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8", newline="")
            try:
                content.read(path)
            except Stop:
                return
        found = publication.read(config.load(str(root / "mkdocs.yml")))
        french = Locale("fr", is_source=False)
        work = [(french, "a.md")]
        first = recording.record(found, work)
        if first.problems:
            assert {problem.rule for problem in first.problems} <= {"fence", "structure"}
            return
        record = records.path_of(found.site, french, "a.md")
        before = record.read_bytes()
        applied = recording.apply(found, work)
        assert (applied.changed, applied.problems) == ([], [])
        again = recording.record(found, work)
        assert (again.changed, again.problems) == ([], [])
        assert (root / "docs/fr/a.md").read_bytes() == translation.encode()
        assert record.read_bytes() == before
