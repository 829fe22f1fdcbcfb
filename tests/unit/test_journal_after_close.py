"""Over months that were signed one after another, the journals as they are kept carry every later cent once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dashboard.books import MonthBooks
from dashboard.books.closing import MonthClose
from dashboard.books.journal import Journal
from dashboard.domain.books import Books, read_month
from dashboard.domain.clock import FixedClock
from dashboard.domain.journal import Account, totals
from dashboard.settings import Settings
from dashboard.statements.matching import PayoutMatching
from dashboard.store import Store
from dashboard.store.sql import to_json
from tests.book_histories import NEW_YORK, RAILS, History, make, seeds
from tests.unit.test_month_close import MIA

MONTHS = ("2026-08", "2026-09", "2026-10", "2026-11")


def seconds(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(hour=15, tzinfo=UTC).timestamp())


def adjust(store: Store, history: History, id: str, day: str, cents: int) -> None:
    """A late return of a day, with its fee."""
    row = {"id": id, "created": seconds(day), "amount": cents, "fee": 7, "net": cents - 7, "currency": "usd"}
    kept = [{**row, "type": "adjustment", "status": "available", "source": None}]
    store.projection.apply("balance_transactions", kept)
    history.moves.append((seconds(day), RAILS[0], cents - 7))


def fail_payout(store: Store, history: History) -> None:
    """A payout that had arrived in a signed month comes back in October (Stripe: paid may become failed)."""
    (first, *_) = store.database.handle.query("SELECT * FROM payout WHERE status = 'paid' ORDER BY created LIMIT 1")
    payout = {name: first[name] for name in ("id", "created", "amount", "currency")}
    payout |= {"arrival_date": first["arrival"], "status": "failed", "automatic": True}
    store.projection.apply("payouts", [{**payout, "reconciliation_status": "completed"}])
    cents, back = first["amount"], seconds("2026-10-20")
    row = {"id": "txn_back", "created": back, "amount": cents, "fee": 0, "net": cents, "currency": "usd"}
    row |= {"type": "payout_failure", "status": "available", "source": first["id"]}
    store.projection.apply("balance_transactions", [row])
    history.moves.append((back, RAILS[0], cents))


def keep(store: Store, journal: Journal, books: Books) -> None:
    """The month as signed, whatever stood in its way."""
    month = books.month
    figures = {f"{one.rail}|{one.currency}|Closing balance": one.closing for one in books.balances}
    kept = {"figures": figures, "journal": [one.as_list() for one in journal.entries_now(MIA, month)]}
    values = {"id": f"close_{month.name}", "month": month.name, "state": "closed", "inputs": to_json(kept)}
    store.month_closes.add({**values, "digest": "d", "asked_by": "mia", "asked_key": "s-mia", "asked_at": 1})


@pytest.mark.parametrize(("seed", "unsigned"), [(seed, "2026-09" if seed % 2 else "") for seed in seeds(2, 30)])
def test_every_later_cent_is_carried_once(
    store: Store, clock: FixedClock, settings: Settings, seed: int, unsigned: str
) -> None:
    journal = Journal(store, clock, settings)
    books = MonthBooks(store, clock, settings, PayoutMatching(store, clock, settings))
    close, history = MonthClose(store, clock, settings, books), make(store, seed)
    for name in MONTHS[:3]:
        if name != unsigned:
            keep(store, journal, close.look(MIA, name).books)
        adjust(store, history, f"txn_first_{name}", "2026-08-28", -1_300)
        adjust(store, history, f"txn_own_{name}", f"{name}-29", 2_900)
        if name == "2026-09":
            fail_payout(store, history)
    entries = [one for name in MONTHS for one in journal.entries(MIA, name)]
    assert all(sum(cents for _, cents in one.lines) == 0 for one in entries)
    assert len({one.number for one in entries}) == len(entries)
    month = read_month(MONTHS[-1], NEW_YORK)
    held = sum(
        history.balance(rail, month.ends_at) + history.in_transit(rail, month.ends_at, month.bank_ends)
        for rail in RAILS
    )
    assert totals(entries)["usd", Account.CLEARING] == held
    last = close.look(MIA, MONTHS[-1]).books.balances
    assert all(one.ties for one in last) and sum(one.closing + one.in_transit for one in last) == held
