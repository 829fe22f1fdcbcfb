"""What the customer reads of a refund: when the money comes, and which reference their bank can search by."""

from __future__ import annotations

from collections.abc import Sequence

TITLE = "Your refund of {amount}"
SENT = "On {sent} we sent {amount} back to your account at {account}, for your payment of {paid} of {debited}."
WAITS = "We have ordered {amount} back to your account at {account}. It leaves once your payment has fully arrived."
EXPECTED = "Your bank receives it by {by} at the latest: a refund to a bank account takes up to three business days."
NO_DAY = "For this older kind of payment no day is promised. Please look at your account during the next two weeks."
ARRIVED = "Your bank has received it."
FAILED = (
    "It did not arrive: your bank sent it back, and we have the money again. Please call us, so that we pay you in"
    " another way."
)
ASK = "If you do not see it by {ask}, ask your bank for an ACH credit of {amount} from {business}, with this reference:"
NO_REFERENCE = "The reference that your bank can search by is not known yet. Ask us for it after {after}."
UNAVAILABLE = "There is no reference for this refund. Ask your bank by the amount, our name and the day."
NOT_TWICE = "Please do not dispute the payment at your bank as well: it would take the same money back a second time."
CONTACT = "Questions? {how}"


def write(lines: Sequence[str]) -> str:
    """A printed page's text: its paragraphs, without those that say nothing."""
    return "\n\n".join(line for line in lines if line) + "\n"
