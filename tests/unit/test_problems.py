"""Every code that the providers document has words for a person; any other is shown as it came."""

from __future__ import annotations

import pytest

from dashboard.errors import InputError, ProviderRejected
from dashboard.problem_words import CLASSIC_CODES, EXIT_STATUSES, PLAID_CODES, STRIPE_CODES, Words
from dashboard.problems import explain, explain_exit, explained

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
bank_account_exists idempotency_key_in_use lock_timeout"""


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
