"""The request fields of each endpoint (Plaid's OpenAPI file, `2020-09-14`), and the refusal of any others.

A schema maps a name to its type: `str`, `int`, `num`, `bool`, `dict`, `strs` (a list of strings), or a nested schema.
`*` at the end of a name makes it required, `?` makes it nullable.
"""

from __future__ import annotations

from typing import Any

from dashboard.sandbox.plaid.errors import PlaidError, field_error

Schema = dict[str, Any]


def names(text: str) -> frozenset[str]:
    """A set of words."""
    return frozenset(text.split())


KEYS = ("client_id", "secret")
PRODUCTS = names(
    "assets auth balance balance_plus beacon identity identity_match investments investments_auth liabilities"
    " payment_initiation identity_verification transactions credit_details income income_verification standing_orders"
    " transfer employment recurring_transactions transactions_refresh signal statements processor_payments"
    " processor_identity profile cra_base_report cra_income_insights cra_partner_insights cra_network_insights"
    " cra_cashflow_insights cra_monitoring cra_lend_score cra_plaid_credit_score layer pay_by_bank"
    " protect_linked_bank protect_transactions cra_qualify cra_home_lending"
)
COUNTRIES = names("US GB ES NL FR IE CA DE IT PL DK NO SE EE LT LV PT BE AT FI")
LANGUAGES = names("da nl en et fr de hi it lv lt no pl pt ro es sv vi")

ACCOUNT_IDS: Schema = {"access_token*": "str", "options": {"account_ids": "strs"}}
METADATA: Schema = {
    "include_optional_metadata": "bool",
    "include_auth_metadata?": "bool",
    "include_payment_initiation_metadata?": "bool",
}
USER: Schema = {
    "client_user_id*": "str",
    "legal_name": "str",
    "name?": "dict",
    "phone_number": "str",
    "phone_number_verified_time?": "str",
    "email_address": "str",
    "email_address_verified_time?": "str",
    "ssn": "str",
    "date_of_birth?": "str",
    "address?": "dict",
    "id_number?": "dict",
}
FILTER: Schema = {"account_subtypes": "strs"}
AUTH: Schema = {
    **dict.fromkeys(
        (
            "auth_type_select_enabled",
            "automated_microdeposits_enabled",
            "instant_match_enabled",
            "same_day_microdeposits_enabled",
            "instant_microdeposits_enabled",
            "database_match_enabled",
            "database_insights_enabled",
            "sms_microdeposits_verification_enabled",
        ),
        "bool",
    ),
    "reroute_to_credentials": "str",
    "flow_type": "str",
}
LINK_TOKEN: Schema = {
    "client_name*": "str",
    "language*": "str",
    "country_codes*": "strs",
    "user": USER,
    "user_id": "str",
    "products?": "strs",
    "required_if_supported_products?": "strs",
    "optional_products?": "strs",
    "additional_consented_products?": "strs",
    "webhook": "str",
    "access_token?": "str",
    "access_tokens": "strs",
    "link_customization_name": "str",
    "appearance_mode": "str",
    "redirect_uri": "str",
    "android_package_name": "str",
    "institution_data": {"routing_number": "str", "institution_id": "str"},
    "account_filters": {
        "depository": {**FILTER, "limited_purpose_types": "strs"},
        **dict.fromkeys(("credit", "loan", "investment", "other"), FILTER),
    },
    "institution_id": "str",
    "auth": AUTH,
    "update": {
        "account_selection_enabled": "bool",
        "reauthorization_enabled": "bool",
        "user": "bool",
        "item_ids?": "strs",
    },
    "third_party_user_token": "str",
    "hosted_link": {
        "delivery_method": "str",
        "completion_redirect_uri": "str",
        "url_lifetime_seconds": "int",
        "is_mobile_app": "bool",
    },
    "cra_enabled": "bool",
    "financekit_supported": "bool",
    "enable_multi_item_link": "bool",
    "user_token": "str",
    "consumer_report_permissible_purpose": "str",
    **dict.fromkeys(
        (
            "card_switch",
            "eu_config",
            "payment_configuration",
            "payment_initiation",
            "employment",
            "income_verification",
            "base_report",
            "credit_partner_insights",
            "cra_options",
            "cra_report_parameter",
            "transfer",
            "identity_verification",
            "statements",
            "investments",
            "investments_auth",
            "transactions",
            "cashflow_report",
            "identity",
        ),
        "dict",
    ),
}
SCHEMAS: dict[str, Schema] = {
    "/link/token/create": LINK_TOKEN,
    "/link/token/get": {"link_token*": "str"},
    "/item/public_token/exchange": {"public_token*": "str"},
    "/processor/stripe/bank_account_token/create": {"access_token*": "str", "account_id*": "str"},
    "/processor/token/create": {"access_token*": "str", "account_id*": "str", "processor*": "str"},
    "/accounts/get": ACCOUNT_IDS,
    "/accounts/balance/get": {
        "access_token*": "str",
        "options": {"account_ids": "strs", "min_last_updated_datetime": "str"},
    },
    "/auth/get": ACCOUNT_IDS,
    "/identity/get": ACCOUNT_IDS,
    "/signal/evaluate": {
        "access_token*": "str",
        "account_id*": "str",
        "client_transaction_id*": "str",
        "amount*": "num",
        "user_present?": "bool",
        "client_user_id": "str",
        "is_recurring?": "bool",
        "default_payment_method?": "str",
        "user": "dict",
        "device": "dict",
        "risk_profile_key?": "str",
        "ruleset_key?": "str",
    },
    "/signal/decision/report": {
        "client_transaction_id*": "str",
        "initiated*": "bool",
        "days_funds_on_hold?": "int",
        "decision_outcome?": "str",
        "payment_method?": "str",
        "amount_instantly_available?": "num",
        "submitted_at": "str",
    },
    "/signal/return/report": {"client_transaction_id*": "str", "return_code*": "str", "returned_at?": "str"},
    "/transactions/sync": {
        "access_token*": "str",
        "cursor?": "str",
        "count": "int",
        "options": {
            "include_original_description?": "bool",
            "include_personal_finance_category": "bool",
            "include_logo_and_counterparty_beta": "bool",
            "personal_finance_category_version": "str",
            "days_requested": "int",
            "account_id": "str",
        },
    },
    "/item/get": {"access_token*": "str"},
    "/item/remove": {"access_token*": "str", "reason_code": "str", "reason_note?": "str"},
    "/item/access_token/invalidate": {"access_token*": "str"},
    "/item/webhook/update": {"access_token*": "str", "webhook?": "str"},
    "/institutions/get": {
        "count*": "int",
        "offset*": "int",
        "country_codes*": "strs",
        "options": {"products?": "strs", "routing_numbers?": "strs", "oauth?": "bool", **METADATA},
    },
    "/institutions/search": {
        "query*": "str",
        "products?": "strs",
        "country_codes*": "strs",
        "options": {"oauth?": "bool", "payment_initiation?": "dict", **METADATA},
    },
    "/institutions/get_by_id": {
        "institution_id*": "str",
        "country_codes*": "strs",
        "options": {"include_status": "bool", **METADATA},
    },
    "/sandbox/public_token/create": {
        "institution_id*": "str",
        "initial_products*": "strs",
        "options": {
            "webhook": "str",
            "override_username?": "str",
            "override_password?": "str",
            "transactions": "dict",
            "statements": "dict",
            "income_verification": "dict",
        },
        "user_token": "str",
        "user_id": "str",
    },
    "/sandbox/item/reset_login": {"access_token*": "str"},
    "/sandbox/item/fire_webhook": {
        "access_token*": "str",
        "webhook_type": "str",
        "webhook_code*": "str",
        "options": "dict",
    },
    "/webhook_verification_key/get": {"key_id*": "str"},
}
KINDS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "str": (str, "a properly formatted, non-empty string"),
    "int": (int, "an integer"),
    "num": ((int, float), "a number"),
    "bool": (bool, "a boolean"),
    "dict": (dict, "an object"),
    "strs": (list, "an array of strings"),
}


