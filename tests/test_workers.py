"""Work that other processes do meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hexapla import workers
from hexapla.problems import Problem, Stop

PROBLEM = Problem(Path("a.md"), 2, 3, "fence", "is never closed", "close it")


def fail() -> None:
    raise Stop([PROBLEM])


def test_what_is_done_aside_has_another_process() -> None:
    with workers.aside(os.getpid) as result:
        assert result() != os.getpid()


@pytest.mark.parametrize("may_fork", [True, False])
def test_what_is_raised_aside_is_raised_here(monkeypatch: pytest.MonkeyPatch, may_fork: bool) -> None:
    monkeypatch.setattr(workers, "may_fork", may_fork)
    with workers.aside(fail) as result, pytest.raises(Stop) as stop:
        result()
    assert stop.value.problems == (PROBLEM,)


def test_without_another_process_it_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "may_fork", False)
    with workers.aside(os.getpid) as result:
        assert result() == os.getpid()
