"""How customers read in the table; a row opens the customer's own page."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.customers import HOLDERS
from dashboard.customers.lists import CustomerFilter
from dashboard.desk import Desk
from dashboard.domain.models import Actor, Customer
from dashboard.staff.access import Permission
from dashboard.ui import format
from dashboard.ui.lists import Column, Line, Listed, Reading

COLUMNS = {
    "name": Column("Name", 220, "name", up=True),
    "email": Column("E-mail", 240, "email", up=True),
    "reference": Column("Your reference", 140, "reference", up=True),
    "holder": Column("Kind", 90, "holder", up=True),
    "added": Column("Added", 170, "newest"),
    "stripe": Column("Stripe customer", 180, "stripe", up=True),
    "id": Column("Id", 220),
}
FIELDS: list[dict[str, object]] = [
    {"kind": "search", "name": "text", "label": "Search", "placeholder": "Name, e-mail, reference, id"}
]


def write_rows(_desk: Desk, _actor: Actor, rows: Sequence[Customer], reading: Reading) -> list[Line]:
    """A row for each customer."""
    return [
        Line(
            {
                "name": one.name,
                "email": one.email,
                "reference": one.reference,
                "holder": HOLDERS[one.holder_type],
                "added": format.moment(one.created_at, reading.zone, reading.now),
                "stripe": one.stripe_customer_id or "none yet",
                "id": one.id,
            },
            searched={"name": one.name, "email": one.email, "reference": one.reference},
            ids={"stripe": (one.stripe_customer_id,), "id": (one.id,)},
        )
        for one in rows
    ]


CUSTOMERS = Listed[CustomerFilter, Customer](
    name="customers",
    title="Customers",
    noun="customer",
    columns=COLUMNS,
    fields=FIELDS,
    sort="newest",
    permission=Permission.VIEW_CUSTOMERS,
    read_filter=CustomerFilter.from_query,
    lists=lambda desk: desk.customer_lists,
    write_rows=write_rows,
    opens=("customers", "customer"),
)
