"""Plaid's error object, with the types, texts and statuses of its documentation ("Errors")."""

from __future__ import annotations

from typing import Any, NamedTuple


class Kind(NamedTuple):
    """What is fixed about an error code."""

    type: str
    message: str
    display: str | None = None
    status: int = 400


SORRY = "We apologize for the inconvenience."
LIMITED = "rate limit exceeded for attempts to access this item. please try again later"

KINDS: dict[str, Kind] = {
    "MISSING_FIELDS": Kind("INVALID_REQUEST", "the following required fields are missing: {fields}"),
    "UNKNOWN_FIELDS": Kind("INVALID_REQUEST", "the following fields are not recognized by this endpoint: {fields}"),
    "INVALID_FIELD": Kind("INVALID_REQUEST", "{text}"),
    "INVALID_BODY": Kind("INVALID_REQUEST", "body could not be parsed as JSON"),
    "INVALID_HEADERS": Kind("INVALID_REQUEST", "{text}"),
    "INCOMPATIBLE_API_VERSION": Kind("INVALID_REQUEST", "{text}"),
    "NOT_FOUND": Kind("INVALID_REQUEST", "the requested resource could not be found", status=404),
    "NO_LONGER_AVAILABLE": Kind("INVALID_REQUEST", "the requested resource is no longer available", status=404),
    "INVALID_API_KEYS": Kind("INVALID_INPUT", "invalid client_id or secret provided"),
    "INVALID_PUBLIC_TOKEN": Kind("INVALID_INPUT", "could not find matching public token"),
    "INVALID_ACCESS_TOKEN": Kind("INVALID_INPUT", "could not find matching access token"),
    "INVALID_ACCOUNT_ID": Kind("INVALID_INPUT", "failed to find requested account ID for requested item"),
    "INVALID_LINK_TOKEN": Kind("INVALID_INPUT", "invalid link_token provided"),
    "INVALID_LINK_CUSTOMIZATION": Kind(
        "INVALID_INPUT", "requested link customization is not set to update account selection"
    ),
    "INVALID_INSTITUTION": Kind("INVALID_INPUT", "invalid institution_id provided"),
    "INVALID_PRODUCT": Kind("INVALID_INPUT", "{text}"),
    "INVALID_STRIPE_ACCOUNT": Kind("INVALID_INPUT", "Stripe API returned error: {text}"),
    "INVALID_WEBHOOK_VERIFICATION_KEY_ID": Kind("INVALID_INPUT", "invalid key_id provided. key_id must be valid"),
    "ADDITIONAL_CONSENT_REQUIRED": Kind(
        "INVALID_INPUT", "client does not have user consent to access the {product} product"
    ),
    "USER_PERMISSION_REVOKED": Kind(
        "INVALID_INPUT", "the holder of this account has revoked their permission for your application to access it"
    ),
    "ITEM_LOGIN_REQUIRED": Kind(
        "ITEM_ERROR",
        "the login details of this item have changed (credentials, MFA, or required user action) and a user login is"
        " required to update this information. use Link's update mode to restore the item to a good state",
    ),
    "ITEM_NOT_FOUND": Kind(
        "ITEM_ERROR",
        "The Item you requested cannot be found. This Item does not exist, has been previously removed via"
        " /item/remove, or has had access removed by the user.",
    ),
    "ITEM_LOCKED": Kind(
        "ITEM_ERROR",
        "the account is locked. prompt the user to visit the institution's site and unlock their account",
        "The given account has been locked by the financial institution. Please visit your financial institution's"
        " website to unlock your account.",
    ),
    "ITEM_NOT_SUPPORTED": Kind(
        "ITEM_ERROR",
        "this account is currently not supported",
        f"The given account is not currently supported for this financial institution. {SORRY}",
    ),
    "INVALID_CREDENTIALS": Kind(
        "ITEM_ERROR",
        "the provided credentials were not correct",
        "The provided credentials were not correct. Please try again.",
    ),
    "INVALID_MFA": Kind(
        "ITEM_ERROR",
        "the provided MFA response(s) were not correct",
        "The provided MFA responses were not correct. Please try again.",
    ),
    "INSUFFICIENT_CREDENTIALS": Kind(
        "ITEM_ERROR",
        "insufficient authorization was granted to complete the request",
        "The user did not complete the sign-in at the financial institution.",
    ),
    "USER_SETUP_REQUIRED": Kind(
        "ITEM_ERROR",
        "the account has not been fully set up. prompt the user to visit the issuing institution's site and finish the"
        " setup process",
        "The given account is not fully setup. Please visit your financial institution's website to setup your"
        " account.",
    ),
    "INVALID_UPDATED_USERNAME": Kind(
        "ITEM_ERROR",
        "the username provided to /item/credentials/update does not match the original username for the item",
        "The username provided does not match the one that was used before.",
    ),
    "NO_ACCOUNTS": Kind(
        "ITEM_ERROR",
        "no valid accounts were found for this item",
        "No valid accounts were found at the financial institution. Please visit your financial institution's website"
        " to confirm accounts are available.",
    ),
    "NO_AUTH_ACCOUNTS": Kind(
        "ITEM_ERROR",
        "There are no valid checking or savings account(s) associated with this Item. See"
        " https://plaid.com/docs/api/#item-errors for more.",
    ),
    "ACCESS_NOT_GRANTED": Kind(
        "ITEM_ERROR",
        "access to this product was not granted for the account",
        "The user did not grant the necessary permissions for this product on their account.",
    ),
    "PRODUCT_NOT_READY": Kind(
        "ITEM_ERROR", "the requested product is not yet ready. please provide a webhook or try the request again later"
    ),
    "PRODUCTS_NOT_SUPPORTED": Kind("ITEM_ERROR", ""),
    "INSTITUTION_DOWN": Kind(
        "INSTITUTION_ERROR",
        "this institution is not currently responding to this request. please try again soon",
        f"This financial institution is not currently responding to requests. {SORRY}",
    ),
    "INSTITUTION_NOT_RESPONDING": Kind(
        "INSTITUTION_ERROR",
        "this institution is not currently responding to this request. please try again soon",
        f"This financial institution is not currently responding to requests. {SORRY}",
    ),
    "INSTITUTION_NOT_AVAILABLE": Kind(
        "INSTITUTION_ERROR",
        "this institution is not currently available",
        f"This financial institution is not currently available to us. {SORRY}",
    ),
    "INSTITUTION_NO_LONGER_SUPPORTED": Kind(
        "INSTITUTION_ERROR",
        "this institution is no longer supported",
        f"This financial institution is no longer supported. {SORRY}",
    ),
    "INSTITUTION_REGISTRATION_REQUIRED": Kind("INSTITUTION_ERROR", "not yet registered to use this institution"),
    "UNAUTHORIZED_INSTITUTION": Kind("INSTITUTION_ERROR", "not authorized to access this institution in this api env"),
    "RATE_LIMIT": Kind("RATE_LIMIT_EXCEEDED", LIMITED, status=429),
    "ACCOUNTS_LIMIT": Kind("RATE_LIMIT_EXCEEDED", LIMITED, status=429),
    "INSTITUTION_RATE_LIMIT": Kind(
        "RATE_LIMIT_EXCEEDED",
        "The institution is currently receiving too many requests. Please try again later.",
        status=429,
    ),
    "INTERNAL_SERVER_ERROR": Kind("API_ERROR", "an unexpected error occurred", status=500),
    "PLANNED_MAINTENANCE": Kind(
        "API_ERROR",
        "Plaid's systems are in maintenance and API operations are disabled",
        "This service is undergoing maintenance.",
        status=503,
    ),
    "CLIENT_TRANSACTION_ID_ALREADY_IN_USE": Kind("SIGNAL_ERROR", "Client transaction id has already been used"),
    "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION": Kind(
        "TRANSACTIONS_ERROR",
        "Underlying transaction data changed since last page was fetched. Please restart pagination from last update.",
    ),
}

