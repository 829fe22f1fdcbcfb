"""Whether an account may be debited, and if not, why: asked before anybody types an amount, and again at the order."""

from __future__ import annotations

from dashboard.errors import Refused
from dashboard.models import BankAccount, Ended


def refuse_ended(account: BankAccount) -> None:
    """Nothing where an account is in use. Raises Refused where its connection was taken down."""
    if account.ended is None:
        return
    on = f" on {account.ended_at:%Y-%m-%d}" if account.ended_at else ""
    if account.ended is Ended.REPLACED:
        raise Refused(
            f"This account was replaced by a newer link of the same one{on}.",
            meaning="Nothing is debited from it any more.",
            action="Debit the newer one.",
            code="account_ended",
        )
    raise Refused(
        f"The connection to {account.institution_name} was removed{on}.",
        meaning="Nothing is debited from it any more.",
        action="Ask the customer; if they agree anew, link the bank again.",
        code="account_ended",
    )
