"""Payments as rows of a workbook: in words, in the order of the table, money as money and days as days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from dashboard.domain.payment_filter import RAILS
from dashboard.domain.payment_status import PaymentState
from dashboard.domain.return_codes import explain
from dashboard.domain.workbooks import Cell, Column, Kind, Money
from dashboard.payments import PaymentRow


def status_words(row: PaymentRow) -> str:
    """`Paid out`; what is overdue says so first."""
    return f"Overdue ({row.state.word.lower()})" if row.waiting.overdue else row.state.word


def reason_words(reason: str | None) -> str:
    """`Insufficient funds (insufficient_funds)`; empty without a reason, a code that nobody knows by itself."""
    meaning = explain(reason)
    if meaning is None or not reason:
        return ""
    return reason if meaning.title == reason else f"{meaning.title} ({reason})"


def _money(cents: int | None, currency: str | None) -> Money | None:
    return None if cents is None or not currency else Money(cents, currency)


# By the machine's names, in the order of the table; what the table does not show comes after it.
SHEET: dict[str, tuple[Column, Callable[[PaymentRow], Cell]]] = {
    "created_at": (Column("Created", Kind.MOMENT), lambda row: row.created),
    "amount_cents": (Column("Amount", Kind.MONEY), lambda row: _money(row.amount, row.currency)),
    "currency": (Column("Currency"), lambda row: row.currency.upper()),
    "status": (Column("Status"), status_words),
    "customer": (Column("Customer"), lambda row: row.customer),
    "email": (Column("E-mail"), lambda row: row.email),
    "reason": (Column("Reason"), lambda row: reason_words(row.reason)),
    "reference": (Column("Reference"), lambda row: row.reference),
    "bank": (Column("Bank"), lambda row: row.bank),
    "last4": (Column("Last digits"), lambda row: row.last4),
    "date": (
        Column("Due or final on", Kind.DAY),
        lambda row: None if row.on is None or row.state is PaymentState.FAILED else row.on.date(),
    ),
    "next_action": (Column("What to do"), lambda row: "" if row.next_action == "Nothing" else row.next_action),
    "overdue": (Column("Overdue"), lambda row: "Yes" if row.waiting.overdue else ""),
    "fee_cents": (Column("Fee", Kind.MONEY), lambda row: _money(row.fee, row.balance_currency or row.currency)),
    "net_cents": (Column("Net", Kind.MONEY), lambda row: _money(row.net, row.balance_currency or row.currency)),
    "balance_currency": (Column("Currency of fee and net"), lambda row: (row.balance_currency or "").upper()),
    "refunded_cents": (Column("Refunded", Kind.MONEY), lambda row: _money(row.refunded or None, row.currency)),
    "rail": (Column("Rail"), lambda row: RAILS.get(row.rail, row.rail)),
    "payout": (Column("Payout"), lambda row: row.payout_id),
    "id": (Column("Payment"), lambda row: row.id),
    "payment_intent": (Column("PaymentIntent"), lambda row: row.intent_id),
    "customer_id": (Column("Stripe customer"), lambda row: row.customer_id),
    "debit": (Column("Debit of the desk"), lambda row: row.debit_id),
}


def sheet_columns(names: Sequence[str]) -> list[Column]:
    """The columns of these machine's names."""
    return [SHEET[name][0] for name in names]


def sheet_rows(rows: Iterable[PaymentRow], names: Sequence[str]) -> Iterator[list[Cell]]:
    """The rows with the cells of these columns."""
    makers = [SHEET[name][1] for name in names]
    for row in rows:
        yield [make(row) for make in makers]
