"""From an action to the last change that it draws, measured inside the browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

QUIET_MS = 700  # nothing changed for so long: all is drawn

_PROBE = """
window.bench = {start: 0, last: 0};
for (const kind of ['click', 'change', 'input'])
  addEventListener(kind, () => { bench.start = bench.last = performance.now(); }, true);
new MutationObserver(() => { bench.last = performance.now(); }).observe(
  document, {subtree: true, childList: true, characterData: true, attributes: true});
window.benchDrawn = quiet => new Promise(done => {
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - Math.max(bench.last, bench.start) > quiet) { clearInterval(timer); done(bench.last - bench.start); }
  }, 20);
});
"""


@contextmanager
def opened(width: int = 1440) -> Iterator[Any]:
    """A page of Chromium with the probe in it."""
    from playwright.sync_api import sync_playwright

    from walmart_app.bootstrap import browser

    path = browser.installed()
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(args=arguments, **({"executable_path": path} if path else {}))
        page = chromium.new_context(viewport={"width": width, "height": 900}).new_page()
        page.add_init_script(_PROBE)
        try:
            yield page
        finally:
            chromium.close()


def drawn_after(page: Any, action: Callable[[], object]) -> float:
    """Milliseconds from the action's own event in the page to the last change of the document after it."""
    page.evaluate("benchDrawn", QUIET_MS)
    action()
    return float(page.evaluate("benchDrawn", QUIET_MS))


def loaded(page: Any, url: str) -> float:
    """Milliseconds from the start of a whole load of `url` to its last change."""
    page.goto(url)
    page.evaluate("benchDrawn", QUIET_MS)
    return float(page.evaluate("bench.last"))


def script_bytes(page: Any) -> int:
    """JavaScript that the loaded page took, compressed as it was sent."""
    return int(
        page.evaluate(
            "performance.getEntriesByType('resource').filter(e => new URL(e.name).pathname.endsWith('.js'))"
            ".reduce((sum, e) => sum + e.encodedBodySize, 0)"
        )
    )
