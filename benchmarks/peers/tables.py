"""`python -m benchmarks.peers.tables`: AG Grid Community over our own route, and Datasette over the same file.

Both stand beside our table in one run, in turn. AG Grid comes from npm and Datasette from PyPI into `.bench/`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

from benchmarks.apps import App, our_app
from benchmarks.browser import PATIENCE_SECONDS, chromium
from benchmarks.grid import GridTab
from benchmarks.million import CACHE, prepare
from benchmarks.pages import UNREACHABLE, choose_sort, jump_to, press
from benchmarks.processes import clean_environ, log
from benchmarks.results import middle, spread
from dashboard.cli.processes import find_port
from dashboard.ui.payments.grid import COLUMNS

AG_GRID = "ag-grid-community@36.2.0"
DATASETTE = "datasette==0.65.2"
ROUNDS = 7
SORTS = ("Amount", "Customer", "Reference", "Bank", "Status")
SEARCHES = ("Moreau", "Novak", "Okafor")
STATES = ("failed", "pending", "refunded")
PAINTED = """() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() =>
  resolve(document.querySelectorAll("table.rows-and-columns tbody tr").length ? performance.now() : 0))))"""


def main() -> None:
    """Measure, and print a table in Markdown: medians in milliseconds, in brackets the least and the most."""
    payments = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    db, _ = prepare(payments)
    taken: dict[tuple[str, str], list[float]] = defaultdict(list)
    with (
        our_app(db, UNREACHABLE, with_sync=False) as ours,
        datasette(db) as other,
        chromium() as browser,
    ):
        context = browser.new_context(viewport={"width": 1440, "height": 900}, timezone_id="America/New_York")
        context.set_default_timeout(30_000)
        desk, ag, plain = GridTab(context), AgGridTab(context, ours.url), context.new_page()
        for number in range(ROUNDS + 1):
            log(f"round {number} of {ROUNDS}")
            if number == 1:  # the first warms all three
                taken.clear()
            measure_ours(number, desk, f"{ours.url}/payments", taken)
            measure_ag_grid(number, ag, taken)
            measure_datasette(number, plain, f"{other.url}/{db.stem}/payment", taken)
        context.close()
    names = list(dict.fromkeys(action for _, action in taken))
    print("| action | ours | AG Grid | Datasette |\n|---|---|---|---|")
    for name in names:
        cells = [taken.get((who, name)) for who in ("ours", "AG Grid", "Datasette")]
        print(f"| {name} | {' | '.join(f'{middle(one):.0f} ({spread(one)})' if one else '–' for one in cells)} |")


def measure_ours(number: int, tab: GridTab, url: str, taken: dict[tuple[str, str], list[float]]) -> None:
    """The table of the desk."""
    page = tab.page
    page.bring_to_front()
    taken["ours", "open"].append(tab.show(url).last_ms)
    actions: dict[str, Callable[[Page], None]] = {
        "sort": choose_sort(SORTS[number % len(SORTS)]),
        "next screen": press("PageDown"),
        "jump": jump_to(0.9 - number % 5 / 10),
    }
    for name, action in actions.items():
        if name == "next screen":
            page.get_by_role("grid").focus()
        page.wait_for_timeout(400)
        taken["ours", name].append(tab.measure("rows", action).last_ms)
    page.get_by_role("searchbox", name="Search").focus()
    page.wait_for_timeout(400)
    found = tab.measure("rows", lambda shown: shown.get_by_role("searchbox").fill(SEARCHES[number % len(SEARCHES)]))
    taken["ours", "search (ours: 200 ms of it are its rest)"].append(found.last_ms)
    page.get_by_role("button", name="Everything", exact=True).click()
    page.wait_for_timeout(400)
    taken["ours", "frames over 34 ms in a fling, of 60"].append(float(page.evaluate("__grid.fling()")))


class AgGridTab:
    """AG Grid on a page of the desk's own address, so that the desk answers it as it answers its own table."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        page = Path(__file__).with_name("ag_grid.html").read_text()
        columns = [{"name": name, **column._asdict()} for name, column in COLUMNS.items()]
        self.page, self.url = context.new_page(), f"{url}/peer/ag"
        script = fetch_ag_grid()
        context.route("**/peer/ag", lambda route: route.fulfill(body=page.replace("COLUMNS", json.dumps(columns), 1)))
        context.route("**/peer/ag-grid.js", lambda route: route.fulfill(path=script))

    def open(self) -> float:
        """Milliseconds from the start of the navigation to the first rows."""
        self.page.goto(self.url, wait_until="commit")
        self.page.wait_for_function("window.__peer")
        self.page.evaluate("__peer.watch()")
        return self._wait()

    def measure(self, action: Callable[[Page], None]) -> float:
        """Milliseconds from the action's last input event to other rows."""
        self.page.evaluate("__peer.watch()")
        action(self.page)
        return self._wait() - float(self.page.evaluate("__peer.acted"))

    def _wait(self) -> float:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (done := float(self.page.evaluate("__peer.done"))):
            if time.monotonic() > deadline:
                raise TimeoutError("AG Grid shows nothing else")
            self.page.wait_for_timeout(20)
        return done


