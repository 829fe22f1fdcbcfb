"""The way to a customer's link, from whatever page."""

from __future__ import annotations

from dashboard.desk import Desk
from dashboard.ui import actions


def to_link(customer_id: str = "", attempt_id: str | None = None) -> actions.Then:
    """To the customer's link: from the beginning, or to this attempt; to the choice of a customer without either."""
    named = {"customer": customer_id, "attempt": attempt_id}
    place = {name: value for name, value in named.items() if value}
    return actions.Then("onboard", place, {"onboard": place})


def open_link(customer_id: str = "", attempt_id: str | None = None) -> actions.Work:
    """The work of a button that only leads there."""
    return lambda actor, fields: to_link(customer_id, attempt_id)


def relink(desk: Desk, customer_id: str, item_id: str) -> actions.Work:
    """The work of a button that has the customer sign in to a connection once more, on this device."""
    return actions.call(desk.linking.relink, item_id, then=lambda opening: to_link(customer_id, opening.attempt_id))
