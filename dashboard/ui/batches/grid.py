"""How the rows of a batch read in the table; one that became a debit opens its payment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.batches.outcomes import say_outcome
from dashboard.desk import Desk
from dashboard.domain.batch_cover import RowCover
from dashboard.domain.batch_row_filter import BatchRowFilter, RowOutcomeKind
from dashboard.domain.batches import RowOutcome, RowState
from dashboard.domain.models import Actor, DebitState
from dashboard.staff.access import Permission, can
from dashboard.ui import format
from dashboard.ui.lists import Column, Line, Listed, Reading

COLUMNS = {
    "line": Column("Line", 60, "line", number=True, up=True),
    "customer": Column("Customer", 190, "customer", up=True),
    "amount": Column("Amount", 110, "amount", number=True),
    "status": Column("Outcome", 160, "outcome", up=True),
    "balance": Column("Balance", 210),
    "why": Column("Why", 330),
    "action": Column("What to do", 300),
    "reference": Column("Reference", 130, "reference", up=True),
    "account": Column("Account", 210),
    "payment": Column("Payment", 200),
}
FIELDS: list[dict[str, object]] = [
    {"kind": "search", "name": "text", "label": "Search", "placeholder": "Name, reference, amount, line"},
    {
        "kind": "many",
        "name": "outcome",
        "label": "Outcome",
        "options": [[one.value, one.word] for one in RowOutcomeKind],
    },
    {"kind": "money", "label": "Amount", "from": "amount_min", "to": "amount_max"},
    {"kind": "check", "name": "noted", "label": "To look at"},
]
BAD = frozenset({DebitState.REFUSED, DebitState.CANCELED, DebitState.UNSENT, DebitState.UNKNOWN})
ENDED = frozenset({RowState.INVALID, RowState.REFUSED, RowState.CANCELED})


def write_rows(desk: Desk, actor: Actor, rows: Sequence[RowOutcome], reading: Reading) -> list[Line]:
    """A row for each; what a balance says of it stands there where somebody has asked."""
    known = _covers(desk, actor, rows)
    return [_write(one, known.get(one.row.id), reading) for one in rows]


def _covers(desk: Desk, actor: Actor, rows: Sequence[RowOutcome]) -> Mapping[str, RowCover]:
    accounts = list({one.row.bank_account_id for one in rows if one.row.bank_account_id})
    if not rows or not accounts or not can(actor, Permission.VIEW_BALANCE):
        return {}
    return desk.batch_cover.of_accounts(actor, rows[0].row.batch_id, accounts)


def _write(one: RowOutcome, cover: RowCover | None, reading: Reading) -> Line:
    row, said, typed = one.row, say_outcome(one), one.row.said
    amount = format.money(row.amount_cents) if row.amount_cents is not None else typed.get("amount", "")
    customer = f"{one.customer} ({typed['customer']})" if one.customer and typed.get("customer") else one.customer
    reference = row.reference or typed.get("reference", "")
    is_bad = row.state in ENDED or one.debit_state in BAD
    return Line(
        {
            "line": f"{row.line:,}",
            "customer": customer or typed.get("customer", ""),
            "amount": amount,
            "status": said.word,
            "why": said.why or "; ".join(row.notes),
            "action": said.action,
            "balance": _say_cover(cover, reading),
            "reference": reference,
            "account": one.account or typed.get("account", ""),
            "payment": str(row.debit_id) if one.debit_state else "",
        },
        "bad" if is_bad else row.state.value,
        {
            "customer": f"{one.customer} {typed.get('customer', '')}",
            "reference": reference,
            "amount": format.bare_money(row.amount_cents) if row.amount_cents is not None else "",
            "line": str(row.line),
        },
        {"payment": (row.debit_id,)},
    )


def _say_cover(cover: RowCover | None, reading: Reading) -> str:
    if cover is None:
        return ""
    at = f" (asked {format.time_of(cover.at, reading.zone)})" if cover.at else ""
    return f"{cover.covered.word}{at}" + (f". {cover.why}" if cover.why else "")


BATCH_ROWS = Listed[BatchRowFilter, RowOutcome](
    name="batch_rows",
    title="Rows of the batch",
    noun="row",
    columns=COLUMNS,
    fields=FIELDS,
    sort="line",
    permission=Permission.VIEW_PAYMENTS,
    read_filter=BatchRowFilter.from_query,
    lists=lambda desk: desk.batch_row_lists,
    write_rows=write_rows,
    opens=("payment", "payment"),
    id="payment",
    scope="batch",
    views={
        "With a fault": {"outcome": "fault"},
        "To look at": {"noted": "1"},
        "Not sent": {"outcome": "not_sent,left_out"},
        "Sent": {"outcome": "sent"},
    },
)
