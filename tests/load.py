"""A full office: `python -m tests.load` opens 50 tabs beside a running sync and measures what they wait.

Each tab speaks Streamlit's own protocol over a websocket (tests/fake_browser_tab.py), so the server does all that it
does for a browser. They look at pages, filter, search and open customers (which writes to the audit trail);
between that their pages look again by themselves, the sandbox's clock moves on, and a sync writes what that changes.
Prints a table and, as its last line, one JSON object.

`--breath 0` has nobody read anything: how many interactions a second the desk can do at most. `--processes 1,2,4` loads
one desk after the other, each of so many web processes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

import requests

from tests.asgi import run_apart
from tests.browser.desk import RunningDesk
from tests.fake_browser_tab import Tab

BREATH = (2.0, 8.0)  # seconds between two clicks of one person who reads what comes
CLOCK_EVERY = 4.0  # seconds between two business days
PAGES = (
    "payments",
    "payments?status=failed",
    "payments?text=000",
    "accounts",
    "inbox",
    "customers",
    "institutions",
)


@dataclass
class Load:
    """What became of it; seconds by page."""

    sessions: int
    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    first: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    days: int = 0
    syncs: int = 0
    changed: int = 0

    @property
    def all(self) -> list[float]:
        """Every interaction's seconds."""
        return [one for waits in self.waits.values() for one in waits]

    def as_dict(self) -> dict[str, object]:
        """For the last line."""
        waits = self.all
        return {
            "sessions": self.sessions,
            "interactions": len(waits),
            "errors": len(self.errors),
            "locked": sum("locked" in one for one in self.errors),
            "p50_ms": round(1000 * percentile(waits, 50)),
            "p95_ms": round(1000 * percentile(waits, 95)),
            "first_page_p95_ms": round(1000 * percentile(self.first, 95)),
            "business_days": self.days,
            "syncs": self.syncs,
            "payments_changed": self.changed,
        }


