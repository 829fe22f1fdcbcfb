"""The dictionary of codes is whole: against Stripe's documents and the enums of the client that is installed."""

from __future__ import annotations

import re

import pytest
import stripe

from dashboard.domain.return_codes import (
    CODES,
    MOST_REPRESENTMENTS,
    NOT_SENT,
    RETURN_CODES,
    STRIPE_CODES,
    as_markdown,
    explain,
    reason_texts,
    return_code,
)

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
    assert explain(code) is meaning
    assert meaning.who in {"customer", "us", "stripe", "bank"}
    assert not meaning.representable or code in {"R01", "R09", "insufficient_funds"}, "Nacha: only these, at most twice"


def test_a_code_that_nobody_knows_is_shown_as_it_came() -> None:
    unknown = explain("new_in_2030")
    assert unknown is not None
    assert (unknown.code, unknown.title, unknown.who) == ("new_in_2030", "new_in_2030", "us")
    assert (unknown.group, unknown.representable) == ("other", False)
    assert explain("r02") == RETURN_CODES["R02"]
    assert explain("") is None and explain(None) is None
    assert len({*RETURN_CODES, *STRIPE_CODES}) == len(CODES) == len(RETURN_CODES) + len(STRIPE_CODES)


# Nacha: returns that count for the unauthorized rate (0.5 %) and for the administrative rate (3 %), and what each of
# them is as Stripe's code.
UNAUTHORIZED_CODES = {"R05", "R07", "R10", "R11", "R29", "R51"}
ADMINISTRATIVE_CODES = {"R02", "R03", "R04"}


def test_what_counts_for_nachas_return_rates() -> None:
    groups = {code: meaning.group for code, meaning in RETURN_CODES.items()}
    assert {code for code, group in groups.items() if group == "unauthorized"} == UNAUTHORIZED_CODES
    assert {code for code, group in groups.items() if group == "administrative"} == ADMINISTRATIVE_CODES
    assert set(groups.values()) == {"unauthorized", "administrative", "other"}
    assert {code for code, meaning in STRIPE_CODES.items() if meaning.group == "unauthorized"} == {
        "debit_not_authorized",
        "customer_initiated",
    }


def test_two_returns_may_be_presented_again_and_each_at_most_twice() -> None:
    again = {code for code, meaning in CODES.items() if meaning.representable}
    assert again == {"R01", "R09", "insufficient_funds"} and MOST_REPRESENTMENTS == 2


def test_what_stripe_refused_before_the_bank_network_saw_it() -> None:
    assert {
        "payment_method_bank_account_blocked",
        "bank_account_unusable",
        "bank_account_unverified",
        "payment_intent_mandate_invalid",
        "charge_exceeds_source_limit",
        "charge_exceeds_transaction_limit",
        "highest_risk_level",
        "blocked",
        "fraudulent",
    } == NOT_SENT


def test_the_documents_have_a_line_for_each_code() -> None:
    text = as_markdown()
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    assert [line.split("`")[1] for line in lines] == [*RETURN_CODES, *STRIPE_CODES]
    meaning = CODES["R01"]
    cells = ["`R01`", meaning.title, meaning.meaning, "customer", meaning.action, "other", "yes"]
    assert lines[0] == f"| {' | '.join(cells)} |"
    assert lines[1].endswith("| administrative | no |")
    assert {line.split("`")[1]: line.endswith("| yes |") for line in lines} == {
        code: one.representable for code, one in {**RETURN_CODES, **STRIPE_CODES}.items()
    }
    assert all(line.endswith(("| yes |", "| no |")) for line in lines)
    heads = [line for line in text.splitlines() if line.startswith("| code |")]
    assert len(heads) == 2
    for title in ("## ACH return codes", "## Stripe's codes"):
        assert f"{title}\n\n| code | what it is |" in text, "a table begins after an empty line"
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## ACH return codes",
        "## Stripe's codes",
    ]


def test_a_payment_that_came_back_is_found_by_stripes_word_its_title_and_the_code_that_the_bank_gave() -> None:
    unauthorized = STRIPE_CODES["debit_not_authorized"].title
    assert reason_texts("debit_not_authorized", "R29") == ["debit_not_authorized", unauthorized, "R29"]
    assert reason_texts("debit_not_authorized", None) == ["debit_not_authorized", unauthorized, "R10"]
    assert reason_texts("R01", "R01") == ["R01", RETURN_CODES["R01"].title]
    assert reason_texts(None, "R01") == []
    assert reason_texts("something_new", None) == ["something_new"]


def test_the_return_code_is_the_banks_own_else_what_stripe_says_in_its_place() -> None:
    assert return_code("r29", "debit_not_authorized") == "R29"
    assert return_code(None, "r01") == "R01"
    assert return_code("something_new", "debit_not_authorized") == "R10"
    assert return_code(None, None) is None
    assert return_code(None, "something_new") is None
