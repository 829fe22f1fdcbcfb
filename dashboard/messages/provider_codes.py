"""The words themselves: one entry for each code that Plaid or Stripe documents for what the desk does."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """`what` has no full stop; with `quote`, the provider's own message is added to it."""

    what: str
    meaning: str
    action: str
    quote: bool = False


NOTHING = "Nothing was linked."
AGAIN = "Open Link again with the customer."
LATER = "Try again in a few minutes."
TELL_ADMIN = "Tell an administrator: this is a setting, not the customer."

_CREDENTIALS = Words(
    "The bank did not accept the user name or password", "The customer can try again.", f"{AGAIN} Check caps lock."
)
_MFA = Words("The bank did not accept the code or answer", "The customer can try again.", f"{AGAIN} Use a fresh code.")
_LOCKED = Words(
    "The bank has locked this online account",
    "The customer has to unlock it with the bank first.",
    "Ask the customer to unlock it on the bank's website or by phone, then open Link again.",
)
_NO_ACCOUNTS = Words(
    "The bank shows no checking or savings account for this login",
    "ACH can debit only checking, savings and cash management accounts.",
    "Ask for another login or another bank.",
)
_UNSUPPORTED = Words(
    "This account cannot be linked through Plaid", NOTHING, "Ask the customer for another account or another bank."
)
_SPENT = Words(
    "The link has expired or was already used",
    "A link from the bank can be used once, within 30 minutes.",
    f"{AGAIN} Nothing was charged.",
)
_TOKEN = Words(
    "The connection to this bank is no longer valid",
    "It was removed, or belongs to another environment.",
    "Link the bank again.",
)
_ACCOUNT = Words(
    "The bank no longer offers this account under its old id",
    "It was closed, or access changed.",
    "Link the bank again.",
)
_KEYS = Words("Plaid does not accept the desk's keys", "No bank can be linked until they are corrected.", TELL_ADMIN)
_REQUEST = Words(
    "Plaid refused the desk's request", "The desk's request is wrong; the customer did nothing wrong.", TELL_ADMIN, True
)
_LIMITED = Words("Plaid asks for fewer requests", "The request had no effect.", "Wait a minute, then try again.")
_DOWN = Words("The bank is not answering right now", "The bank or its connection is down.", LATER)
_GONE = Words("Plaid no longer supports this bank", NOTHING, "Ask the customer for another bank.")
_PLAID = Words("Plaid has an outage", "It is not the customer's or the bank's fault.", LATER)
_LOGIN = Words(
    "The customer has to sign in at the bank again",
    "The password changed, or the consent expired.",
    "Relink with the customer; the linked account stays.",
)
_SETUP = Words(
    "The customer has to finish something on the bank's website",
    "The online account is not fully set up.",
    "Ask the customer to sign in at the bank and finish it there, then open Link again.",
)
_PRODUCT = Words(
    "This product is not enabled at Plaid", "The desk requests more than the contract covers.", TELL_ADMIN, True
)
_CONSENT = Words(
    "The customer did not allow this", "The bank shares only what was allowed.", f"{AGAIN} Allow account details."
)
_REGISTRATION = Words(
    "This bank requires the business to register first",
    "Plaid's OAuth registration for this bank is not finished.",
    TELL_ADMIN,
)

PLAID_TYPES: dict[str, Words] = {
    "RATE_LIMIT_EXCEEDED": _LIMITED,
    "API_ERROR": _PLAID,
    "INVALID_REQUEST": _REQUEST,
    "INSTITUTION_ERROR": Words("The bank's connection has a problem", NOTHING, LATER, True),
}

