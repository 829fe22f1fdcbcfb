"""How decided approvals read in the table; a row opens the question as it was answered."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.approvals.lists import ApprovalRow
from dashboard.desk import Desk
from dashboard.domain.approval_filter import DECIDED, ApprovalFilter
from dashboard.domain.approvals import KINDS, ApprovalState
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission
from dashboard.ui import format
from dashboard.ui.lists import Column, Line, Listed, Reading

SIGNS = {
    ApprovalState.APPROVED: "◌",
    ApprovalState.SUCCEEDED: "✓",
    ApprovalState.REJECTED: "✕",
    ApprovalState.FAILED: "✕",
}
COLUMNS = {
    "decided": Column("Decided", 155, "decided"),
    "amount": Column("Amount", 100, "amount", number=True),
    "what": Column("What", 170),
    "customer": Column("Customer", 150, "customer", up=True),
    "state": Column("Outcome", 170, "state", up=True),
    "asked_by": Column("Asked by", 165, "asked_by", up=True),
    "decided_by": Column("Decided by", 165, "decided_by", up=True),
    "reason": Column("Why not", 220),
    "asked": Column("Asked", 155, "asked"),
    "kind": Column("Kind", 90, "kind", up=True),
    "id": Column("Approval", 200),
}
FIELDS: list[dict[str, object]] = [
    {"kind": "search", "name": "text", "label": "Search", "placeholder": "Name, person, amount, id"},
    {"kind": "many", "name": "state", "label": "Outcome", "options": [[one.value, one.words] for one in DECIDED]},
    {
        "kind": "choice",
        "name": "kind",
        "label": "Kind",
        "options": [["", "Every kind"], *([name, word] for name, word in KINDS.items())],
        "line": True,
    },
    {"kind": "days", "from": "decided_from", "to": "decided_to"},
    {"kind": "money", "label": "Amount", "from": "amount_min", "to": "amount_max"},
    {"kind": "text", "name": "asked_by", "label": "Asked by", "placeholder": "Part of a name"},
    {"kind": "text", "name": "decided_by", "label": "Decided by", "placeholder": "Part of a name"},
]


def write_rows(_desk: Desk, _actor: Actor, rows: Sequence[ApprovalRow], reading: Reading) -> list[Line]:
    """A row for each approval."""
    return [
        Line(
            {
                "decided": format.moment(row.decided.at, reading.zone, reading.now),
                "amount": format.money(row.decided.approval.amount_cents, "usd"),
                "what": row.title,
                "customer": row.customer,
                "state": f"{SIGNS.get(row.decided.approval.state, '–')} {row.decided.approval.state.words}",
                "asked_by": row.decided.approval.requested_by,
                "decided_by": row.decided.person or "nobody",
                "reason": row.decided.reason or format.NOTHING,
                "asked": format.moment(row.decided.approval.requested_at, reading.zone, reading.now),
                "kind": KINDS.get(row.decided.approval.kind, row.decided.approval.kind),
                "id": row.decided.approval.id,
            },
            row.decided.approval.state.value,
            {
                "customer": row.customer,
                "asked_by": row.decided.approval.requested_by,
                "decided_by": row.decided.person or "",
                "amount": format.bare_money(row.decided.approval.amount_cents, "usd"),
            },
            {"id": (row.decided.approval.id, row.decided.approval.subject)},
        )
        for row in rows
    ]


APPROVALS = Listed[ApprovalFilter, ApprovalRow](
    name="approvals",
    title="Decided approvals",
    noun="approval",
    columns=COLUMNS,
    fields=FIELDS,
    sort="decided",
    permission=Permission.VIEW_PAYMENTS,
    read_filter=ApprovalFilter.from_query,
    lists=lambda desk: desk.approval_lists,
    write_rows=write_rows,
    opens=("approvals", "approval"),
    views={
        "Sent": {"state": "succeeded"},
        "Declined": {"state": "rejected"},
        "Expired or canceled": {"state": "expired,canceled"},
        "Refused after approval": {"state": "failed"},
    },
)
