"""The payments page at a million payments: open, filter, search, sort, next page, chart; beside the floor page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page

from benchmarks.apps import floor_app, our_app, resident_mb
from benchmarks.browser import Tab, Taken, chromium
from benchmarks.million import prepare
from benchmarks.processes import list_server, log
from benchmarks.results import Results, middle, spread

STATES = ("Failed", "Refunded", "Pending", "Returned late", "Succeeded")
SORTS = ("Amount", "Status", "Customer", "Due date", "Created")
SEARCHES = ("Moreau", "INV-0123456", "customer77@example.com", "Ada Novak", "450.21", "Okafor 12")
TABS = 10
KB_BAR, MB_BAR = 50.0, 600.0
UNREACHABLE = "http://127.0.0.1:9"  # a page reads only the database


def choose_status(word: str) -> Callable[[Page], None]:
    """Filter by a status."""

    def action(page: Page) -> None:
        page.get_by_role("combobox", name="Status").fill(word)  # the list shows only as many choices as fit
        page.get_by_role("option", name=re.compile(f"(^|[^a-z] ){re.escape(word)}$")).click()

    return action


def choose_sort(name: str) -> Callable[[Page], None]:
    """Sort by a column."""

    def action(page: Page) -> None:
        page.get_by_role("combobox", name="Sort by").click()
        page.get_by_role("option", name=name, exact=True).click()

    return action


def type_search(text: str) -> Callable[[Page], None]:
    """Search; the clock starts with Enter."""

    def action(page: Page) -> None:
        box = page.get_by_role("textbox", name="Search")
        box.fill(text)
        box.press("Enter")

    return action


def press_next(page: Page) -> None:
    """The next page; the table's own toolbar, which covers the button while the pointer is on the table, goes first."""
    page.mouse.move(2, 2)
    page.get_by_role("button", name=re.compile("Next")).click()


def find_charts(page: Page) -> Locator | None:
    """What shows the charts: a tab, a button, a switch or a link that is named so."""
    name = re.compile("chart|trend", re.IGNORECASE)
    for role in ("tab", "radio", "button", "switch", "checkbox", "link"):
        found = page.get_by_role(role, name=name)  # type: ignore[arg-type]  # each is one of Playwright's roles
        if found.count():
            return found.first
    return None