PLAID_CODES: dict[str, Words] = {
    "INVALID_PUBLIC_TOKEN": _SPENT,
    "INVALID_ACCESS_TOKEN": _TOKEN,
    "INVALID_ACCOUNT_ID": _ACCOUNT,
    **dict.fromkeys(
        (
            "INVALID_FIELD",
            "MISSING_FIELDS",
            "UNKNOWN_FIELDS",
            "INVALID_BODY",
            "INVALID_HEADERS",
            "INVALID_CONFIGURATION",
            "NOT_FOUND",
            "NO_LONGER_AVAILABLE",
            "INVALID_INSTITUTION",
            "INVALID_USER_IDENTITY_DATA",
        ),
        _REQUEST,
    ),
    "SANDBOX_ONLY": Words("This works only in Plaid's Sandbox", "The desk runs in production.", TELL_ADMIN),
    **dict.fromkeys(
        ("INCOMPATIBLE_API_VERSION", "PUBLIC_KEY_NOT_ENABLED"),
        Words(
            "Plaid no longer serves the classic generation",
            "Its public keys stopped working in February 2025.",
            "Set PLAID_LINK_GENERATION to `current`.",
        ),
    ),
    "INVALID_API_KEYS": _KEYS,
    "UNAUTHORIZED_ENVIRONMENT": Words(
        "Plaid has not enabled this environment for the desk", "No bank can be linked.", TELL_ADMIN
    ),
    "UNAUTHORIZED_ROUTE_ACCESS": _PRODUCT,
    "INVALID_PRODUCT": Words(
        "Stripe is not connected in Plaid's Dashboard, or a product is not enabled",
        "Until then Plaid creates no bank token for Stripe.",
        "Connect Stripe under Developers > Integrations in Plaid's Dashboard, then resume.",
    ),
    "INVALID_STRIPE_ACCOUNT": Words(
        "Stripe refused the bank account", "It cannot be debited by ACH.", "Ask the customer for another account.", True
    ),
    "INVALID_LINK_TOKEN": Words(
        "This Link session has expired", "A session lasts four hours and links one bank.", AGAIN
    ),
    "INVALID_LINK_CUSTOMIZATION": Words(
        "Plaid rejected the Link customization",
        "It is missing, or names no use case (Data Transparency Messaging).",
        "Check PLAID_LINK_CUSTOMIZATION and the customization in Plaid's Dashboard.",
    ),
    "ADDENDUM_NOT_SIGNED": Words(
        "The Signal addendum to your contract with Plaid is not signed",
        "Debits are assessed, but Plaid does not take reports of what became of them.",
        "Ask Plaid's account manager for the Signal addendum.",
    ),
    "CLIENT_TRANSACTION_ID_ALREADY_IN_USE": Words(
        "Plaid was asked about this debit before", "Each question has an id that is good once.", "Check the risk again."
    ),
    "ADDITIONAL_CONSENT_REQUIRED": _CONSENT,
    "ACCESS_NOT_GRANTED": _CONSENT,
    "USER_PERMISSION_REVOKED": Words(
        "The customer has revoked access to this bank",
        "The connection can no longer be used.",
        "Ask the customer, then link the bank again.",
    ),
    "ITEM_LOGIN_REQUIRED": _LOGIN,
    "PRODUCT_NOT_READY": Words(
        "The bank is still preparing the data", "It takes seconds to minutes.", "Resume in a moment."
    ),
    "NO_AUTH_ACCOUNTS": _NO_ACCOUNTS,
    "NO_ACCOUNTS": _NO_ACCOUNTS,
    "PRODUCTS_NOT_SUPPORTED": Words(
        "This bank does not offer that through Plaid",
        "What was linked before still works.",
        "Ask the customer for a statement instead; if no account was linked, for another bank.",
    ),
    "ITEM_NOT_SUPPORTED": _UNSUPPORTED,
    "ITEM_NOT_FOUND": _TOKEN,
    "ITEM_LOCKED": _LOCKED,
    "INVALID_CREDENTIALS": _CREDENTIALS,
    "INVALID_UPDATED_USERNAME": Words(
        "The user name is not the one the bank was linked with",
        "The same login is needed to relink.",
        "Sign in with the original user name, or link the bank again.",
    ),
    "INVALID_MFA": _MFA,
    "INSUFFICIENT_CREDENTIALS": Words("The customer left the bank's page before finishing", NOTHING, AGAIN),
    "USER_SETUP_REQUIRED": _SETUP,
    "INSTITUTION_DOWN": _DOWN,
    "INSTITUTION_NOT_RESPONDING": _DOWN,
    "INSTITUTION_NOT_AVAILABLE": _DOWN,
    "INSTITUTION_NO_LONGER_SUPPORTED": _GONE,
    "INSTITUTION_REGISTRATION_REQUIRED": _REGISTRATION,
    "UNAUTHORIZED_INSTITUTION": _REGISTRATION,
    **dict.fromkeys(
        (
            "ACCOUNTS_LIMIT",
            "ACCOUNTS_BALANCE_GET_LIMIT",
            "BALANCE_LIMIT",
            "AUTH_LIMIT",
            "IDENTITY_LIMIT",
            "TRANSACTIONS_LIMIT",
            "TRANSACTIONS_SYNC_LIMIT",
            "ITEM_GET_LIMIT",
            "INSTITUTIONS_GET_LIMIT",
            "INSTITUTIONS_GET_BY_ID_LIMIT",
            "RATE_LIMIT",
        ),
        _LIMITED,
    ),
    "INSTITUTION_RATE_LIMIT": Words("The bank receives too many requests", "It is not the customer's fault.", LATER),
    "CREDITS_EXHAUSTED": Words(
        "Plaid's credits are used up", "No bank can be linked until they are renewed.", TELL_ADMIN
    ),
    "INTERNAL_SERVER_ERROR": _PLAID,
    "PLANNED_MAINTENANCE": Words("Plaid is down for maintenance", "The request had no effect.", "Try again later."),
    "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION": Words(
        "The bank's data changed while it was being read", "It has to be read again.", LATER
    ),
    "TOKEN_OF_ANOTHER_ENVIRONMENT": Words(
        "This link belongs to another Plaid environment",
        "It was not sent to Plaid.",
        "Set PLAID_ENV to the environment in which Link was opened, or link the bank again.",
    ),
}

