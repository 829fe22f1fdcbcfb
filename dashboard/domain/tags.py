"""Our ids in the metadata of Stripe's objects, by which one is found again after a lost answer (Stripe: metadata)."""

from __future__ import annotations

CUSTOMER_TAG = "ach_desk_customer"  # on a Customer: our customer
ATTEMPT_TAG = "ach_desk_link"  # on a SetupIntent: the link attempt that made it
DEBIT_TAG = "ach_desk_debit"  # on a PaymentIntent and its charge: our debit
REFUND_TAG = "ach_desk_refund"  # on a Refund: our order to refund
WRITTEN_TAG = "ach_desk_written"  # on a SetupIntent: our authorization that was signed on paper
