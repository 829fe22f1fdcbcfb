"""What an order to debit must be: its amount, its invoice, and a balance that covers it."""

from __future__ import annotations

from datetime import datetime, timedelta

from dashboard.domain.errors import InputError, Refused
from dashboard.domain.models import Balance

CURRENCY = "usd"  # Stripe: ACH moves only US dollars
SMALLEST_CENTS = 50  # Stripe: at least $0.50
LARGEST_CENTS = 99_999_999  # Stripe: an amount has at most eight digits
BALANCE_LIFE = timedelta(minutes=10)  # long enough to read and confirm, short enough to still be true
REFERENCE_LIMIT = 100


def check_amount(amount_cents: object) -> int:
    """Whole cents from $0.50 to $999,999.99. Raises InputError."""
    if isinstance(amount_cents, bool) or not isinstance(amount_cents, int):
        raise InputError(
            "The amount is not a number of cents.", action="Type dollars and cents.", code="invalid_amount"
        )
    if amount_cents < 0:
        raise InputError(
            "The amount is negative: that is what a minus sign or parentheses mean.",
            action="Type an amount above zero; money goes back to a customer by a refund of its payment.",
            code="invalid_amount",
        )
    if amount_cents == 0:
        raise InputError("The amount is not above zero.", action="Type an amount above zero.", code="invalid_amount")
    if amount_cents < SMALLEST_CENTS:
        raise InputError("The amount is below $0.50.", action="Stripe debits $0.50 or more.", code="amount_too_small")
    if amount_cents > LARGEST_CENTS:
        raise InputError("The amount is above $999,999.99.", action="Split it.", code="amount_too_large")
    return amount_cents


def check_most(amount_cents: object, most_cents: int) -> int:
    """The same, at most what the desk debits at once. Raises InputError, Refused above it."""
    amount = check_amount(amount_cents)
    if amount > most_cents:
        raise Refused(
            "The amount is above the most that this desk debits at once.",
            meaning="Nothing was done.",
            action="Debit less, or ask an administrator about ACH_DESK_DEBIT_MAX_CENTS.",
            code="above_maximum",
        )
    return amount


def check_invoice_reference(value: str) -> str:
    """What the debit is for, 1 to 100 characters. Raises InputError."""
    text = " ".join(value.split())
    if not text or len(text) > REFERENCE_LIMIT or not text.isprintable():
        raise InputError(
            "The invoice reference is empty or longer than 100 characters.",
            action="Type the invoice's number.",
            code="invalid_reference",
        )
    return text


def check_balance(
    balance: Balance, left_cents: int | None, amount_cents: int, accept_unknown: bool, now: datetime
) -> None:
    """A balance that is fresh and covers the amount. Raises Refused.

    `left_cents` is what our own debits on their way leave of it; None where the bank gives no available balance.
    """
    if not timedelta(minutes=-1) <= now - balance.at <= BALANCE_LIFE:
        raise Refused(
            "The balance is older than ten minutes.",
            meaning="It may have changed.",
            action="Check the balance again.",
            code="old_balance",
        )
    if balance.currency not in {None, CURRENCY}:
        raise Refused(
            f"The account is in {str(balance.currency).upper()}, not in US dollars.",
            meaning="ACH moves only US dollars.",
            action="Ask the customer for another account.",
            code="not_usd",
        )
    if left_cents is None:
        if not accept_unknown:
            raise Refused(
                "The bank gives no available balance for this account.",
                meaning="The debit may come back for insufficient funds.",
                action="Confirm that you want to debit without knowing the balance.",
                code="unknown_balance",
            )
    elif left_cents < amount_cents:
        raise Refused(
            "The amount is above the available balance less our own debits on their way.",
            meaning="The debit would come back for insufficient funds.",
            action="Debit less, or agree on a later date.",
            code="above_balance",
        )
