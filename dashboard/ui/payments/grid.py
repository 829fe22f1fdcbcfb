"""How payments read in the grid: the cells of a row, one payment in the panel, sums."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from dashboard.domain.payment_filter import DATES, RAILS
from dashboard.domain.payment_status import PaymentState
from dashboard.domain.periods import PERIODS
from dashboard.domain.return_codes import reason_texts
from dashboard.domain.searches import begins_id, search_key, search_words
from dashboard.messages.say_to_customer import CUSTOMER_SENTENCES
from dashboard.payments import PaymentRow
from dashboard.payments.detail import PaymentDetail
from dashboard.payments.sheet import reason_words
from dashboard.store.payments.questions import Sums
from dashboard.ui import format
from dashboard.ui.lists import Column

COLUMNS = {
    "created": Column("Created", 164, "created"),
    "amount": Column("Amount", 96, "amount", number=True),
    "status": Column("Status", 128, "status"),
    "customer": Column("Customer", 150, "customer", up=True),
    "reason": Column("Reason", 150, "reason"),
    "next": Column("What to do", 230),
    "when": Column("When", 200, "due"),
    "reference": Column("Reference", 120, "reference", up=True),
    "bank": Column("Bank", 160, "bank", up=True),
    "rail": Column("Rail", 76, "rail"),
    "id": Column("Id", 190),
}
COLLECTED = frozenset({PaymentState.SUCCEEDED, PaymentState.PAID_OUT, PaymentState.PARTLY_REFUNDED})
AGAIN = frozenset({PaymentState.FAILED, PaymentState.RETURNED_LATE})
WHO = {"customer": "The customer", "us": "We", "stripe": "Stripe", "bank": "The bank"}


def fields(banks: Sequence[str]) -> list[dict[str, object]]:
    """The fields of the filter line, by the names of the address (`PaymentFilter`)."""
    search = "Name, reference, bank, reason, amount, id"
    states = [[state.value, f"{state.icon} {state.word}"] for state in PaymentState]
    dates = [[name, kind.word.capitalize()] for name, kind in DATES.items()]
    return [
        {"kind": "search", "name": "text", "label": "Search", "placeholder": search},
        {"kind": "many", "name": "status", "label": "Status", "options": states},
        {
            "kind": "days",
            "name": "dated",
            "label": "Which date",
            "options": dates,
            "period": "period",
            "periods": [[name, word.removeprefix("in the ").capitalize()] for name, word in PERIODS.items()],
            "from": "created_from",
            "to": "created_to",
        },
        {"kind": "money", "label": "Amount", "from": "amount_min", "to": "amount_max"},
        {"kind": "text", "name": "bank", "label": "Bank", "placeholder": "All", "options": list(banks)},
        {"kind": "text", "name": "failure_code", "label": "Reason code", "placeholder": "insufficient_funds"},
        {"kind": "text", "name": "payout", "label": "Payout", "placeholder": "po_…"},
        {"kind": "text", "name": "customer", "label": "Customer's id", "placeholder": "cus_…"},
        {"kind": "choice", "name": "rail", "label": "Rail", "options": [["", "Both"], *map(list, RAILS.items())]},
        {"kind": "check", "name": "overdue", "label": "Overdue only"},
        {"kind": "check", "name": "in_time", "label": "Not overdue"},
    ]


def write_rows(rows: Sequence[PaymentRow | None], zone: tzinfo, now: datetime, text: str) -> list[list[str] | None]:
    """The cells of each row in the order of `COLUMNS`; after them its state, and which cells the search hit."""
    today, words = now.astimezone(zone).date(), search_words(text)
    return [
        None
        if row is None
        else [
            format.moment(row.created, zone, now),
            format.money(row.amount, row.currency),
            status_of(row),
            row.customer or row.email or "–",
            reason_words(row.reason),
            "" if row.next_action == "Nothing" else row.next_action,
            when(row, today),
            row.reference or "–",
            f"{row.bank} ••{row.last4}" if row.last4 else row.bank or "–",
            RAILS.get(row.rail, row.rail),
            row.id,
            "overdue" if row.waiting.overdue else row.state.value,
            _hits(row, words) if words else "",
        ]
        for row in rows
    ]


def _hits(row: PaymentRow, words: tuple[str, ...]) -> str:
    """The columns whose text a word of the search is in; what is searched is longer than what the cells show."""
    searched = {
        "customer": f"{row.customer} {row.email}",
        "reference": row.reference,
        "bank": f"{row.bank} {row.last4 or ''}",
        "reason": " ".join(reason_texts(row.reason, None)),
        "amount": format.bare_money(row.amount, row.currency),
    }
    hit = [name for name, found in searched.items() if any(word in search_key(found) for word in words)]
    ids = (row.id, row.intent_id, row.debit_id, row.payout_id)
    if any(begins_id(id, word) for id in ids if id for word in words):
        hit.append("id")
    return " ".join(hit)


def write_sums(sums: Sums) -> str:
    """`1,234 payments, $5.00`: a count and its money, by currency."""
    amounts = ", ".join(format.money(cents, currency) for currency, cents in sums.amounts.items()) or "$0.00"
    return f"{format.payments(sums.count)}, {amounts}"


def write_detail(detail: PaymentDetail, zone: tzinfo, now: datetime) -> dict[str, Any]:
    """One payment as the panel shows it."""
    row, today = detail.row, now.astimezone(zone).date()
    account = f"{row.bank} ••{row.last4}" if row.last4 else row.bank
    meaning = detail.reason.meaning if detail.reason else None
    spoken = CUSTOMER_SENTENCES.get(meaning.code, "") if meaning else ""
    timeline = [
        [
            format.day(one.at.date(), today) if one.is_day else format.moment(one.at, zone, now),
            one.what,
            one.is_certain and one.at <= now,
        ]
        for one in detail.timeline
    ]
    who = " · ".join(part for part in (row.customer or "Unknown customer", row.email, row.reference) if part)
    about = " · ".join(part for part in (when(row, today), account, RAILS.get(row.rail, row.rail)) if part)
    lines = [
        ["who", "", who],
        ["dim", "", about],
        ["next", "What to do", "" if row.next_action == "Nothing" else row.next_action],
        ["", "", f"{meaning.title} ({meaning.code}). {meaning.meaning}" if meaning else ""],
        ["", "", f"{WHO.get(meaning.who, meaning.who)} must act. {meaning.action}." if meaning else ""],
        ["", "Say to the customer", f"“{spoken}”" if spoken else ""],
    ]
    return {
        "id": row.id,
        "title": f"{format.money(row.amount, row.currency)} · {status_of(row)}",
        "lines": [line for line in lines if line[2]],
        "acts": [
            ["Open its own page", "payment", {"payment": row.id}],
            *([["Its case", "cases", {"case": detail.case_id}]] if detail.case_id else []),
            *([["Refund it", "payment", {"payment": row.id}]] if row.state in COLLECTED else []),
            *([["All of this customer", "", {"customer": row.customer_id}]] if row.customer_id else []),
            *([["Its payout", "payouts", {"payout": row.payout_id}]] if row.payout_id else []),
        ],
        "parts": [
            ["Timeline", "steps", timeline],
            ["Money", "money", [[name, format.money(cents, currency)] for name, cents, currency in detail.money]],
            ["Mandate", "text", _mandate(detail, zone)],
            ["Ids", "ids", list(detail.ids.items())],
            ["", "links", [[f"{name} in Stripe's Dashboard", url] for name, url in detail.links.items()]],
        ],
    }


def _mandate(detail: PaymentDetail, zone: tzinfo) -> str:
    kept = detail.mandate
    if kept is None:
        return (
            "Not recorded by this desk; Stripe has it." if detail.mandate_id else "None: an old-rail debit names none."
        )
    given = {"online": "online, in Link", "offline": "in person"}.get(kept.acceptance, kept.acceptance)
    return (
        f"{kept.status.capitalize()}. Given {given} on {format.moment(kept.accepted_at, zone)}, before {kept.operator}."
    )


def status_of(row: PaymentRow) -> str:
    """A sign and a word; overdue is said first."""
    if row.waiting.overdue:
        return f"⚠ Overdue ({row.state.word.lower()})"
    return f"{row.state.icon} {row.state.word}"


def when(row: PaymentRow, today: date) -> str:
    """The date that belongs to the status, with how far away it is."""
    if row.on is None or row.state is PaymentState.FAILED:  # when the money would have come is no news any more
        return ""
    day = row.on.date()  # a bank's day, which Stripe gives as midnight UTC: no zone may move it
    near = format.from_today(day, today)
    if row.waiting.overdue:
        return f"no answer since {format.day(day, today)}"
    return f"{format.day(day, today)} ({near})" if near else format.day(day, today)