CLASSIC_CODES: dict[str, Words] = {
    **{str(code): _REQUEST for code in (*range(1000, 1008), 1009, 1107, 1111, 1115, 1213, 1218, *range(1304, 1306))},
    **{str(code): _REQUEST for code in (1501, 1502, 1503, 1507, 1600)},
    **dict.fromkeys(("1008", "1105", "1610"), _TOKEN),
    **dict.fromkeys(("1100", "1101", "1102"), _KEYS),
    **dict.fromkeys(("1104", "1110"), _PRODUCT),
    "1106": _SPENT,
    "1108": _GONE,
    "1109": Words(
        "The keys and this link belong to different environments",
        "Test keys work only with test links.",
        "Check PLAID_CLIENT_ID and PLAID_SECRET.",
    ),
    "1112": Words("Plaid's limit of linked banks has been reached", NOTHING, TELL_ADMIN),
    "1113": _LIMITED,
    "1114": Words("Plaid has not enabled this environment for the desk", "No bank can be linked.", TELL_ADMIN),
    **dict.fromkeys(("1200", "1201", "1202", "1209"), _CREDENTIALS),
    **dict.fromkeys(("1203", "1204"), _MFA),
    "1205": _LOCKED,
    **dict.fromkeys(("1206", "1211", "1219"), _SETUP),
    **dict.fromkeys(("1207", "1208", "1210"), _UNSUPPORTED),
    "1212": _NO_ACCOUNTS,
    "1215": _LOGIN,
    **dict.fromkeys(("1300", "1301", "1307", "1601"), _GONE),
    **dict.fromkeys(("1302", "1303", "1700", "1701"), _DOWN),
    "1606": _ACCOUNT,
    "1702": _PLAID,
    "1800": Words("Plaid is down for maintenance", "The request had no effect.", "Try again later."),
    "2001": Words(
        "This is not a checking or savings account",
        "ACH can debit only checking and savings accounts.",
        "Link again and choose another account.",
    ),
    "2002": Words(
        "Plaid could not create a bank token for Stripe", "The bank is linked, but Stripe has no account yet.", AGAIN
    ),
    "NO_BANK_TOKEN": Words(
        "Plaid created no bank token for Stripe",
        "Stripe is not connected in Plaid's Dashboard, or no account was chosen.",
        "Connect Stripe in Plaid's Dashboard, then link the bank again.",
    ),
}

EXIT_STATUSES: dict[str, Words] = {
    status: Words(
        f"The customer closed Link {where}",
        "No bank was linked; nothing is lost.",
        "Open Link again when the customer is ready.",
    )
    for status, where in {
        "requires_questions": "at the bank's security question",
        "requires_selections": "at the bank's multiple-choice question",
        "requires_code": "at the one-time code",
        "choose_device": "while choosing where the code is sent",
        "requires_credentials": "before signing in at the bank",
        "requires_account_selection": "while choosing an account",
        "requires_oauth": "before returning from the bank's website",
    }.items()
} | {
    "institution_not_found": Words(
        "The customer did not find the bank", NOTHING, "Search by the bank's routing number, or ask for another bank."
    ),
    "institution_not_supported": _GONE,
}

_BLOCKED = Words(
    "Stripe has blocked debits from this bank account",
    "An earlier debit was returned.",
    "Ask the customer for another account, or ask Stripe's support to unblock this one.",
)
_BAD_DETAILS = Words(
    "Stripe does not know this bank account",
    "Its number or routing number is wrong, or it was closed.",
    "Link the bank again.",
)
_UNVERIFIED = Words(
    "Stripe has not verified this bank account",
    "Only a verified account can be debited.",
    "Link the bank again through Plaid.",
)
_STRIPE_KEYS = Words(
    "Stripe does not accept the desk's key", "No debit can be sent.", "Tell an administrator: check STRIPE_SECRET_KEY."
)
_MANDATE = Words(
    "There is no valid authorization for this account",
    "It was never given, or a dispute revoked it.",
    "Have the customer authorize again: link the bank again.",
)
_FUNDS = Words(
    "There is not enough money in the account",
    "The debit failed.",
    "Agree on a later date with the customer; it may be retried at most twice.",
)