TROUBLE_AT_THE_BANK = frozenset(
    code for code, kind in KINDS.items() if kind.type in {"ITEM_ERROR", "INSTITUTION_ERROR"}
)


class PlaidError(Exception):
    """A refusal in Plaid's shape; `facts` fill the placeholders of the code's text."""

    def __init__(self, code: str, *, reason: str | None = None, **facts: str) -> None:
        super().__init__(code)
        self.code, self.reason = code, reason
        self.kind = KINDS[code]
        self.message = self.kind.message.format(**facts) if facts else self.kind.message

    def body(self, request_id: str | None = None) -> dict[str, Any]:
        """The error object; `request_id` is left out where None, as in Link's callbacks and webhooks."""
        body: dict[str, Any] = {
            "causes": [],
            "display_message": self.kind.display,
            "documentation_url": f"https://plaid.com/docs/?ref=error#{self.kind.type.lower().replace('_', '-')}-errors",
            "error_code": self.code,
            "error_code_reason": self.reason,
            "error_message": self.message,
            "error_type": self.kind.type,
            "suggested_action": None,
        }
        if request_id is not None:
            body["request_id"] = request_id
        return body


def field_error(text: str) -> PlaidError:
    """INVALID_FIELD with its own sentence."""
    return PlaidError("INVALID_FIELD", text=text)
