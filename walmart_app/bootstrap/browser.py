"""A browser for the tests: an installed Chromium or Chrome, else Playwright's own, else Debian's package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from walmart_app.bootstrap.environment import SetUpError, inside, say, scripts

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SETTING = "WALMART_TEST_BROWSER"
_SNAP = "/snap/"  # a snap cannot read a profile in /tmp


def ensure() -> str | None:
    """Path of an installed browser, or None when Playwright's own is there.

    Raises:
        SetUpError: there is none and none can be had.
    """
    chosen = os.environ.get(SETTING)
    if chosen:
        return chosen
    found = installed()
    if found or _playwright_has_one():
        return found
    say("Gets a browser for the tests")
    if _run([str(scripts() / "playwright"), "install", "chromium"]) and _playwright_has_one():
        return None
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        _run(["apt-get", "update", "-qq"])
        _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])
        found = installed()
        if found:
            return found
    message = (
        "The tests need a browser: install Chromium or Chrome (Debian: apt install chromium), "
        f"or name one in {SETTING}."
    )
    raise SetUpError(message)


def installed() -> str | None:
    """Path of a browser on this machine."""
    paths = (shutil.which(name) for name in NAMES)
    return next((path for path in paths if path and not str(Path(path).resolve()).startswith(_SNAP)), None)


def _playwright_has_one() -> bool:
    """Whether Playwright's own browser starts (its libraries may be missing)."""
    code = (
        "from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: p.chromium.launch(args=['--no-sandbox']).close()"
    )
    return _run([str(scripts() / "python"), "-c", code], quiet=True)


def _run(command: list[str], *, quiet: bool = False) -> bool:
    output = subprocess.DEVNULL if quiet else sys.stderr
    environment = {**inside(), "DEBIAN_FRONTEND": "noninteractive"}
    try:
        return subprocess.run(command, stdout=output, stderr=output, env=environment).returncode == 0
    except OSError:
        return False
