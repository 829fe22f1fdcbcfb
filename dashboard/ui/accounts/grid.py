"""How linked accounts read in the table; a row opens the account's own page."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.accounts.lists import AccountFilter, AccountRow
from dashboard.accounts.status_words import READY, STATUSES
from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission
from dashboard.ui import format
from dashboard.ui.lists import Column, Line, Listed, Reading

COLUMNS = {
    "customer": Column("Customer", 190, "customer", up=True),
    "reference": Column("Reference", 120, "reference", up=True),
    "bank": Column("Bank", 180, "bank", up=True),
    "account": Column("Account", 180, "account", up=True),
    "status": Column("Status", 190, "status", up=True),
    "mandate": Column("Mandate", 90, "mandate", up=True),
    "linked": Column("Linked", 170, "linked"),
    "stripe": Column("Stripe bank account", 210, "stripe", up=True),
    "id": Column("Id", 220),
}


def fields(banks: Sequence[str]) -> list[dict[str, object]]:
    """The fields of the filter line, by the names of the address (`AccountFilter`)."""
    search = "Customer, reference, bank, last four, id"
    return [
        {"kind": "search", "name": "text", "label": "Search", "placeholder": search},
        {"kind": "many", "name": "status", "label": "Status", "options": [[one, one] for one in STATUSES]},
        {"kind": "text", "name": "bank", "label": "Bank", "placeholder": "Bank", "options": list(banks), "line": True},
        {"kind": "days", "from": "linked_from", "to": "linked_to"},
    ]


def write_rows(_desk: Desk, _actor: Actor, rows: Sequence[AccountRow], reading: Reading) -> list[Line]:
    """A row for each account."""
    return [
        Line(
            {
                "customer": row.owner,
                "reference": row.reference,
                "bank": row.account.institution_name,
                "account": format.account(row.account.name, row.account.mask),
                "status": row.status,
                "mandate": row.account.mandate_status or "none",
                "linked": format.moment(row.account.created_at, reading.zone, reading.now),
                "stripe": row.account.stripe_bank_account_id or "none",
                "id": row.account.id,
            },
            "bad" if row.status.startswith("✕") else "",
            {
                "customer": row.owner,
                "reference": row.reference,
                "bank": row.account.institution_name,
                "account": row.account.mask or "",
            },
            {"stripe": (row.account.stripe_bank_account_id, row.account.mandate_id), "id": (row.account.id,)},
        )
        for row in rows
    ]


ACCOUNTS = Listed[AccountFilter, AccountRow](
    name="accounts",
    title="Linked accounts",
    noun="account",
    columns=COLUMNS,
    fields=fields([]),  # the page says which banks there are
    sort="linked",
    permission=Permission.VIEW_ACCOUNTS,
    read_filter=AccountFilter.from_query,
    lists=lambda desk: desk.account_lists,
    write_rows=write_rows,
    opens=("accounts", "account"),
    views={"Ready to debit": {"status": READY.partition(" ")[2]}, "Sign in again": {"status": "Sign in again"}},
)
