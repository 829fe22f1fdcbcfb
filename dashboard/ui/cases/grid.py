"""How cases read in the table: their columns and filter, the cells of a row, one case in the panel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from dashboard.desk import Desk
from dashboard.domain.case_filter import CaseFilter
from dashboard.domain.cases import HAPPENED, UNDECIDED, Case, CaseKind, CaseState, NextStep
from dashboard.domain.cover import Cover
from dashboard.domain.models import Actor
from dashboard.domain.return_codes import explain
from dashboard.messages.say_to_customer import CUSTOMER_SENTENCES
from dashboard.staff.access import Permission, can
from dashboard.ui import format
from dashboard.ui.lists import Column, Line, Listed, Reading

NOBODY = "Nobody"
TO_DO = {"status": ",".join(UNDECIDED), "order": "up"}  # what the page begins with: the soonest due first
COLUMNS = {
    "due": Column("Due", 200, "due", up=True),
    "amount": Column("Amount", 110, "amount", number=True),
    "kind": Column("What happened", 120, "kind", up=True),
    "customer": Column("Customer", 170),
    "code": Column("Reason", 180),
    "step": Column("Next step", 180),
    "assignee": Column("Assigned to", 150, "assignee", up=True),
    "status": Column("Status", 190, "status", up=True),
    "happened": Column("When", 165, "happened"),
    "reference": Column("Reference", 120),
    "payment": Column("Payment", 200),
}
FIELDS: list[dict[str, object]] = [
    {"kind": "search", "name": "text", "label": "Search", "placeholder": "Name, reference, code, id"},
    {
        "kind": "many",
        "name": "status",
        "label": "Status",
        "options": [[one.value, one.word] for one in CaseState],
    },
    {
        "kind": "many",
        "name": "kind",
        "label": "What happened",
        "options": [[one.value, one.word] for one in CaseKind],
    },
    {"kind": "days", "from": "due_from", "to": "due_to"},
    {
        "kind": "choice",
        "name": "step",
        "label": "Next step",
        "options": [["", "Any"], *([one.value, one.word] for one in NextStep)],
    },
    {"kind": "text", "name": "assignee", "label": "Assigned to", "placeholder": "me, nobody, or a name"},
    {"kind": "check", "name": "overdue", "label": "Overdue only"},
]


def say_due(case: Case, today: date) -> str:
    """By when, with how far away that is; of a decided one nothing."""
    if case.state is CaseState.CLOSED:
        return format.NOTHING
    near = format.from_today(case.due_on, today)
    day = format.day(case.due_on, today)
    return f"⚠ Overdue since {day}" if case.is_overdue(today) else f"{day} ({near})" if near else day


def say_status(case: Case) -> str:
    """Where it stands, or how it was decided."""
    return case.outcome.word if case.outcome is not None else case.state.word


def say_by(person: str) -> str:
    """Who did it; what the sync saw, the desk did."""
    return "the desk" if person == "system" else person


def say_code(case: Case) -> str:
    """What the code is called, and the code."""
    meaning = explain(case.code)
    return f"{meaning.title} ({meaning.code})" if meaning else format.NOTHING


def say_cover(cover: Cover | None, zone: tzinfo, now: datetime) -> str:
    """Since when the balances that the desk has asked for cover the amount, in one sentence."""
    if cover is None:
        return "Whether the balance covers it is not known: nobody asked since it came back."
    last = format.moment(cover.asked_at, zone, now)
    if cover.since is None:
        known = "The bank gave no available balance" if cover.is_covered is None else "It did not cover it"
        return f"The balance has not covered it since it came back. {known} when it was asked last ({last})."
    day = format.day(cover.since.astimezone(zone).date(), now.astimezone(zone).date())
    words = f"The balance covers it since {day} (asked {format.time_of(cover.since, zone)})"
    if cover.is_covered is None:
        return f"{words}; asked last {last}, the bank gave no available balance."
    return f"{words}." if cover.asked_at == cover.since else f"{words}, asked last {last}."


def write_rows(_desk: Desk, _actor: Actor, rows: Sequence[Case], reading: Reading) -> list[Line]:
    """A row for each case."""
    today = reading.now.astimezone(reading.zone).date()
    return [
        Line(
            {
                "due": say_due(one, today),
                "amount": format.money(one.amount, one.currency),
                "kind": one.kind.word,
                "customer": one.customer or format.NOTHING,
                "code": say_code(one),
                "step": format.NOTHING if one.state is CaseState.CLOSED else one.step.word,
                "assignee": one.assignee or NOBODY,
                "status": say_status(one),
                "happened": format.moment(one.happened_at, reading.zone, reading.now),
                "reference": one.reference or format.NOTHING,
                "payment": one.payment_id,
            },
            "overdue" if one.is_overdue(today) else one.state.value,
            {"customer": one.customer, "reference": one.reference, "code": one.code or ""},
            {"payment": (one.payment_id, one.cause)},
        )
        for one in rows
    ]


def write_one(desk: Desk, actor: Actor, id: str, reading: Reading) -> dict[str, Any]:
    """One case as the panel shows it: what happened, the one next step, its time line."""
    shown = desk.cases.get(actor, id)
    case, today = shown.case, reading.now.astimezone(reading.zone).date()
    meaning = explain(case.code)
    spoken = CUSTOMER_SENTENCES.get(meaning.code, "") if meaning else ""
    who = " · ".join(part for part in (case.customer or "Unknown customer", case.reference) if part)
    until = f" Possible until {format.day(case.until_on, today)}." if case.until_on else ""
    is_open, covered = case.state is not CaseState.CLOSED, ""
    if is_open and shown.again and shown.again.problem is None and can(actor, Permission.VIEW_BALANCE):
        covered = say_cover(desk.presenting_again.cover(actor, case.id), reading.zone, reading.now)
    lines = [
        ["who", "", who],
        ["dim", "", f"{HAPPENED[case.kind]}, {format.moment(case.happened_at, reading.zone, reading.now)}"],
        ["next", "Next step", f"{case.step.word}.{until}" if is_open else ""],
        ["", "Balance", covered],
        ["", "Due", say_due(case, today) if is_open else ""],
        ["", "Assigned to", case.assignee or NOBODY],
        ["", "Status", say_status(case)],
        ["", "", f"{meaning.title} ({meaning.code}). {meaning.meaning} {meaning.action}." if meaning else ""],
        ["", "Say to the customer", f"“{spoken}”" if spoken else ""],
    ]
    steps = [
        [
            format.moment(one.at, reading.zone, reading.now),
            f"{one.what} · {say_by(one.by)}" + (f": {one.note}" if one.note else ""),
            True,
        ]
        for one in shown.events
    ]
    about = [["About", case.cause]] if case.cause != case.payment_id else []
    return {
        "id": case.payment_id,
        "title": f"{format.money(case.amount, case.currency)} · {case.kind.word}",
        "lines": [line for line in lines if line[2]],
        "acts": [
            ["Work on it" if is_open else "Open its own page", "cases", {"case": case.id}],
            ["Its payment", "payment", {"payment": case.payment_id}],
        ],
        "parts": [
            ["Timeline", "steps", steps],
            ["Ids", "ids", [["Case", case.id], ["Payment", case.payment_id], *about]],
        ],
    }


CASES = Listed[CaseFilter, Case](
    name="cases",
    title="Cases",
    noun="case",
    columns=COLUMNS,
    fields=FIELDS,
    sort="due",
    permission=Permission.VIEW_PAYMENTS,
    read_filter=CaseFilter.from_query,
    lists=lambda desk: desk.case_lists,
    write_rows=write_rows,
    write_one=write_one,
    id="payment",  # of its payment, of which there is one case
    views={
        "To do": {"status": TO_DO["status"]},
        "Overdue": {"overdue": "1"},
        "Mine": {"status": TO_DO["status"], "assignee": "me"},
        "Nobody's": {"status": TO_DO["status"], "assignee": "nobody"},
        "Late returns and disputes": {"status": TO_DO["status"], "kind": "late_return,dispute,inquiry"},
    },
)
