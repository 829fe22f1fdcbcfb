"""Why a batch waits or has ended, and why a row of it was not sent."""

from __future__ import annotations

from dashboard.domain.models import Problem

WAITS_FOR_APPROVAL = Problem(
    "This batch waits for a second person.",
    "Nothing is charged before they approve it, and its rows count in every limit meanwhile.",
    "A colleague approves or declines it under Approvals; whoever submitted it may withdraw it.",
    "requires_review",
)
STOPPED = Problem(
    "The batch was stopped before this row's turn.",
    "Nothing was charged, and the row counts in no limit any more.",
    "Make a new batch of the rows that were not sent, if they are still wanted.",
    "batch_stopped",
)
WITHDRAWN = Problem(
    "The batch was withdrawn before it was approved.",
    "Nothing was charged, and nothing of the limits is used by it any more.",
    "Check it again and submit it anew, if it is still wanted.",
    "batch_withdrawn",
)
MISSED = Problem(
    "The day on which this batch was to be sent has passed.",
    "Sent now it would be taken later than the file says. Nothing more was charged.",
    "Correct the day in the file, and drop it again.",
    "missed_day",
)
NOTHING_LEFT = Problem(
    "No row of this batch is left to be sent.",
    "The authorizations of all its accounts have ended. Nothing was charged.",
    "Talk to the customers; link their banks again if they agree.",
    "nothing_left",
)


def left_out(name: str, reason: str) -> Problem:
    """That an approver took a row out of a batch before they approved the rest."""
    return Problem(
        f"Left out by {name}: {reason}",
        "Nothing was charged, and the row counts in no limit any more.",
        "Talk to them; put the row into a new batch if both agree.",
        "left_out",
    )


_AGAIN = "Talk to the customer. If they agree anew, link the bank again and put the row into a new batch."
ENDED = {
    "revoked": Problem(
        "The customer revoked the authorization before this row's turn.", "Nothing was charged.", _AGAIN, "stopped"
    ),
    "ended": Problem(
        "The account was removed or replaced before this row's turn.",
        "Nothing was charged: the authorization was for that account.",
        "Put the row into a new batch with the account that is in use now, if it is still wanted.",
        "stopped",
    ),
    "inactive": Problem(
        "Stripe ended the authorization before this row's turn.", "Nothing was charged.", _AGAIN, "stopped"
    ),
    "disputed": Problem(
        "A debit of this account came back as not authorized before this row's turn.",
        "Nothing was charged: the authorization counts as revoked.",
        _AGAIN,
        "stopped",
    ),
}
