"""What is left over when something stopped half-way, and the ids that a provider's support asks for then."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.domain.clock import Clock
from dashboard.domain.errors import Refused
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, Item, LinkAttempt
from dashboard.staff.access import Permission, require
from dashboard.store import Store


class Attention:
    """Looks at what is unfinished, and puts away what somebody has dealt with."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def set_aside(self, actor: Actor, attempt_id: str) -> None:
        """Put an ended attempt away, into the customer's history. Raises InputError, Refused while it goes on."""
        require(actor, Permission.LINK_BANK)
        now = self._clock.now()
        with self._store.transaction():
            attempt = require_found(self._store.attempts.get(attempt_id), "link")
            if not attempt.state.is_final:
                raise Refused(
                    "This link has not ended.",
                    meaning="It is waiting for an answer or can continue.",
                    action="Press Open or Resume.",
                    code="not_ended",
                )
            if self._store.attempts.set_aside(attempt_id, actor.name, now):
                self._store.trail.append(actor, "link.set_aside", attempt_id, now, state=attempt.state.value)

    def loose_items(self, actor: Actor) -> Sequence[Item]:
        """Connections whose token is kept though no bank account came of them, and nothing is left to resume."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._store.items.without_account()

    def support_ids(self, actor: Actor, attempt: LinkAttempt) -> dict[str, str | None]:
        """The ids that Plaid's and Stripe's support ask for, by name; None where there is none yet."""
        require(actor, Permission.VIEW_ACCOUNTS)
        account = self._store.accounts.get(attempt.bank_account_id) if attempt.bank_account_id else None
        decided = self._store.customers.decision(attempt.customer_id).stripe_customer_id
        return {
            "Link session": attempt.link_session_id,
            "Plaid Item": self._store.items.plaid_id(attempt.item_id) if attempt.item_id else None,
            "Plaid account": attempt.account_id,
            "Institution": attempt.institution_id,
            "Stripe customer": account.stripe_customer_id if account else decided,
            "Stripe bank account": account.stripe_bank_account_id if account else None,
            "Our attempt": attempt.id,
        }
