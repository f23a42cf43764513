"""Work that other processes do meanwhile."""

from __future__ import annotations

import os
import signal
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


def end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_was_killed_is_told_of() -> None:
    with workers.aside(end) as result, pytest.raises(ChildProcessError, match="killed"):
        result()


def much() -> bytes:
    return bytes(1 << 20)


def test_an_answer_that_nobody_takes_holds_nobody_up() -> None:
    with pytest.raises(Stop), workers.aside(much):
        fail()


def test_two_are_at_work_at_the_same_time() -> None:
    with workers.aside(much) as first, workers.aside(os.getpid) as second:
        assert second() != os.getpid()
        assert len(first()) == 1 << 20


def be_interrupted() -> None:
    raise KeyboardInterrupt


def test_one_that_is_interrupted_leaves_it_to_this_one_to_tell(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), workers.aside(be_interrupted) as result:
        result()
    assert capfd.readouterr().err == ""
