"""How payouts read in the table: their columns and filter, the cells of a row, one payout in the panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.payout_filter import STATUSES, PayoutFilter
from dashboard.payouts import Finding, PayoutLine
from dashboard.staff.access import Permission, can
from dashboard.ui import format
from dashboard.ui.lists import Column, Line, Listed, Reading

MARKS = {Finding.TIES: "✓", Finding.DIFFERS: "⚠", Finding.RETURNED: "⚠"}
COLUMNS = {
    "arrival": Column("Arrives", 150, "arrival"),
    "amount": Column("Amount", 120, "amount", number=True),
    "status": Column("Status", 110, "status", up=True),
    "parts": Column("Parts", 80, number=True),
    "finding": Column("Does it tie?", 330),
    "trace": Column("Trace at the bank", 180, "trace", up=True),
    "id": Column("Payout", 230, "id", up=True),
}
FIELDS: list[dict[str, object]] = [
    {"kind": "search", "name": "text", "label": "Search", "placeholder": "Trace, amount, id"},
    {
        "kind": "many",
        "name": "status",
        "label": "Status",
        "options": [[status, format.in_words(status)] for status in STATUSES],
    },
    {"kind": "days", "from": "arrives_from", "to": "arrives_to"},
    {"kind": "money", "label": "Amount", "from": "amount_min", "to": "amount_max"},
]


def finding_of(line: PayoutLine) -> str:
    """A sign and the words; a difference with its amount."""
    amount = f" by {format.money(line.difference, line.currency)}" if line.difference else ""
    return f"{MARKS.get(line.finding, '◌')} {line.finding}{amount}"


def write_rows(_desk: Desk, _actor: Actor, rows: Sequence[PayoutLine], reading: Reading) -> list[Line]:
    """A row for each payout; its day is the bank's, which no zone may move."""
    today = reading.now.astimezone(reading.zone).date()
    return [
        Line(
            {
                "arrival": format.day(one.arrival, today),
                "amount": format.money(one.amount, one.currency),
                "status": format.in_words(one.status),
                "parts": f"{one.parts:,}",
                "finding": finding_of(one),
                "trace": one.trace or format.NOTHING,
                "id": one.id,
            },
            "bad" if one.finding in {Finding.DIFFERS, Finding.RETURNED} else one.status,
            {"trace": one.trace or "", "amount": format.bare_money(one.amount, one.currency)},
            {"id": (one.id,)},
        )
        for one in rows
    ]


def write_one(desk: Desk, actor: Actor, id: str, reading: Reading) -> dict[str, Any]:
    """One payout as the panel shows it: whether it ties, and what is in it by kind."""
    line = desk.payouts.get(actor, id)
    sums = desk.payouts.sums(actor, id) if line.parts else []
    today = reading.now.astimezone(reading.zone).date()
    may = can(actor, Permission.VIEW_STATEMENTS)
    kept = desk.payout_matching.at_bank(actor, id) if may else []
    names = ("amount", "fee", "net")
    rows = [
        [one.name, f"{one.parts:,}", *(format.money(getattr(one, name), line.currency) for name in names)]
        for one in sums
    ]
    total = [format.money(sum(getattr(one, name) for one in sums), line.currency) for name in names]
    return {
        "id": line.id,
        "title": f"{format.money(line.amount, line.currency)} · {format.day(line.arrival, today)}",
        "lines": [
            ["next", "", finding_of(line)],
            ["dim", "", format.in_words(line.status)],
            *([["dim", "", say_at_bank(kept, today)]] if may else []),
        ],
        "acts": [
            ["Open its own page", "payouts", {"payout": line.id}],
            ["Its payments", "payments", PaymentFilter(payout=line.id).to_query()],
            *([["Its line at the bank", "statements", {"open": kept[0]["id"]}]] if kept else []),
        ],
        "parts": [
            *(
                [
                    [
                        "What is in it",
                        "sums",
                        [
                            ["What", "Parts", "Amount", "Fees", "Net"],
                            *rows,
                            ["Together", f"{sum(one.parts for one in sums):,}", *total],
                        ],
                    ]
                ]
                if sums
                else []
            ),
            ["Ids", "ids", [["Payout", line.id], ["Trace at the bank", line.trace or "not known yet"]]],
        ],
    }


def say_at_bank(lines: Sequence[Mapping[str, Any]], today: date) -> str:
    """Where a payout stands on the bank statement, in a sentence, by the lines that it is matched with."""
    if not lines:
        return "At the bank: not matched with a statement yet."
    days = dict.fromkeys(format.day(date.fromisoformat(one["posted_on"]), today) for one in lines)
    accounts = dict.fromkeys(str(one["account"]) for one in lines)
    return f"At the bank: posted {', '.join(days)} in {', '.join(accounts)}."


PAYOUTS = Listed[PayoutFilter, PayoutLine](
    name="payouts",
    title="Payouts",
    noun="payout",
    columns=COLUMNS,
    fields=FIELDS,
    sort="arrival",
    permission=Permission.VIEW_PAYMENTS,
    read_filter=PayoutFilter.from_query,
    lists=lambda desk: desk.payout_lists,
    write_rows=write_rows,
    write_one=write_one,
    views={
        "On their way": {"status": "pending,in_transit"},
        "Arrived": {"status": "paid"},
        "Failed or canceled": {"status": "failed,canceled"},
    },
)
