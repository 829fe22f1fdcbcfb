"""How the audit trail reads in the table: a row for each action, its change in the panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard.desk import Desk
from dashboard.domain.audit_words import in_words
from dashboard.domain.models import Actor
from dashboard.operations.audit import AuditFilter
from dashboard.staff.access import Permission
from dashboard.store.audit_trail import AuditRow
from dashboard.ui import format
from dashboard.ui.lists import Column, Line, Listed, Reading

COLUMNS = {
    "seq": Column("Row", 80, "seq", number=True),
    "when": Column("When", 190),
    "who": Column("Who", 210, "who", up=True),
    "what": Column("What", 240, "what", up=True),
    "subject": Column("About", 300, "subject", up=True),
    "from": Column("From where", 140, "from", up=True),
}


def fields(actions: Sequence[str]) -> list[dict[str, object]]:
    """The fields of the filter line, by the names of the address (`AuditFilter`)."""
    what = [["", "Everything"], *([action, in_words(action)] for action in actions)]
    about = "About: an id, or a customer"
    return [
        {"kind": "text", "name": "subject", "label": "About", "placeholder": about, "line": True},
        {"kind": "text", "name": "who", "label": "Who", "placeholder": "Who: part of a name", "line": True},
        {"kind": "choice", "name": "what", "label": "What", "options": what, "line": True},
        {"kind": "days", "from": "start", "to": "end"},
    ]


def write_rows(_desk: Desk, _actor: Actor, rows: Sequence[AuditRow], reading: Reading) -> list[Line]:
    """A row for each action."""
    return [
        Line(
            {
                "seq": str(row.seq),
                "when": format.moment(row.at, reading.zone),
                "who": row.actor,
                "what": in_words(row.action),
                "subject": row.subject,
                "from": row.address or format.NOTHING,
            }
        )
        for row in rows
    ]


def write_one(desk: Desk, actor: Actor, id: str, reading: Reading) -> dict[str, Any]:
    """One action as the panel shows it: who, when, from where, and what changed."""
    number = int(id) if id.isascii() and id.isdigit() and len(id) < 19 else 0  # 0 is none: rows count from 1
    detail = desk.audit.get(actor, number)
    row, names = detail.row, sorted(set(detail.before) | set(detail.after))
    changes = [[name, cell(detail.before.get(name)), cell(detail.after.get(name))] for name in names]
    return {
        "id": str(row.seq),
        "title": f"{in_words(row.action)} · row {row.seq:,}",
        "lines": [
            ["", "Who", row.actor],
            ["", "When", format.moment(row.at, reading.zone)],
            ["", "From", row.address or "not known"],
            ["", "About", row.subject],
            ["dim", "Action", row.action],
        ],
        "acts": [["All about this", "", {"subject": row.subject}], ["All by this person", "", {"who": row.actor}]],
        "parts": [
            *([["What changed", "table", [["What", "Before", "After"], *changes]]] if names else []),
            *(
                [["Other facts", "facts", [[name, cell(value)] for name, value in sorted(detail.facts.items())]]]
                if detail.facts
                else []
            ),
            *([] if names or detail.facts else [["", "text", "There are no other facts."]]),
        ],
    }


def cell(value: object) -> str:
    """A fact as the panel shows it."""
    return format.NOTHING if value is None or value == "" else str(value)


AUDIT = Listed[AuditFilter, AuditRow](
    name="audit",
    title="Audit trail",
    noun="action",
    columns=COLUMNS,
    fields=fields([]),  # the page says which actions there are
    sort="seq",
    permission=Permission.VIEW_AUDIT,
    read_filter=AuditFilter.from_query,
    lists=lambda desk: desk.audit,
    write_rows=write_rows,
    write_one=write_one,
    id="seq",
)
