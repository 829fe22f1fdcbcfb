"""Names, references and words of addresses that would be links, pictures, formulas or icons are drawn as they are."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.desk import open_desk
from dashboard.domain.models import Balance, DebitOrder, Purpose
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from dashboard.staff.access import demo_actor
from tests.browser.desk import PATIENCE, RunningDesk, open_context, running, settle, type_into, visit
from tests.browser.test_payments import search_field, see_rows
from tests.pages.test_pages import link

LINK = "[sign in](https://evil.example/a)"
REST = "![p](https://evil.example/p.png) :red[hot] $x^2$ :material/home: www.evil.example :streamlit: &lt;"
NAME = f"{LINK} {REST}"
# What none of these texts may become; our own elements of these kinds say nothing of evil.
CAUGHT = """() => {
  const main = document.querySelector("[data-testid=stApp]");
  const found = [...main.querySelectorAll("a, img")].filter((one) => /evil|streamlit/.test(one.outerHTML));
  const drawn = [...main.querySelectorAll(".katex, math")];
  const home = [...main.querySelectorAll("[role=img]")].filter((one) => one.getAttribute("aria-label") === "home icon");
  const hot = [...main.querySelectorAll("span")].filter((one) => one.textContent.trim() === "hot");
  return [...found, ...drawn, ...home, ...hot].map((one) => one.outerHTML.slice(0, 120));
}"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningDesk, str, str]]:
    """A desk whose one customer has such a name and reference and such an invoice; with the ids of both."""
    with running(tmp_path_factory.mktemp("hostile")) as started:
        opened = open_desk(load_settings(started.environ, None), worker=InlineWorker())
        actor = demo_actor()
        customer = opened.customers.add(actor, NAME[:100], "evil@evil.example", ":red[hot] $x^2$ www.evil.example")
        account = link(opened, actor, SimpleNamespace(url=started.ready["url"], keys=started.ready), customer)  # type: ignore[arg-type]  # what it uses of a sandbox
        opened.customers.add_note(actor, customer.id, NAME)
        balance = Balance(10_000, 10_000, "usd", opened.clock.now())
        order = DebitOrder(opened.debits.ticket(), account.id, 1_000, NAME[:100], Purpose.GOODS, balance)
        debit = opened.debits.submit(actor, order)
        opened.close()
        started.command("sync")
        yield started, customer.id, debit.id


@pytest.fixture(scope="module")
def walked(browser: Browser) -> Iterator[Page]:
    """One page for the whole walk: a new browser for each address would load the app's code each time."""
    context = open_context(browser, viewport={"width": 1280, "height": 900}, timezone_id="America/New_York")
    yield context.new_page()
    context.close()


def see_nothing_drawn(page: Page, where: str) -> None:
    settle(page)
    assert page.evaluate(CAUGHT) == [], where


@pytest.mark.parametrize(
    "place",
    [
        *("onboard", "onboard?customer={customer}", "institutions", "inbox", "health", "customers", "payouts"),
        *("customers?customer={customer}", "payments", "payment?payment={debit}", "accounts", "debit", "audit"),
        *("setup", "sandbox", "payments?text={text}", "payments?customer={text}&bank={text}", "payment?payment={text}"),
        *("customers?customer={text}", "payouts?payout={text}", "onboard?attempt={text}", "debit?account={text}"),
        *("cases", "cases?case={debit}", "cases?case={text}", "cases?text={text}"),
        *("debit?again={text}", "debit?ticket={text}", "onboard?customer={text}"),
    ],
)
def test_no_page_draws_them(hostile: tuple[RunningDesk, str, str], walked: Page, place: str) -> None:
    desk, customer, debit = hostile
    page = walked
    visit(page, desk, place.format(customer=customer, debit=debit, text=quote(NAME)))
    page.wait_for_timeout(300)  # fragments come after the page
    see_nothing_drawn(page, place)
    assert "nobody foresaw" not in page.locator("[data-testid=stMain]").inner_text()


def test_a_search_in_an_address_shows_its_characters(hostile: tuple[RunningDesk, str, str], page: Page) -> None:
    desk, _, _ = hostile
    visit(page, desk, f"payments?text={quote(LINK)}")
    expect(page.get_by_text(LINK).first).to_be_visible(timeout=PATIENCE)
    see_nothing_drawn(page, "search")


def test_a_debits_own_pages_draw_them_neither(hostile: tuple[RunningDesk, str, str], page: Page) -> None:
    desk, _, _ = hostile
    visit(page, desk, "debit")
    page.get_by_role("button", name="First Platypus Bank").first.click()
    type_into(page.get_by_label("Amount (USD)"), "10.00")
    page.get_by_label("Invoice reference").fill("$x^2$ :red[hot]")
    page.get_by_role("button", name="Check the balance").click()
    expect(page.get_by_text("Debit again?")).to_be_visible(timeout=PATIENCE)
    see_nothing_drawn(page, "the question")
    page.get_by_text("Yes, debit again.").click()
    page.get_by_role("button", name="Debit $10.00").click()
    expect(page.get_by_text("The debit is at Stripe.")).to_be_visible(timeout=PATIENCE)
    see_nothing_drawn(page, "the order")
    visit(page, desk, "customers")
    type_into(search_field(page), NAME[:100])
    see_rows(page, "Customers: containing")
    see_nothing_drawn(page, "the search")
