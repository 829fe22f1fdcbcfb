"""From *Hand over* to *ready to debit*: how often the customer touches the screen, and how long they wait for us."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import PATIENCE, RunningDesk, add_customer, running, visit
from tests.browser.link import finish
from tests.browser.test_handover import connect_in, hand_over
from tests.proxies import FaultProxy

MOST_TOUCHES = 4
MOST_SECONDS = 5.0
TOUCHES = """
if (window === window.top) {
  window.touches = 0;
  addEventListener("click", (event) => { if (event.isTrusted) window.touches += 1; }, true);
}
"""


@pytest.fixture
def timed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningDesk, FaultProxy]]:
    """A desk that meets its providers through a proxy, which notes when each call came and went."""
    with ExitStack() as stack:
        proxies: list[FaultProxy] = []

        def through(url: str) -> str:
            proxies.append(stack.enter_context(FaultProxy(url)))
            return proxies[0].url

        yield stack.enter_context(running(tmp_path_factory.mktemp("timed"), through=through)), proxies[0]


def overlap(waits: Sequence[tuple[float, float]], calls: Sequence[tuple[float, float]]) -> float:
    """For how many seconds of the waits at least one call was on its way."""
    edges = sorted({edge for span in (*waits, *calls) for edge in span})
    return sum(
        stop - start
        for start, stop in itertools.pairwise(edges)
        if any(a <= start and stop <= b for a, b in waits) and any(a <= start and stop <= b for a, b in calls)
    )


def test_the_overlap_of_waits_and_calls_is_counted_once() -> None:
    assert overlap([(0, 10)], [(1, 3), (2, 4), (9, 12)]) == pytest.approx(4)
    assert overlap([(0, 1), (5, 6)], [(2, 4)]) == 0


def test_from_hand_over_to_ready_to_debit(timed: tuple[RunningDesk, FaultProxy], page: Page) -> None:
    desk, proxy = timed
    page.add_init_script(TOUCHES)
    visit(page, desk)
    visit(page, desk)  # the second: the first one of a process imports and compiles what every later one has
    add_customer(page, "Tim Timed", "tim@example.com", "T-1")
    started = time.monotonic()
    page.reload()
    expect(page.get_by_role("heading", name="Link a bank for Tim Timed")).to_be_visible(timeout=PATIENCE)
    reload = time.monotonic() - started
    waits: list[tuple[float, float]] = []

    began = time.monotonic()
    hand_over(page)
    agree = page.get_by_role("button", name="I agree, go on")
    expect(agree).to_be_enabled(timeout=PATIENCE)
    waits.append((began, time.monotonic()))
    page.evaluate("window.touches = 0")  # the operator's

    started = time.monotonic()
    agree.click()
    connect = page.get_by_role("button", name="Connect my bank")
    expect(connect).to_be_enabled(timeout=PATIENCE)
    waits.append((started, time.monotonic()))

    started = time.monotonic()
    connect.click()
    modal = page.frame_locator("iframe[id^=plaid-link]")
    modal.get_by_test_id("pane-consent").wait_for(timeout=PATIENCE)
    waits.append((started, time.monotonic()))
    in_link = time.monotonic()
    connect_in(modal)
    expect(modal.get_by_role("button", name="Finish")).to_be_visible(timeout=PATIENCE)
    in_link = time.monotonic() - in_link

    started = time.monotonic()
    finish(modal)
    expect(page.get_by_role("heading", name="Your bank is connected")).to_be_visible(timeout=PATIENCE)
    ended = time.monotonic()
    waits.append((started, ended))

    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible(timeout=PATIENCE)
    touches = page.evaluate("window.touches")
    providers = overlap(waits, proxy.spans)
    own = sum(stop - start for start, stop in waits) - providers
    print(  # noqa: T201
        f"\nfrom Hand over to ready to debit: {touches} touches outside Link; {ended - began:.2f} s in all, of them"
        f" {in_link:.2f} s inside Link, {providers:.2f} s waiting for Plaid and Stripe, {own:.2f} s our own"
        f" ({', '.join(f'{stop - start:.2f}' for start, stop in waits)}); one reload {reload:.2f} s"
    )
    assert 3 <= touches <= MOST_TOUCHES, "agree, connect, done"
    assert own < max(MOST_SECONDS, 10 * reload), "on a machine so busy that a reload takes long, ten reloads"