STRIPE_CODES: dict[str, Words] = {
    "no_such_token": Words(
        "Stripe does not know Plaid's bank token",
        "Test and live keys are mixed, or Plaid is connected to another Stripe account.",
        "Check that STRIPE_SECRET_KEY belongs to the account that is connected in Plaid's Dashboard.",
    ),
    "resource_missing": Words(
        "Stripe does not know this object",
        "It was deleted, or belongs to another account or mode.",
        "Check the key's account and mode.",
        True,
    ),
    "stripe_customer_deleted": Words(
        "The customer of this account was deleted at Stripe",
        "Stripe deleted their bank accounts and authorizations too; nothing was charged.",
        "Link the bank again: a new Stripe customer is created.",
    ),
    "token_already_used": Words(
        "The bank token was already used", "It can be used once.", "Resume: a new one is created."
    ),
    "bank_account_exists": Words("Stripe already has this bank account", "It is reused.", "Resume."),
    "account_closed": Words(
        "The bank account is closed", "It cannot be debited.", "Ask the customer for another account."
    ),
    "no_account": _BAD_DETAILS,
    "account_invalid": _BAD_DETAILS,
    "routing_number_invalid": _BAD_DETAILS,
    "account_number_invalid": _BAD_DETAILS,
    "debit_not_authorized": Words(
        "The customer's bank says the debit was not authorized",
        "The authorization has ended.",
        "Speak with the customer first.",
    ),
    "insufficient_funds": _FUNDS,
    "bank_account_restricted": _BLOCKED,
    "bank_account_unusable": _BLOCKED,
    "payment_method_bank_account_blocked": _BLOCKED,
    "bank_account_unverified": _UNVERIFIED,
    "bank_account_verification_failed": _UNVERIFIED,
    "payment_method_bank_account_already_verified": Words(
        "The account is already verified", "There is nothing to do.", "Resume."
    ),
    "bank_account_declined": _BLOCKED,
    "payment_intent_mandate_invalid": _MANDATE,
    "setup_intent_mandate_invalid": _MANDATE,
    "mandate_invalid": _MANDATE,
    **dict.fromkeys(
        (
            "payment_method_microdeposit_failed",
            "payment_method_microdeposit_verification_amounts_invalid",
            "payment_method_microdeposit_verification_amounts_mismatch",
            "payment_method_microdeposit_verification_attempts_exceeded",
            "payment_method_microdeposit_verification_descriptor_code_mismatch",
            "payment_method_microdeposit_verification_timeout",
            "payment_method_microdeposit_processing_error",
        ),
        _UNVERIFIED,
    ),
    "amount_too_small": Words("The amount is below Stripe's minimum", "Nothing was debited.", "Debit at least $0.50."),
    "amount_too_large": Words(
        "The amount is above Stripe's maximum", "Nothing was debited.", "Split it, or ask Stripe for a higher limit."
    ),
    "charge_exceeds_transaction_limit": Words(
        "The amount is above this account's limit at Stripe", "Nothing was debited.", "Ask Stripe for a higher limit."
    ),
    "charge_exceeds_weekly_limit": Words(
        "This week's limit at Stripe has been reached",
        "Nothing was debited.",
        "Debit next week, or ask Stripe for a higher limit.",
    ),
    "payment_method_provider_decline": _BLOCKED,
    "idempotency_error": Words(
        "Stripe received the same key with different content",
        "Nothing was sent twice.",
        "Tell an administrator: the row was changed from outside.",
    ),
    "idempotency_key_in_use": Words("Stripe is still processing the same request", "It is not sent twice.", LATER),
    "lock_timeout": Words("Stripe is busy with the same object", "Nothing was changed.", LATER),
    "rate_limit": Words("Stripe asks for fewer requests", "Nothing was changed.", "Wait a minute, then try again."),
    "api_key_expired": _STRIPE_KEYS,
    "invalid_api_key": _STRIPE_KEYS,
    "platform_api_key_expired": _STRIPE_KEYS,
    "livemode_mismatch": _STRIPE_KEYS,
    "testmode_charges_only": Words("The Stripe account is not activated", "It accepts only test payments.", TELL_ADMIN),
    "payment_method_not_available": Words(
        "ACH is not enabled in the Stripe account",
        "No debit can be sent.",
        "Enable ACH Direct Debit in Stripe's settings.",
    ),
    "email_invalid": Words("Stripe does not accept the customer's e-mail", NOTHING, "Correct the e-mail, then resume."),
}