class PageBench:
    """Rounds of every action and of the floor in turn, so that both see the same machine."""

    def __init__(self, results: Results, *, payments: int, rounds: int, folder: Path | None = None) -> None:
        self.results, self.payments, self.rounds, self.folder = results, payments, rounds, folder
        self.taken: dict[str, list[Taken]] = defaultdict(list)
        self.by_sort: dict[str, list[float]] = defaultdict(list)

    def run(self) -> None:
        """Measure and put the numbers down."""
        db, _ = prepare(self.payments, self.folder) if self.folder else prepare(self.payments)
        with our_app(db, UNREACHABLE, with_sync=False) as ours, floor_app() as floor, chromium() as browser:
            context = browser.new_context(viewport={"width": 1440, "height": 900}, timezone_id="America/New_York")
            context.set_default_timeout(30_000)
            below, tab = Tab(context), Tab(context)
            below.open(floor.url)
            tab.open(f"{ours.url}/payments")
            for number in range(self.rounds + 2):
                if number == 2:  # the first rounds warm both servers and the browser's caches
                    self.taken.clear()
                    self.by_sort.clear()
                if number % 5 == 0:
                    log(f"payments page at {self.payments:,} payments, round {number + 1} of {self.rounds + 2}")
                self.round(number, below, tab, ours.url, Tab(context))
            context.close()
        self.report()

    def round(self, number: int, below: Tab, tab: Tab, url: str, fresh: Tab) -> None:
        """Each action once, the floor between them."""
        self.taken["open"].append(fresh.open(f"{url}/payments"))
        fresh.close()
        column = SORTS[number % len(SORTS)]
        self.floor(below)
        self.take("filter", tab, choose_status(STATES[number % len(STATES)]))
        tab.open(f"{url}/payments")
        self.floor(below)
        self.take("search", tab, type_search(SEARCHES[number % len(SEARCHES)]))
        tab.open(f"{url}/payments")
        if column == "Created":  # where a fresh page begins
            tab.act(choose_sort("Amount"))
        self.floor(below)
        self.by_sort[column].append(self.take("sort", tab, choose_sort(column)).last_ms)
        self.floor(below)
        self.take("next", tab, press_next)
        self.chart(tab, f"{url}/payments")

    def floor(self, below: Tab) -> None:
        """A rerun of the empty page."""
        self.take("floor", below, lambda page: page.get_by_role("button", name="Rerun").click())

    def take(self, name: str, tab: Tab, action: Callable[[Page], None]) -> Taken:
        """Do it, and keep what it took."""
        tab.page.bring_to_front()
        taken = tab.act(action)
        self.taken[name].append(taken)
        return taken

    def chart(self, tab: Tab, url: str) -> None:
        """Show the charts, where the page has any, and leave them again."""
        shows = find_charts(tab.page)
        if shows is not None:
            self.take("chart", tab, lambda _page: shows.click())
            tab.open(url)

    def report(self) -> None:
        """Medians into the numbers, with what lies behind them into the table."""
        floor = middle([one.last_ms for one in self.taken["floor"]])
        self.results.put("page", floor_ms=floor)
        lows = spread([one.last_ms for one in self.taken["floor"]])
        self.results.say("page", "floor: rerun of an empty, untuned Streamlit page, ms", f"{floor:.1f} ({lows})")
        largest = 0.0
        bars = {"filter": floor, "search": 2 * floor, "sort": floor, "next": floor, "chart": 1000.0}
        for name in ("open", "filter", "search", "sort", "next", "chart"):
            taken = self.taken[name]
            if not taken:
                self.results.say("page", f"{name}, ms", "not there yet")
                continue
            found = middle([one.last_ms for one in taken])
            table = middle([one.table_ms for one in taken])
            size = max(one.kb for one in taken)
            if name in {"filter", "search", "sort", "next"}:
                largest = max(largest, size)
            self.results.put("page", **{f"{name}_ms": found})
            lows = spread([one.last_ms for one in taken])
            detail = f"{found:.1f} ({lows}); table there at {table:.1f}; {size:.1f} KB at most"
            bar = bars.get(name)
            met = None if bar is None else found <= bar
            self.results.say("page", f"{name}, ms to the last message", detail, f"<= {bar:.0f}" if bar else "", met)
        for column, times in sorted(self.by_sort.items()):
            self.results.say("page", f"  sort by {column}, ms", f"{middle(times):.1f}")
        self.results.put("page", max_kb=largest)
        self.results.say(
            "page", "largest answer to filter, search, sort, next, KB", f"{largest:.1f}", "<= 50", largest <= KB_BAR
        )


def measure_memory(results: Results, payments: int, folder: Path | None = None, tabs: int = TABS) -> None:
    """The app, its sync and ten tabs on the payments page, each of which was filtered, sorted and paged once."""
    db, end = prepare(payments, folder) if folder else prepare(payments)
    with (
        list_server(payments, end=end) as server,
        our_app(db, server.url, with_sync=True) as app,
        chromium() as browser,
    ):
        log(f"memory with {tabs} tabs at {payments:,} payments")
        contexts = [browser.new_context(viewport={"width": 1440, "height": 900}) for _ in range(tabs)]
        opened = []
        for number, context in enumerate(contexts):
            context.set_default_timeout(30_000)
            tab = Tab(context)
            opened.append(tab)
            tab.open(f"{app.url}/payments")
            tab.act(choose_status(STATES[number % len(STATES)]))
            tab.page.keyboard.press("Escape")  # the list stays open for more, and hides the rest
            tab.act(choose_sort(SORTS[number % len(SORTS)]))
            tab.act(press_next)
        family = app.tree()
        parts = [(" ".join(process.cmdline()[1:4]), resident_mb([process])) for process in family]
        rss, uss = resident_mb(family)
        for tab in opened:
            tab.close()
    results.put("memory", rss_mb=rss)
    detail = "; ".join(f"{name} {mb:.0f}" for name, (mb, _) in parts)
    results.say("memory", f"app + sync, RSS with {tabs} tabs, MB", f"{rss:.0f} ({detail})", "<= 600", rss <= MB_BAR)
    results.say("memory", "  of it unique to each process (USS), MB", f"{uss:.0f}")