def percentile(values: list[float], share: int) -> float:
    """The value that `share` percent do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1] if len(values) > 1 else sum(values)


async def live(
    desk: RunningDesk, load: Load, customers: list[str], until: float, seed: int, breath: tuple[float, float]
) -> None:
    """One tab from its opening to its closing."""
    chance, doing = random.Random(seed), "opening"
    try:
        await asyncio.sleep(chance.uniform(0, breath[1] / 2))  # people do not come in one instant
        async with Tab(desk.url) as tab:
            began = time.monotonic()
            await tab.visit("")
            load.first.append(time.monotonic() - began)
            while time.monotonic() < until:
                page = chance.choice([*PAGES, f"customers?customer={chance.choice(customers)}"])
                doing, began = page, time.monotonic()
                await tab.visit(page)
                load.waits[page.partition("=")[0]].append(time.monotonic() - began)
                load.errors += [f"{page}: {trouble}" for trouble in tab.troubles()]
                if page.startswith("payments"):  # the browser asks for the rows itself
                    began = time.monotonic()
                    await asyncio.to_thread(ask_rows, tab, dict(parse_qsl(page.partition("?")[2])))
                    load.waits["rows"].append(time.monotonic() - began)
                doing = f"{page}, at rest"
                await tab.rest(chance.uniform(*breath))
    except Exception as error:
        load.errors.append(f"tab {seed}, {doing}: {type(error).__name__}: {error}")


def ask_rows(tab: Tab, wanted: dict[str, str]) -> None:
    """The first rows of a filter, as the table of payments asks for them."""
    asked = {"filter": wanted, "sort": "created", "desc": True, "start": 0, "size": 100, "zone": "UTC"}
    answer = requests.post(
        f"{tab.url}/grid/payments/rows", json=asked, headers={"Origin": tab.url}, cookies=tab.cookies, timeout=60
    )
    assert answer.json()["rows"] is not None, answer.status_code


async def move_days(desk: RunningDesk, load: Load, until: float) -> None:
    """A business day at the sandbox every few seconds, so that the sync has something to write."""
    while time.monotonic() + CLOCK_EVERY < until:
        await asyncio.sleep(CLOCK_EVERY)
        await asyncio.to_thread(desk.control, "POST", "/clock/advance", business_days=1)
        load.days += 1


def run(desk: RunningDesk, sessions: int, seconds: float, breath: tuple[float, float] = BREATH) -> Load:
    """Load a running desk and its sync for so long."""
    load, ids = Load(sessions), [f"cust_load_{number:03}" for number in range(40)]
    add_customers(desk, ids)
    before = count(desk)

    async def all_together() -> None:
        until = time.monotonic() + seconds
        tabs = [live(desk, load, ids, until, seed, breath) for seed in range(sessions)]
        await asyncio.gather(*tabs, move_days(desk, load, until))

    run_apart(all_together())
    after = count(desk)
    load.syncs, load.changed = after[0] - before[0], after[1] - before[1]
    for log in desk.home.glob("*.log"):
        said = log.read_text(errors="replace")
        load.errors += [f"{log.name}: {word}" for word in ("database is locked", "Traceback") if word in said]
    return load


def count(desk: RunningDesk) -> tuple[int, int]:
    """Syncs that have ended, and the payments that they changed."""
    with sqlite3.connect(desk.environ["ACH_DESK_DB"], timeout=30) as db:
        rows = db.execute("SELECT report FROM sync_run WHERE finished_at IS NOT NULL").fetchall()
    db.close()
    reports = [json.loads(report) for (report,) in rows]
    return len(reports), sum(one["changed"] for report in reports for one in report["resources"].values())


def add_customers(desk: RunningDesk, ids: list[str]) -> None:
    """Customers to look at."""
    with sqlite3.connect(desk.environ["ACH_DESK_DB"], timeout=30) as db:
        for id in ids:
            db.execute(
                "INSERT OR IGNORE INTO customer (id, name, email, reference, holder_type, created_at,"
                " updated_at) VALUES (?, ?, ?, ?, 'individual', 1795000000, 1795000000)",
                [id, f"Customer {id}", f"{id}@example.com", id],
            )
    db.close()


class BusyDesk(RunningDesk):
    """The server with its sync beside it, as a team runs it, of so many web processes."""

    def __init__(self, home: Path, processes: int = 1) -> None:
        self.arguments = ("--processes", str(processes))
        super().__init__(home)
        self.wait_for_all(processes)

    def wait_for_all(self, processes: int) -> None:
        """Until each web process says that it runs: one answers before the others are ready."""
        deadline = time.monotonic() + 120
        while count_web_processes(self) < processes:
            assert time.monotonic() < deadline, f"not every process started; see {self.home}"
            time.sleep(0.2)


def count_web_processes(desk: RunningDesk) -> int:
    """Web processes that say that they run."""
    with closing(sqlite3.connect(desk.environ["ACH_DESK_DB"], timeout=30)) as db:
        return int(db.execute("SELECT count(*) FROM process WHERE kind = 'web'").fetchone()[0])


def read_breath(text: str) -> tuple[float, float]:
    """`0.5-2.5`, or one number for always the same. Raises ValueError."""
    low, _, high = text.partition("-")
    return float(low), float(high or low)


def read_counts(text: str) -> list[int]:
    """`1,2,4`. Raises ValueError."""
    return [int(one) for one in text.split(",")]


def measure(processes: int, sessions: int, seconds: float, breath: tuple[float, float]) -> Load:
    """Load a desk of its own, of so many processes, and print how long people waited."""
    with tempfile.TemporaryDirectory(prefix="ach-desk-load-") as name:
        desk = BusyDesk(Path(name), processes)
        try:
            load = run(desk, sessions, seconds, breath)
        finally:
            desk.stop()
    print(f"{count_of(processes)}:")
    for page, waits in sorted(load.waits.items()):
        print(f"{page:<22} {len(waits):>5} times   p50 {1000 * percentile(waits, 50):>6.0f} ms   ", end="")
        print(f"p95 {1000 * percentile(waits, 95):>6.0f} ms")
    for error in load.errors[:20]:
        print(f"ERROR {error}")
    return load


def count_of(processes: int) -> str:
    """In words."""
    return "1 process" if processes == 1 else f"{processes} processes"


def main() -> int:
    """Load a desk of its own; 0 where nothing went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument(
        "--breath", type=read_breath, default=BREATH, help="seconds between two clicks, `0.5-2.5` or one number"
    )
    parser.add_argument("--processes", type=read_counts, default=[1], help="of the web, one run for each: `1,2,4`")
    chosen = parser.parse_args()
    runs = {one: measure(one, chosen.sessions, chosen.seconds, chosen.breath) for one in chosen.processes}
    print(f"\n{'':<12} {'interactions/s':>14} {'p50':>9} {'p95':>9} {'first page p95':>15} {'errors':>7}")
    for number, load in runs.items():
        said = load.as_dict()
        rate = len(load.all) / chosen.seconds
        print(f"{count_of(number):<12} {rate:>14.1f} {said['p50_ms']:>6} ms {said['p95_ms']:>6} ms", end="")
        print(f" {said['first_page_p95_ms']:>12} ms {said['errors']:>7}")
    told = [{"processes": number, **load.as_dict()} for number, load in runs.items()]
    print(json.dumps(told[0] if len(told) == 1 else {"runs": told}), flush=True)
    return 1 if any(load.errors for load in runs.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
