"""`python -m benchmarks.books`: matching and closing at their bars, in seconds on the clock and of the processor.

1,000 simulated payouts twenty times over, 10,000 bank lines against 5,000 payouts, and a month of 31 days with 5,000
payments from its question to its signature. A table for people; the last line is JSON.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from dashboard.books import MonthBooks
from dashboard.books.closing import MonthClose
from dashboard.domain.business_days import is_business_day
from dashboard.domain.clock import FixedClock
from dashboard.domain.models import Actor, Role
from dashboard.domain.payout_matching import propose
from dashboard.settings import Settings, load_settings
from dashboard.staff.access import ALWAYS
from dashboard.statements import Statements
from dashboard.statements.matching import PayoutMatching
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault, make_key
from tests.payout_lines import keep_lines, make_history

MONTH, BEGIN, DAYS, PAYMENTS = "2026-10", datetime(2026, 10, 1, 12, tzinfo=UTC), 31, 5_000
NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
FINANCE = frozenset({Role.FINANCE})
MIA = Actor("mia@example.com", FINANCE, subject="s-mia", proved_until=ALWAYS)
CARL = Actor("carl@example.com", FINANCE, subject="s-carl", proved_until=ALWAYS)
SEEDS, REPEATS = 20, 3
T = TypeVar("T")


def measure(work: Callable[[], T]) -> tuple[float, float, T]:
    """Seconds on the clock, seconds of the processor, and what came of it."""
    gc.collect()
    clock, processor = time.perf_counter(), time.process_time()
    made = work()
    return time.perf_counter() - clock, time.process_time() - processor, made


def match_thousands(*, traces: bool) -> dict[str, float]:
    """How many of 1,000 payouts are proposed right, at least of all seeds, and how many certain ones are wrong."""
    wrong, least = 0, 1.0
    for seed in range(SEEDS):
        history = make_history(seed, traces=traces)
        found = propose(history.lines, history.payouts)
        right, expected = history.right(found), history.expected()
        wrong += sum(1 for one in found if one.certain and not set(one.payouts) <= right)
        least = min(least, len(right & expected) / len(expected))
    return {"false_certain": wrong, "right_least": round(least, 4)}


def match_ten_thousand(*, traces: bool) -> list[list[float]]:
    """Seconds on the clock and of the processor, once for each repetition."""
    history = make_history(7, 5_000, traces=traces, others=5_000, per_day=3)
    taken = [measure(lambda: propose(history.lines, history.payouts))[:2] for _ in range(REPEATS)]
    return [[round(one, 2) for one in pair] for pair in taken]


def open_store(folder: Path, name: str) -> tuple[Store, FixedClock, Settings]:
    """An empty desk of its own."""
    key, clock = make_key(), FixedClock(NOW)
    environ = {
        "PLAID_CLIENT_ID": "id",
        "PLAID_SECRET": "secret",
        "STRIPE_SECRET_KEY": "sk_test_books",
        "ACH_DESK_KEY": key.reveal(),
        "ACH_DESK_DB": str(folder / name),
    }
    settings = load_settings(environ, None)
    return Store.open(folder / name, Vault([key]), clock, ZoneInfo("America/New_York")), clock, settings


def match_kept(folder: Path) -> tuple[float, float, int]:
    """All that *Payouts at the bank* works out of 10,000 lines and 5,000 payouts that are kept, nothing matched yet."""
    store, clock, settings = open_store(folder, "match.db")
    history = make_history(7, 5_000, others=5_000, per_day=3)
    keep_lines(store, history.lines)
    with store.transaction():
        for one in history.payouts:
            arrival = int(datetime(one.arrival.year, one.arrival.month, one.arrival.day, tzinfo=UTC).timestamp())
            payout = {"id": one.id, "created": arrival - 86_400, "arrival_date": arrival, "amount": one.cents}
            payout |= {"currency": "usd", "status": "failed" if one.failed else "paid", "automatic": True}
            store.projection.apply("payouts", [{**payout, "trace_id": {"status": "supported", "value": one.trace}}])
    matching = PayoutMatching(store, clock, settings)
    seconds, processor, found = measure(lambda: matching.overview(MIA))
    store.close()
    return seconds, processor, len(found.candidates)


def make_month(store: Store, clock: FixedClock, settings: Settings) -> PayoutMatching:
    """October 2026, paid out each business day, every payout on the bank's statement and confirmed."""
    waiting: list[dict[str, Any]] = []
    moved: list[tuple[datetime, int]] = []
    for day in range(DAYS):
        at = BEGIN + timedelta(days=day)
        begins = int(at.timestamp())
        for number in range(PAYMENTS * day // DAYS, PAYMENTS * (day + 1) // DAYS):
            charge, cents = f"py_{number}", 1_000 + number * 7_919 % 90_000
            about = {"created": begins + number % 3_000, "currency": "usd"}
            details = {"payment_method_details": {"type": "us_bank_account", "us_bank_account": {}}}
            one = {"id": charge, "amount": cents, "status": "succeeded", "customer": f"cus_{number % 400}"}
            store.projection.apply("charges", [{**about, **one, **details, "balance_transaction": f"txn_{number}"}])
            row = {"id": f"txn_{number}", "amount": cents, "fee": 500, "net": cents - 500, "type": "payment"}
            waiting.append({**about, **row, "status": "available", "source": charge})
        if is_business_day(at.date()) and day < DAYS - 4:
            arrives = begins // 86_400 * 86_400 + 86_400
            while not is_business_day(datetime.fromtimestamp(arrives, UTC).date()):
                arrives += 86_400
            payout: dict[str, Any] = {
                "id": f"po_{day}",
                "created": begins + 40_000,
                "arrival_date": arrives,
                "currency": "usd",
            }
            payout |= {"amount": sum(one["net"] for one in waiting), "status": "paid", "automatic": True}
            payout |= {"reconciliation_status": "completed", "source_type": "card"}
            store.projection.apply("payouts", [payout])
            store.projection.apply("balance_transactions", waiting, payout_id=payout["id"])
            store.projection.mark_itemized(payout["id"])
            moved.append((datetime.fromtimestamp(arrives, UTC), payout["amount"]))
            waiting = []
    store.projection.apply("balance_transactions", waiting)
    Statements(store, clock).take(MIA, write_statement(moved), account="Operating")
    now = int(clock.now().timestamp())
    store.sync_state.end_run(store.sync_state.begin_run("backfill", now), now, {})
    matching = PayoutMatching(store, clock, settings)
    matching.confirm(MIA, [one.key for one in matching.overview(MIA).candidates])
    return matching


def write_statement(moved: list[tuple[datetime, int]]) -> bytes:
    """An MT940 of these credits, with a line on the month's last business day."""
    lines, balance = [], 0
    for at, cents in [*moved, (datetime(2026, 10, 30, tzinfo=UTC), 100)]:
        text = "STRIPE TRANSFER" if cents > 100 else "INTEREST"
        lines += [f":61:{at:%y%m%d}C{cents // 100},{cents % 100:02}NTRFNONREF", f":86:{text}"]
        balance += cents
    head = [":20:X", ":25:1234", ":28C:1", ":60F:C261001USD0,00"]
    return "\n".join([*head, *lines, f":62F:C261030USD{balance // 100},{balance % 100:02}", "-"]).encode()


def close_month(folder: Path) -> dict[str, tuple[float, float]]:
    """From the first look to the second person's signature; each step's seconds."""
    store, clock, settings = open_store(folder, "close.db")
    with store.transaction():
        matching = make_month(store, clock, settings)
    close = MonthClose(store, clock, settings, MonthBooks(store, clock, settings, matching))
    looked = measure(lambda: close.look(MIA, MONTH))
    if blockers := looked[2].books.blockers:
        raise SystemExit("\n".join(one.what for one in blockers))
    asked = measure(lambda: close.ask(MIA, MONTH))
    seen = measure(lambda: close.look(CARL, MONTH))
    signed = measure(lambda: close.sign(CARL, MONTH, seen[2].digest))
    store.close()
    return {"look": looked[:2], "ask": asked[:2], "look again": seen[:2], "sign": signed[:2]}


def main() -> int:
    """Measure all of it."""
    print(f"load {os.getloadavg()[0]:.1f} at the beginning")
    figures: dict[str, Any] = {}
    for traces in (True, False):
        name = "with trace numbers" if traces else "without"
        figures[f"1,000 payouts {name}"] = match_thousands(traces=traces)
        figures[f"10,000 lines, 5,000 payouts {name}"] = match_ten_thousand(traces=traces)
    with tempfile.TemporaryDirectory() as name:
        seconds, processor, many = match_kept(Path(name))
        figures["the page's overview of them"] = [round(seconds, 2), round(processor, 2), many]
        steps = close_month(Path(name))
        figures["close"] = {step: [round(one, 2) for one in pair] for step, pair in steps.items()}
        figures["close in all"] = [round(sum(pair[place] for pair in steps.values()), 2) for place in (0, 1)]
    for what, figure in figures.items():
        print(f"{what}: {figure}")
    print(f"load {os.getloadavg()[0]:.1f} at the end")
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