def measure_ag_grid(number: int, tab: AgGridTab, taken: dict[tuple[str, str], list[float]]) -> None:
    """The same actions; where AG Grid has no field of its own, the call that one would make."""
    tab.page.bring_to_front()
    taken["AG Grid", "open"].append(tab.open())
    place = int((0.9 - number % 5 / 10) * 1_000_000)
    script = "(at) => { __peer.acted = performance.now(); peer.ensureIndexVisible(at, 'top'); }"
    found = json.dumps({"text": SEARCHES[number % len(SEARCHES)]})
    actions: dict[str, Callable[[Page], None]] = {
        "sort": choose_sort(SORTS[number % len(SORTS)]),
        "next screen": press("PageDown"),
        "jump": lambda page: page.evaluate(script, place),
        "search (ours: 200 ms of it are its rest)": lambda page: page.evaluate(f"search({found})"),
    }
    for name, action in actions.items():
        if name == "next screen":
            tab.page.locator("[row-index='2'] [role=gridcell]").first.click()
        tab.page.wait_for_timeout(400)
        taken["AG Grid", name].append(tab.measure(action))
    tab.page.evaluate("search({})")
    tab.page.wait_for_timeout(800)
    taken["AG Grid", "frames over 34 ms in a fling, of 60"].append(float(tab.page.evaluate("__peer.fling()")))


def measure_datasette(number: int, page: Page, url: str, taken: dict[tuple[str, str], list[float]]) -> None:
    """Each action is a page of its own there."""
    page.bring_to_front()
    asked = {
        "open": "?_sort_desc=created",
        "sort": f"?_sort={('amount', 'customer', 'reference', 'bank')[number % 4]}",
        "search (ours: 200 ms of it are its rest)": f"?customer__contains={SEARCHES[number % len(SEARCHES)]}",
        "status": f"?state={STATES[number % len(STATES)]}&_sort_desc=created",
    }
    for name, query in asked.items():
        page.goto(f"{url}{query}", wait_until="domcontentloaded")
        taken["Datasette", name].append(float(page.evaluate(PAINTED)))


def fetch_ag_grid() -> Path:
    """Its one file, from npm."""
    folder = CACHE / "ag-grid"
    found = folder / "package" / "dist" / "ag-grid-community.min.js"
    if not found.exists():
        folder.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run(["npm", "pack", AG_GRID], cwd=folder, check=True, capture_output=True, text=True).stdout
        subprocess.run(["tar", "-xzf", packed.split()[-1]], cwd=folder, check=True)
    return found


@contextmanager
def datasette(db: Path) -> Iterator[App]:
    """Datasette over the file, without its suggestions."""
    home, port = CACHE / "datasette", find_port(0)
    if not (home / "bin" / "datasette").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(home / "bin" / "pip"), "install", "--quiet", DATASETTE], check=True)
    command = [str(home / "bin" / "datasette"), "serve", str(db), "--port", str(port)]
    command += ["--setting", "suggest_facets", "off", "--setting", "sql_time_limit_ms", "20000"]
    app = App(command, clean_environ(), CACHE, port, CACHE / "datasette.log")
    try:
        yield app
    finally:
        app.stop()


if __name__ == "__main__":
    main()
