"""What to say to the customer, for each code: their words, no jargon, no blame, and nothing that is not so."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.domain.models import Problem

OURS = "This is a problem on our side, not yours or your bank's. We will fix it and get back to you."
WAIT = "The connection is busy right now. Let's wait a minute and try again."
BANKS = (
    "The payment did not go through for a technical reason between the banks. You don't need to do anything for now."
)
DEFAULT = "That did not work, and it is not your fault. Let me find out why and get back to you."

_TABLE: Mapping[str, str] = {
    OURS: """INVALID_FIELD MISSING_FIELDS UNKNOWN_FIELDS INVALID_BODY INVALID_HEADERS INVALID_CONFIGURATION NOT_FOUND
        NO_LONGER_AVAILABLE INVALID_INSTITUTION INVALID_USER_IDENTITY_DATA SANDBOX_ONLY INCOMPATIBLE_API_VERSION
        PUBLIC_KEY_NOT_ENABLED INVALID_API_KEYS UNAUTHORIZED_ENVIRONMENT UNAUTHORIZED_ROUTE_ACCESS INVALID_PRODUCT
        ADDENDUM_NOT_SIGNED CLIENT_TRANSACTION_ID_ALREADY_IN_USE
        INVALID_LINK_CUSTOMIZATION INSTITUTION_REGISTRATION_REQUIRED UNAUTHORIZED_INSTITUTION CREDITS_EXHAUSTED
        TOKEN_OF_ANOTHER_ENVIRONMENT 1000 1001 1002 1003 1004 1005 1006 1007 1009 1100 1101 1102 1104 1107 1109 1110
        1111 1112 1114 1115 1213 1218 1304 1305 1501 1502 1503 1507 1600 NO_BANK_TOKEN no_such_token resource_missing
        idempotency_error api_key_expired invalid_api_key platform_api_key_expired livemode_mismatch
        testmode_charges_only payment_method_not_available""",
    WAIT: """ACCOUNTS_LIMIT ACCOUNTS_BALANCE_GET_LIMIT BALANCE_LIMIT AUTH_LIMIT IDENTITY_LIMIT TRANSACTIONS_LIMIT
        TRANSACTIONS_SYNC_LIMIT ITEM_GET_LIMIT INSTITUTIONS_GET_LIMIT INSTITUTIONS_GET_BY_ID_LIMIT RATE_LIMIT 1113
        idempotency_key_in_use lock_timeout rate_limit PRODUCT_NOT_READY TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION
        INTERNAL_SERVER_ERROR PLANNED_MAINTENANCE 1702 1800""",
    "Your bank's website is not answering right now. Nothing was lost; we can try again in a few minutes.": """
        INSTITUTION_DOWN INSTITUTION_NOT_RESPONDING INSTITUTION_NOT_AVAILABLE INSTITUTION_RATE_LIMIT 1302 1303 1700
        1701""",
    "Your bank did not accept the user name or password. Please check them and try again; we never see them.": """
        INVALID_CREDENTIALS 1200 1201 1202 1209""",
    "Please sign in with the user name that you used the first time.": "INVALID_UPDATED_USERNAME",
    "Your bank did not accept the code or the answer. Please request a new code and try again.": """
        INVALID_MFA 1203 1204""",
    "Your bank has locked this online account. Please unlock it with the bank first; then we can continue.": """
        ITEM_LOCKED 1205""",
    "Your bank needs you to finish something on its website first. Please sign in there, then we can continue.": """
        USER_SETUP_REQUIRED 1206 1211 1219""",
    "There is no checking or savings account under this login. Do you have another login, or another bank?": """
        NO_AUTH_ACCOUNTS NO_ACCOUNTS 1212""",
    "This account cannot be debited. Please choose a checking or savings account.": "2001",
    "This account cannot be linked. Do you have another account, or another bank?": """
        PRODUCTS_NOT_SUPPORTED ITEM_NOT_SUPPORTED 1207 1208 1210 INVALID_STRIPE_ACCOUNT INSTITUTION_NO_LONGER_SUPPORTED
        institution_not_supported 1108 1300 1301 1307 1601""",
    "That took a little too long, so the link has expired. Let's open it again.": """
        INVALID_PUBLIC_TOKEN INVALID_LINK_TOKEN 1106""",
    "The link with your bank was not finished on our side. Let's open it again; nothing was debited.": """
        2002 token_already_used""",
    "The connection to your bank has ended. Let's link the bank again.": """
        INVALID_ACCESS_TOKEN INVALID_ACCOUNT_ID ITEM_NOT_FOUND 1008 1105 1606 1610""",
    "Your bank asks you to sign in again. It takes a minute, and your account stays linked.": """
        ITEM_LOGIN_REQUIRED 1215""",
    "Your permission at the bank expires soon. If you sign in again, everything stays as it is.": """
        CONSENT_EXPIRES""",
    "Your bank says that you did not allow us to see this account. If you agree, please allow it next time.": """
        ADDITIONAL_CONSENT_REQUIRED ACCESS_NOT_GRANTED""",
    "You have revoked our access to this bank. If you want to pay this way again, we can link the bank again.": """
        USER_PERMISSION_REVOKED""",
    "The bank's page was closed before you finished. Nothing was linked; we can try again when you are ready.": """
        INSUFFICIENT_CREDENTIALS requires_questions requires_selections requires_code choose_device
        requires_credentials requires_account_selection requires_oauth""",
    "Your bank was not in the list. We can also find it by its routing number, on a check or a statement.": """
        institution_not_found""",
    "Your account is already linked; there is nothing for you to do.": """
        bank_account_exists payment_method_bank_account_already_verified""",
    "Your bank tells us that this account is closed. Which account can we use instead?": """
        account_closed bank_account_closed R02""",
    "Our record of your account is gone. Let's link your bank once more.": "stripe_customer_deleted",
    "The account number no longer seems to be right. Let's link the account again.": """
        no_account account_invalid routing_number_invalid account_number_invalid bank_account_invalid_details
        tokenized_account_number_deactivated R03 R04 R12 R28 invalid_account_number incorrect_account_details
        incorrect_account_holder_name incorrect_account_holder_type bank_account_bad_routing_numbers
        bank_ownership_changed""",
    "Your bank told us that you did not agree to this debit. We will not debit again before we have talked to you.": """
        debit_not_authorized R05 R07 R08 R10 R11 R29 R31 R38 R39 R51 R52 customer_initiated""",
    "There was not enough money in the account. Which day would work for another try?": """
        insufficient_funds R01 R09""",
    "Your bank does not allow this account to be debited. Which account can we use instead?": """
        bank_account_restricted bank_account_unusable bank_account_frozen payment_method_bank_account_blocked
        bank_account_declined payment_method_provider_decline R13 R16 R20 R34 R35 R50 account_frozen bank_cannot_process
        payment_method_currency_mismatch invalid_currency""",
    "We could not confirm this account yet. Let's link it again through your bank.": """
        bank_account_unverified bank_account_verification_failed payment_method_microdeposit_failed
        payment_method_microdeposit_verification_amounts_invalid
        payment_method_microdeposit_verification_amounts_mismatch
        payment_method_microdeposit_verification_attempts_exceeded
        payment_method_microdeposit_verification_descriptor_code_mismatch
        payment_method_microdeposit_verification_timeout payment_method_microdeposit_processing_error""",
    "We need your authorization again before we can debit this account.": """
        payment_intent_mandate_invalid setup_intent_mandate_invalid mandate_invalid""",
    "This amount cannot be debited all at once. We will arrange it with you another way.": """
        amount_too_small amount_too_large charge_exceeds_transaction_limit charge_exceeds_weekly_limit
        charge_exceeds_source_limit""",
    "The bank did not accept the money that we sent back to you. How else can we repay you?": "R23",
    "You may have paid twice. We are looking into it and will return anything you overpaid.": "R24 R37 R53",
    BANKS: """R06 R17 R18 R19 R21 R22 R25 R26 R27 R30 R32 R33 R36 R40 R61 R62 R67 R68 R69 R70 R71 R72 R73 R74 R75 R76
        R77 R80 R81 R82 R83 R84 R85 payment_intent_payment_attempt_failed payment_method_invalid_parameter_testmode
        processing_error""",
    "This payment was stopped by a safety check. We are looking into it and will get back to you.": """
        highest_risk_level blocked fraudulent""",
    "Your bank declined it and gave no reason. Would you ask them, or use another account?": """
        generic_decline refer_to_customer""",
    "This payment was canceled.": """
        duplicate requested_by_customer abandoned expired automatic failed_invoice void_invoice""",
    "Is this your right e-mail address? It was not accepted.": "email_invalid",
    "We are sorry for your loss. We have stopped all debits from this account.": "recipient_deceased R14 R15",
}
CUSTOMER_SENTENCES = {code: sentence for sentence, codes in _TABLE.items() for code in codes.split()}


def customer_sentence(problem: Problem) -> str:
    """What to tell the customer about a problem that a provider or a bank is behind; nothing where it is our own."""
    return CUSTOMER_SENTENCES.get(problem.code, DEFAULT) if problem.provider else ""


def write_line(problem: Problem, ids: Mapping[str, str | None] | None = None) -> str:
    """Everything about a problem as text that can be pasted into a ticket or a mail to the provider's support."""
    parts = {
        "What happened": problem.what,
        "What it means": problem.meaning,
        "Say to the customer": customer_sentence(problem),
        "What to do": problem.action,
        "Provider": problem.provider,
        "Code": problem.code,
        "Request id": problem.request_id,
        **(ids or {}),
    }
    return "\n".join(f"{name}: {value}" for name, value in parts.items() if value)
