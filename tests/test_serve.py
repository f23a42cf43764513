"""The previews: plain `mkdocs serve`, and `hexapla serve`, with all locales and with one."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MakeSite
from tests.test_checks import findings, run

PATIENCE = 60  # seconds


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def fetch(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def wait_for(url: str, words: str) -> str:
    """Fetch until the words are there."""
    end = time.monotonic() + PATIENCE
    text = ""
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            text = fetch(url)[1]
            if words in text:
                return text
        time.sleep(0.1)
    raise AssertionError(f"{words!r} never came; last: {text[:500]}")


@contextlib.contextmanager
def serving(config_file: Path, *command: str, told: list[str] | None = None) -> Iterator[str]:
    """Serve until the block ends; what the server has told goes into `told`."""
    address = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "-a", address],
        cwd=config_file.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        # Whoever runs the tests in the background has this signal ignored, and that is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield f"http://{address}/"
    finally:
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=60)[0].decode()
        assert "Traceback" not in output, output
        if told is not None:
            told.append(output)


@pytest.mark.parametrize("command", [("mkdocs", "serve"), ("hexapla", "serve")])
def test_preview_of_all_locales_follows_changes(command: tuple[str, ...], make_site: MakeSite) -> None:
    config_file = make_site({})
    with serving(config_file, *command) as address:
        wait_for(address, "Home")
        assert "Accueil" in wait_for(address + "fr/", "Accueil")
        (config_file.parent / "docs" / "fr" / "index.md").write_text("# Bonjour\n", encoding="utf-8")
        assert re.search(r"<h1[^>]*>Bonjour", wait_for(address + "fr/", "Bonjour"))
        status, text = fetch(address + "nowhere/")
        assert status == 404 and "data-lost" in text


def test_preview_of_one_locale_builds_no_other(make_site: MakeSite) -> None:
    config_file = make_site({"docs/en/only.md": "# Only\n"})
    told: list[str] = []
    with serving(config_file, "hexapla", "serve", "fr", told=told) as address:
        wait_for(address + "fr/", "Accueil")
        assert fetch(address + "only/")[0] == 404
        assert 'lang="en"' in wait_for(address + "fr/only/", "Only")
        style = re.search(r'href="\.\./(assets/stylesheets/main[^"]*)"', fetch(address + "fr/")[1])
        assert style and fetch(address + style[1])[0] == 200
        (config_file.parent / "docs" / "fr" / "index.md").write_text("# Bonjour\n", encoding="utf-8")
        wait_for(address + "fr/", "Bonjour")
    assert f"Serving on {address}fr/" in told[0]


def test_a_preview_builds_once_for_a_change_and_rests(make_site: MakeSite) -> None:
    """A build reads every file, which is no change of any."""
    config_file = make_site({})
    told: list[str] = []
    with serving(config_file, "hexapla", "serve", "fr", told=told) as address:
        wait_for(address + "fr/", "Accueil")
        (config_file.parent / "docs" / "fr" / "index.md").write_text("# Bonjour\n", encoding="utf-8")
        wait_for(address + "fr/", "Bonjour")
        time.sleep(2)
    assert 1 <= told[0].count("Detected file changes") <= 2, told[0]  # a program may save in two steps


@pytest.mark.browser
def test_a_change_is_shown_where_the_reader_is(chromium: Any, make_site: MakeSite) -> None:
    """The page comes anew by itself, and stays scrolled to where it was."""
    words = "".join(f"\n\nWords {number}." for number in range(200))
    path = "docs/en/long.md"
    config_file = make_site({path: f"# Long{words}\n"})
    with serving(config_file, "hexapla", "serve", "en") as address:
        wait_for(f"{address}long/", "Words 199.")
        page = chromium.new_page(viewport={"width": 800, "height": 600})
        with page.expect_request("**/livereload/**"):  # the page asks the server to tell it of changes
            page.goto(f"{address}long/")
        page.locator("text=Words 120.").scroll_into_view_if_needed()
        before = page.evaluate("scrollY")
        assert before > 1000
        file = config_file.parent / path
        file.write_text(file.read_text(encoding="utf-8").replace("Words 121.", "Later words."), encoding="utf-8")
        page.wait_for_selector("text=Later words.", timeout=PATIENCE * 1000)
        page.wait_for_function(f"Math.abs(scrollY - {before}) < 2", timeout=PATIENCE * 1000)
        page.close()


def test_preview_of_an_unknown_locale(make_site: MakeSite) -> None:
    result = run(make_site({}), "serve", "rf")
    assert findings(result.stderr)[0].endswith("there is no locale 'rf' in this configuration [locale]")
    assert "use one of: en, fr" in result.stderr
    assert result.returncode == 1


def test_preview_on_a_port_that_is_taken(make_site: MakeSite) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run(make_site({}), "serve", "-a", f"127.0.0.1:{taken.getsockname()[1]}")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "[address]" in result.stderr and "--dev-addr" in result.stderr


def test_preview_of_a_site_with_problems_says_so(make_site: MakeSite) -> None:
    result = run(make_site({"docs/fr/index.md": "---\ntitle: a: b\n---\n"}), "serve")
    assert result.returncode == 1
    assert "docs/fr/index.md:2:9: is not valid YAML" in result.stderr
    assert "Traceback" not in result.stderr
