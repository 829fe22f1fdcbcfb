"""Every code that the providers document has words for a person; any other is shown as it came."""

from __future__ import annotations

import pytest

from dashboard.domain import return_codes
from dashboard.domain.errors import InputError, ProviderRejected
from dashboard.domain.models import Problem
from dashboard.messages.problems import explain, explain_exit, explained
from dashboard.messages.provider_codes import CLASSIC_CODES, EXIT_STATUSES, PLAID_CODES, STRIPE_CODES, Words
from dashboard.messages.say_to_customer import CUSTOMER_SENTENCES, DEFAULT, customer_sentence, write_line

PLAID = """INVALID_PUBLIC_TOKEN INVALID_ACCESS_TOKEN INVALID_ACCOUNT_ID INVALID_FIELD MISSING_FIELDS UNKNOWN_FIELDS
INVALID_BODY INVALID_HEADERS INVALID_CONFIGURATION SANDBOX_ONLY NOT_FOUND NO_LONGER_AVAILABLE INCOMPATIBLE_API_VERSION
INVALID_API_KEYS UNAUTHORIZED_ENVIRONMENT UNAUTHORIZED_ROUTE_ACCESS INVALID_PRODUCT INVALID_STRIPE_ACCOUNT
INVALID_LINK_TOKEN INVALID_LINK_CUSTOMIZATION ADDITIONAL_CONSENT_REQUIRED USER_PERMISSION_REVOKED ITEM_LOGIN_REQUIRED
PRODUCT_NOT_READY NO_AUTH_ACCOUNTS NO_ACCOUNTS PRODUCTS_NOT_SUPPORTED ITEM_NOT_SUPPORTED ACCESS_NOT_GRANTED
ITEM_NOT_FOUND ITEM_LOCKED INVALID_CREDENTIALS INVALID_MFA INSUFFICIENT_CREDENTIALS USER_SETUP_REQUIRED
INVALID_UPDATED_USERNAME INSTITUTION_DOWN INSTITUTION_NOT_RESPONDING INSTITUTION_NOT_AVAILABLE
INSTITUTION_NO_LONGER_SUPPORTED INSTITUTION_REGISTRATION_REQUIRED UNAUTHORIZED_INSTITUTION ACCOUNTS_LIMIT
ACCOUNTS_BALANCE_GET_LIMIT BALANCE_LIMIT AUTH_LIMIT IDENTITY_LIMIT TRANSACTIONS_LIMIT TRANSACTIONS_SYNC_LIMIT
ITEM_GET_LIMIT INSTITUTIONS_GET_LIMIT INSTITUTIONS_GET_BY_ID_LIMIT INSTITUTION_RATE_LIMIT RATE_LIMIT CREDITS_EXHAUSTED
INTERNAL_SERVER_ERROR PLANNED_MAINTENANCE TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION PUBLIC_KEY_NOT_ENABLED
INVALID_USER_IDENTITY_DATA INVALID_INSTITUTION"""
CLASSIC = """1000 1001 1003 1004 1005 1006 1007 1008 1009 1100 1101 1102 1104 1105 1106 1107 1108 1109 1110 1111 1112
1113 1114 1115 1200 1201 1202 1203 1204 1205 1206 1207 1208 1209 1210 1211 1212 1213 1215 1218 1219 1300 1301 1302 1303
1304 1305 1307 1501 1502 1503 1507 1600 1601 1606 1610 1700 1701 1702 1800 2001 2002"""
STATUSES = """requires_questions requires_selections requires_code choose_device requires_credentials
requires_account_selection requires_oauth institution_not_found institution_not_supported"""
STRIPE = """account_closed no_account debit_not_authorized insufficient_funds bank_account_restricted
bank_account_unusable bank_account_unverified bank_account_verification_failed bank_account_declined
payment_intent_mandate_invalid payment_method_bank_account_blocked payment_method_bank_account_already_verified
bank_account_exists idempotency_key_in_use lock_timeout token_already_used no_such_token rate_limit
payment_method_microdeposit_failed payment_method_microdeposit_verification_amounts_invalid
payment_method_microdeposit_verification_amounts_mismatch payment_method_microdeposit_verification_attempts_exceeded
payment_method_microdeposit_verification_descriptor_code_mismatch payment_method_microdeposit_verification_timeout
payment_method_microdeposit_processing_error charge_exceeds_transaction_limit charge_exceeds_weekly_limit
amount_too_small idempotency_error"""


@pytest.mark.parametrize(
    ("codes", "words"),
    [(PLAID, PLAID_CODES), (CLASSIC, CLASSIC_CODES), (STATUSES, EXIT_STATUSES), (STRIPE, STRIPE_CODES)],
    ids=["plaid", "classic", "link", "stripe"],
)
def test_every_documented_code_has_words(codes: str, words: dict[str, Words]) -> None:
    assert set(codes.split()) <= set(words)
    for one in words.values():
        assert one.what and not one.what.endswith(".")
        assert one.meaning.endswith(".") and one.action.endswith(".")