def check_fields(path: str, body: dict[str, Any]) -> None:
    """Refuse a body that the endpoint would refuse.

    Raises PlaidError: UNKNOWN_FIELDS, then MISSING_FIELDS, then INVALID_FIELD, each naming the fields.
    """
    schema = SCHEMAS[path]
    unknown, missing = _differences(schema, {key: value for key, value in body.items() if key not in KEYS}, "")
    if unknown:
        raise PlaidError("UNKNOWN_FIELDS", fields=", ".join(unknown))
    if missing:
        raise PlaidError("MISSING_FIELDS", fields=", ".join(missing))
    _check_types(schema, body, "")


def check_products(name: str, products: list[str] | None) -> None:
    """Refuse a product that Plaid does not have; `balance` exists and cannot be asked for."""
    for product in products or []:
        if product not in PRODUCTS:
            raise field_error(f"{name} contains an unknown product: {product}")
        if product == "balance":
            raise PlaidError("INVALID_PRODUCT", text="balance is not a valid product; it is included with every Item")


def check_countries(countries: list[str]) -> None:
    """Refuse an empty list or a country that Plaid does not serve."""
    if not countries or not set(countries) <= COUNTRIES:
        raise field_error("country_codes must be a non-empty array of supported country codes")


def _differences(schema: Schema, body: dict[str, Any], prefix: str) -> tuple[list[str], list[str]]:
    known = {name.rstrip("*?"): (name, kind) for name, kind in schema.items()}
    unknown = [prefix + name for name in body if name not in known]
    missing = [prefix + name for name, (spelt, _) in known.items() if spelt.endswith("*") and body.get(name) is None]
    for name, (_, kind) in known.items():
        if isinstance(kind, dict) and isinstance(body.get(name), dict):
            more_unknown, more_missing = _differences(kind, body[name], f"{prefix}{name}.")
            unknown += more_unknown
            missing += more_missing
    return unknown, missing


def _check_types(schema: Schema, body: dict[str, Any], prefix: str) -> None:
    for spelt, kind in schema.items():
        name = spelt.rstrip("*?")
        if name not in body:
            continue
        value = body[name]
        if value is None:
            if spelt.endswith("?") or isinstance(kind, dict):
                continue
            raise field_error(f"{prefix}{name} must not be null")
        if isinstance(kind, dict):
            if not isinstance(value, dict):
                raise field_error(f"{prefix}{name} must be an object")
            _check_types(kind, value, f"{prefix}{name}.")
            continue
        type_, words = KINDS[kind]
        wrong = not isinstance(value, type_) or (kind in ("int", "num") and isinstance(value, bool))
        wrong = wrong or (kind == "str" and spelt.endswith("*") and not value)
        wrong = wrong or (kind == "strs" and not all(isinstance(each, str) for each in value))
        if wrong:
            raise field_error(f"{prefix}{name} must be {words}")
