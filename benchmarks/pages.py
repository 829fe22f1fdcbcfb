"""The payments page at a million payments, each action to its painted rows; beside the floor page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.apps import floor_app, our_app, resident_mb
from benchmarks.browser import Tab, Taken, chromium
from benchmarks.grid import GridTab
from benchmarks.million import prepare
from benchmarks.processes import list_server, log
from benchmarks.results import Results, middle, spread

STATES = ("Failed", "Refunded", "Pending", "Returned late", "Succeeded")
SORTS = ("Amount", "Bank", "Customer", "Reference", "Reason")  # within one status, other rows come to the top by each
SEARCHES = ("Moreau", "INV-0123456", "customer77@example.com", "Ada Novak", "450.21", "Okafor 12")
TABS = 10
KB_BAR, MB_BAR = 10.0, 600.0
UNREACHABLE = "http://127.0.0.1:9"  # a page reads only the database
# Each action's bar as a share of the floor; the search is counted from the rest after its last key.
REST_MS = 150.0  # components/grid/files/filters.js
BARS = {"sort": 1.0, "filter": 1.0, "detail": 1.0, "jump": 1.0, "pick": 1.0, "search": 1.2, "next": 0.4}
OPEN_BAR_MS = 800.0


def choose_status(word: str) -> Callable[[Page], None]:
    """Filter by a status, whose list is open already."""
    return lambda page: page.get_by_role("checkbox", name=re.compile(f"(^|[^a-z] ){re.escape(word)}$")).check()


def choose_sort(name: str) -> Callable[[Page], None]:
    """Sort by a column."""
    return lambda page: page.get_by_role("columnheader", name=name, exact=True).click()


def type_search(text: str) -> Callable[[Page], None]:
    """Search; the clock starts with the last key."""
    return lambda page: page.get_by_role("searchbox", name="Search").fill(text)


def open_statuses(page: Page) -> None:
    """Open the list of statuses."""
    page.locator(".menu.status summary").click()


def press(*keys: str) -> Callable[[Page], None]:
    """Keys in the table."""

    def action(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)

    return action


def jump_to(share: float) -> Callable[[Page], None]:
    """To a place of the whole list, as a drag of its bar does; its scroll event stays within the table."""
    script = (
        "(share) => { const grid = __grid.grid(); __grid.acted = performance.now();"
        " grid.scrollTop = share * grid.scrollHeight; }"
    )
    return lambda page: page.evaluate(script, share)


class PageBench:
    """Rounds of every action and of the floor in turn, so that both see the same machine."""

    def __init__(self, results: Results, *, payments: int, rounds: int, folder: Path | None = None) -> None:
        self.results, self.payments, self.rounds, self.folder = results, payments, rounds, folder
        self.taken: dict[str, list[Taken]] = defaultdict(list)
        self.by_sort: dict[str, list[float]] = defaultdict(list)
        self.rows_visible = self.dropped_frames = 0

    def run(self) -> None:
        """Measure and put the numbers down."""
        db, _ = prepare(self.payments, self.folder) if self.folder else prepare(self.payments)
        with our_app(db, UNREACHABLE, with_sync=False) as ours, floor_app() as floor, chromium() as browser:
            context = browser.new_context(viewport={"width": 1440, "height": 900}, timezone_id="America/New_York")
            context.set_default_timeout(30_000)
            below, tab = Tab(context), GridTab(context)
            below.open(floor.url)
            for number in range(self.rounds + 2):
                if number == 2:  # the first rounds warm both servers and the browser's caches
                    self.taken.clear()
                    self.by_sort.clear()
                if number % 5 == 0:
                    log(f"payments page at {self.payments:,} payments, round {number + 1} of {self.rounds + 2}")
                self.round(number, below, tab, f"{ours.url}/payments", Tab(context))
            tab.show(f"{ours.url}/payments")
            tab.page.wait_for_timeout(1_000)
            self.rows_visible = int(tab.page.evaluate("__grid.inSight()"))
            self.dropped_frames = int(tab.page.evaluate("__grid.fling()"))
            context.close()
        self.report()

    def round(self, number: int, below: Tab, tab: GridTab, url: str, charts: Tab) -> None:
        """Each action once, the floor between them."""
        column = SORTS[number % len(SORTS)]
        actions: list[tuple[str, str, Callable[[Page], None]]] = [
            ("sort", "rows", choose_sort(column)),
            ("next", "rows", press("PageDown")),
            ("jump", "rows", jump_to(0.9 - number % 5 / 10)),
            ("filter", "rows", choose_status(STATES[number % len(STATES)])),
            ("detail", "panel", press("Enter")),
            ("pick", "picked", press("Control+a")),
            ("search", "rows", type_search(SEARCHES[number % len(SEARCHES)])),
        ]
        tab.page.bring_to_front()
        self.taken["open"].append(tab.show(url))
        for name, what, action in actions:
            self.floor(below)
            tab.page.bring_to_front()
            if name == "filter":
                open_statuses(tab.page)
            elif name == "search":
                tab.page.get_by_role("button", name="Everything", exact=True).click()
                tab.page.get_by_role("searchbox", name="Search").focus()
            elif name in {"next", "detail", "pick"}:
                tab.page.get_by_role("grid").focus()
            tab.page.wait_for_timeout(400)  # what the action before asked for is there
            taken = tab.measure(what, action)
            if name == "search":
                taken = replace(taken, last_ms=taken.last_ms - REST_MS)
            self.taken[name].append(taken)
            if name == "sort":
                self.by_sort[column].append(taken.last_ms)
        self.chart(charts, url)
        charts.close()

    def floor(self, below: Tab) -> None:
        """A rerun of the empty page."""
        below.page.bring_to_front()
        self.taken["floor"].append(below.act(lambda page: page.get_by_role("button", name="Rerun").click()))

    def chart(self, tab: Tab, url: str) -> None:
        """Show the charts, to the last message."""
        tab.open(url)
        tab.page.bring_to_front()
        self.taken["chart"].append(tab.act(lambda page: page.get_by_role("radio", name="Charts").click()))

    def report(self) -> None:
        """Medians into the numbers, with what lies behind them into the table."""
        floor = middle([one.last_ms for one in self.taken["floor"]])
        self.results.put("page", floor_ms=floor)
        lows = spread([one.last_ms for one in self.taken["floor"]])
        self.results.say("page", "floor: rerun of an empty, untuned Streamlit page, ms", f"{floor:.1f} ({lows})")
        for name in ("open", *BARS, "chart"):
            found = middle([one.last_ms for one in self.taken[name]])
            size = max(one.kb for one in self.taken[name])
            self.results.put("page", **{f"{name}_ms": found})
            lows = spread([one.last_ms for one in self.taken[name]])
            bar = {"open": OPEN_BAR_MS, "chart": 1000.0}.get(name, BARS.get(name, 0.0) * floor)
            said = f"{found:.1f} ({lows})" + (f"; {size:.1f} KB at most" if name in BARS else "")
            what = "to the last message" if name == "chart" else "to the painted rows"
            self.results.say("page", f"{name}, ms {what}", said, f"<= {bar:.0f}", found <= bar)
        for column, times in sorted(self.by_sort.items()):
            self.results.say("page", f"  sort by {column}, ms", f"{middle(times):.1f}")
        largest = max(one.kb for name in BARS for one in self.taken[name])
        self.results.put("page", max_kb=largest, rows_visible=self.rows_visible, dropped_frames=self.dropped_frames)
        self.results.say("page", "largest answer to one action, KB", f"{largest:.1f}", "<= 10", largest <= KB_BAR)
        self.results.say("page", "rows in sight at 1440x900", str(self.rows_visible), ">= 30", self.rows_visible >= 30)
        lost = self.dropped_frames
        self.results.say("page", "frames over 34 ms in a fling to the middle", f"{lost} of 60", "0", lost == 0)


def measure_memory(results: Results, payments: int, folder: Path | None = None, tabs: int = TABS) -> None:
    """The app, its sync and ten tabs on the payments page, each of which was sorted, filtered and paged once."""
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
            tab = GridTab(context)
            opened.append(tab)
            tab.show(f"{app.url}/payments")
            tab.measure("rows", choose_sort(SORTS[number % len(SORTS)]))  # first: the newest rows wait anyhow
            open_statuses(tab.page)
            tab.measure("rows", choose_status(STATES[number % len(STATES)]))
            tab.page.keyboard.press("Escape")
            tab.measure("rows", jump_to(0.5))
        family = app.tree()
        parts = [(" ".join(process.cmdline()[1:4]), resident_mb([process])) for process in family]
        rss, uss = resident_mb(family)
        for tab in opened:
            tab.close()
    results.put("memory", rss_mb=rss)
    detail = "; ".join(f"{name} {mb:.0f}" for name, (mb, _) in parts)
    results.say("memory", f"app + sync, RSS with {tabs} tabs, MB", f"{rss:.0f} ({detail})", "<= 600", rss <= MB_BAR)
    results.say("memory", "  of it unique to each process (USS), MB", f"{uss:.0f}")
