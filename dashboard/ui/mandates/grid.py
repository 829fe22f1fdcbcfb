"""How bank accounts of the old rail read in the table; a row opens the account's own page."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.domain.old_accounts import OldAccount, OldAccountFilter, OldState
from dashboard.staff.access import Permission
from dashboard.ui import format
from dashboard.ui.lists import Column, Line, Listed, Reading

TO_COLLECT = {"status": OldState.NEEDS.value}  # what the page begins with
COLUMNS = {
    "customer": Column("Customer", 200, "customer", up=True),
    "brought": Column("In 12 months", 130, "brought", number=True),
    "last": Column("Last debit", 170, "last"),
    "bank": Column("Bank account", 220, "bank", up=True),
    "status": Column("Status", 180, "status", up=True),
    "email": Column("E-mail", 210),
    "reference": Column("Reference", 120),
    "id": Column("Stripe bank account", 230),
}
FIELDS: list[dict[str, object]] = [
    {"kind": "search", "name": "text", "label": "Search", "placeholder": "Name, e-mail, bank, last four, id"},
    {
        "kind": "many",
        "name": "status",
        "label": "Status",
        "options": [[one.value, one.word.partition(" ")[2]] for one in OldState],
    },
]


def say_account(one: OldAccount) -> str:
    """The bank, and the end of the number."""
    return format.account(one.bank or "Bank", one.last4)


def write_rows(_desk: Desk, _actor: Actor, rows: Sequence[OldAccount], reading: Reading) -> list[Line]:
    """A row for each account."""
    return [
        Line(
            {
                "customer": one.name or "No name at Stripe",
                "brought": format.money(one.brought_cents, "usd"),
                "last": format.moment(one.last_debit_at, reading.zone, reading.now),
                "bank": say_account(one),
                "status": one.state.word,
                "email": one.email or format.NOTHING,
                "reference": one.reference or format.NOTHING,
                "id": one.id,
            },
            "",
            {"customer": one.name, "email": one.email, "bank": f"{one.bank} {one.last4 or ''}"},
            {"id": (one.id, one.stripe_customer_id)},
        )
        for one in rows
    ]


OLD_ACCOUNTS = Listed[OldAccountFilter, OldAccount](
    name="mandates",
    title="Bank accounts saved on the old rail",
    noun="account",
    columns=COLUMNS,
    fields=FIELDS,
    sort="brought",
    permission=Permission.VIEW_ACCOUNTS,
    read_filter=OldAccountFilter.from_query,
    lists=lambda desk: desk.old_account_lists,
    write_rows=write_rows,
    opens=("mandates", "account"),
    views={
        "To collect": TO_COLLECT,
        "Collected": {"status": OldState.COLLECTED.value},
        "Not needed": {"status": OldState.ASIDE.value},
    },
)
