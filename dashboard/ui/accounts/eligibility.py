"""What to do where an account cannot be debited."""

from __future__ import annotations

from dashboard.domain.models import Actor, BankAccount, Problem
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, errors


def explain(actor: Actor, account: BankAccount, blocker: Problem) -> None:
    """Why the account cannot be debited, with the way to the page where that is fixed."""
    errors.show_problem(blocker, gentle=True)
    if account.ended is None and can(actor, Permission.VIEW_ACCOUNTS):
        there = actions.go("health")
        actions.button("Go to Account health", there, key=f"health-{account.id}", icon=":material/ecg_heart:")
