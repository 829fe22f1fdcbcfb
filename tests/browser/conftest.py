"""Chromium, and the real app beside a real sandbox in each generation."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.desk import RunningDesk, find_browser, launch, open_context, running

RESULTS = Path("test-results")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser; where CI says so, a missing one is a failure and not a skip."""
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if find_browser() is None and os.environ.get("CI") != "true":
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert find_browser(), "the browser tests need Chromium (scripts/browser installs Debian's)"
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = open_context(browser, viewport={"width": 1280, "height": 900}, timezone_id="America/New_York")
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """What a test that fails had before it: every open page, in test-results/."""
    report = yield
    shown = getattr(item, "funcargs", {}).get("browser")
    if call.when == "call" and call.excinfo is not None and shown is not None:
        RESULTS.mkdir(exist_ok=True)
        for number, one in enumerate(page for context in shown.contexts for page in context.pages):
            one.screenshot(path=RESULTS / f"{item.name}-{number}.png")
    return report


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with running(tmp_path_factory.mktemp("desk")) as started:
        yield started


@pytest.fixture(scope="session")
def classic_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with running(tmp_path_factory.mktemp("classic"), "classic") as started:
        yield started
