"""Get or raise: an id comes from an address, a list or an order, and what it names may be gone or never have been."""

from __future__ import annotations

from typing import TypeVar

from dashboard.domain.errors import InputError

Row = TypeVar("Row")

# What to do where one of these is not there; of anything else, the page is older than what it shows.
ACTIONS = {
    "customer": "Pick one from the list.",
    "account": "Pick one from the list.",
    "debit": "Pick one from the list.",
    "link": "Open Link again.",
    "row": "Pick one from the table.",
}


def require_found(row: Row | None, what: str) -> Row:
    """The row that an id names. Raises InputError with the code `unknown_<what>` where there is none."""
    if row is None:
        raise InputError(
            f"There is no such {what}.", action=ACTIONS.get(what, "Reload the page."), code=f"unknown_{what}"
        )
    return row
