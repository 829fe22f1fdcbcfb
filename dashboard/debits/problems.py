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
MISSED = Problem(
    "The day on which this debit was to be sent has passed.",
    "Sent now it would be taken later than the customer was told. Nothing was charged.",
    "Tell the customer the new day and confirm it again, or cancel it.",
    "missed_day",
)
ALIKE = Problem(
    "This account was debited with the same amount or the same invoice meanwhile.",
    "Nothing was charged: this one could be a second debit of the same debt.",
    "Look at that debit. Then confirm this one again, or cancel it.",
    "similar_debit",
)
CHANGED = Problem(
    "This would not be sent as it was approved in its batch.",
    "Nothing was charged: the account, or its customer at Stripe, has changed since.",
    "Put it into a new batch, which is approved as it is now.",
    "changed",
)
_AGAIN = "Talk to the customer. If they agree anew, link the bank again and schedule it again."
STOPPED = {
    "revoked": Problem(
        "The customer revoked the authorization before this debit's day.", "Nothing was charged.", _AGAIN, "stopped"
    ),
    "ended": Problem(
        "The account was removed or replaced before this debit's day.",
        "Nothing was charged: the authorization was for that account.",
        "Schedule it again from the account that is in use now, if it is still wanted.",
        "stopped",
    ),
    "inactive": Problem(
        "Stripe ended the authorization before this debit's day.", "Nothing was charged.", _AGAIN, "stopped"
    ),
    "disputed": Problem(
        "A debit of this account came back as not authorized before this debit's day.",
        "Nothing was charged: the authorization counts as revoked.",
        _AGAIN,
        "stopped",
    ),
}
