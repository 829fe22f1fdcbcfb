"""The legacy API's errors, `{code, message, resolve}`, with the texts of Plaid's "legacy errors"."""

from __future__ import annotations

LINK_DOCS = "See the [Link docs](https://plaid.com/docs/legacy/quickstart/)."

ERRORS: dict[int, tuple[int, str, str]] = {  # code: HTTP status, message, resolve
    1000: (
        400,
        "access_token missing",
        "You need to include the access_token that you received from the original submit call.",
    ),
    1008: (
        400,
        "unsupported access_token",
        "This access token format is no longer supported. Contact support to resolve.",
    ),
    1009: (
        400,
        "invalid content-type",
        "Valid 'Content-Type' headers are 'application/json' and 'application/x-www-form-urlencoded' "
        "with an optional 'UTF-8' charset.",
    ),
    1100: (401, "client_id missing", "Include your Client ID so we know who you are."),
    1101: (401, "secret missing", "Include your Secret so we can verify your identity."),
    1102: (
        401,
        "secret or client_id invalid",
        "The Client ID does not exist or the Secret does not match the Client ID you provided.",
    ),
    1104: (
        401,
        "unauthorized product",
        "Your Client ID does not have access to this product. Contact us to purchase this product.",
    ),
    1105: (401, "bad access_token", "This access_token appears to be corrupted."),
    1106: (401, "bad public_token", f"This public_token is corrupt or does not exist in our database. {LINK_DOCS}"),
    1107: (401, "missing public_token", f"Include the public_token received from the Plaid Link module. {LINK_DOCS}"),
    1108: (401, "invalid type", "This institution is not currently supported."),
    1109: (
        401,
        "unauthorized product",
        "The sandbox client_id and secret can only be used with sandbox credentials and access tokens. "
        "See the [Sandbox docs](https://plaid.com/docs/legacy/api#sandbox).",
    ),
    1113: (429, "rate limit exceeded", "You have exceeded your request rate limit for this product. Try again soon."),
    1200: (402, "invalid credentials", "The username or password provided were not correct."),
    1203: (402, "invalid mfa", "The MFA response provided was not correct."),
    1205: (
        402,
        "account locked",
        "The account is locked. Prompt the user to visit the issuing institution's site and unlock their account.",
    ),
    1206: (
        402,
        "account not setup",
        "The account has not been fully set up. Prompt the user to visit the issuing institution's site "
        "and finish the setup process.",
    ),
    1210: (402, "account not supported", "This account is currently not supported."),
    1212: (402, "no accounts", "No valid accounts exist for this user."),
    1215: (
        402,
        "mfa reset",
        "MFA access has changed or this application's access has been revoked. Submit a PATCH call to resolve.",
    ),
    1301: (404, "unable to find institution", "Double-check the provided institution ID."),
    1302: (
        402,
        "institution not responding",
        "The institution is failing to respond to our request, if you resubmit the query the request may go through.",
    ),
    1303: (
        402,
        "institution down",
        "The institution is down for an indeterminate amount of time, if you resubmit in a couple hours "
        "it may go through.",
    ),
    1304: (
        402,
        "invalid institution paging parameters",
        "Paging parameters must include a non-negative integer 'offset' and positive integer 'count'",
    ),
    1305: (402, "invalid institution query parameters", "Query parameters must include a non-empty query string"),
    1606: (404, "account not found", "The account ID provided was not correct."),
    1610: (404, "item not found", "No matching items found; go add an account!"),
    1702: (
        500,
        "plaid error",
        "An unexpected error has occurred on our systems; we've been notified and are looking into it!",
    ),
    1800: (
        503,
        "planned maintenance",
        "Portions of our system are down for maintenance. This route is inaccessible. GET requests to "
        "Auth and Connect may succeed.",
    ),
    2001: (400, "non-depository account ID specified", "Specify a valid depository account ID."),
    2002: (400, "unable to generate bank account token", "The bank account token could not be generated. Try again."),
}
OF_CURRENT = {
    "ITEM_LOGIN_REQUIRED": 1215,
    "USER_PERMISSION_REVOKED": 1215,
    "ITEM_LOCKED": 1205,
    "INSTITUTION_DOWN": 1303,
    "INSTITUTION_NOT_RESPONDING": 1302,
    "USER_SETUP_REQUIRED": 1206,
    "NO_ACCOUNTS": 1212,
    "INVALID_CREDENTIALS": 1200,
    "INVALID_MFA": 1203,
}


class ClassicError(Exception):
    """A refusal in the legacy shape."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code
        self.status, self.message, self.resolve = ERRORS[code]

    def body(self) -> dict[str, object]:
        """The error object."""
        return {"code": self.code, "message": self.message, "resolve": self.resolve}
