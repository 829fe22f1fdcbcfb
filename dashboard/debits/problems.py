"""Why a debit waits or has ended, where it is not a provider that says so."""

from __future__ import annotations

from dashboard.domain.models import Problem

NOT_SENT = Problem(
    "This debit was not sent in time.",
    "Nothing was charged. Since it was ordered, the balance or the authorization may have changed.",
    "Confirm it again, which checks both anew, or cancel it.",
    "not_sent",
)
NOT_LISTED = Problem(
    "Stripe does not list this debit.",
    "It was sent, but its answer was lost, and Stripe has no payment with its id.",
    "Search Stripe for the id once more. Then confirm the debit again, or cancel it.",
    "not_found",
    "stripe",
)
CANCELED_AT_STRIPE = Problem(
    "This debit was canceled at Stripe.",
    "Nothing was charged.",
    "Order a new one if it is still wanted.",
    "canceled_at_stripe",
    "stripe",
)
WAITS_FOR_APPROVAL = Problem(
    "This debit waits for a second person.",
    "Nothing is charged before they approve it, and it counts in every limit meanwhile.",
    "A colleague approves or declines it under Approvals; whoever ordered it may cancel it.",
    "requires_review",
)
LOOKED_FOR = Problem(
    "It is not known whether Stripe took this debit.",
    "It is never sent under another PaymentIntent, so that nobody is charged twice.",
    "Stripe is asked again every few minutes. Order no other debit in its place.",
    "unknown",
    "stripe",
)
