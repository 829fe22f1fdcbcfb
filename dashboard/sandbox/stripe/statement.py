"""The merchant's bank statement, as Chase writes it: what the bank posted of the payouts, among other movements.

Some payouts are posted days late, one that failed comes and goes back, a negative one is a debit, somebody else sends
the very amount of a payout, and Stripe Capital takes its part. The same payouts make the same lines.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dashboard.domain.business_days import add_business_days
from dashboard.domain.formatting import bare_money
from dashboard.sandbox.state import State
from dashboard.sandbox.stripe.moment import moment_of
from dashboard.sandbox.stripe.payouts import trace_of

HEAD = ("Details", "Posting Date", "Description", "Amount", "Type", "Balance", "Check or Slip #")
OPENING = 25_000_00  # cents


@dataclass(frozen=True)
class _Entry:
    day: date
    place: int
    cents: int
    text: str
    kind: str


def write(state: State) -> str:
    """The statement until now, newest first, with the balance after each row."""
    today = state.clock.now().date()
    with state.reading() as db:
        found = db.execute("SELECT doc FROM objects WHERE kind = 'payout' ORDER BY created, id").fetchall()
    entries = [entry for row in found for entry in _entries(json.loads(row[0]))]
    if entries:
        entries += _others(min(entry.day for entry in entries), today)
    posted = sorted((one for one in entries if one.day <= today), key=lambda one: (one.day, one.place, one.text))
    balance, rows = OPENING, list[tuple[str, ...]]()
    for one in posted:
        balance += one.cents
        side = "CREDIT" if one.cents > 0 else "DEBIT"
        on = f"{one.day.month:02}/{one.day.day:02}/{one.day.year}"
        rows.append((side, on, one.text, bare_money(one.cents), one.kind, bare_money(balance), "", ""))
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([HEAD, *reversed(rows)])
    return out.getvalue()


def _entries(payout: dict[str, Any]) -> list[_Entry]:
    """What the bank posts of one payout."""
    if payout["status"] not in {"paid", "failed"}:
        return []
    dice = int(hashlib.sha256(payout["id"].encode()).hexdigest()[:8], 16) % 100
    arrival = moment_of(payout["arrival_date"]).date()
    day = add_business_days(arrival, 4) if dice < 3 else add_business_days(arrival, 1) if dice < 10 else arrival
    text, kind = _text("TRANSFER", payout["id"], day), "ACH_CREDIT" if payout["amount"] > 0 else "ACH_DEBIT"
    entries = [_Entry(day, 1, payout["amount"], text, kind)]
    if payout["status"] == "failed":
        back = _text("RETURN", f"{payout['id']}-return", day)
        entries.append(_Entry(add_business_days(day, 2), 2, -payout["amount"], back, "ACH_DEBIT"))
    if 10 <= dice < 12 and payout["amount"] > 0:
        other = f"ORIG CO NAME:SOMEBODY ELSE ORIG ID:9000000001 CO ENTRY DESCR:GRANT SEC:CCD IND ID:{dice}"
        entries.append(_Entry(day, 3, payout["amount"], other, "ACH_CREDIT"))
    return entries


def _text(what: str, id: str, day: date) -> str:
    trace, mark = trace_of(id), hashlib.sha256(f"mark {id}".encode()).hexdigest()[:12].upper()
    return (
        f"ORIG CO NAME:STRIPE                 ORIG ID:1800948598 DESC DATE:       CO ENTRY DESCR:{what}  SEC:CCD"
        f"    TRACE#:{trace} EED:{day.year % 100:02}{day.month:02}{day.day:02}   IND ID:ST-{mark}"
        "              IND NAME:ACH DESK DEMO"
    )


def _others(first: date, today: date) -> list[_Entry]:
    """Rent on the first business day of a month, Stripe Capital's part on the tenth."""
    entries, month = [], first.replace(day=1)
    while month <= today:
        rent = add_business_days(month, 0)
        entries.append(_Entry(rent, 4, -3_150_00, "Online Transfer to LANDLORD transaction#: 987654321", "ACCT_XFER"))
        tenth = add_business_days(month.replace(day=10), 0)
        entries.append(_Entry(tenth, 5, -412_37, _text("CAPITAL", tenth.isoformat(), tenth), "ACH_DEBIT"))
        month = (month + timedelta(days=32)).replace(day=1)
    return [one for one in entries if one.day >= first]
