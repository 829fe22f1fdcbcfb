"""The dictionary of codes is whole: against Stripe's documents and the enums of the client that is installed."""

from __future__ import annotations

import re

import pytest
import stripe

from dashboard.return_codes import CODES, NOT_SENT, RETURN_CODES, explain

# Stripe, decline and network codes: what each ACH return becomes.
DOCUMENTED = {
    "R01": "insufficient_funds",
    "R09": "insufficient_funds",
    "R02": "bank_account_closed",
    "R03": "bank_account_invalid_details",
    "R04": "bank_account_invalid_details",
    **dict.fromkeys(("R05", "R07", "R08", "R10", "R11", "R29", "R31"), "debit_not_authorized"),
    "R15": "recipient_deceased",
    "R16": "bank_account_frozen",
}
LATE_RETURNS = {"insufficient_funds", "incorrect_account_details", "bank_cannot_process"}  # Stripe, late failures
ABOUT_BANKS = re.compile("bank|mandate|microdeposit|debit|routing|source_limit|transaction_limit|^no_account|_closed$")
OTHER_RAILS = {  # of the same enum, and never of us_bank_account
    *("acss_debit_session_incomplete", "billing_invalid_mandate", "india_recurring_payment_mandate_canceled"),
    "invalid_mandate_reference_prefix_format",
}


def enum(kind: type, name: str) -> set[str]:
    """The values that the client names for a field."""
    return set(re.findall(r"[\"'](\w+)[\"']", str(kind.__annotations__[name])))


def test_every_return_of_stripes_documents_is_explained_on_both_sides() -> None:
    assert set(DOCUMENTED) <= set(RETURN_CODES)
    assert {*DOCUMENTED.values(), *LATE_RETURNS, *NOT_SENT} <= set(CODES)
    for code, stripes in DOCUMENTED.items():
        assert CODES[code].representable == CODES[stripes].representable


def test_every_code_of_the_installed_client_that_concerns_bank_debits_is_explained() -> None:
    errors = enum(stripe.PaymentIntent.LastPaymentError, "code")
    blocked = stripe.PaymentMethod.UsBankAccount.StatusDetails.Blocked
    concerned = {code for code in errors if ABOUT_BANKS.search(code)} - OTHER_RAILS
    assert len(errors) > 100 and len(concerned) > 15, "the client's enums are where they were"
    assert concerned <= set(CODES)
    assert enum(blocked, "network_code") and enum(blocked, "network_code") <= set(RETURN_CODES)
    assert enum(blocked, "reason") and enum(blocked, "reason") <= set(CODES)
    assert enum(stripe.PaymentIntent, "cancellation_reason") <= set(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_says_what_it_means_and_who_does_what(code: str) -> None:
    meaning = CODES[code]
    assert meaning.title and meaning.meaning.endswith(".") and meaning.action
    assert meaning.who in {"customer", "us", "stripe", "bank"}
    assert not meaning.representable or code in {"R01", "R09", "insufficient_funds"}, (
        "Nacha: these alone, at most twice"
    )


def test_a_code_that_nobody_knows_is_shown_as_it_came() -> None:
    assert explain("new_in_2030") and explain("new_in_2030").title == "new_in_2030"  # type: ignore[union-attr]
    assert explain("new_in_2030").representable is False  # type: ignore[union-attr]
    assert explain("r02") == RETURN_CODES["R02"]
    assert explain("") is None
