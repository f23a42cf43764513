"""A browser for the tests: the one that is there, or else one that is installed for them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def installed() -> str | None:
    """Give the path of a Chromium, Chrome or Edge of this machine, or of Playwright's own."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    found = found or next((path for path in PLACES if Path(path).is_file()), None)
    if found:
        return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).is_file() else None


def find_or_install() -> str | None:
    """Give the path of a browser, installing one if there is none; None where that is not possible."""
    return installed() or _install_playwright() or _install_debian()


def _install_playwright() -> str | None:
    print("No browser found; trying Playwright's own ...", file=sys.stderr)
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    return installed() if _succeeds(command, seconds=300) else None


def _install_debian() -> str | None:
    if not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")):
        return None
    print("Installing the system package chromium ...", file=sys.stderr)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    _succeeds(["apt-get", "update", "-qq"], 300, environment)
    packages = ["chromium", "fonts-noto-core"]
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    return installed() if _succeeds(command, 900, environment) else None


def _succeeds(command: list[str], seconds: int, environment: dict[str, str] | None = None) -> bool:
    try:
        result = subprocess.run(
            command,
            timeout=seconds,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0
