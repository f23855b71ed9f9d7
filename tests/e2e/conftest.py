"""One running product for all end-to-end tests; each test leaves it healthy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from loaders.settings import Settings
from tests.e2e.company import settle
from tests.places import open_directory
from tests.product import Product
from walmart_app.bootstrap import browser

SMALL = {"sim_customers": 500, "sim_products": 120, "sim_stores": 3, "sim_days": 20, "sim_seed": 7}
# E2E_ATTACH=http://127.0.0.1:3000 tests a product that already runs with the settings of this environment;
# E2E_LOG names the file that its `reflex run` writes to.
_ATTACHED = os.environ.get("E2E_ATTACH", "")
_SETTINGS = Settings.load() if _ATTACHED else None

PATIENCE_MS = 15_000  # other tests may be using the same cores
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests here may wait for every pipeline, while others use the same cores: longer than `SECONDS` of company.py."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def product(clean_environment: None) -> Iterator[Product]:
    """The product with a small company."""
    if _SETTINGS is not None:
        yield Product(_SETTINGS, None, Path(os.environ.get("E2E_LOG", os.devnull)), _ATTACHED)
        return
    with open_directory() as directory:
        running = Product.start(directory / "state", **SMALL)
        try:
            running.wait_healthy()
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="module")
def company(product: Product) -> Product:
    """The product with every pipeline at rest, and caught up with the newest data."""
    return settle(product)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Chromium as it starts in containers, an installed one if there is one."""
    path = os.environ.get(browser.SETTING) or browser.installed()
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    return {**browser_type_launch_args, "args": arguments} | ({"executable_path": path} if path else {})


@pytest.fixture
def watched(page: Page, product: Product) -> Iterator[Page]:
    """A page that fails the test on a console error or a request that leaves the machine."""
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.append(request.url) if _leaves(request.url, product) else None)
    yield page
    assert problems == []


def _leaves(url: str, product: Product) -> bool:
    return not url.startswith((product.url, product.url.replace("http", "ws"), "data:", "blob:"))
