"""The way to the debit of an account, from whatever page."""

from __future__ import annotations

from dashboard.domain.models import Actor
from dashboard.ui import actions


def held(fields: actions.Fields) -> list[str]:
    """What the form keeps; the next debit is another one, with another ticket."""
    return [name for name in fields if name.startswith("debit-")]


def open_debit(account_id: str = "") -> actions.Work:
    """The work of a button that begins a new debit: of this account, or with the choice of one."""
    query = {"account": account_id} if account_id else {}
    return lambda actor, fields: actions.Then("debit", query, forget=held(fields))


def see_payments(actor: Actor, fields: actions.Fields) -> actions.Then:
    """To the payments; the form is done with."""
    return actions.Then("payments", forget=held(fields))