BANKS = """R01 R02 R03 R04 R05 R07 R08 R09 R10 R11 R15 R16 R20 R29 R31 insufficient_funds bank_account_closed
bank_account_invalid_details debit_not_authorized recipient_deceased bank_account_frozen bank_account_restricted
bank_account_unusable tokenized_account_number_deactivated"""


@pytest.mark.parametrize("code", BANKS.split())
def test_every_return_and_block_code_says_who_acts_and_what_the_customer_hears(code: str) -> None:
    meaning = return_codes.CODES[code]
    assert meaning.meaning and meaning.action and meaning.who in {"customer", "us", "stripe", "bank"}
    assert customer_sentence(Problem("x", code=code, provider="stripe")) != DEFAULT


KNOWN = [
    *((code, "plaid", "") for code in PLAID.split()),
    *((code, "plaid", "classic") for code in CLASSIC.split()),
    *((code, "stripe", "") for code in STRIPE.split()),
]


@pytest.mark.parametrize(("code", "provider", "kind"), KNOWN, ids=[code for code, _, _ in KNOWN])
def test_every_error_code_becomes_a_line_for_the_operator(code: str, provider: str, kind: str) -> None:
    error = ProviderRejected("raw words", provider=provider, code=code, kind=kind, request_id="req-42")
    check_line(explain(error), code)


@pytest.mark.parametrize("status", STATUSES.split())
def test_every_way_out_of_link_becomes_a_line_for_the_operator(status: str) -> None:
    problem = explain_exit(None, status, "req-42")
    assert problem is not None
    check_line(problem, status)


def check_line(problem: Problem, code: str) -> None:
    """What happened, what to say, what to try, and the ids, all in the text that one click copies."""
    assert "raw words" not in problem.what, "our words, not the provider's"
    spoken = customer_sentence(problem)
    assert spoken != DEFAULT and spoken[-1] in ".?!"
    for jargon in ("Plaid", "Stripe", "token", "API", "Item", code):
        assert jargon not in spoken
    line = write_line(problem, {"Link session": "session-1", "Plaid Item": None}).splitlines()
    assert line == [
        f"What happened: {problem.what}",
        f"What it means: {problem.meaning}",
        f"Say to the customer: {spoken}",
        f"What to do: {problem.action}",
        f"Provider: {problem.provider}",
        f"Code: {code}",
        "Request id: req-42",
        "Link session: session-1",
    ]


def test_every_code_that_has_words_has_a_sentence_for_the_customer() -> None:
    assert {*PLAID_CODES, *CLASSIC_CODES, *EXIT_STATUSES, *STRIPE_CODES, *return_codes.CODES} <= set(CUSTOMER_SENTENCES)
    assert customer_sentence(Problem("x", provider="plaid", code="NEW")) == DEFAULT
    assert customer_sentence(Problem("The name is empty.", code="invalid_name")) == ""


@pytest.mark.parametrize("provider", ["plaid", "stripe"])
def test_a_code_of_tomorrow_is_shown_as_it_came(provider: str) -> None:
    error = ProviderRejected(
        "Somebody says NEW_CODE: no", provider=provider, code="NEW_CODE", kind="NEW_TYPE", request_id="req-1"
    )
    problem = explain(error)
    assert ("NEW_CODE" in problem.what, problem.code, problem.request_id) == (True, "NEW_CODE", "req-1")
    assert "request id" in problem.action


@pytest.mark.parametrize(
    ("provider", "code", "message", "says"),
    [
        ("plaid", "WHATEVER", "the provided API keys are not enabled for the Stripe ACH integration.", "not connected"),
        (
            "plaid",
            "INVALID_STRIPE_ACCOUNT",
            "Routing number must have 9 digits.",
            "(Routing number must have 9 digits)",
        ),
        ("stripe", "resource_missing", "No such token: 'btok_1'", "does not know Plaid's bank token"),
        ("stripe", "resource_missing", "No such customer", "does not know this object (No such customer)"),
    ],
)
def test_messages_that_say_more_than_their_code(provider: str, code: str, message: str, says: str) -> None:
    error = ProviderRejected("x", provider=provider, code=code, provider_message=message)
    assert says in explain(error).what


def test_an_error_gets_its_words_on_the_way_to_a_page() -> None:
    with pytest.raises(ProviderRejected, match="locked this online account"), explained():
        raise ProviderRejected("raw", provider="plaid", code="ITEM_LOCKED")
    with pytest.raises(InputError, match="as it was"), explained():
        raise InputError("as it was")


def test_an_exit_in_the_guides_form_is_explained() -> None:
    problem = explain_exit({"code": 1205, "message": "account locked", "resolve": "x"}, None, "req-1")
    assert problem is not None
    assert "locked" in problem.what
    unknown = explain_exit({"error_code": "NEW", "error_message": "what it says"}, None, None)
    assert unknown is not None
    assert "what it says" in unknown.what
